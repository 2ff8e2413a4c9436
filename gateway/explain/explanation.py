"""One request explained: for each rule of its queue what became of it, and why.

Tooling conventions §6. Law: the verdicts are those of the engine that answers; here they are put
into words, with the values that decided them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from gateway.annotation.values import Value
from gateway.diagnostic import Span
from gateway.engine.conditions import Failed, Stage
from gateway.engine.outcome import Outcome
from gateway.engine.tables import Tables
from gateway.engine.trace import LeftOut
from gateway.explain.effects import NOWHERE, Effect, Scene, effects_told
from gateway.explain.questions import Told, asked_by, asked_in
from gateway.explain.reasons import condition_told, reason_of, why_failed
from gateway.explain.recording import Done, Recorder, Run, Seen, Story
from gateway.rules.effect import Effect as Declared
from gateway.rules.effect import Follow
from gateway.rules.events import ACTIONS, CONTENT
from gateway.rules.expressions.expression import Expression
from gateway.rules.rule import ByPath, BySchemaId, Mode, Rule
from gateway.runtime import Gateway


class Verdict(StrEnum):
    """What became of one rule, or of one run."""

    FIRED = "fired"
    PASSED = "passed"
    #: ``require`` is empty.
    SKIPPED = "skipped"
    FAILED = "failed"
    #: It is not for this event.
    EVENT = "event"
    OFF = "off"
    #: None of the fields in ``edited`` was.
    UNEDITED = "unedited"
    #: The group's ``when`` is false or empty.
    GUARD = "guard"
    #: Nothing is selected.
    UNSELECTED = "unselected"
    #: Another rule has ended the group.
    STOPPED = "stopped"


#: Those of rules that had no run, of which there is nothing to see.
IDLE: Final = frozenset(
    (
        Verdict.EVENT,
        Verdict.OFF,
        Verdict.UNEDITED,
        Verdict.GUARD,
        Verdict.UNSELECTED,
        Verdict.STOPPED,
    )
)


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition with the values that one run saw."""

    #: ``when``, ``require``, ``when of the group``, or ``visible`` with the field.
    key: str
    expression: Expression
    operands: tuple[Value, ...]
    #: Operands that name what the document does not have.
    absent: frozenset[int]
    #: What it asked tables.
    questions: tuple[Told, ...]


@dataclass(frozen=True, slots=True)
class RunExplained:
    """One run."""

    #: ``row 3``; None where there is only one.
    place: str | None
    verdict: Verdict
    #: Names fields, never their values.
    reason: str
    conditions: tuple[Condition, ...]
    #: What its effects asked tables.
    questions: tuple[Told, ...]
    effects: tuple[Effect, ...]


@dataclass(frozen=True, slots=True)
class RuleExplained:
    """One rule."""

    rule: Rule
    verdict: Verdict
    #: Names fields, never their values.
    reason: str
    #: How many runs came to each verdict.
    counts: dict[Verdict, int]
    #: The failing and firing ones first.
    runs: tuple[RunExplained, ...]
    guard: Condition | None

    @property
    def place(self) -> Span:
        """Where its id is written."""
        return self.rule.place

    @property
    def is_shadow(self) -> bool:
        """Whether it only watches."""
        return self.rule.mode is Mode.SHADOW

    @property
    def effects(self) -> dict[str, int]:
        """How many effects of which kind are answered, or would be if it were no shadow."""
        verbs = [
            one.verb
            for run in self.runs
            for one in run.effects
            if one.kept is None or (self.is_shadow and one.at != NOWHERE)
        ]
        return dict(Counter(verbs))


@dataclass(frozen=True, slots=True)
class Explanation:
    """One request by the rules of one queue."""

    queue: str
    #: ``event.action``.
    event: str
    revision: str
    #: In the order in which they run.
    rules: tuple[RuleExplained, ...]

    def rule(self, rule_id: str) -> RuleExplained | None:
        """Find a rule by its id."""
        return next((one for one in self.rules if one.rule.id == rule_id), None)


