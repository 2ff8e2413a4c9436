"""Servers that share one listening socket: how many connections each has, seen by all.

Whoever wakes first would take most; with connections that are kept open, one process could have all
and another none. So who has more than another leaves a new one to that, for a moment.
Law: one number for each process in memory that they share; a hint, never waited for.
"""

from __future__ import annotations

import mmap
from typing import Final

#: Seconds for which a connection is left to a process that has fewer. It may be stuck.
MOMENT: Final = 0.002
_SIZE: Final = 4
_NONE: Final = 0x7FFF_FFFF


class Shares:
    """What every process that is forked later sees of the others."""

    def __init__(self, count: int) -> None:
        """Make room for *count* processes."""
        # Shared with children, backed by no file.
        self._numbers = memoryview(mmap.mmap(-1, _SIZE * count)).cast("i")
        for slot in range(count):
            self._numbers[slot] = _NONE

    def of(self, slot: int) -> Share:
        """Give the place of one process."""
        return Share(self._numbers, slot)


class Share:
    """The place of one process."""

    def __init__(self, numbers: memoryview[int], slot: int) -> None:
        """Write to *slot* of *numbers*."""
        self._numbers = numbers
        self._slot = slot

    def has(self, connections: int) -> None:
        """Tell the others how many connections there are."""
        self._numbers[self._slot] = connections

    def takes_none(self) -> None:
        """Tell the others not to leave any connection to this one."""
        self._numbers[self._slot] = _NONE

    def is_next(self, connections: int) -> bool:
        """Say whether who has so many *connections* may take another.

        Not while somebody has none, or less by two: one more or less is not worth the waiting.
        """
        least = min(self._numbers)
        return connections <= least + (1 if least else 0)
