"""All rules of a queue on one request, in order.

Language §2, design §1. Law: pure; one failing rule never stops the others, and never looks as if
it had passed.
"""

from __future__ import annotations

import decimal
import html
from collections.abc import Sequence
from dataclasses import dataclass, field

from gateway.annotation.content import Content
from gateway.annotation.values import CONTEXT
from gateway.effects import Block, Level, Message
from gateway.engine.asking import Asker
from gateway.engine.blame import sentence
from gateway.engine.changes import Change, apply_changes
from gateway.engine.conditions import (
    Budget,
    Failed,
    TimeError,
    evaluate_only,
    fast_fires,
)
from gateway.engine.facts import Facts
from gateway.engine.files import FileEffect, Files
from gateway.engine.frame import FAILURES, Frame, Lane
from gateway.engine.operations import operations
from gateway.engine.outcome import Evaluation, Outcome
from gateway.engine.places import DOCUMENT, Places, Said, Sight, message_text
from gateway.engine.program import Program, Source, Step
from gateway.engine.room import Room
from gateway.engine.rule_run import GroupState, RuleRun, run_key
from gateway.engine.run_effects import RunEffects, Written, apply_writes
from gateway.engine.selection import ANNOTATION, select
from gateway.engine.sieve import Sieve
from gateway.engine.tables import Tables
from gateway.engine.trace import LeftOut, Tracer
from gateway.rules.events import BLOCKING, MARKED
from gateway.rules.expressions.logic import truth
from gateway.rules.rule import Group, Mode, OnFailure, RuleSet
from gateway.rules.selectors.path import SelectorError


def evaluate(
    program: Program,
    content: Content,
    facts: Facts,
    tables: Tables,
    tracer: Tracer | None = None,
) -> Evaluation:
    """Run a program on *content*, which afterwards holds what the rules wrote.

    Rules ask *tables*. A *tracer* is told why; what it is told of every run takes the place of what
    is quick.
    """
    steps = program.steps.get(facts.action, ())
    if not steps:
        return Evaluation()
    before = decimal.getcontext()
    decimal.setcontext(CONTEXT.copy())
    try:
        asker = Asker(tables)
        sieve = program.sieves.get(facts.action)
        if sieve is None or tracer is not None:  # A tracer is told of every run.
            return _Run(program.rules, content, facts, asker, tracer).take_all(steps)
        found = sieve.ask(Frame(ANNOTATION, content, facts, asker))
        if sieve.settles(found):
            return Evaluation(outcomes=found)
        return _Run(program.rules, content, facts, asker, None).take_left(steps, sieve, found)
    finally:
        decimal.setcontext(before)


