"""What the engine tells while it runs, kept for whoever asks afterwards.

Law: takes what it hears at once, since values change as rules write; judges nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from gateway.annotation.column import Column
from gateway.annotation.tree import Tree
from gateway.annotation.values import Value
from gateway.engine.conditions import Failed, Stage
from gateway.engine.effects import RunEffects
from gateway.engine.frame import Frame, Lane
from gateway.engine.program import Linked, Source, Step
from gateway.engine.selection import Selection
from gateway.engine.trace import LeftOut
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


@dataclass(slots=True)
class Story:
    """What was heard of one rule."""

    left_out: LeftOut | None = None
    stopped_by: str | None = None
    failed: Failed | None = None
    runs: list[Run] = field(default_factory=list)
    #: By run: what it did, or why that cannot be done.
    effects: dict[tuple[int, int], RunEffects | Failed] = field(default_factory=dict)

    def effects_of(self, run: Run) -> RunEffects | Failed | None:
        """Give what a run did."""
        return self.effects.get((id(run.selection), run.number))


@dataclass(slots=True)
class Recorder:
    """Keeps what it is told (`gateway.engine.trace.Tracer`)."""

    stories: dict[str, Story] = field(default_factory=dict)
    guards: dict[Group, Seen] = field(default_factory=dict)
    #: The document; None when no rule has seen it.
    tree: Tree | None = None

    def guard(self, step: Step, frame: Frame) -> None:
        """Keep a group's ``when`` with its values."""
        assert step.rule.group is not None  # noqa: S101 - only groups have guards.
        if step.guard is not None:
            self.guards[step.rule.group] = see(step.guard, frame)

    def left_out(self, step: Step, why: LeftOut, by: str | None) -> None:
        """Keep why a rule has no runs."""
        story = self._story(step)
        story.left_out, story.stopped_by = why, by

    def stopped(self, step: Step, frame: Frame, number: int, by: str) -> None:
        """Keep a run that was left out."""
        self.tree = frame.content.tree
        self._story(step).runs.append(Run(frame.selection, number, by, None, None))

    def runs(self, step: Step, frame: Frame, found: Mapping[int, Stage | Failed]) -> None:
        """Keep what became of each run, with the values that its conditions saw."""
        self.tree = frame.content.tree
        when = None if step.when is None else see(step.when, frame)
        require = None if step.require is None else see(step.require, frame)
        runs = self._story(step).runs
        for number in sorted(found):
            stage = found[number]
            asked = require if _asks_require(step, stage) else None
            runs.append(Run(frame.selection, number, stage, when, asked))

    def carried_out(self, step: Step, frame: Frame, number: int, effects: RunEffects) -> None:
        """Keep what one run does."""
        self._story(step).effects[id(frame.selection), number] = effects

    def not_carried_out(self, step: Step, frame: Frame, number: int, failed: Failed) -> None:
        """Keep why the effects of one run cannot be carried out."""
        self._story(step).effects[id(frame.selection), number] = failed

    def failed(self, step: Step, failed: Failed) -> None:
        """Keep why a rule failed as a whole."""
        self._story(step).failed = failed

    def _story(self, step: Step) -> Story:
        return self.stories.setdefault(step.rule.id, Story())


def _asks_require(step: Step, stage: Stage | Failed) -> bool:
    """Whether a run got as far as ``require``."""
    if isinstance(stage, Failed):
        return stage.linked is step.require
    return stage is not Stage.APART


def see(linked: Linked, frame: Frame) -> Seen:
    """Take the values that the runs of a frame see of an expression."""
    lanes = tuple(frame.lane(source) for source in linked.sources)
    return Seen(linked, lanes, _absent(linked.sources, frame.content.tree))


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
