"""All rules of a queue on one request, in order.

Language §2, design §1. Law: pure; one failing rule never stops the others, and never looks as if
it had passed.
"""

from __future__ import annotations

import decimal
import html
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from gateway.annotation.content import Content
from gateway.annotation.values import CONTEXT, Value, value_text
from gateway.effects import Block, Level, Message, Replace
from gateway.engine.blame import sentence
from gateway.engine.conditions import (
    Budget,
    Failed,
    Stage,
    TimeError,
    evaluate_only,
    fast_fires,
    stages,
)
from gateway.engine.effects import (
    EffectRunner,
    HoleError,
    Place,
    RunEffects,
    apply_writes,
    message_text,
)
from gateway.engine.facts import Facts
from gateway.engine.frame import FAILURES, Frame, Lane
from gateway.engine.outcome import Evaluation, Outcome
from gateway.engine.program import LinkedEffect, Program, Source, Step
from gateway.engine.selection import ANNOTATION, Selection, select
from gateway.engine.trace import LeftOut, Tracer
from gateway.engine.unchanged import writing_runs
from gateway.rules.events import BLOCKING
from gateway.rules.expressions.logic import truth
from gateway.rules.rule import Group, Mode, OnFailure, RuleSet
from gateway.rules.selectors.path import SelectorError


def evaluate(
    program: Program, content: Content, facts: Facts, tracer: Tracer | None = None
) -> Evaluation:
    """Run a program on *content*, which afterwards holds what the rules wrote.

    A *tracer* is told why; what it is told of every run takes the place of what is quick.
    """
    steps = program.steps.get(facts.action, ())
    if not steps:
        return Evaluation()
    before = decimal.getcontext()
    decimal.setcontext(CONTEXT.copy())
    try:
        run = _Run(program.rules, content, facts, tracer)
        for step in steps:
            run.take(step)
        return run.finish()
    finally:
        decimal.setcontext(before)


@dataclass(slots=True)
class _GroupState:
    """What a group knows of its rules in this request."""

    applies: bool
    failed: Failed | None
    #: Rows and fields for which a rule has fired, where the group stops at the first, and which.
    ended: dict[object, str] = field(default_factory=dict)
    ended_for_all: str | None = None


