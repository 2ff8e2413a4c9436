"""All rules of a queue on one request, in order.

Language §2, design §1. Law: pure; one failing rule never stops the others, and never looks as if
it had passed.
"""

from __future__ import annotations

import decimal
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
    evaluate_each,
    fast_fires,
    stages,
)
from gateway.engine.effects import EffectRunner, RunEffects, apply_writes
from gateway.engine.facts import Facts
from gateway.engine.frame import FAILURES, Frame
from gateway.engine.outcome import Evaluation, Outcome
from gateway.engine.program import LinkedEffect, Program, Step
from gateway.engine.selection import ANNOTATION, Selection, select
from gateway.rules.events import BLOCKING
from gateway.rules.expressions.logic import truth
from gateway.rules.rule import Group, Mode, OnFailure, RuleSet
from gateway.rules.selectors.path import SelectorError


def evaluate(program: Program, content: Content, facts: Facts) -> Evaluation:
    """Run a program on *content*, which afterwards holds what the rules wrote."""
    steps = program.steps.get(facts.action, ())
    if not steps:
        return Evaluation()
    before = decimal.getcontext()
    decimal.setcontext(CONTEXT.copy())
    try:
        run = _Run(program.rules, content, facts)
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
    #: Rows and fields for which a rule has fired, where the group stops at the first.
    ended: set[object] = field(default_factory=set)
    ended_for_all: bool = False


@dataclass(slots=True)
class _Run:
    rules: RuleSet
    content: Content
    facts: Facts
    evaluation: Evaluation = field(default_factory=Evaluation)
    _groups: dict[Group, _GroupState] = field(default_factory=dict)
    _shadows: dict[str, int] = field(default_factory=dict)

    def take(self, step: Step) -> None:
        """Run one rule."""
        rule = step.rule
        if rule.edited and not self._edited(step):
            return
        outcome = Outcome(rule.id)
        failures: list[Failed] = []
        state = self._group_state(step) if rule.group is not None else None
        if state is not None:
            if state.failed is not None:
                failures.append(state.failed)
            elif not state.applies or state.ended_for_all:
                return
        if not failures:
            try:
                self._take_all(step, state, outcome, failures)
            except (SelectorError, *FAILURES) as error:
                failures.append(Failed(error, None))
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

    def _edited(self, step: Step) -> bool:
        if self.facts.action not in ("updated", "user_update"):
            return True
        return any(self.facts.is_edited(self.content.tree.nodes(name)) for name in step.rule.edited)

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
            (value,) = evaluate_each(step.guard, frame, (0,), Budget())
            if not isinstance(value, Failed):
                return _GroupState(truth(value) is True, None)
        except FAILURES as error:
            value = Failed(error, None)
        return _GroupState(False, value)

    def _take_all(
        self, step: Step, state: _GroupState | None, outcome: Outcome, failures: list[Failed]
    ) -> None:
        if self.facts.expired():
            raise TimeError
        budget = Budget()
        writes: list[tuple[str, int, Value]] = []
        for found in select(step.rule.select, self.content, self.facts):
            selection = _without(found, state.ended) if state is not None else found
            if not len(selection):
                continue
            outcome.runs += len(selection)
            rule_run = _RuleRun(self, step, budget, outcome, failures)
            for written in rule_run.selection(selection, state):
                writes.extend(written)
        if step.rule.mode is Mode.ENFORCE:
            apply_writes(self.content, writes)

    def _mark(self, step: Step, outcome: Outcome) -> None:
        """Make a failure visible in the answer, as the rule or its queue chose."""
        rule = step.rule
        if rule.on_failure is OnFailure.IGNORE or rule.mode is Mode.SHADOW:
            return
        level = Level.ERROR if rule.on_failure is OnFailure.ERROR else Level.WARNING
        text = f"The rule {rule.id} could not be evaluated: {outcome.failure}."
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


def _without(selection: Selection, ended: set[object]) -> Selection:
    if not ended:
        return selection
    left = [run for run in range(len(selection)) if _keys(selection, run) not in ended]
    return selection if len(left) == len(selection) else selection.part(left)


@dataclass(slots=True)
class _RuleRun:
    """One rule in one request."""

    run: _Run
    step: Step
    budget: Budget
    outcome: Outcome
    failures: list[Failed]

    def selection(
        self, selection: Selection, state: _GroupState | None
    ) -> Iterator[list[tuple[str, int, Value]]]:
        """Take the runs of one selection; yield what each of them writes."""
        if self.step.in_turn:
            yield from self._in_turn(selection, state)
            return
        frame = Frame(selection, self.run.content, self.run.facts)
        fired = fast_fires(self.step, frame, self.budget)
        if fired is not None:
            self.outcome.passed += len(selection) - len(fired)
            for number in fired:
                yield self._carry_out(frame, number, self.step.effects, state)
            return
        yield from self._staged(frame, range(len(selection)), state)

    def _in_turn(
        self, selection: Selection, state: _GroupState | None
    ) -> Iterator[list[tuple[str, int, Value]]]:
        """Take runs one after another, so that ``row.previous`` sees what this rule wrote."""
        pending: dict[str, dict[int, Value]] = {}
        for number in range(len(selection)):
            frame = Frame(selection.part((number,)), self.run.content, self.run.facts)
            frame.pending = pending
            for found in self._staged(frame, (0,), state):
                for schema_id, position, value in found:
                    typed = self.run.content.typed(schema_id, value)
                    pending.setdefault(schema_id, {})[position] = typed
                yield found

    def _staged(
        self, frame: Frame, runs: Sequence[int], state: _GroupState | None
    ) -> Iterator[list[tuple[str, int, Value]]]:
        for number, stage in stages(self.step, frame, runs, self.budget).items():
            match stage:
                case Failed():
                    self.failures.append(stage)
                case Stage.FIRED:
                    yield self._carry_out(frame, number, self.step.effects, state)
                case Stage.SKIPPED:
                    self.outcome.skipped += 1
                case _:
                    self.outcome.passed += 1
                    if self.step.otherwise and stage is Stage.PASSED:
                        yield self._carry_out(frame, number, self.step.otherwise, None)

    def _carry_out(
        self,
        frame: Frame,
        number: int,
        effects: Sequence[LinkedEffect],
        state: _GroupState | None,
    ) -> list[tuple[str, int, Value]]:
        """Carry out the effects of one run; give what it writes."""
        try:
            found = EffectRunner(self.step, frame, self.run.rules).run(number, effects)
        except FAILURES as error:
            self.failures.append(Failed(error, None))
            return []
        self.run.answer(self.step, found)
        if effects is self.step.effects:
            self.outcome.fired += 1
            self._end_group(frame.selection, number, state)
        return found.writes

    def _end_group(self, selection: Selection, number: int, state: _GroupState | None) -> None:
        group = self.step.rule.group
        if group is None or not group.stops or state is None:
            return
        if self.step.rule.mode is Mode.SHADOW:
            return
        key = _keys(selection, number)
        if key is None:
            state.ended_for_all = True
        else:
            state.ended.add(key)
