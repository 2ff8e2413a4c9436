"""Values for the runs of a rule: one lane per reference.

A lane is a `Column` with one value per run, or `Same` for all of them.
Law: pure; reads the content as it is when the rule starts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final, Protocol, TypeAlias

from gateway.annotation.column import Column
from gateway.annotation.content import CONNECTOR, Content
from gateway.annotation.plain import from_json
from gateway.annotation.tree import AddedNode, Node
from gateway.annotation.values import ARITHMETIC_ERRORS, Kind, Value, kind_of
from gateway.engine.facts import Facts
from gateway.engine.program import Linked, LinkedAsked, Source
from gateway.engine.selection import Selection
from gateway.engine.tables import Found, Key
from gateway.rules.expressions.references import (
    Attribute,
    Clock,
    Fact,
    FieldText,
    FieldValue,
    Hit,
    Hits,
    Neighbor,
    RowFact,
    Selected,
    SelectedText,
    WholeColumn,
)
from gateway.rules.expressions.spreading import Deferred
from gateway.rules.function import FunctionError
from gateway.rules.question import Question

#: What evaluation may raise.
FAILURES: Final = (FunctionError, *ARITHMETIC_ERRORS)


class Same:
    """One value for every run."""

    __slots__ = ("value",)

    def __init__(self, value: Value) -> None:
        """Hold *value*."""
        self.value = value


Lane: TypeAlias = Column | Same


def lane_kind(lane: Lane) -> Kind | None:
    """Give the kind that all values of a lane have; None when they are mixed or special.

    A text without characters counts as empty to some functions, so it has no kind here.
    """
    if isinstance(lane, Column):
        return lane.kind
    return None if lane.value == "" else kind_of(lane.value)


class Asks(Protocol):
    """Who asks tables: `gateway.engine.asking.Asker`."""

    def lane(
        self, frame: Frame, asked: LinkedAsked, runs: Sequence[int], before: Lane | None
    ) -> Lane:
        """Give what tables answer in *runs* of *frame*; in others what it was *before*."""

    def ask(self, question: Question, keys: Sequence[Key]) -> list[Found | Deferred]:
        """Answer *question* for each of *keys*, none of whose parts is empty."""

    def known(self, question: Question, key: Key) -> Found | Deferred | None:
        """Give what was answered; None if it was not asked."""


class Frame:
    """The runs of rules in one selection, and the values they see."""

    __slots__ = (
        "_lanes",
        "_shared",
        "asker",
        "content",
        "facts",
        "hit",
        "hits",
        "pending",
        "selection",
    )

    def __init__(
        self,
        selection: Selection,
        content: Content,
        facts: Facts,
        asker: Asks,
        shared: dict[Source, Lane] | None = None,
    ) -> None:
        """See *content* and *facts* from each run of *selection*; *asker* asks tables.

        *shared* keeps what is the same for all runs of all rules, for the other frames.
        """
        self.selection = selection
        self.content = content
        self.facts = facts
        self.asker = asker
        #: What ``match`` has found, where it has.
        self.hit: Lane = Same(None)
        self.hits: Lane = Same(None)
        #: What this rule has just written, by schema id and row: ``row.previous`` sees it.
        self.pending: Mapping[str, Mapping[int, Value]] = {}
        self._lanes: dict[Source, Lane] = {}
        self._shared = {} if shared is None else shared

    def lane(self, source: Source) -> Lane:
        """Give the values of a source."""
        lanes = self._shared if source.same_for_all else self._lanes
        found = lanes.get(source)
        if found is None:
            what = source.what
            found = lanes[source] = _LOADERS[what.__class__](self, what)
        return found

    def ask(self, linked: Linked, runs: Sequence[int]) -> None:
        """Have tables asked what an expression needs of them in *runs*, all at once."""
        for source in linked.asks:
            asked = source.what
            assert isinstance(asked, LinkedAsked)  # noqa: S101 - that is what it asks.
            lanes = self._shared if source.same_for_all else self._lanes
            lanes[source] = self.asker.lane(self, asked, runs, lanes.get(source))

    def forget(self) -> None:
        """Read everything anew: values were written."""
        self._lanes.clear()
        self._shared.clear()

    def part(self, runs: Sequence[int]) -> Frame:
        """See from some of the runs only."""
        selection = self.selection.part(runs)
        return Frame(selection, self.content, self.facts, self.asker, self._shared)

    def with_hits(self, runs: Sequence[int], hit: Lane, hits: Lane) -> Frame:
        """See from *runs*, of which one may be there several times, what ``match`` has found."""
        frame = self.part(runs)
        frame.pending, frame.hit, frame.hits = self.pending, hit, hits
        return frame

    def ahead(self, linked: Linked) -> Lane:
        """Compute what is the same in each run; a failure is raised where the value is used."""
        lanes = [self.lane(source) for source in linked.sources]
        operands = [lane.value if isinstance(lane, Same) else lane for lane in lanes]
        try:
            return Same(linked.run(*operands))
        except FAILURES as error:
            return Same(Deferred(error))

    def aligned(self, column: Column) -> Column:
        """Pick the values of a column in which the runs stand, one per run."""
        selection = self.selection
        if selection.is_whole:
            return column
        values = column.values
        return Column([values[row] for row in selection.rows], column.table, column.kind)

    def has_column(self, schema_id: str) -> bool:
        """Whether a schema id is a column of the table that the runs stand in."""
        table = self.selection.table
        return table is not None and schema_id in table.columns


def _field(frame: Frame, reference: FieldValue) -> Lane:
    name = reference.schema_id
    if frame.has_column(name):
        return frame.aligned(frame.content.column(name))
    return Same(frame.content.value(name))


def _field_text(frame: Frame, reference: FieldText) -> Lane:
    name = reference.schema_id
    if frame.has_column(name):
        return frame.aligned(frame.content.texts(name))
    return Same(frame.content.text(name))


def _whole_column(frame: Frame, reference: WholeColumn) -> Lane:
    name = reference.schema_id
    tree = frame.content.tree
    if name in tree.table_of or name in tree.header:
        return Same(frame.content.column(name))
    value = frame.content.value(name)
    return Same(Column([]) if value is None else value)


def _selected(frame: Frame, reference: Selected | SelectedText) -> Lane:
    selection = frame.selection
    if selection.results is not None:
        return Column(list(map(from_json, selection.results)))
    name = selection.schema_id
    if name is None:
        return Same(None)
    as_text = isinstance(reference, SelectedText)
    column = frame.content.texts(name) if as_text else frame.content.column(name)
    return frame.aligned(column)


def _attribute(frame: Frame, reference: Attribute) -> Lane:
    selection = frame.selection
    name = reference.schema_id
    if name is None:
        nodes: Sequence[Node | None] = selection.nodes
        return Column(_attributes(frame, nodes, reference.name, selection.schema_id))
    tree = frame.content.tree
    if frame.has_column(name):
        cells = tree.table_of[name].columns[name]
        picked = [cells[row] for row in selection.rows]
        return Column(_attributes(frame, picked, reference.name, name))
    values = _attributes(frame, tree.nodes(name), reference.name, name)
    if name in tree.table_of:
        return Same(Column(values, tree.table_of[name]))
    return Same(values[0] if values else None)


def _attributes(
    frame: Frame, nodes: Sequence[Node | None], name: str, schema_id: str | None
) -> list[Value]:
    match name:
        case "schema_id":
            return [None if node is None else node.schema_id for node in nodes]
        case "edited":
            return [None if node is None else frame.facts.is_edited((node,)) for node in nodes]
        case "text":
            return [_displayed(frame.content, node) for node in nodes]
        case "value" if schema_id is not None:
            return list(frame.content.column(schema_id).values)
        case _:
            return [None if node is None else _state_or_fact(frame, node, name) for node in nodes]


def _state_or_fact(frame: Frame, node: Node, name: str) -> Value:
    """Give what rules made of an attribute, else how it arrived."""
    if isinstance(node, AddedNode):
        return None
    state = frame.content.states.get(node.id)
    if state is not None:
        match name:
            case "hidden" if state.hidden is not None:
                return state.hidden
            case "options" if state.options is not None:
                return [value for value, _ in state.options]
            case "validation_sources" if state.validated:
                before = frame.facts.attribute(node, name) or []
                return [*before, CONNECTOR]
    return frame.facts.attribute(node, name)


def _displayed(content: Content, node: Node | None) -> Value:
    return None if node is None else content.displayed(node)


def _row_fact(frame: Frame, reference: RowFact) -> Lane:
    selection = frame.selection
    if selection.table is None:
        return Same(None)
    match reference.name:
        case "number":
            return Column([Decimal(row + 1) for row in selection.rows], None, Kind.NUMBER)
        case "first":
            return Column([row == 0 for row in selection.rows], None, Kind.BOOLEAN)
        case _:
            last = len(selection.table.rows) - 1
            return Column([row == last for row in selection.rows], None, Kind.BOOLEAN)


def _neighbor(frame: Frame, reference: Neighbor) -> Lane:
    name = reference.schema_id
    if not frame.has_column(name):
        return Same(None)
    values = frame.content.column(name).values
    written = frame.pending.get(name, {}) if reference.offset < 0 else {}
    neighbors = (row + reference.offset for row in frame.selection.rows)
    return Column(
        [written.get(row, values[row]) if 0 <= row < len(values) else None for row in neighbors]
    )


_LOADERS: Final[Mapping[type, Callable[[Frame, Any], Lane]]] = {
    FieldValue: _field,
    FieldText: _field_text,
    WholeColumn: _whole_column,
    Selected: _selected,
    SelectedText: _selected,
    Attribute: _attribute,
    RowFact: _row_fact,
    Neighbor: _neighbor,
    Fact: lambda frame, reference: Same(frame.facts.fact(reference.path)),
    Clock: lambda frame, _: Same(frame.facts.now),
    Linked: Frame.ahead,
    Hit: lambda frame, _: frame.hit,
    Hits: lambda frame, _: frame.hits,
    LinkedAsked: lambda frame, asked: frame.asker.lane(
        frame, asked, range(len(frame.selection)), None
    ),
}
