"""What is told of each request, in one place: a log line, counts, a decision record, spans.

Law: passes on; every request is told of once, whatever became of it.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from gateway.telemetry import catalog
from gateway.telemetry.catalog import OTHER
from gateway.telemetry.identity import new_id
from gateway.telemetry.record import Asked
from gateway.web.logs import TracingRecords, take_records

if TYPE_CHECKING:
    from gateway.runtime import Answer
    from gateway.telemetry.counts import Counts
    from gateway.telemetry.decisions import Decisions
    from gateway.telemetry.spans import Spans
    from gateway.web.calls import Call
    from gateway.web.logs import Log
    from gateway.web.refusals import Refusal


class Seen:
    """Tells of requests."""

    def __init__(
        self,
        log: Log,
        counts: Counts,
        decisions: Decisions | None = None,
        spans: Spans | None = None,
    ) -> None:
        """Write to *log* and count in *counts*; the others are for whoever wants them."""
        self.log = log
        self.counts = counts
        log.lost = self._count_lost
        self._decisions = decisions
        self._spans = spans

    def start(self) -> None:
        """Begin what needs a thread; not before the process that answers is forked."""
        self.log.lost = self._count_lost
        if self._decisions is not None:
            self._decisions.start()
        if self._spans is not None:
            for library in ("opentelemetry", "urllib3"):
                take_records(library, TracingRecords(self.log))
            self._spans.start()

    def stop(self) -> None:
        """Write and send what waits, as long as that takes little time."""
        if self._decisions is not None:
            self._decisions.stop()
        if self._spans is not None:
            self._spans.stop()

    def answered(self, call: Call, route: str, answer: Answer) -> None:
        """Tell of a hook request that was answered with 200."""
        seconds = time.monotonic() - call.began
        decision_id = None
        if self._decisions is not None or self._spans is not None:
            decision_id = new_id()
            call = self._tell(call, route, answer, decision_id, seconds)
        self.log.answered(call, answer, seconds, decision_id)
        self.counts.answered(answer)

    def refused(
        self,
        call: Call,
        route: str,
        method: str,
        refusal: Refusal,
        *,
        reason: str | None = None,
        queue: str | None = None,
    ) -> None:
        """Tell of a request that was not; *queue* is what its address says, known or not."""
        seconds = time.monotonic() - call.began
        if self._spans is not None:
            exchange = call.exchange(route, method, refusal.number, seconds)
            call = call.within(self._spans.refused(exchange, refusal.code))
        self.log.refused(call, refusal, seconds, reason=reason, queue=queue)

    def exchanged(self, call: Call, route: str, method: str, status: int) -> None:
        """Count an HTTP request and its answer."""
        self.counts.exchanged(route, method, str(status), time.monotonic() - call.began)

    def unauthorized(self, reason: str, queue: str | None) -> None:
        """Count a signature that was not accepted; *queue* is one that exists."""
        self.counts.add(catalog.AUTH_FAILURES, queue or OTHER, reason)

    def untold(self, queue: str | None) -> None:
        """Count a request that is to be repeated because nothing can be passed on."""
        self.counts.add(catalog.UNTOLD, queue or OTHER, "repeated")

    def _count_lost(self) -> None:
        self.counts.add(catalog.LOG_LOST)

    def _tell(
        self, call: Call, route: str, answer: Answer, decision_id: str, seconds: float
    ) -> Call:
        if self._spans is not None:
            exchange = call.exchange(route, "POST", 200, seconds)
            call = call.within(self._spans.answered(exchange, answer, decision_id))
        if self._decisions is not None:
            trace_id = None if call.trace is None else call.trace.trace_id
            self._decisions.keep(answer, Asked(decision_id, call.request_id, trace_id, seconds))
        return call
