"""Why a rule did what it did in a case: its outcome, and its conditions with their values.

Law: pure; tells the engine's own verdicts, for the person at whose machine the cases run.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from gateway.cases.payload import Made
from gateway.cases.run import Result, Runner
from gateway.cases.telling import Explain
from gateway.config.drawing import visible
from gateway.explain.drawing import draw_expression
from gateway.explain.explanation import Explanation, RuleExplained, RunExplained, explain

#: Runs of one rule that are drawn; the failing and firing ones come first.
_RUNS: Final = 3


def explainer(runner: Runner) -> Explain:
    """Tell about rules of the cases that *runner* runs."""
    # Differences of one case are told one after the other.
    last: list[tuple[Result, Explanation]] = []

    def told(result: Result, rule: str) -> Sequence[str]:
        made = result.made
        if made is None:
            return []
        if not last or last[0][0] is not result:
            found = _explained(runner, result, made)
            last[:] = [(result, found)]
        explained = last[0][1].rule(rule)
        return [] if explained is None else list(_lines(explained))

    return told


def _explained(runner: Runner, result: Result, made: Made) -> Explanation:
    tables = runner.tables(result.case)
    return explain(runner.gateway, made.body, result.case.queue, made.now, tables)


def _lines(explained: RuleExplained) -> Iterator[str]:
    rule = explained.rule
    place = f"{rule.place.file}:{rule.place.line}"
    yield visible(f"rule {rule.id} ({place}) {explained.verdict.value}: {explained.reason}")
    if explained.guard is not None:
        guard = explained.guard
        drawn = draw_expression(guard.expression, guard.operands, guard.absent)
        yield from (f"  {line}" for line in drawn)
        yield from (f"  asked {one.text}" for one in guard.questions)
    for run in explained.runs[:_RUNS]:
        yield from _run(run)
    if len(explained.runs) > _RUNS:
        yield f"  … {len(explained.runs) - _RUNS} more"


def _run(run: RunExplained) -> Iterator[str]:
    if run.place is not None:
        yield f"  {run.place} {run.verdict.value}"
    questions = list(run.questions)
    for condition in run.conditions:
        drawn = draw_expression(condition.expression, condition.operands, condition.absent)
        yield from (f"  {line}" for line in drawn)
        questions += condition.questions
    yield from dict.fromkeys(visible(f"  asked {one.text}") for one in questions)
