"""A change of the folder, from the look that sees it to the last child that answers by it.

Design §4. Law: the supervisor alone looks; it hands the bytes themselves to the children and
builds the same from them, so that all decide alike, and who is forked later inherits the result.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from gateway.config.configuration import Configuration
from gateway.config.difference import difference
from gateway.config.folder import Snapshot
from gateway.config.load import Loaded
from gateway.config.reload import Reloader, Status
from gateway.processes.child import Child, State
from gateway.processes.children import Children
from gateway.processes.messages import Take, framed
from gateway.processes.outcome import Outcome
from gateway.processes.status import reload_answer
from gateway.processes.telling import tell
from gateway.web.logs import Log

#: Seconds after which a child that has not decided about a change counts as stuck.
SWITCH_LIMIT: Final = 30.0


@dataclass(slots=True, eq=False)
class Asked:
    """Somebody waits for a look."""

    #: None until it is done.
    outcome: Outcome | None = None

    @property
    def answer(self) -> tuple[str, dict[str, Any]] | None:
        """The status line and the JSON to answer with; None as long as it is under way."""
        return None if self.outcome is None else reload_answer(self.outcome)


@dataclass(slots=True)
class _Switch:
    """A change that children are deciding about."""

    previous: Configuration
    ends: float
    loaded: Loaded | None = None


class Reloads:
    """Follows the folder."""

    def __init__(
        self,
        path: Path,
        environment: Mapping[str, str],
        configuration: Configuration,
        children: Children,
        log: Log,
        poll: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Look at *path* every *poll* seconds; *configuration* is what it held at the start."""
        self._reloader = Reloader(path, environment, configuration, self._offer, self._note)
        self._children = children
        self._log = log
        self._poll = poll
        self._clock = clock
        self._next = clock()
        self._generation = 0
        self._switch: _Switch | None = None
        self._new: list[Asked] = []
        self._looking: list[Asked] = []
        self.loaded_at = datetime.now(UTC)
        #: When a change was last refused, or a part of it.
        self.refused_at: datetime | None = None
        children.follow(configuration)

    @property
    def configuration(self) -> Configuration:
        """What is served."""
        return self._reloader.configuration

    @property
    def status(self) -> Status:
        """What is served, and what became of the last change."""
        return self._reloader.status

    def ask(self) -> Asked:
        """Have the folder looked at now, and what was refused tried again."""
        self._new.append(Asked())
        return self._new[-1]

    def turn(self) -> float:
        """Do what is due; return the seconds until something is again."""
        if self._switch is not None and not self._has_switched(self._switch):
            return 1.0
        now = self._clock()
        if not self._new and now < self._next:
            return self._next - now
        wait = self._look(now)
        if self._switch is not None:
            return 0.0
        if not wait:
            self._answer(self._unchanged())
        self._next = now + (wait or self._poll)
        return wait or self._poll

    def _look(self, now: float) -> float:
        thorough = bool(self._new)
        self._looking += self._new
        self._new = []
        try:
            return self._reloader.look(now, thorough=thorough)
        except Exception as error:  # noqa: BLE001 - the next change must be seen all the same
            self._log.fault("the configuration could not be looked at", error)
            if self._switch is None:
                revision = self.configuration.revision
                self._answer(Outcome(revision, revision, refused=True, fault=True))
            return 0.0

    def _offer(self, snapshot: Snapshot, secrets: Mapping[str, bytes | str]) -> None:
        self._generation += 1
        self._switch = _Switch(self.configuration, self._clock() + SWITCH_LIMIT)
        frame = framed(Take.of(self._generation, snapshot, secrets))
        self._children.offer(frame, self._generation)

    def _note(self, loaded: Loaded) -> None:
        assert self._switch is not None  # noqa: S101  # what is loaded was offered
        self._switch.loaded = loaded
        if not loaded.good:
            self.refused_at = datetime.now(UTC)
        if loaded.configuration is not None:
            self.loaded_at = datetime.now(UTC)
            self._children.follow(loaded.configuration)

    def _has_switched(self, switch: _Switch) -> bool:
        """Wait for the children; once they have decided, tell and forget the change."""
        waiting = [one for one in self._children if self._is_undecided(one)]
        if waiting and self._clock() < switch.ends:
            return False
        for child in waiting:
            self._children.kill(child, "undecided")
        for child in list(self._children):
            if self._disagrees(child, switch):
                self._log.alert("child_disagrees", role=child.role.name, pid=child.pid)
                self._children.replace(child)
        self._switch, self._next = None, self._clock()
        self._tell(switch)
        self._children.prepare()
        # Nothing else would free what was served before: its parts know each other.
        gc.collect()
        return True

    def _is_undecided(self, child: Child) -> bool:
        return child.generation < self._generation and child.state is not State.KILLED

    def _disagrees(self, child: Child, switch: _Switch) -> bool:
        taken = child.taken
        if taken is None or taken.generation != self._generation:
            return False
        failed = () if switch.loaded is None else switch.loaded.failed
        decided = (self.configuration.revision, failed, switch.loaded is None)
        return (taken.revision, taken.failed, taken.fault) != decided

    def _tell(self, switch: _Switch) -> None:
        loaded, previous = switch.loaded, switch.previous.revision
        revision = self.configuration.revision
        if loaded is None:
            self._answer(Outcome(previous, revision, refused=True, fault=True))
            return
        changed = difference(switch.previous, self.configuration)
        tell(self._log, loaded, previous, changed)
        self._answer(
            Outcome(
                previous,
                revision,
                changed,
                loaded.failed,
                tuple(loaded.report),
                refused=not loaded.good,
            )
        )

    def _unchanged(self) -> Outcome:
        status = self.status
        return Outcome(
            status.revision,
            status.revision,
            failed=status.failed,
            diagnostics=status.failure,
            refused=status.stale,
        )

    def _answer(self, outcome: Outcome) -> None:
        for asked in self._looking:
            asked.outcome = outcome
        self._looking = []
