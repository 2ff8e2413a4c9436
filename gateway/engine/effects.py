"""The effects of one run: where they go and what they say.

Language §5. Law: pure; collects all effects of a run before any of them counts, so that none is
ever sent half.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final

from gateway.annotation.column import Column
from gateway.annotation.content import Content
from gateway.annotation.tree import Node
from gateway.annotation.values import MAX_DIGITS, UNREADABLE, Value, value_text
from gateway.effects import Block, Message
from gateway.engine.conditions import Budget, Failed
from gateway.engine.frame import FAILURES, Frame
from gateway.engine.program import LinkedEffect, Step
from gateway.rules.expressions.spreading import Deferred, describe
from gateway.rules.function import FunctionError
from gateway.rules.rule import At, Overwrite, Put, RuleSet, Say
from gateway.rules.templates.template import render

#: Wire limits (webhook reference §7 and §10).
MAX_MESSAGE: Final = 4_096
MAX_VALUE: Final = 1_500

_CONTROLS: Final = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f]")


@dataclass(slots=True)
class RunEffects:
    """What one run does."""

    messages: list[Message] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    #: Schema id, position in its column, new value.
    writes: list[tuple[str, int, Value]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Place:
    """A datapoint that an effect names, or what stands for it when there is none to show."""

    node: Node | None
    #: Written in front of a message that must go to the document.
    prefix: str = ""


class HoleError(FunctionError):
    """An expression in an effect's template cannot be evaluated."""

    def __init__(self, failed: Failed) -> None:
        super().__init__(str(failed.error))
        self.failed = failed


class EffectRunner:
    """Carries out the effects of one rule in one frame."""

    def __init__(
        self, step: Step, frame: Frame, rules: RuleSet, budget: Budget, places: dict[str, Place]
    ) -> None:
        """Prepare for the runs of *frame*; *places* keeps what all runs of the rule share."""
        self._step = step
        self.frame = frame
        self._rules = rules
        self._budget = budget
        self._shared_places = places

    def run(self, run: int, effects: Sequence[LinkedEffect]) -> RunEffects:
        """Collect what *effects* do in one run.

        Raises:
            FunctionError: one of them cannot be carried out.
        """
        found = RunEffects()
        for linked in effects:
            values = self._values(linked, run)
            effect = linked.effect
            if isinstance(effect, Put):
                value = _written(effect, linked, values)
                if value is not None:
                    found.writes.extend(
                        (name, position, value) for name, position in self._targets(effect, run)
                    )
                continue
            text = message_text(render(linked.template, values, escape=True))
            if not text.strip():
                raise FunctionError("its text is empty, as are all values in it")
            for place in self._places(effect.at, run):
                node_id = None if place.node is None else place.node.id
                said = message_text(place.prefix + text)
                if isinstance(effect, Say):
                    message = Message(effect.level, said, node_id, self._step.rule.id)
                    found.messages.append(message)
                else:
                    found.blocks.append(Block(said, node_id, self._step.rule.id))
        return found

    def _values(self, linked: LinkedEffect, run: int) -> list[Value]:
        values = []
        for hole in linked.holes:
            operands = []
            for source in hole.sources:
                lane = self.frame.lane(source)
                operands.append(lane.values[run] if isinstance(lane, Column) else lane.value)
            try:
                value = hole.run(*operands)
            except FAILURES as error:
                raise HoleError(Failed(error, hole, tuple(operands))) from None
            if value.__class__ is Deferred:
                raise HoleError(Failed(value.error, hole, tuple(operands)))
            values.append(value)
        return values

    # Where values go.

    def _targets(self, effect: Put, run: int) -> Iterator[tuple[str, int]]:
        """Yield the datapoints to write: schema id and position in its column."""
        for schema_id, position, node in self._cells(effect.schema_id, run):
            if self._may_write(schema_id, position, node):
                yield schema_id, position

    def _cells(self, schema_id: str | None, run: int) -> list[tuple[str, int, Node]]:
        selection = self.frame.selection
        if schema_id is None:
            return [self._selected(run)]
        tree = self.frame.content.tree
        if self.frame.has_column(schema_id):
            row = selection.rows[run]
            cell = tree.table_of[schema_id].columns[schema_id][row]
            if cell is None:
                raise FunctionError(f"this row has no {schema_id}")
            return [(schema_id, row, cell)]
        nodes = tree.nodes(schema_id)
        if not nodes:
            raise FunctionError(f"the document has no field {schema_id}")
        self._budget.spend(len(nodes))
        return [(schema_id, at, node) for at, node in enumerate(nodes) if node is not None]

    def _selected(self, run: int) -> tuple[str, int, Node]:
        selection = self.frame.selection
        node = selection.nodes[run]
        if node is None:
            raise FunctionError("what is selected is no datapoint and carries no datapoint's id")
        if node.children is not None:
            raise FunctionError(f"{node.schema_id} has no value of its own")
        return node.schema_id, selection.rows[run], node

    def _may_write(self, schema_id: str, position: int, node: Node) -> bool:
        match self._step.rule.overwrite:
            case Overwrite.ALWAYS:
                return True
            case Overwrite.EMPTY:
                return self.frame.content.column(schema_id).values[position] is None
            case Overwrite.UNTOUCHED:
                sources = self.frame.facts.attribute(node, "validation_sources")
                return "human" not in (sources or ())

    # Where messages stand.

    def _places(self, at: At | None, run: int) -> list[Place]:
        selection = self.frame.selection
        if at is None:
            node = selection.nodes[run]
            if node is None or node.children is not None:
                return [Place(None)]
            return [self._shown(node.schema_id, [node])]
        if not at.fields:
            return [Place(None)]
        return [self._field_place(name, run) for name in at.fields]

    def _field_place(self, schema_id: str, run: int) -> Place:
        frame = self.frame
        tree = frame.content.tree
        if frame.has_column(schema_id):
            cell = tree.table_of[schema_id].columns[schema_id][frame.selection.rows[run]]
            return self._shown(schema_id, [] if cell is None else [cell])
        place = self._shared_places.get(schema_id)
        if place is None:
            place = self._shared_places[schema_id] = self._place_outside(schema_id)
        return place

    def _place_outside(self, schema_id: str) -> Place:
        """Find the place of a field, column or table that is not of the run's row."""
        tree = self.frame.content.tree
        if tree.nodes(schema_id):
            return self._shown(schema_id, tree.nodes(schema_id))
        table = tree.table(schema_id)
        if table is not None:
            rows = zip(*table.columns.values(), strict=True)
            return self._shown(schema_id, (cell for row in rows for cell in row))
        if self._rules.known is None or schema_id not in self._rules.known:
            raise FunctionError(f"the document has no field {schema_id}")
        return self._shown(schema_id, [])

    def _shown(self, schema_id: str, nodes: Iterable[Node | None]) -> Place:
        """Choose the first datapoint that a person can see; else the document, with the name."""
        for node in nodes:
            if node is None:
                continue
            hidden = node.hidden
            if not (node.schema_id in self._rules.hidden if hidden is None else hidden):
                return Place(node)
        return Place(None, f"{self._rules.labels.get(schema_id, schema_id)}: ")