@dataclass(slots=True)
class _Run:
    rules: RuleSet
    content: Content
    facts: Facts
    tracer: Tracer | None
    evaluation: Evaluation = field(default_factory=Evaluation)
    #: What rules see, by what they select: the values are read once for all that select the same.
    _frames: dict[int, list[Frame]] = field(default_factory=dict)
    #: What is the same in all frames.
    _lanes: dict[Source, Lane] = field(default_factory=dict)
    _groups: dict[Group, _GroupState] = field(default_factory=dict)
    _shadows: dict[str, int] = field(default_factory=dict)

    def take(self, step: Step) -> None:
        """Run one rule."""
        rule = step.rule
        if rule.edited and not self._edited(step):
            self._leave_out(step, LeftOut.UNEDITED)
            return
        outcome = Outcome(rule.id)
        failures: list[Failed] = []
        state = self._group_state(step) if rule.group is not None else None
        if state is not None:
            if state.failed is not None:
                self._fail(step, state.failed, failures)
            elif not state.applies:
                self._leave_out(step, LeftOut.GUARD)
                return
            elif state.ended_for_all:
                self._leave_out(step, LeftOut.STOPPED, state.ended_for_all)
                return
        if not failures:
            try:
                self._take_all(step, state, outcome, failures)
            except (SelectorError, *FAILURES) as error:
                self._fail(step, Failed(error, None), failures)
        self.evaluation.outcomes.append(outcome)
        if failures:
            outcome.failed = len(failures)
            outcome.failure = sentence(failures[0])
            self._mark(step, outcome)

    def finish(self) -> Evaluation:
        """Give what all rules together answer."""
        evaluation = self.evaluation
        evaluation.messages = list(dict.fromkeys(_distinct(evaluation.messages)))
        evaluation.operations = list(self._operations())
        evaluation.shadows = self._shadows
        return evaluation

    def _fail(self, step: Step, failed: Failed, failures: list[Failed]) -> None:
        failures.append(failed)
        if self.tracer is not None:
            self.tracer.failed(step, failed)

    def _leave_out(self, step: Step, why: LeftOut, by: str | None = None) -> None:
        if self.tracer is not None:
            self.tracer.left_out(step, why, by)

    def _edited(self, step: Step) -> bool:
        if self.facts.action not in ("updated", "user_update"):
            return True
        tree = self.content.tree
        return any(self.facts.is_edited(tree.all_nodes(name)) for name in step.rule.edited)

    def _group_state(self, step: Step) -> _GroupState:
        group = step.rule.group
        assert group is not None  # noqa: S101 - asked by the caller.
        state = self._groups.get(group)
        if state is None:
            state = self._groups[group] = self._guard(step)
        return state

    def _guard(self, step: Step) -> _GroupState:
        if step.guard is None:
            return _GroupState(True, None)
        frame = Frame(ANNOTATION, self.content, self.facts)
        try:
            value = evaluate_only(step.guard, frame, Budget())
            if not isinstance(value, Failed):
                return _GroupState(truth(value) is True, None)
        except FAILURES as error:
            value = Failed(error, None)
        finally:
            if self.tracer is not None:
                self.tracer.guard(step, frame)
        return _GroupState(False, value)

    def _take_all(
        self, step: Step, state: _GroupState | None, outcome: Outcome, failures: list[Failed]
    ) -> None:
        self.check_time()
        budget = Budget()
        writes: list[tuple[str, int, Value]] = []
        rule_run: _RuleRun | None = None
        for found in self._frames_of(step):
            frame = found if state is None or not state.ended else self._left(step, found, state)
            runs = len(frame.selection)
            outcome.runs += runs
            fired = fast_fires(step, frame, budget) if self.tracer is None else None
            if fired is not None and not fired:
                outcome.passed += runs
                continue
            if rule_run is None:
                rule_run = _RuleRun(self, step, budget, outcome, failures)
            for written in rule_run.take(frame, fired, state):
                writes.extend(written)
        if writes and step.rule.mode is Mode.ENFORCE and apply_writes(self.content, writes):
            for frames in self._frames.values():
                for frame in frames:
                    frame.forget()

    def _left(self, step: Step, frame: Frame, state: _GroupState) -> Frame:
        """See from the runs for which the group has not ended."""
        runs = range(len(frame.selection))
        ended = [state.ended.get(_keys(frame.selection, run)) for run in runs]
        if self.tracer is not None:
            for run, by in enumerate(ended):
                if by is not None:
                    self.tracer.stopped(step, frame, run, by)
        left = [run for run, by in enumerate(ended) if by is None]
        return frame if len(left) == len(ended) else frame.part(left)

    def _frames_of(self, step: Step) -> list[Frame]:
        frames = self._frames.get(step.selects)
        if frames is None:
            found = select(step.rule.select, self.content, self.facts)
            frames = [Frame(one, self.content, self.facts, self._lanes) for one in found]
            self._frames[step.selects] = frames
        return frames

    def check_time(self) -> None:
        """Look at the clock.

        Raises:
            TimeError: the time for this request is used up.
        """
        if self.facts.expired():
            raise TimeError

    def _mark(self, step: Step, outcome: Outcome) -> None:
        """Make a failure visible in the answer, as the rule or its queue chose."""
        rule = step.rule
        if rule.on_failure is OnFailure.IGNORE or rule.mode is Mode.SHADOW:
            return
        level = Level.ERROR if rule.on_failure is OnFailure.ERROR else Level.WARNING
        told = html.escape(outcome.failure or "", quote=False)
        text = outcome.mark = message_text(f"The rule {rule.id} could not be evaluated: {told}.")
        self.evaluation.messages.append(Message(level, text, None, rule.id))
        if self.facts.action in BLOCKING:
            self.evaluation.blocks.append(Block(text, None, rule.id))

    def answer(self, step: Step, effects: RunEffects) -> None:
        """Keep what one run says, unless its rule only watches."""
        if step.rule.mode is Mode.SHADOW:
            said = len(effects.messages) + len(effects.blocks) + len(effects.writes)
            self._shadows[step.rule.id] = self._shadows.get(step.rule.id, 0) + said
            return
        self.evaluation.messages.extend(effects.messages)
        if self.facts.action in BLOCKING:
            self.evaluation.blocks.extend(effects.blocks)

    def _operations(self) -> Iterator[Replace]:
        content = self.content
        for node_id, write in content.written.items():
            if not content.is_unchanged(write.node.schema_id, write.node, write.value):
                yield Replace(node_id, value_text(write.value))


def _distinct(messages: Sequence[Message]) -> Iterator[Message]:
    """Leave out what a person would read twice at one place."""
    seen = set()
    for message in messages:
        key = (message.level, message.content, message.node_id)
        if key not in seen:
            seen.add(key)
            yield message


