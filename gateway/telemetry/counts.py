"""What one process has counted since it was last asked.

Counting is plain arithmetic under one lock, since it happens while a request waits; about once a
second the counts are taken, sent to the process that adds them all up (`totals`), and begun anew.
Law: keeps numbers in memory; knows no other process, no clock and no format but its own.
"""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections import Counter
from typing import TYPE_CHECKING, Final, TypeAlias

import msgspec

from gateway.telemetry import catalog
from gateway.telemetry.catalog import BUCKETS, OTHER, Metric

if TYPE_CHECKING:
    from gateway.effects import Operation
    from gateway.engine.outcome import Evaluation, Outcome
    from gateway.runtime import Answer

#: What can become of a rule in a request, in the words of ``gateway explain``.
OUTCOMES: Final = ("fired", "passed", "skipped", "failed", "unselected")
#: What can become of a key that a table is asked for, as `Evaluation.asked` counts it.
ASKED: Final = ("found", "none", "failed")
_FIRED, _PASSED, _SKIPPED, _FAILED, _UNSELECTED = range(5)


#: The name of a metric, its labels, and a number.
Row: TypeAlias = tuple[str, tuple[str, ...], float]


class Delta(msgspec.Struct, array_like=True):
    """What was counted between two looks."""

    numbers: list[Row]
    #: Buckets, not added up, the last for what is longer; then the sum.
    times: list[tuple[str, tuple[str, ...], list[int], float]]
    #: Queue, rule, and a number for each of `OUTCOMES`.
    rules: list[tuple[str, str, list[int]]]
    #: As they are now: these replace the former ones.
    gauges: list[Row]


class _Times:
    __slots__ = ("buckets", "total")

    def __init__(self) -> None:
        self.buckets = [0] * (len(BUCKETS) + 1)
        self.total = 0.0

    def observe(self, seconds: float) -> None:
        self.buckets[bisect_left(BUCKETS, seconds)] += 1
        self.total += seconds


class Counts:
    """Counts, for any number of threads."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._lock = threading.Lock()
        self._clear()

    def _clear(self) -> None:
        self._numbers: dict[tuple[str, ...], float] = {}
        self._times: dict[tuple[str, str], _Times] = {}
        self._rules: dict[str, dict[str, list[int]]] = {}

    def add(self, metric: Metric, *labels: str, by: float = 1) -> None:
        """Count *by* more of *metric*."""
        with self._lock:
            self._add((metric.name, *labels), by)

    def observe(self, metric: Metric, label: str, seconds: float) -> None:
        """Count a duration."""
        with self._lock:
            self._observe((metric.name, label), seconds)

    def exchanged(self, route: str, method: str, code: str, seconds: float) -> None:
        """Count an HTTP request and its answer."""
        with self._lock:
            self._add((catalog.HTTP_REQUESTS.name, route, method, code), 1)
            self._observe((catalog.HTTP_SECONDS.name, route), seconds)

    def answered(self, answer: Answer) -> None:
        """Count a hook request that was answered, with all that its rules did."""
        queue = answer.queue or OTHER
        with self._lock:
            self._add((catalog.HOOKS.name, queue, answer.event), 1)
            if answer.request is not None and answer.request.left_out:
                self._add((catalog.LEFT_OUT.name, queue), answer.request.left_out)
            if answer.untold is not None:
                result = "shown" if answer.untold.is_shown else "lost"
                self._add((catalog.UNTOLD.name, queue, result), 1)
            if answer.secret is not None:
                self._add((catalog.SECRETS.name, answer.secret), 1)
            if answer.evaluation is not None:
                self._evaluated(queue, answer.evaluation)

    def take(self, gauges: list[Row] | None = None) -> bytes:
        """Give what was counted since the last call, and what is measured now."""
        with self._lock:
            numbers, times, rules = self._numbers, self._times, self._rules
            self._clear()
        delta = Delta(
            [(name, tuple(labels), number) for (name, *labels), number in numbers.items()],
            [(name, (label,), one.buckets, one.total) for (name, label), one in times.items()],
            [(queue, rule, row) for queue, rows in rules.items() for rule, row in rows.items()],
            gauges or [],
        )
        return msgspec.msgpack.encode(delta)

    def _add(self, key: tuple[str, ...], by: float) -> None:
        self._numbers[key] = self._numbers.get(key, 0) + by

    def _observe(self, key: tuple[str, str], seconds: float) -> None:
        times = self._times.get(key)
        if times is None:
            times = self._times[key] = _Times()
        times.observe(seconds)

    def _evaluated(self, queue: str, evaluation: Evaluation) -> None:
        self._observe((catalog.EVALUATION_SECONDS.name, queue), evaluation.seconds)
        self._count_outcomes(queue, evaluation.outcomes)
        for rule, count in evaluation.shadows.items():
            self._add((catalog.RULE_SHADOW.name, queue, rule), count)
        messages = evaluation.all_messages
        if messages:
            for level, count in Counter(one.level for one in messages).items():
                self._add((catalog.MESSAGES.name, queue, level.value), count)
        if evaluation.operations:
            for kind, count in Counter(map(type, evaluation.operations)).items():
                self._add((catalog.OPERATIONS.name, queue, operation_name(kind)), count)
        if evaluation.blocks:
            self._add((catalog.BLOCKERS.name, queue), len(evaluation.blocks))
        self._count_others(queue, evaluation)

    def _count_others(self, queue: str, evaluation: Evaluation) -> None:
        """Count who else was told, and what was asked."""
        for destination, count in Counter(one.destination for one in evaluation.deliveries).items():
            self._add((catalog.NOTIFICATIONS.name, queue, destination), count)
        for table, counted in evaluation.asked.items():
            for outcome, count in zip(ASKED, counted, strict=True):
                if count:
                    self._add((catalog.TABLE_ASKED.name, table, outcome), count)

    def _count_outcomes(self, queue: str, outcomes: list[Outcome]) -> None:
        rows = self._rules.get(queue)
        if rows is None:
            rows = self._rules[queue] = {}
        for outcome in outcomes:
            row = rows.get(outcome.rule)
            if row is None:
                row = rows[outcome.rule] = [0] * len(OUTCOMES)
            row[_verdict(outcome)] += 1


def outcome_name(outcome: Outcome) -> str:
    """Say in one word what became of a rule: the first that any of its runs had."""
    return OUTCOMES[_verdict(outcome)]


def operation_name(kind: type[Operation]) -> str:
    """Call an operation what the wire calls it."""
    return kind.__name__.lower()


def _verdict(outcome: Outcome) -> int:
    if outcome.failed:
        return _FAILED
    if outcome.fired:
        return _FIRED
    if outcome.skipped:
        return _SKIPPED
    return _PASSED if outcome.passed else _UNSELECTED
