"""Which rules the cases have put to the test.

Language §8. Law: pure; a rule is covered when it has fired in a case that passed or failed alike:
what it said is then held against what was expected.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from gateway.cases.run import Result
from gateway.config.configuration import Configuration
from gateway.diagnostic import Span
from gateway.rules.rule import Mode


@dataclass(slots=True)
class Covered:
    """One rule of one queue: in how many cases it did what."""

    queue: str
    rule: str
    place: Span
    fired: int = 0
    passed: int = 0
    skipped: int = 0
    failed: int = 0

    @property
    def is_covered(self) -> bool:
        """Whether it has fired."""
        return self.fired > 0

    @property
    def is_never(self) -> bool:
        """Whether it did not run in any case."""
        return not (self.fired or self.passed or self.skipped or self.failed)

    @property
    def counts(self) -> Mapping[str, int]:
        """The counts by their names."""
        return {
            "fired": self.fired,
            "passed": self.passed,
            "skipped": self.skipped,
            "failed": self.failed,
        }


def coverage(configuration: Configuration, results: Iterable[Result]) -> Sequence[Covered]:
    """Count for each rule that is not off, queue by queue in rule order."""
    found = {
        (name, rule.id): Covered(name, rule.id, rule.place)
        for name, queue in configuration.by_name.items()
        for rule in queue.rules.rules
        if rule.mode is not Mode.OFF
    }
    for result in results:
        for outcome in result.outcomes:
            one = found[result.case.queue, outcome.rule]
            one.fired += outcome.fired > 0
            one.passed += outcome.passed > 0
            one.skipped += outcome.skipped > 0
            one.failed += outcome.failed > 0
    return list(found.values())


def percent(rules: Sequence[Covered]) -> float:
    """Give the share of covered rules in percent; 100 when there is none to cover."""
    if not rules:
        return 100.0
    return 100.0 * sum(one.is_covered for one in rules) / len(rules)
