"""Answers kept for a while, as many as there is room for.

Law: bounded; the time is an argument; safe among threads.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Final, Generic, TypeVar

_Kept = TypeVar("_Kept")

#: Records that one table keeps; an answer without any counts as one.
MAX_KEPT: Final = 20_000


class Cache(Generic[_Kept]):
    """The last answers, each good for so many seconds; of too much the oldest goes."""

    def __init__(self, seconds: float, timer: Callable[[], float], most: int = MAX_KEPT) -> None:
        self._seconds = seconds
        self._timer = timer
        self._most = most
        self._kept: OrderedDict[Hashable, tuple[float, _Kept, int]] = OrderedDict()
        self._weight = 0
        self._lock = threading.Lock()

    def get(self, key: Hashable) -> _Kept | None:
        """Give the answer for *key*, if there is one that is still good."""
        found = self._kept.get(key)
        return found[1] if found is not None and self._timer() < found[0] else None

    def put(self, key: Hashable, answer: _Kept, weight: int = 1) -> None:
        """Keep *answer*, which takes as much room as *weight* says."""
        if not self._seconds:
            return
        with self._lock:
            if key in self._kept:
                self._weight -= self._kept.pop(key)[2]
            self._kept[key] = (self._timer() + self._seconds, answer, weight)
            self._weight += weight
            while self._weight > self._most:
                _, (_, _, gone) = self._kept.popitem(last=False)
                self._weight -= gone