def explain(
    gateway: Gateway,
    body: bytes,
    name: str,
    now: datetime | None = None,
    tables: Tables | None = None,
) -> Explanation:
    """Answer a stored request by the rules of the queue file *name*, and say why.

    Rules ask *tables*, where they are given, instead of the queue's own.

    Raises:
        PayloadError: the body is not a hook request.
    """
    recorder = Recorder()
    answer = gateway.dry_run(body, name, now, recorder, tables)
    evaluation = answer.evaluation
    outcomes = {} if evaluation is None else {one.rule: one for one in evaluation.outcomes}
    action = answer.event.removeprefix(f"{CONTENT}.")
    known = gateway.queue(name).rules
    scene = Scene(recorder.names, action, known.hidden)
    rules = tuple(_rule(rule, outcomes.get(rule.id), recorder, scene) for rule in known.rules)
    return Explanation(name, answer.event, answer.revision, rules)


def _rule(rule: Rule, outcome: Outcome | None, recorder: Recorder, scene: Scene) -> RuleExplained:
    story = recorder.stories.get(rule.id) or Story()
    guard = _guard(rule, recorder)
    runs = [_run(rule, run, story, scene) for run in story.runs]
    counts = Counter(run.verdict for run in runs)
    if outcome is None:
        verdict, reason = _idle(rule, story, guard, scene.action)
        runs += _followed(rule, story, scene, reason)
    elif story.failed is not None:
        verdict, reason = Verdict.FAILED, why_failed(story.failed)
    elif not outcome.runs:
        verdict, reason = _unselected(rule, runs)
    else:
        verdict = next(one for one in _ORDER if counts[one])
        reason = runs[0].reason if len(runs) == 1 else _summary(counts, runs, verdict)
    ordered = sorted(runs, key=lambda run: (*_ORDER, Verdict.GUARD).index(run.verdict))
    return RuleExplained(rule, verdict, reason, dict(counts), tuple(ordered), guard)


#: What a person wants to see first.
_ORDER: Final = (
    Verdict.FAILED,
    Verdict.FIRED,
    Verdict.SKIPPED,
    Verdict.PASSED,
    Verdict.STOPPED,
)


def _idle(rule: Rule, story: Story, guard: Condition | None, action: str) -> tuple[Verdict, str]:
    """Say why the engine did not come to a rule."""
    match story.left_out:
        case LeftOut.UNEDITED:
            fields = ", ".join(sorted(rule.edited))
            return Verdict.UNEDITED, f"not edited: {fields}"
        case LeftOut.STOPPED:
            return Verdict.STOPPED, f"stopped by {story.stopped_by}"
        case LeftOut.GUARD:
            assert guard is not None  # noqa: S101 - it has been told of.
            told = condition_told("when", guard.expression, guard.operands, guard.absent)
            return Verdict.GUARD, f"the group's {told}"
        case None if rule.mode is Mode.OFF:
            return Verdict.OFF, "mode off"
        case None:
            return Verdict.EVENT, _elsewhere(rule, action)


def _elsewhere(rule: Rule, action: str) -> str:
    """Say for which events a rule is."""
    if action in rule.actions:
        return f"this {action} has no content"
    # `updated` includes its deprecated form.
    words = [CONTENT] if rule.actions >= ACTIONS else sorted(rule.actions - {"user_update"})
    return f"on {', '.join(words) or 'user_update'}, not on {action}"


def _followed(rule: Rule, story: Story, scene: Scene, reason: str) -> list[RunExplained]:
    """Tell what is hidden with the condition of a group that does not apply."""
    return [
        RunExplained(
            scene.names.run(selection, number),
            Verdict.GUARD,
            reason,
            (),
            (),
            effects_told(rule, (), done, scene),
        )
        for selection, number, done in story.followed
    ]


