"""When a change in the folder is taken: not while it is being made.

Tooling conventions §7, steps 2 to 4. Law: pure; the time is an argument.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Final

#: Two looks this far apart, in seconds, must show the same before it is taken.
QUIET: Final = 0.3
#: A folder in motion for longer than this is taken at two equal looks `HASTE` apart.
LONGEST: Final = 3.0
HASTE: Final = 0.05
#: The shortest pause between two looks.
_LEAST: Final = 0.01


@dataclass(slots=True)
class Settling:
    """Decides about looks; a look is whatever is equal for equal contents."""

    loaded: Hashable
    #: What was refused last: it is not tried again while the folder stays so.
    rejected: Hashable | None = None
    _candidate: Hashable | None = None
    _seen: float = 0.0
    _since: float | None = None

    @property
    def moving(self) -> bool:
        """Whether a change has been seen and not yet decided about."""
        return self._since is not None

    def step(self, now: float, look: Hashable) -> float | None:
        """Take in what the folder shows at *now*.

        Returns:
            Seconds until the next look that is needed, 0 for none in particular; None when
            *look* is to be loaded.
        """
        if look in (self.loaded, self.rejected):
            if look == self.loaded:
                self.rejected = None
            self._rest()
            return 0.0
        if self._since is None:
            self._since = now
        if look != self._candidate:
            self._candidate, self._seen = look, now
        wait = HASTE if now - self._since > LONGEST else QUIET
        left = self._seen + wait - now
        if left > 0:
            return max(left, _LEAST)
        self._rest()
        return None

    def taken(self, look: Hashable) -> None:
        """Remember that *look* is being served."""
        self.loaded, self.rejected = look, None

    def refused(self, look: Hashable) -> None:
        """Remember that *look* cannot be served."""
        self.rejected = look

    def _rest(self) -> None:
        self._candidate, self._since = None, None
