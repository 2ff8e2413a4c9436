"""What is told of each request, in one place: a log line, and the counts.

Law: passes on; every request is told of once, whatever became of it.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from gateway.telemetry import catalog
from gateway.telemetry.catalog import OTHER
from gateway.telemetry.counts import Counts

if TYPE_CHECKING:
    from gateway.runtime import Answer
    from gateway.web.calls import Call
    from gateway.web.logs import Log
    from gateway.web.refusals import Refusal


class Seen:
    """Tells of requests."""

    def __init__(self, log: Log, counts: Counts) -> None:
        """Write to *log* and count in *counts*."""
        self.log = log
        self.counts = counts

    def answered(self, call: Call, answer: Answer) -> None:
        """Tell of a hook request that was answered with 200."""
        self.log.answered(call, answer, time.monotonic() - call.began)
        self.counts.answered(answer)

    def refused(
        self, call: Call, refusal: Refusal, *, reason: str | None = None, queue: str | None = None
    ) -> None:
        """Tell of a request that was not; *queue* is what its address says, known or not."""
        seconds = time.monotonic() - call.began
        self.log.refused(call, refusal, seconds, reason=reason, queue=queue)

    def exchanged(self, call: Call, route: str, method: str, status: int) -> None:
        """Count an HTTP request and its answer."""
        self.counts.exchanged(route, method, str(status), time.monotonic() - call.began)

    def unauthorized(self, reason: str, queue: str | None) -> None:
        """Count a signature that was not accepted; *queue* is one that exists."""
        self.counts.add(catalog.AUTH_FAILURES, queue or OTHER, reason)
