"""When a child that has ended is replaced: at once, unless its forerunners ended at once too.

Law: pure; the time is an argument.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

#: Whoever has lived for so many seconds has not ended at once.
STEADY: Final = 10.0
FIRST: Final = 0.5
LONGEST: Final = 30.0


@dataclass(slots=True)
class Pacing:
    """The pauses before the replacements in one place."""

    #: Children that ended at once, one after the other.
    quick: int = 0

    def pause(self, lived: float) -> float:
        """Give the seconds to wait after a child that has *lived* for so long."""
        if lived >= STEADY:
            self.quick = 0
            return 0.0
        self.quick += 1
        # One may have had bad luck; a second one has the same.
        return 0.0 if self.quick == 1 else min(LONGEST, FIRST * 2.0 ** min(self.quick - 2, 16))
