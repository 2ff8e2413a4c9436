"""Answers kept for a while, as many as there is room for.

Law: bounded; the time is an argument; safe among threads.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Final, Generic, TypeVar

_Kept = TypeVar("_Kept")

#: Answers that one table keeps.
MAX_KEPT: Final = 10_000


class Cache(Generic[_Kept]):
    """The last answers, each good for so many seconds; of too many the oldest goes."""

    def __init__(self, seconds: float, timer: Callable[[], float], most: int = MAX_KEPT) -> None:
        self._seconds = seconds
        self._timer = timer
        self._most = most
        self._kept: OrderedDict[Hashable, tuple[float, _Kept]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable) -> _Kept | None:
        """Give the answer for *key*, if there is one that is still good."""
        found = self._kept.get(key)
        return found[1] if found is not None and self._timer() < found[0] else None

    def put(self, key: Hashable, answer: _Kept) -> None:
        """Keep *answer*."""
        if not self._seconds:
            return
        with self._lock:
            self._kept.pop(key, None)
            self._kept[key] = (self._timer() + self._seconds, answer)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
