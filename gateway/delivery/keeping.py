"""What an answer promises, stored before it is given.

Design §1, *keep*. Law: one outbox for each address that a configuration has named; says what went
wrong, and leaves to the caller what is then answered.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import Final

from gateway.delivery.entry import New
from gateway.delivery.opening import outbox_at
from gateway.delivery.outbox import Outbox, OutboxError

#: Seconds for which an outbox that could not be written makes its gateway unready.
_DOUBT: Final = 5.0

Open = Callable[[str | None, str | None], Outbox]


class Keeper:
    """Keeps deliveries, for any number of threads."""

    def __init__(
        self, open_outbox: Open = outbox_at, timer: Callable[[], float] = time.monotonic
    ) -> None:
        """Open outboxes with *open_outbox*, none before it is needed."""
        self._open = open_outbox
        self._timer = timer
        self._lock = threading.Lock()
        self._address: tuple[str | None, str | None] | None = None
        self._outbox: Outbox | None = None
        self._doubtful_until = 0.0

    @property
    def is_well(self) -> bool:
        """Whether what was last to be stored was stored, or that is some time ago."""
        return self._timer() >= self._doubtful_until

    def keep(self, file: str | None, database: str | None, new: Sequence[New], now: float) -> int:
        """Store *new*, or nothing of it; return how many were not there yet.

        Raises:
            OutboxError: nothing was stored.
        """
        try:
            stored = self._at(file, database).put(new, now)
        except OutboxError:
            self._doubtful_until = self._timer() + _DOUBT
            raise
        self._doubtful_until = 0.0
        return stored

    def _at(self, file: str | None, database: str | None) -> Outbox:
        """Give the outbox of an address; another one than before replaces it."""
        with self._lock:
            if self._outbox is None or self._address != (file, database):
                if self._outbox is not None:
                    self._outbox.close()
                self._outbox = self._open(file, database)
                self._address = (file, database)
            return self._outbox