def _unselected(rule: Rule, runs: Sequence[RunExplained]) -> tuple[Verdict, str]:
    if runs:  # All of them were left out.
        return Verdict.STOPPED, runs[0].reason
    assert rule.select is not None  # noqa: S101 - there is always one annotation.
    match rule.select:
        case BySchemaId(schema_id):
            return Verdict.UNSELECTED, f"nothing selected: the document has no {schema_id}"
        case ByPath(path):
            words = " ".join(path.text.split())
            return Verdict.UNSELECTED, f"nothing selected by {words}"


def _guard(rule: Rule, recorder: Recorder) -> Condition | None:
    seen = recorder.guards.get(rule.group) if rule.group is not None else None
    return None if seen is None else _seen("when of the group", seen, 0)


def _seen(key: str, seen: Seen, number: int) -> Condition:
    asked = tuple(asked_by(seen, number))
    return Condition(key, seen.expression, seen.operands(number), seen.absent, asked)


def _run(rule: Rule, run: Run, story: Story, scene: Scene) -> RunExplained:
    done = story.effects_of(run)
    verdict, reason = _verdict(run), reason_of(run)
    if isinstance(done, Failed):
        verdict, reason = Verdict.FAILED, why_failed(done)
    seen = [("when", run.when), ("require", run.require), *_follows(rule, run, done)]
    return RunExplained(
        scene.names.run(run.selection, run.number),
        verdict,
        reason,
        tuple(_seen(key, one, run.number) for key, one in seen if one is not None),
        tuple(_questions(run, done)),
        _effects(rule, run, done, scene),
    )


def _effects(rule: Rule, run: Run, done: Done | Failed | None, scene: Scene) -> tuple[Effect, ...]:
    if done is None or isinstance(done, Failed):
        return ()
    return effects_told(rule, _meant(rule, run), done, scene)


def _questions(run: Run, done: Done | Failed | None) -> Iterator[Told]:
    """Yield what the effects of a run have asked."""
    if isinstance(done, Done):
        told = [one for seen in done.asks for one in asked_by(seen, run.number)]
        told += [one for matched in done.effects.matches for one in asked_in(matched)]
        yield from (one for at, one in enumerate(told) if one not in told[:at])


def _follows(rule: Rule, run: Run, done: Done | Failed | None) -> Iterator[tuple[str, Seen]]:
    """Yield the conditions of ``visible`` that a run has asked."""
    if isinstance(done, Done):
        for effect in _meant(rule, run):
            if isinstance(effect, Follow):
                yield f"visible {effect.schema_id}", done.follows[effect]


def _meant(rule: Rule, run: Run) -> Sequence[Declared]:
    if run.stage is Stage.FIRED:
        return rule.effects
    return rule.otherwise if run.stage is Stage.PASSED else ()


def _verdict(run: Run) -> Verdict:
    match run.stage:
        case str():
            return Verdict.STOPPED
        case Failed():
            return Verdict.FAILED
        case Stage.FIRED:
            return Verdict.FIRED
        case Stage.SKIPPED:
            return Verdict.SKIPPED
        case _:
            return Verdict.PASSED


def _summary(counts: Counter[Verdict], runs: Sequence[RunExplained], verdict: Verdict) -> str:
    """Say how many runs came to what, and why the first of each."""
    if all((run.verdict, run.reason) == (verdict, runs[0].reason) for run in runs):
        return f"{len(runs)} runs, each: {runs[0].reason}"
    told = []
    for one in (verdict, *(other for other in _ORDER if other is not verdict)):
        if counts[one]:
            first = next(run for run in runs if run.verdict is one)
            same = all(run.reason == first.reason for run in runs if run.verdict is one)
            where = "" if counts[one] == 1 or same else f" ({first.place})"
            told.append(f"{counts[one]} {one}: {first.reason}{where}")
    return f"{len(runs)} runs, {'; '.join(told)}"