def _written(effect: Put, linked: LinkedEffect, values: Sequence[Value]) -> Value:
    """Give what to write: a lone expression's value, or the text; None: nothing."""
    if effect.clears:
        return ""
    value: Value
    if linked.template.lone is not None:
        value = values[0]
        if value is None or value is UNREADABLE:
            return None
        if value.__class__ is Decimal:
            return _sent_number(value)
        if not isinstance(value, str | Decimal | date | bool):
            raise FunctionError(f"{describe(value)} is no value for a field")
    else:
        value = render(linked.template, values, escape=False)
    length = len(value_text(value))
    if length > MAX_VALUE:
        raise FunctionError(f"a value has at most {MAX_VALUE} characters, this has {length}")
    return value if length else None


def _sent_number(number: Decimal) -> Decimal:
    """Round to the digits that a number is read back with."""
    rounded = number if number.as_tuple().exponent >= -MAX_DIGITS else round(number, MAX_DIGITS)  # type: ignore[operator]  # finite
    if abs(rounded) >= 10**MAX_DIGITS:
        raise FunctionError(f"a number has at most {MAX_DIGITS} digits before the point")
    return rounded


def message_text(text: str) -> str:
    """Drop control characters but line breaks, and cut at what the platform shows."""
    text = _CONTROLS.sub("", text)
    return text if len(text) <= MAX_MESSAGE else text[: MAX_MESSAGE - 1] + "…"


def apply_writes(content: Content, writes: Sequence[tuple[str, int, Value]]) -> bool:
    """Give datapoints their new values; of several writes to one the last counts.

    Returns:
        Whether any value is another than before.
    """
    by_field: dict[str, dict[int, Value]] = {}
    for schema_id, position, value in writes:
        by_field.setdefault(schema_id, {})[position] = value
    changed = [content.write(schema_id, cells) for schema_id, cells in by_field.items()]
    return any(changed)
