"""One rule in one request: its runs, and what they do.

Language §2. Law: pure; counts what it did in its `Outcome`, changes nothing of the document itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from gateway.annotation.content import Content
from gateway.annotation.values import Value
from gateway.engine.conditions import Budget, Failed, Stage, stages
from gateway.engine.effects import EffectRunner
from gateway.engine.frame import FAILURES, Frame
from gateway.engine.gaps import Parted, ask_ordinary
from gateway.engine.outcome import Outcome
from gateway.engine.places import Places
from gateway.engine.program import LinkedEffect, Step
from gateway.engine.room import Room
from gateway.engine.run_effects import HoleError, RunEffects
from gateway.engine.selection import ANNOTATION, Selection
from gateway.engine.trace import Tracer
from gateway.engine.unchanged import writing_runs
from gateway.rules.rule import Mode


@dataclass(slots=True)
class GroupState:
    """What a group knows of its rules in this request."""

    applies: bool
    failed: Failed | None
    #: Rows and fields for which a rule has fired, where the group stops at the first, and which.
    ended: dict[object, str] = field(default_factory=dict)
    ended_for_all: str | None = None


def run_key(selection: Selection, run: int) -> object:
    """Name the row or field of a run, for a group that stops at the first."""
    if selection.table is not None:
        # By its id: a row's number changes when an earlier one is removed.
        return selection.table.rows[selection.rows[run]].id
    node = selection.nodes[run]
    if node is not None:
        return node.id
    return None if selection is ANNOTATION else run


@dataclass(slots=True)
class RuleRun:
    """One rule in one request."""

    step: Step
    content: Content
    tracer: Tracer | None
    #: Raises when the time for the request is used up.
    check_time: Callable[[], None]
    places: Places
    budget: Budget
    room: Room
    outcome: Outcome
    failures: list[Failed]
    _carried_out: int = 0

    def take(
        self, frame: Frame, fired: Sequence[int] | None, state: GroupState | None
    ) -> Iterator[RunEffects]:
        """Take the runs of one frame; yield what each of them does.

        *fired* are those that fire, all others having passed; None where that is not known.
        """
        self.check_time()
        if self.step.in_turn:
            yield from self._in_turn(frame, state)
            return
        if fired is not None:
            self.outcome.passed += len(frame.selection) - len(fired)
            runner = self._runner(frame)
            writing = self._writing(frame, fired)
            if self.step.asks:
                runner.prepare(self.step.effects, writing)
            for number in writing:
                yield from self._carry_out(runner, number, self.step.effects, state)
            return
        if self.tracer is None and self.step.fused is not None:
            parted = ask_ordinary(self.step.fused, frame, self.budget)
            if parted is not None:
                yield from self._parted(frame, parted, state)
                return
        yield from self._staged(frame, state)

    def _parted(
        self, frame: Frame, parted: Parted, state: GroupState | None
    ) -> Iterator[RunEffects]:
        """Take runs of which it is known what the ordinary ones do; ask the odd ones one by one."""
        found: dict[int, Stage | Failed] = {
            parted.ordinary[number]: Stage.FIRED for number in parted.found
        }
        self.outcome.passed += len(parted.ordinary) - len(found)
        told = stages(self.step, frame.part(parted.odd), self.budget)
        found |= {parted.odd[number]: stage for number, stage in told.items()}
        yield from self._by_stage(self._runner(frame), dict(sorted(found.items())), state)

    def _writing(self, frame: Frame, fired: Sequence[int]) -> Sequence[int]:
        """Leave out the runs that fire without changing anything."""
        if self.step.own_cell is None or not fired:
            return fired
        writing = writing_runs(self.step.own_cell, frame, fired)
        self.outcome.fired += len(fired) - len(writing)
        return writing

    def _in_turn(self, whole: Frame, state: GroupState | None) -> Iterator[RunEffects]:
        """Take runs one after another, so that ``row.previous`` sees what this rule wrote."""
        pending: dict[str, dict[int, Value]] = {}
        for number in range(len(whole.selection)):
            frame = whole.part((number,))
            frame.pending = pending
            for found in self._staged(frame, state):
                for schema_id, position, value in found.writes:
                    typed = self.content.typed(schema_id, value)
                    pending.setdefault(schema_id, {})[position] = typed
                yield found

    def _runner(self, frame: Frame) -> EffectRunner:
        return EffectRunner(self.step, frame, self.places, self.budget)

    def _staged(self, frame: Frame, state: GroupState | None) -> Iterator[RunEffects]:
        runner = self._runner(frame)
        found = stages(self.step, frame, self.budget)
        if self.tracer is not None:
            self.tracer.runs(self.step, frame, found)
        yield from self._by_stage(runner, found, state)

    def _by_stage(
        self, runner: EffectRunner, found: Mapping[int, Stage | Failed], state: GroupState | None
    ) -> Iterator[RunEffects]:
        """Carry out what follows from the stages of runs."""
        if self.step.asks:
            self._prepare(runner, found)
        for number, stage in found.items():
            if stage is Stage.FIRED:
                yield from self._carry_out(runner, number, self.step.effects, state)
                continue
            if isinstance(stage, Failed):
                self.failures.append(stage)
                continue
            if stage is Stage.SKIPPED:
                self.outcome.skipped += 1
            else:
                self.outcome.passed += 1
            if self.step.otherwise and stage is Stage.PASSED:
                yield from self._carry_out(runner, number, self.step.otherwise, None)
            elif self.step.follows:
                yield from self._carry_out(runner, number, [], None)

    def _prepare(self, runner: EffectRunner, found: Mapping[int, Stage | Failed]) -> None:
        """Have tables asked for all runs at once whose effects need it."""
        fired = [run for run, stage in found.items() if stage is Stage.FIRED]
        passed = [run for run, stage in found.items() if stage is Stage.PASSED]
        runner.prepare(self.step.effects, fired)
        runner.prepare(self.step.otherwise, passed)

    def hide_all(self, frame: Frame) -> Iterator[RunEffects]:
        """Hide what follows the rule's conditions, since its group does not apply."""
        runner = self._runner(frame)
        for number in range(len(frame.selection)):
            yield from self._carry_out(runner, number, [], None)

    def _apart(self, effects: Sequence[LinkedEffect]) -> Sequence[LinkedEffect]:
        """List the effects that do not happen where *effects* do."""
        if not self.step.follows:
            return ()
        both = (*self.step.effects, *self.step.otherwise)
        return [one for one in both if one not in effects]

    def _carry_out(
        self,
        runner: EffectRunner,
        number: int,
        effects: Sequence[LinkedEffect],
        state: GroupState | None,
    ) -> Iterator[RunEffects]:
        """Carry out the effects of one run; yield what it does, unless it fails."""
        self._carried_out += 1
        if not self._carried_out & 255:
            self.check_time()
        try:
            found = runner.run(number, effects, self._apart(effects))
            if self.step.rule.mode is not Mode.SHADOW:
                self.room.take(found)
        except HoleError as error:
            self.failures.append(error.failed)
            return
        except FAILURES as error:
            self.failures.append(Failed(error, None))
            if self.tracer is not None:
                failed = self.failures[-1]
                self.tracer.not_carried_out(self.step, runner.frame, number, failed)
            return
        if self.tracer is not None:
            self.tracer.carried_out(self.step, runner.frame, number, found)
        if effects is self.step.effects:
            self.outcome.fired += 1
            self._end_group(runner.frame.selection, number, state)
        yield found

    def _end_group(self, selection: Selection, number: int, state: GroupState | None) -> None:
        group = self.step.rule.group
        if group is None or not group.stops or state is None:
            return
        if self.step.rule.mode is Mode.SHADOW:
            return
        key = run_key(selection, number)
        if key is None:
            state.ended_for_all = self.step.rule.id
        else:
            state.ended.setdefault(key, self.step.rule.id)
