"""What the engine tells while it runs, kept for whoever asks afterwards.

Law: takes what it hears at once, since values change as rules write; judges nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from gateway.annotation.column import Column
from gateway.annotation.content import Content
from gateway.annotation.tree import Tree
from gateway.annotation.values import UNREADABLE, Value
from gateway.engine.changes import NewRow
from gateway.engine.conditions import Failed, Stage
from gateway.engine.frame import Asks, Frame, Lane
from gateway.engine.known import column_known_by, known_by
from gateway.engine.program import Linked, Source, Step
from gateway.engine.run_effects import RunEffects
from gateway.engine.selection import Selection
from gateway.engine.trace import LeftOut
from gateway.explain.naming import Names
from gateway.hooks.file_names import file_names
from gateway.rules.effect import Derive, Follow
from gateway.rules.events import OTHER_EVENTS
from gateway.rules.expressions.expression import Expression
from gateway.rules.expressions.references import (
    Attribute,
    FieldText,
    FieldValue,
    Neighbor,
    WholeColumn,
)
from gateway.rules.rule import Group


@dataclass(frozen=True, slots=True)
class Seen:
    """An expression as one run, or all runs of a frame, saw it."""

    linked: Linked
    lanes: tuple[Lane, ...]
    #: Operands that name what the document does not have.
    absent: frozenset[int]
    #: Knows what tables have answered.
    asker: Asks

    @property
    def expression(self) -> Expression:
        """The expression itself."""
        return self.linked.expression

    def operands(self, number: int) -> tuple[Value, ...]:
        """Give the values that one run saw."""
        return tuple(
            lane.values[number] if isinstance(lane, Column) else lane.value for lane in self.lanes
        )


@dataclass(frozen=True, slots=True)
class Run:
    """One run of one rule."""

    selection: Selection
    number: int
    #: What became of it; the id of the rule that had ended the group for it.
    stage: Stage | Failed | str
    when: Seen | None
    require: Seen | None


@dataclass(frozen=True, slots=True)
class Done:
    """What one run did, with what can only be known while it does it."""

    effects: RunEffects
    #: The names of the datapoints that it writes.
    written: tuple[str, ...]
    #: Which of its writes, by number, give a datapoint the value that it has.
    same: frozenset[int]
    #: The new rows among its changes that are there already, by their identity.
    there: frozenset[int]
    #: The conditions of its ``visible``.
    follows: Mapping[Follow, Seen]
    #: What else of its effects asks tables.
    asks: tuple[Seen, ...]


@dataclass(slots=True)
class Story:
    """What was heard of one rule."""

    left_out: LeftOut | None = None
    stopped_by: str | None = None
    failed: Failed | None = None
    runs: list[Run] = field(default_factory=list)
    #: By run: what it did, or why that cannot be done.
    effects: dict[tuple[int, int], Done | Failed] = field(default_factory=dict)
    #: What follows its conditions in runs that it does not have: its group does not apply.
    followed: list[tuple[Selection, int, Done]] = field(default_factory=list)
    _keys: set[tuple[Value, ...]] = field(default_factory=set)

    def effects_of(self, run: Run) -> Done | Failed | None:
        """Give what a run did."""
        return self.effects.get((id(run.selection), run.number))

    def there(self, effects: RunEffects, content: Content) -> frozenset[int]:
        """Tell which new rows of a run are there, or come by another run of the rule."""
        found = set()
        for change in effects.changes:
            if isinstance(change, NewRow) and change.key:
                values = (known_by(content, name, change.cells.get(name)) for name in change.key)
                key = (change.table.schema_id, *change.key, *values)
                if key in self._keys or _is_there(content, change):
                    found.add(id(change))
                self._keys.add(key)
        return frozenset(found)


@dataclass(slots=True)
class Recorder:
    """Keeps what it is told (`gateway.engine.trace.Tracer`)."""

    stories: dict[str, Story] = field(default_factory=dict)
    guards: dict[Group, Seen] = field(default_factory=dict)
    #: What the document's fields are called; None when no rule has seen it.
    _names: Names | None = None

    @property
    def names(self) -> Names:
        """Names for the nodes of the document as it arrived."""
        return self._names or Names()

    def guard(self, step: Step, frame: Frame) -> None:
        """Keep a group's ``when`` with its values."""
        self._see_tree(frame)
        assert step.rule.group is not None  # noqa: S101 - only groups have guards.
        if step.guard is not None:
            self.guards[step.rule.group] = see(step.guard, frame)

    def left_out(self, step: Step, why: LeftOut, by: str | None) -> None:
        """Keep why a rule has no runs."""
        story = self._story(step)
        story.left_out, story.stopped_by = why, by

    def stopped(self, step: Step, frame: Frame, number: int, by: str) -> None:
        """Keep a run that was left out."""
        self._see_tree(frame)
        self._story(step).runs.append(Run(frame.selection, number, by, None, None))

    def runs(self, step: Step, frame: Frame, found: Mapping[int, Stage | Failed]) -> None:
        """Keep what became of each run, with the values that its conditions saw."""
        self._see_tree(frame)
        when = None if step.when is None else see(step.when, frame)
        require = None if step.require is None else see(step.require, frame)
        runs = self._story(step).runs
        for number in sorted(found):
            stage = found[number]
            asked = require if _asks_require(step, stage) else None
            runs.append(Run(frame.selection, number, stage, when, asked))

    def carried_out(self, step: Step, frame: Frame, number: int, effects: RunEffects) -> None:
        """Keep what one run does."""
        story = self._story(step)
        tree = frame.content.tree
        written = tuple(self.names.cell(tree, name, at) for name, at, _ in effects.writes)
        same = frozenset(
            number
            for number, (name, at, value) in enumerate(effects.writes)
            if _holds(frame.content, name, at, value)
        )
        there = story.there(effects, frame.content)
        follows, asks = _follows(step, frame), tuple(_asking(step, frame))
        done = Done(effects, written, same, there, follows, asks)
        if story.left_out is None:
            story.effects[id(frame.selection), number] = done
        else:
            story.followed.append((frame.selection, number, done))

    def not_carried_out(self, step: Step, frame: Frame, number: int, failed: Failed) -> None:
        """Keep why the effects of one run cannot be carried out."""
        self._story(step).effects[id(frame.selection), number] = failed

    def failed(self, step: Step, failed: Failed) -> None:
        """Keep why a rule failed as a whole."""
        self._story(step).failed = failed

    def _see_tree(self, frame: Frame) -> None:
        # For the first time, that is before any rule has changed it.
        if self._names is None:
            is_other = frame.facts.action in OTHER_EVENTS
            files = file_names(frame.facts.subject().plain()) if is_other else None
            self._names = Names.of(frame.content.tree, files)

    def _story(self, step: Step) -> Story:
        return self.stories.setdefault(step.rule.id, Story())


