"""The memory allocator told to give back what one large request took.

Security reference §13: at rest a process holds no more than it did at its start, give or take.
glibc keeps an arena for each thread, and raises its own thresholds with every large block that it
frees: three rounds of 10 MB bodies left 270 MB behind, with these settings 20 MB.
Law: one call, before threads begin; elsewhere than on glibc it does nothing.
"""

from __future__ import annotations

import ctypes
from typing import Final

_TRIM_THRESHOLD: Final = -1
_MMAP_THRESHOLD: Final = -3
_ARENA_MAX: Final = -8

#: Free bytes at an arena's end beyond which they are given back.
_TRIM: Final = 8 * 1024 * 1024
#: Blocks from this size on have a mapping of their own, which ends with them. An ordinary body is
#: smaller: a mapping costs a page fault for every 4 KiB.
_MMAP: Final = 4 * 1024 * 1024
_ARENAS: Final = 2


def bound_heap() -> None:
    """Set the allocator's bounds."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_ARENA_MAX, _ARENAS)
        mallopt(_TRIM_THRESHOLD, _TRIM)
        mallopt(_MMAP_THRESHOLD, _MMAP)
