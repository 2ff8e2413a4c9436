"""Why a rule did what it did in a case: its outcome, and its conditions with their values.

Law: pure; tells the engine's own verdicts, for the person at whose machine the cases run.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gateway.cases.run import Result, Runner
from gateway.cases.telling import Explain


def explainer(runner: Runner) -> Explain:
    """Tell about rules of the cases that *runner* runs."""

    def explain(result: Result, rule: str) -> Sequence[str]:
        return list(_told(runner, result, rule))

    return explain


def _told(runner: Runner, result: Result, rule_id: str) -> Iterator[str]:
    rule = next(one for one in runner.rules(result.case.queue) if one.id == rule_id)
    outcome = next((one for one in result.outcomes if one.rule == rule_id), None)
    place = f"rule {rule_id} ({rule.place.file}:{rule.place.line})"
    if outcome is None:
        yield f"{place} did not run"
        return
    counts = {"fired": outcome.fired, "passed": outcome.passed, "skipped": outcome.skipped}
    told = [name for name, count in counts.items() if count]
    if outcome.failed:
        told.append(f"failed: {outcome.failure}")
    yield f"{place} {', '.join(told) or 'found nothing to run on'}"
