"""Decision records on their way to a file: never in the way of an answer.

Tooling conventions §10. A record is written down while its request is answered, waits within
bounds, and is written out by a thread; what exceeds the bounds is dropped and counted.
Law: the only queue and the only thread that telemetry has of its own.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from gateway.telemetry import catalog
from gateway.telemetry.counts import Counts
from gateway.telemetry.moment import written
from gateway.telemetry.record import Asked, decision_record
from gateway.telemetry.shown import Shown

if TYPE_CHECKING:
    from gateway.runtime import Answer
    from gateway.telemetry.sinks import Sink

#: Bytes of records that wait to be written.
_MOST: Final = 16 * 1024 * 1024
#: Bytes that are written at a time.
_PIECE: Final = 256 * 1024


class Bucket:
    """Lets so many through in a second, and a second's worth at once."""

    def __init__(self, rate: int, timer: Callable[[], float] = time.monotonic) -> None:
        """Let *rate* through in a second."""
        self._rate = rate
        self._timer = timer
        self._left = float(rate)
        self._filled = timer()

    def take(self) -> bool:
        """Take one, if there is one."""
        now = self._timer()
        self._left = min(self._rate, self._left + (now - self._filled) * self._rate)
        self._filled = now
        if self._left < 1:
            return False
        self._left -= 1
        return True


def _now() -> datetime:
    return datetime.now(UTC)


class Decisions:
    """Takes records from any number of threads."""

    def __init__(
        self,
        sink: Sink,
        shown: Shown,
        bucket: Bucket,
        counts: Counts,
        clock: Callable[[], datetime] = _now,
        most: int = _MOST,
    ) -> None:
        """Write to *sink*, with the values that are *shown*; count in *counts*."""
        self._sink = sink
        self._shown = shown
        self._bucket = bucket
        self._counts = counts
        self._clock = clock
        self._most = most
        self._waiting: deque[bytes] = deque()
        self._held = 0
        self._ending = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="decisions", daemon=True)

    def start(self) -> None:
        """Begin to write; not before the process that answers is forked."""
        self._thread.start()

    def keep(self, answer: Answer, asked: Asked) -> None:
        """Take down a decision, or drop it; never waits for the disk."""
        with self._changed:
            allowed = self._bucket.take()
        if not allowed:
            self._count("dropped_rate")
            return
        record = decision_record(answer, asked, written(self._clock()), self._shown)
        with self._changed:
            fits = self._held + len(record) <= self._most
            if fits:
                self._waiting.append(record)
                self._held += len(record)
                self._changed.notify()
        if not fits:
            self._count("dropped_full")

    def stop(self, timeout: float = 2.0) -> None:
        """Write what waits, as long as that takes at most *timeout*."""
        with self._changed:
            self._ending = True
            self._changed.notify()
        self._thread.join(timeout)

    def _run(self) -> None:
        while records := self._next():
            try:
                self._sink.write(b"".join(records))
                self._count("written", len(records))
            except OSError:
                self._count("dropped_error", len(records))

    def _next(self) -> list[bytes]:
        """Wait for records; none when there will be no more."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._ending)
            records, size = [], 0
            while self._waiting and size < _PIECE:
                records.append(self._waiting.popleft())
                size += len(records[-1])
            self._held -= size
            return records

    def _count(self, result: str, by: int = 1) -> None:
        self._counts.add(catalog.DECISIONS, result, by=by)
