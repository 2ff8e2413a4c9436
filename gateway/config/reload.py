"""A folder that changes while it is served: noticed, settled, loaded, switched to.

Design §4, tooling conventions §7. Law: one thread, which only looks and loads; what answers is
replaced by a single call to *switch*, after everything that can fail.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

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
#: Seconds between two looks.
POLL: Final = 1.0


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
    """What one look does: the part of a `Watcher` that has no thread."""

    def __init__(
        self,
        path: Path,
        environment: Mapping[str, str],
        configuration: Configuration,
        switch: Callable[[Configuration], None],
        report: Callable[[Loaded], None],
    ) -> None:
        """Begin with the *configuration* that is served.

        *switch* is called with what is to answer from now on, then *report* with the result of
        every load, good or bad.
        """
        self.configuration = configuration
        self.status = Status(configuration.revision)
        self._path = path
        self._environment = environment
        self._switch = switch
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
        loaded = load_snapshot(snapshot, self._environment, previous=self.configuration)
        self._stamps = dict(loaded.stamps)
        known = (loaded.digest, self._known_stamps())
        if loaded.configuration is None:
            self._settling.refused(known)
            self._note(loaded)
        else:
            self._switch(loaded.configuration)
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
            stale=loaded.configuration is None or bool(loaded.failed),
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


class Watcher:
    """A daemon thread that looks at the folder now and then."""

    def __init__(
        self,
        reloader: Reloader,
        fault: Callable[[Exception], None],
        *,
        poll: float = POLL,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Look every *poll* seconds; *fault* is told of a mistake of the gateway's own."""
        self._reloader = reloader
        self._fault = fault
        self._poll = poll
        self._clock = clock
        self._wake = threading.Event()
        self._asked = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="configuration", daemon=True)

    @property
    def status(self) -> Status:
        """What is served, and what became of the last change."""
        return self._reloader.status

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def look(self) -> None:
        """Look now, and try again what was refused; returns at once."""
        self._asked.set()
        self._wake.set()

    def stop(self, timeout: float = 5.0) -> None:
        """End the thread; a load that is under way may outlast *timeout*, and switches nothing."""
        self._stopping.set()
        self._wake.set()
        self._thread.join(timeout)

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._wake.wait(self._turn() or self._poll)
            self._wake.clear()

    def _turn(self) -> float:
        thorough = self._asked.is_set()
        self._asked.clear()
        try:
            return self._reloader.look(self._clock(), thorough=thorough)
        except Exception as error:  # noqa: BLE001 - a dead thread would never see the next change
            self._fault(error)
            return 0.0
