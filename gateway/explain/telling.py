"""An explanation as lines for a person.

Law: pure; the same explanation gives the same lines, none of which can move a cursor.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from gateway.config.drawing import visible
from gateway.explain.drawing import draw_expression
from gateway.explain.effects import NOWHERE, Effect
from gateway.explain.explanation import (
    IDLE,
    Condition,
    Explanation,
    RuleExplained,
    RunExplained,
)
from gateway.explain.questions import Told

#: So many runs of a rule are shown, unless all are asked for.
MOST_RUNS: Final = 20
_INDENT: Final = "    "


def tell(explanation: Explanation) -> list[str]:
    """Tell every rule on one line."""
    rules = explanation.rules
    head = f"{explanation.event}: {len(rules)} rules of {explanation.queue}"
    widest = max((len(one.rule.id) for one in rules), default=0)
    lines = [f"{head}, revision {explanation.revision}"]
    lines += [_line(one, widest) for one in rules]
    return [visible(line) for line in lines]


def tell_rule(explained: RuleExplained, runs: int | None = MOST_RUNS) -> list[str]:
    """Tell one rule: its conditions with their values, and what followed, for so many *runs*."""
    lines = [_line(explained, len(explained.rule.id))]
    if explained.guard is not None:
        lines += _condition(explained.guard, _INDENT)
        lines += _questions(explained.guard.questions, [])
    shown = explained.runs if runs is None else explained.runs[:runs]
    for run in shown:
        lines += _run(run, _same(shown))
    left = len(explained.runs) - len(shown)
    if left:
        lines.append(f"{left} more {'run' if left == 1 else 'runs'}; --all shows them")
    return [visible(line) for line in lines]


def _same(runs: Sequence[RunExplained]) -> bool:
    """Whether there is only one run, of which the rule's own line has told all."""
    return len(runs) == 1 and runs[0].place is None


def _line(one: RuleExplained, widest: int) -> str:
    word = "not run" if one.verdict in IDLE else one.verdict.value
    place = f"{one.place.file}:{one.place.line}"
    return f"{word:<8} {one.rule.id:<{widest}}  {one.reason}{_followed(one)}  ({place})"


def _followed(one: RuleExplained) -> str:
    """Say how much of what the runs of a rule do."""
    listed = ", ".join(f"{count} {_nouns(verb, count)}" for verb, count in one.effects.items())
    if one.is_shadow and any(run.effects for run in one.runs):
        return f"; shadow, would have answered {listed or 'nothing'}"
    if any(run.effects for run in one.runs):
        return f" -> {listed or 'nothing'}"
    return ""


def _nouns(verb: str, count: int) -> str:
    return verb if count == 1 or verb in ("info", "options", "values") else f"{verb}s"


def _run(run: RunExplained, alone: bool) -> Iterator[str]:
    if not alone:
        yield f"  {run.place or 'the only run'} {run.verdict}: {run.reason}"
    told: list[Told] = []
    for condition in run.conditions:
        yield from _condition(condition, _INDENT)
        yield from _questions(condition.questions, told)
    yield from _questions(run.questions, told)
    for effect in run.effects:
        yield f"{_INDENT}-> {_effect(effect)}"


def _condition(condition: Condition, indent: str) -> Iterator[str]:
    prefix = f"{indent}{condition.key}: "
    drawn = draw_expression(condition.expression, condition.operands, condition.absent)
    for line in drawn:
        yield f"{prefix}{line}".rstrip()
        prefix = " " * len(prefix)


def _questions(questions: Sequence[Told], told: list[Told]) -> Iterator[str]:
    """Tell what tables were asked, but what has been *told*."""
    for one in questions:
        if one not in told:
            told.append(one)
            yield f"{_INDENT}asked {one.text}"


def _effect(effect: Effect) -> str:
    text = f'"{effect.text}"' if effect.verb == "replace" else effect.text
    told = f"{effect.verb} {effect.at}" + (f": {text}" if text and effect.at != NOWHERE else "")
    return told if effect.kept is None else f"{told} ({effect.kept})"