@dataclass(slots=True)
class _Run:
    rules: RuleSet
    content: Content
    facts: Facts
    asker: Asker
    tracer: Tracer | None
    evaluation: Evaluation = field(default_factory=Evaluation)
    #: What rules see, by what they select: the values are read once for all that select the same.
    _frames: dict[int, list[Frame]] = field(default_factory=dict)
    #: What is the same in all frames.
    _lanes: dict[Source, Lane] = field(default_factory=dict)
    #: Messages and blockers, in the order of the rules.
    _said: list[Said] = field(default_factory=list)
    _groups: dict[Group, GroupState] = field(default_factory=dict)
    _shadows: dict[str, int] = field(default_factory=dict)
    _files: list[FileEffect] = field(default_factory=list)
    _rows_changed: bool = False
    _room: Room = field(default_factory=Room)

    def take_all(self, steps: Sequence[Step]) -> Evaluation:
        """Run all rules."""
        for step in steps:
            self.take(step)
        return self.finish()

    def take_left(
        self, steps: Sequence[Step], sieve: Sieve, found: Sequence[Outcome | None]
    ) -> Evaluation:
        """Run the rules of which the sieve could not tell, or told what holds no more."""
        for step, outcome, reads in zip(steps, found, sieve.reads, strict=True):
            if outcome is not None and self._still_holds(step, reads):
                self.evaluation.outcomes.append(outcome)
            else:
                self.take(step)
        return self.finish()

    def _still_holds(self, step: Step, reads: frozenset[str]) -> bool:
        """Whether what was said of a rule before all others ran is true when its turn comes."""
        if self._rows_changed or not reads.isdisjoint(self.content.touched):
            return False
        if step.rule.group is None:
            return True
        state = self._group_state(step)
        return state.applies and not state.ended and state.ended_for_all is None

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
                if step.follows:
                    self._hide_followers(step)
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
        self._tell()
        evaluation.operations = list(operations(self.content, self.rules))
        if self._files:
            files = Files(self.facts.action, self.facts.subject().plain())
            evaluation.files = files.answer(self._files)
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

    def _group_state(self, step: Step) -> GroupState:
        group = step.rule.group
        assert group is not None  # noqa: S101 - asked by the caller.
        state = self._groups.get(group)
        if state is None:
            state = self._groups[group] = self._guard(step)
        return state

    def _guard(self, step: Step) -> GroupState:
        if step.guard is None:
            return GroupState(True, None)
        frame = Frame(ANNOTATION, self.content, self.facts, self.asker)
        try:
            value = evaluate_only(step.guard, frame, Budget())
            if not isinstance(value, Failed):
                return GroupState(truth(value) is True, None)
        except FAILURES as error:
            value = Failed(error, None)
        finally:
            if self.tracer is not None:
                self.tracer.guard(step, frame)
        return GroupState(False, value)

    def _take_all(
        self, step: Step, state: GroupState | None, outcome: Outcome, failures: list[Failed]
    ) -> None:
        self.check_time()
        budget = Budget()
        done: list[RunEffects] = []
        rule_run: RuleRun | None = None
        for found in self._frames_of(step):
            frame = found if state is None or not state.ended else self._left(step, found, state)
            runs = len(frame.selection)
            outcome.runs += runs
            fired = fast_fires(step, frame, budget) if self.tracer is None else None
            if fired is not None and not fired:
                outcome.passed += runs
                continue
            if rule_run is None:
                rule_run = self._rule_run(step, budget, outcome, failures)
            done.extend(rule_run.take(frame, fired, state))
        if done:
            self._keep(step, done)

    def _hide_followers(self, step: Step) -> None:
        """Hide what follows the conditions of a rule whose group does not apply."""
        failures: list[Failed] = []
        rule_run = self._rule_run(step, Budget(), Outcome(step.rule.id), failures)
        done = [one for frame in self._frames_of(step) for one in rule_run.hide_all(frame)]
        self._keep(step, done)

    def _rule_run(
        self, step: Step, budget: Budget, outcome: Outcome, failures: list[Failed]
    ) -> RuleRun:
        places = Places(self.rules)
        return RuleRun(
            step,
            self.content,
            self.tracer,
            self.check_time,
            places,
            budget,
            self._room,
            outcome,
            failures,
        )

    def _keep(self, step: Step, done: Sequence[RunEffects]) -> None:
        """Keep what the runs of a rule do, unless it only watches."""
        if step.rule.mode is Mode.SHADOW:
            said = sum(effects.count for effects in done)
            if said:
                self._shadows[step.rule.id] = self._shadows.get(step.rule.id, 0) + said
            return
        writes: list[Written] = []
        changes: list[Change] = []
        for effects in done:
            self._said.extend(effects.messages)
            if self.facts.action in BLOCKING:
                self._said.extend(effects.blocks)
            self._keep_other(effects)
            writes.extend(effects.writes)
            changes.extend(effects.changes)
        changed = bool(writes) and apply_writes(self.content, writes)
        if changes and apply_changes(self.content, changes):
            # Rows came or went: what was selected is no longer what there is.
            self._rows_changed = True
            self._frames.clear()
            self._lanes.clear()
        elif changed or changes:
            for frames in self._frames.values():
                for frame in frames:
                    frame.forget()

    def _keep_other(self, effects: RunEffects) -> None:
        """Keep what is told, and answered to events without content; of some the last counts."""
        self._files.extend(effects.files)
        self.evaluation.deliveries.extend(effects.deliveries)
        if effects.responses:
            self.evaluation.response = effects.responses[-1]
            self.evaluation.responded = True
        if effects.senders:
            self.evaluation.sender = effects.senders[-1]

    def _left(self, step: Step, frame: Frame, state: GroupState) -> Frame:
        """See from the runs for which the group has not ended."""
        runs = range(len(frame.selection))
        ended = [state.ended.get(run_key(frame.selection, run)) for run in runs]
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
            frames = [
                Frame(one, self.content, self.facts, self.asker, self._lanes) for one in found
            ]
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
        if self.facts.action not in MARKED:
            return
        level = Level.ERROR if rule.on_failure is OnFailure.ERROR else Level.WARNING
        told = html.escape(outcome.failure or "", quote=False)
        text = outcome.mark = message_text(f"The rule {rule.id} could not be evaluated: {told}.")
        self._said.append(Said(level, text, DOCUMENT, rule.id))
        if self.facts.action in BLOCKING:
            self._said.append(Said(None, text, DOCUMENT, rule.id))

    def _tell(self) -> None:
        """Put what was said where a person will see it, identical messages once."""
        sight = Sight(self.content, self.rules)
        seen = set()
        for said in self._said:
            node_id, prefix = sight.of(said.place)
            content = message_text(prefix + said.content)
            key = (said.level, content, node_id)
            if key in seen:
                continue
            seen.add(key)
            if said.level is None:
                self.evaluation.blocks.append(Block(content, node_id, said.rule))
            else:
                message = Message(said.level, content, node_id, said.rule)
                self.evaluation.messages.append(message)
