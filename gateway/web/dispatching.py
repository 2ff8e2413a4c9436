"""Which worker answers the next request: the one that was busy last.

What it needs is still in its processor's caches; woken in turns, every worker would find its own
cold. Law: threads only; knows no socket and no request.
"""

from __future__ import annotations

import threading
from typing import Any

from waitress.task import ThreadedTaskDispatcher


class LastFirst:
    """A condition on a lock that wakes whoever has waited for the shortest time."""

    def __init__(self, lock: threading.Lock) -> None:
        """Wait with *lock*, which callers of all methods hold."""
        self._lock = lock
        self._waiting: list[threading.Lock] = []

    def wait(self) -> None:
        """Let the lock go until somebody notifies, and take it again."""
        asleep = threading.Lock()
        asleep.acquire()
        self._waiting.append(asleep)
        self._lock.release()
        try:
            asleep.acquire()
        finally:
            self._lock.acquire()

    def notify(self) -> None:
        """Wake one, if anybody waits."""
        if self._waiting:
            self._waiting.pop().release()

    def notify_all(self) -> None:
        """Wake all."""
        while self._waiting:
            self.notify()


class Dispatcher(ThreadedTaskDispatcher):  # type: ignore[misc]  # the server's library has no types
    """Hands requests to workers."""

    lock: threading.Lock
    queue_cv: Any

    def __init__(self) -> None:
        """Begin without workers."""
        super().__init__()
        self.queue_cv = LastFirst(self.lock)
