"""How much a destination is given to do after it has failed.

Security reference §9. Law: pure; time and chance are arguments.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from gateway.delivery.retry import Answered, Result, is_passing

#: Failures in a row after which a destination is left alone for a while.
PATIENCE: Final = 5
#: Seconds for which it is left alone: at first, and at most.
FIRST: Final = 1.0
LONGEST: Final = 60.0
#: Seconds that a destination can have everything wait for which it asked to.
LONGEST_ASKED: Final = 3_600.0


@dataclass(slots=True)
class Breaker:
    """One destination's failures in a row."""

    failures: int = 0
    #: Nothing is sent before this time.
    until: float = 0.0
    #: Nor before this one, for which the receiver has asked.
    asked: float = 0.0

    def allows(self, places: int, under_way: int, now: float) -> int:
        """Say how many more may be sent, of *places* in all: after failures only one, to try."""
        if now < max(self.until, self.asked):
            return 0
        return max(0, (1 if self.failures >= PATIENCE else places) - under_way)

    def note(self, result: Result, now: float, chance: float) -> None:
        """Take in what an attempt has met; what is final says nothing of the destination."""
        if isinstance(result, Answered) and result.status in (429, 503) and result.wait:
            self.asked = max(self.asked, now + min(result.wait, LONGEST_ASKED))
        if not is_passing(result):
            self.failures, self.until = 0, 0.0
            return
        if now < self.until:
            return  # It was under way when the others failed: they are one failure.
        self.failures += 1
        if self.failures >= PATIENCE:
            doubled = FIRST * 2.0 ** min(self.failures - PATIENCE, 20)
            self.until = now + min(LONGEST, doubled) * (0.5 + chance / 2)