def _keys(selection: Selection, run: int) -> object:
    """Name the row or field of a run, for a group that stops at the first."""
    if selection.table is not None:
        return (selection.table.schema_id, selection.rows[run])
    node = selection.nodes[run]
    return None if node is None else node.id


@dataclass(slots=True)
class _RuleRun:
    """One rule in one request."""

    run: _Run
    step: Step
    budget: Budget
    outcome: Outcome
    failures: list[Failed]
    _places: dict[str, Place] = field(default_factory=dict)
    _carried_out: int = 0

    def take(
        self, frame: Frame, fired: Sequence[int] | None, state: _GroupState | None
    ) -> Iterator[list[tuple[str, int, Value]]]:
        """Take the runs of one frame; yield what each of them writes.

        *fired* are those that fire, all others having passed; None where that is not known.
        """
        self.run.check_time()
        if self.step.in_turn:
            yield from self._in_turn(frame, state)
            return
        if fired is not None:
            self.outcome.passed += len(frame.selection) - len(fired)
            runner = self._runner(frame)
            for number in self._writing(frame, fired):
                yield self._carry_out(runner, number, self.step.effects, state)
            return
        yield from self._staged(frame, state)

    def _writing(self, frame: Frame, fired: Sequence[int]) -> Sequence[int]:
        """Leave out the runs that fire without changing anything."""
        if self.step.own_cell is None or not fired:
            return fired
        writing = writing_runs(self.step.own_cell, frame, fired)
        self.outcome.fired += len(fired) - len(writing)
        return writing

    def _in_turn(
        self, whole: Frame, state: _GroupState | None
    ) -> Iterator[list[tuple[str, int, Value]]]:
        """Take runs one after another, so that ``row.previous`` sees what this rule wrote."""
        pending: dict[str, dict[int, Value]] = {}
        for number in range(len(whole.selection)):
            frame = whole.part((number,))
            frame.pending = pending
            for found in self._staged(frame, state):
                for schema_id, position, value in found:
                    typed = self.run.content.typed(schema_id, value)
                    pending.setdefault(schema_id, {})[position] = typed
                yield found

    def _runner(self, frame: Frame) -> EffectRunner:
        return EffectRunner(self.step, frame, self.run.rules, self.budget, self._places)

    def _staged(
        self, frame: Frame, state: _GroupState | None
    ) -> Iterator[list[tuple[str, int, Value]]]:
        runner = self._runner(frame)
        found = stages(self.step, frame, self.budget)
        if self.run.tracer is not None:
            self.run.tracer.runs(self.step, frame, found)
        for number, stage in found.items():
            match stage:
                case Failed():
                    self.failures.append(stage)
                case Stage.FIRED:
                    yield self._carry_out(runner, number, self.step.effects, state)
                case Stage.SKIPPED:
                    self.outcome.skipped += 1
                case _:
                    self.outcome.passed += 1
                    if self.step.otherwise and stage is Stage.PASSED:
                        yield self._carry_out(runner, number, self.step.otherwise, None)

    def _carry_out(
        self,
        runner: EffectRunner,
        number: int,
        effects: Sequence[LinkedEffect],
        state: _GroupState | None,
    ) -> list[tuple[str, int, Value]]:
        """Carry out the effects of one run; give what it writes."""
        self._carried_out += 1
        if not self._carried_out & 255:
            self.run.check_time()
        try:
            found = runner.run(number, effects)
        except HoleError as error:
            self.failures.append(error.failed)
            return []
        except FAILURES as error:
            self.failures.append(Failed(error, None))
            if self.run.tracer is not None:
                failed = self.failures[-1]
                self.run.tracer.not_carried_out(self.step, runner.frame, number, failed)
            return []
        if self.run.tracer is not None:
            self.run.tracer.carried_out(self.step, runner.frame, number, found)
        self.run.answer(self.step, found)
        if effects is self.step.effects:
            self.outcome.fired += 1
            self._end_group(runner.frame.selection, number, state)
        return found.writes

    def _end_group(self, selection: Selection, number: int, state: _GroupState | None) -> None:
        group = self.step.rule.group
        if group is None or not group.stops or state is None:
            return
        if self.step.rule.mode is Mode.SHADOW:
            return
        key = _keys(selection, number)
        if key is None:
            state.ended_for_all = self.step.rule.id
        else:
            state.ended.setdefault(key, self.step.rule.id)
