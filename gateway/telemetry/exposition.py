"""What ``/metrics`` answers: all counts and the state of the configuration, as Prometheus reads it.

Law: pure but for the library's own rendering; each metric of `catalog` once, in that order.
"""

from __future__ import annotations

import platform
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

import gateway
from gateway.telemetry import catalog
from gateway.telemetry.catalog import BUCKETS, Kind, Metric
from gateway.telemetry.totals import Known, Totals

if TYPE_CHECKING:
    from prometheus_client.core import HistogramMetricFamily
    from prometheus_client.core import Metric as Family

Series: TypeAlias = Mapping[tuple[str, ...], float]


@dataclass(frozen=True, slots=True)
class Served:
    """What is served, as far as metrics tell of it."""

    revision: str
    #: Ids of rules by queue.
    rules: Mapping[str, Sequence[str]]
    secrets: Sequence[str]
    #: Whether the last change was taken whole.
    good: bool
    #: Whether the folder holds something else.
    stale: bool
    #: Queues that answer by an earlier version.
    failed: Sequence[str]
    successes: int
    failures: int
    #: When a change was last taken whole, in seconds since 1970.
    loaded_at: float
    #: SHA-256 by the file's name.
    files: Mapping[str, str] = field(default_factory=dict)
    tables: Sequence[str] = ()
    destinations: Sequence[str] = ()


def exposition(
    totals: Totals, served: Served, further: Mapping[str, Series] | None = None
) -> tuple[str, bytes]:
    """Write all metrics; *further* holds series by the metric's name.

    Returns:
        The media type, and the text.
    """
    from prometheus_client import CollectorRegistry, generate_latest
    from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

    totals.keep(Known(served.rules, served.secrets, served.tables, served.destinations))
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Collected(totals, {**_state(served), **(further or {})}))
    return CONTENT_TYPE_PLAIN_0_0_4, generate_latest(registry)


@dataclass(frozen=True, slots=True, eq=False)
class _Collected:
    totals: Totals
    series: Mapping[str, Series]

    def collect(self) -> Iterator[Family]:
        for metric in catalog.METRICS:
            yield self._family(metric)

    def _family(self, metric: Metric) -> Family:
        from prometheus_client import core

        given = (metric.name, metric.meaning)
        if metric.kind is Kind.HISTOGRAM:
            histogram = core.HistogramMetricFamily(*given, labels=metric.labels)
            self._fill(histogram, metric)
            return histogram
        counted = metric.kind is Kind.COUNTER
        kind = core.CounterMetricFamily if counted else core.GaugeMetricFamily
        family = kind(*given, labels=metric.labels)
        for labels, number in self._numbers(metric).items():
            family.add_metric(labels, number)
        return family

    def _numbers(self, metric: Metric) -> Series:
        counted = self.totals.numbers.get(metric.name, {})
        found = {**counted, **self.totals.gauge(metric), **self.series.get(metric.name, {})}
        # A count is there from the start, so that its first increase is seen as one.
        is_single = metric.kind is Kind.COUNTER and not metric.labels
        return found if found or not is_single else {(): 0.0}

    def _fill(self, family: HistogramMetricFamily, metric: Metric) -> None:
        bounds = [*map(str, BUCKETS), "+Inf"]
        for labels, one in self.totals.times.get(metric.name, {}).items():
            family.add_metric(labels, list(zip(bounds, one.heights, strict=True)), one.total)


def _state(served: Served) -> dict[str, Series]:
    return {
        catalog.BUILD.name: _one(gateway.__version__, platform.python_version()),
        catalog.CONFIG.name: _one(served.revision),
        catalog.RELOAD_GOOD.name: {(): float(served.good)},
        catalog.RELOADED_AT.name: {(): served.loaded_at},
        catalog.RELOADS.name: {
            ("success",): served.successes,
            ("failure",): served.failures,
        },
        catalog.STALE.name: {(): float(served.stale)},
        catalog.QUEUE_STALE.name: {
            (queue,): float(queue in served.failed) for queue in (*served.rules, *served.failed)
        },
        catalog.RULES.name: {(queue,): len(rules) for queue, rules in served.rules.items()},
        catalog.FILES.name: dict.fromkeys(served.files.items(), 1.0),
    }


def _one(*labels: str) -> Series:
    return {labels: 1.0}
