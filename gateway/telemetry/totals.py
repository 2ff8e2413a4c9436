"""The counts of all processes, added up.

A process that ends takes nothing with it but what it counted in its last second, and what it
measured of itself. Law: numbers in memory; called by one thread.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any, Final

import msgspec

from gateway.telemetry import catalog
from gateway.telemetry.catalog import OTHER, Metric
from gateway.telemetry.counts import OUTCOMES, Delta

_decode: Final = msgspec.msgpack.Decoder(Delta).decode


@dataclass(frozen=True, slots=True)
class Known:
    """What the configuration has names for."""

    #: Ids of rules by queue.
    rules: Mapping[str, Collection[str]]
    secrets: Collection[str]
    tables: Collection[str]
    destinations: Collection[str]


@dataclass(slots=True)
class Sum:
    """All durations of one histogram with the same labels."""

    buckets: list[int]
    total: float

    @property
    def heights(self) -> list[int]:
        """How many took at most as long as each bound, the last without one."""
        return list(accumulate(self.buckets))


@dataclass(slots=True)
class Totals:
    """What all processes have counted since the start."""

    numbers: dict[str, dict[tuple[str, ...], float]] = field(default_factory=dict)
    times: dict[str, dict[tuple[str, ...], Sum]] = field(default_factory=dict)
    #: What each process measured last, by process.
    _gauges: dict[str, dict[tuple[str, tuple[str, ...]], float]] = field(default_factory=dict)

    def add(self, process: str, told: bytes) -> None:
        """Add what *process* has counted (`Counts.take`).

        Raises:
            msgspec.MsgspecError: it is nothing that `Counts` has written.
        """
        delta = _decode(told)
        for name, labels, number in delta.numbers:
            self._add(name, labels, number)
        for name, labels, buckets, total in delta.times:
            self._observe(name, labels, buckets, total)
        for queue, rule, counted in delta.rules:
            for outcome, number in zip(OUTCOMES, counted, strict=True):
                if number:
                    self._add(catalog.RULE_OUTCOMES.name, (queue, rule, outcome), number)
        self._gauges[process] = {(name, labels): number for name, labels, number in delta.gauges}

    def count(self, metric: Metric, *labels: str, by: int = 1) -> None:
        """Count *by* more of *metric*, seen by the process that adds up; 0 makes it known."""
        self._add(metric.name, labels, by)

    def ended(self, process: str) -> None:
        """Forget what a process measured of itself."""
        self._gauges.pop(process, None)

    def gauge(self, metric: Metric) -> dict[tuple[str, ...], float]:
        """Give a gauge, the same labels of several processes added up."""
        found: dict[tuple[str, ...], float] = {}
        for gauges in self._gauges.values():
            for (name, labels), number in gauges.items():
                if name == metric.name:
                    found[labels] = found.get(labels, 0) + number
        return found

    def keep(self, known: Known) -> None:
        """Drop what is counted of queues, rules, secrets and the like other than these."""
        for metric in catalog.METRICS:
            for series in (self.numbers.get(metric.name, {}), self.times.get(metric.name, {})):
                self._keep(metric, series, known)

    def _keep(self, metric: Metric, series: dict[tuple[str, ...], Any], known: Known) -> None:
        for labels in list(series):
            if not _is_known(dict(zip(metric.labels, labels, strict=True)), known):
                del series[labels]

    def _add(self, name: str, labels: tuple[str, ...], number: float) -> None:
        series = self.numbers.setdefault(name, {})
        series[labels] = series.get(labels, 0) + number

    def _observe(
        self, name: str, labels: tuple[str, ...], buckets: list[int], total: float
    ) -> None:
        series = self.times.setdefault(name, {})
        known = series.get(labels)
        if known is None:
            series[labels] = Sum(buckets, total)
        else:
            known.buckets = [a + b for a, b in zip(known.buckets, buckets, strict=True)]
            known.total += total


def _is_known(labels: Mapping[str, str], known: Known) -> bool:
    for label, names in (
        ("secret", known.secrets),
        ("table", known.tables),
        ("destination", known.destinations),
    ):
        if label in labels and labels[label] not in names:
            return False
    queue, rules = labels.get("queue", OTHER), known.rules
    if queue == OTHER and OTHER not in rules:
        return "rule" not in labels
    return queue in rules and ("rule" not in labels or labels["rule"] in rules[queue])
