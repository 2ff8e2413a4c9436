"""A folder that changes while it is served: noticed, settled, loaded.

Design §4, tooling conventions §7. Law: looks and loads when told to, knows neither threads nor
processes; whoever answers gets the very bytes that are judged here.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

from gateway.config.configuration import Configuration
from gateway.config.folder import Snapshot, peek, take_snapshot
from gateway.config.load import Loaded, load_snapshot
from gateway.config.references import stamp
from gateway.config.settling import Settling
from gateway.diagnostic import Diagnostic

#: Looks after a change that read everything, since times of files are coarse.
CAREFUL: Final = 3
#: Seconds after which everything is read although nothing seems to have changed.
THOROUGH: Final = 10.0

#: Told of a snapshot that is about to be loaded, and of what its secret files hold.
Offer: TypeAlias = Callable[[Snapshot, Mapping[str, bytes | str]], None]


@dataclass(frozen=True, slots=True)
class Status:
    """What is served, and what became of the last change."""

    revision: str
    #: The mistakes of the last change; empty when it was taken whole.
    failure: tuple[Diagnostic, ...] = ()
    #: Queues that answer in an earlier version, or not yet.
    failed: tuple[str, ...] = ()
    #: Whether the folder holds something else than what is served.
    stale: bool = False
    #: Loads since the start.
    successes: int = 0
    failures: int = 0


class Reloader:
    """Follows one folder."""

    def __init__(
        self,
        path: Path,
        environment: Mapping[str, str],
        configuration: Configuration,
        offer: Offer,
        report: Callable[[Loaded], None],
    ) -> None:
        """Begin with the *configuration* that is served.

        *offer* is called with what is about to be loaded, then *report* with what became of it.
        """
        self.configuration = configuration
        self.status = Status(configuration.revision)
        self._path = path
        self._environment = environment
        self._offer = offer
        self._report = report
        self._stamps = dict(configuration.stamps)
        self._settling = Settling((configuration.digest, self._known_stamps()))
        self._served = self.status
        self._peek: Hashable = None
        self._careful = 0
        self._read_at = 0.0

    def look(self, now: float, *, thorough: bool = False) -> float:
        """Look at the folder once, and take what has settled; *thorough* doubts everything.

        Returns:
            Seconds until the next look that is needed; 0 for none in particular.
        """
        if thorough:
            self._settling.rejected = None
        if not self._is_due(now) and not thorough:
            return 0.0
        self._read_at = now
        snapshot = take_snapshot(self._path)
        look = (snapshot.digest, self._stamps_now())
        wait = self._settling.step(now, look)
        if wait is None:
            self._try(snapshot, look)
            return 0.0
        if look == self._settling.loaded and self.status.stale:
            self._forgive()
        return wait

    def _is_due(self, now: float) -> bool:
        seen = (peek(self._path), self._stamps_now())
        if seen != self._peek:
            self._peek, self._careful = seen, CAREFUL
        due = self._careful > 0 or self._settling.moving or now - self._read_at >= THOROUGH
        self._careful = max(0, self._careful - 1)
        return due

    def _try(self, snapshot: Snapshot, look: Hashable) -> None:
        # Refused until proven good: a fault while loading must not be met again at every look.
        self._settling.refused(look)
        loaded = load_snapshot(
            snapshot,
            self._environment,
            previous=self.configuration,
            resolved=lambda files: self._offer(snapshot, files),
        )
        self._stamps = dict(loaded.stamps)
        known = (loaded.digest, self._known_stamps())
        if loaded.configuration is None:
            self._settling.refused(known)
            self._note(loaded)
        else:
            self.configuration = loaded.configuration
            self._settling.taken(known)
            self._note(loaded)
            self._served = self.status
        self._report(loaded)

    def _note(self, loaded: Loaded) -> None:
        good = loaded.good
        self.status = Status(
            revision=self.configuration.revision,
            failure=() if good else tuple(loaded.report),
            failed=loaded.failed,
            stale=bool(loaded.failed or self.configuration.stale_tables)
            or loaded.configuration is None,
            successes=self.status.successes + good,
            failures=self.status.failures + (not good),
        )

    def _forgive(self) -> None:
        """Return to what was known of the served contents: the folder holds them again."""
        served, now = self._served, self.status
        self.status = Status(
            served.revision,
            served.failure,
            served.failed,
            served.stale,
            now.successes,
            now.failures,
        )

    def _known_stamps(self) -> Hashable:
        return tuple(sorted(self._stamps.items()))

    def _stamps_now(self) -> Hashable:
        return tuple((path, stamp(path, self._environment)) for path in sorted(self._stamps))