def _holds(content: Content, schema_id: str, position: int, value: Value) -> bool:
    """Whether a field already has a value."""
    before = content.column(schema_id).values[position]
    return before is not UNREADABLE and before == content.typed(schema_id, value)


def _follows(step: Step, frame: Frame) -> Mapping[Follow, Seen]:
    return {
        linked.effect: see(linked.condition, frame)
        for linked in (*step.effects, *step.otherwise)
        if isinstance(linked.effect, Follow) and linked.condition is not None
    }


def _asking(step: Step, frame: Frame) -> Iterator[Seen]:
    """See what asks tables in the templates of effects; those inside of a ``match`` apart."""
    for linked in (*step.effects, *step.otherwise) if step.asks else ():
        for template in linked.templates if not isinstance(linked.effect, Derive) else ():
            yield from (see(hole, frame) for hole in template.holes if hole.asks)


def _is_there(content: Content, row: NewRow) -> bool:
    """Whether the table has a row with the same key."""
    table = row.table
    if not all(name in table.columns for name in row.key):
        return False
    wanted = tuple(known_by(content, name, row.cells.get(name)) for name in row.key)
    columns = [column_known_by(content, name) for name in row.key]
    return wanted in set(zip(*columns, strict=True))


def _asks_require(step: Step, stage: Stage | Failed) -> bool:
    """Whether a run got as far as ``require``."""
    if isinstance(stage, Failed):
        return stage.linked is step.require
    return stage is not Stage.APART


def see(linked: Linked, frame: Frame) -> Seen:
    """Take the values that the runs of a frame see of an expression."""
    frame.ask(linked, ())  # What was not asked so far, nobody needed.
    lanes = tuple(frame.lane(source) for source in linked.sources)
    return Seen(linked, lanes, _absent(linked.sources, frame.content.tree), frame.asker)


def _absent(sources: Sequence[Source], tree: Tree) -> frozenset[int]:
    """Number the sources that name a field which the document does not have."""
    return frozenset(
        number for number, source in enumerate(sources) if _is_absent(_named(source), tree)
    )


def _named(source: Source) -> str | None:
    match source.what:
        case FieldValue(name) | FieldText(name) | WholeColumn(name) | Neighbor(_, name):
            return name
        case Attribute(schema_id, _):
            return schema_id
        case _:
            return None


def _is_absent(name: str | None, tree: Tree) -> bool:
    return name is not None and not tree.nodes(name) and tree.table(name) is None
