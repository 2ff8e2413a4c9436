"""Waiting for other threads and processes: for a condition, never for a time."""

import time
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")

#: So long that only what never happens is given up, however busy the machine is.
PATIENCE = 30.0


def until(condition: Callable[[], Found], what: str = "it", patience: float = PATIENCE) -> Found:
    """Wait until *condition* holds, and give what it has found."""
    ends = time.monotonic() + patience
    while not (found := condition()):
        assert time.monotonic() < ends, f"waited in vain for {what}"
        time.sleep(0.005)
    return found
