"""All children: as many as are wanted, none of them stuck, each replaced when it ends.

Design §4. Law: forks, hears, kills; knows nothing of what the children do.
"""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from gateway.config.configuration import Configuration
from gateway.lookups.refreshing import Fetched
from gateway.processes.child import Child, State
from gateway.processes.loop import Line, Map, ended_children, flush
from gateway.processes.messages import Beat, Counted, Drain, Ready, Taken, Up, framed
from gateway.processes.pacing import Pacing
from gateway.processes.role import ANSWERING, Parent, Role, fork
from gateway.processes.telling import refreshed
from gateway.telemetry import catalog
from gateway.telemetry.totals import Totals
from gateway.web.logs import Log

#: Seconds that a child has to end beyond those that it allows itself.
GRACE: Final = 3.0
#: Seconds in which a long frame should have gone to children that are well.
_PUSH: Final = 0.3
#: Seconds between two turns at most, as long as the supervisor is not busy itself.
_USUAL: Final = 2.0


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a child may take before it counts as stuck, in seconds."""

    #: Between two beats.
    silence: float = 10.0
    #: For one request.
    request: float = 30.0
    #: For finishing what has begun, once it is told to end.
    drain: float = 25.0


@dataclass(slots=True)
class _Place:
    """Where one child of a role lives, and its replacements after it."""

    role: Role
    slot: int
    pacing: Pacing = field(default_factory=Pacing)
    child: Child | None = None
    #: When the next one is due.
    due: float = 0.0
    forks: int = 0


class Children:
    """Keeps the children."""

    def __init__(
        self,
        roles: Sequence[Role],
        parent: Parent,
        patience: Patience,
        watched: Map,
        totals: Totals,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Keep children of these *roles*; their pipes are *watched* by the loop.

        What they count is added to *totals*.
        """
        self._clock = clock
        self._totals = totals
        for role in roles:
            totals.count(catalog.RESTARTS, role.name, by=0)
        self._roles = roles
        self._parent = parent
        self._patience = patience
        self._watched = watched
        self._places: list[_Place] = []
        #: Those that end by order, and count no more.
        self._leaving: list[Child] = []
        self._configuration: Configuration | None = None
        #: Whether the roles have kept what later children inherit of it.
        self._prepared = False
        self._generation = 0
        self._checked = clock()
        self._draining = False
        #: Whether every child that ended by order had finished all it had begun.
        self.finished = True

    @property
    def _log(self) -> Log:
        return self._parent.log

    def __iter__(self) -> Iterator[Child]:
        """Yield the children that count: those that are there to stay."""
        return (place.child for place in self._places if place.child is not None)

    @property
    def roles(self) -> list[str]:
        """What the kinds of children are called."""
        return [role.name for role in self._roles]

    @property
    def all(self) -> list[Child]:
        """Every child that has not ended."""
        return [*self, *self._leaving]

    @property
    def wanted(self) -> int:
        """How many children there should be."""
        return len(self._places)

    @property
    def have_begun(self) -> bool:
        """Whether the first child in each place has come to work, or has failed to."""
        return all(
            place.forks > 1 or (place.child is not None and place.child.state is State.READY)
            for place in self._places
        )

    def follow(self, configuration: Configuration) -> None:
        """Have as many children as *configuration* wants; later ones begin with it."""
        self._configuration = configuration
        self._prepared = False
        for role in self._roles:
            wanted = role.wanted(configuration)
            places = [place for place in self._places if place.role is role]
            for place in places[wanted:]:
                self._places.remove(place)
                if place.child is not None:
                    self._dismiss(place.child)
            self._places += [_Place(role, slot) for slot in range(len(places), wanted)]

    def prepare(self) -> None:
        """Have the roles keep what later children inherit, once those that work are served."""
        if self._configuration is not None and not self._prepared:
            self._prepared = True
            for role in self._roles:
                role.prepare(self._configuration)

    def turn(self) -> float:
        """Bury, kill and replace; return the seconds until that is next due."""
        now = self._clock()
        self._bury(now)
        self._judge(now)
        if self._draining:
            return 1.0
        for place in self._places:
            if place.child is None and place.due <= now:
                self._fill(place, now)
        return min([1.0, *(place.due - now for place in self._places if place.child is None)])

    def replace(self, child: Child) -> None:
        """Have a child finish and end, and another in its place at once."""
        place = self._place_of(child)
        if place is not None:
            place.child = None
            self._dismiss(child)

    def kill(self, child: Child, reason: str, **fields: object) -> None:
        """End a child that is stuck; what it was doing is lost."""
        if child.state is not State.KILLED:
            child.state = State.KILLED
            self._log.alert(
                "child_stuck", role=child.role.name, pid=child.pid, reason=reason, **fields
            )
            _kill(child)

    def offer(self, frame: bytes, generation: int) -> None:
        """Send a snapshot to every child that is there to stay; later ones need none."""
        self._generation = generation
        lines = [child.line for child in self]
        for line in lines:
            line.say(frame)
        flush(lines, _PUSH)

    def drain(self, notice: float) -> None:
        """Have all finish what they have begun, and end; nobody is replaced any more."""
        self._draining = True
        for child in list(self):
            self._tell_to_end(child, Drain(notice))

    def kill_all(self) -> None:
        """End everything at once."""
        for child in self.all:
            child.state = State.KILLED
            _kill(child)

    def abandon(self) -> None:
        """In a child: close what is the supervisor's."""
        for child in self.all:
            child.line.close()

    def _fill(self, place: _Place, now: float) -> None:
        assert self._configuration is not None  # noqa: S101  # `follow` made the place
        self.prepare()
        try:
            pid, pipe = fork(place.role, place.slot, self._configuration, self._parent)
        except OSError as error:
            self._log.fault("a process could not be forked", error)
            place.due = now + place.pacing.pause(0.0) + 1.0
            return
        child: Child

        def hear(message: Up) -> None:
            self._hear(child, message)

        place.child = child = Child(
            role=place.role,
            slot=place.slot,
            pid=pid,
            line=Line(pipe, self._watched, hear, self._log),
            began=now,
            heard=now,
            revision=self._configuration.revision,
            generation=self._generation,
            restarts=place.forks,
        )
        place.forks += 1

    def _hear(self, child: Child, message: Up) -> None:
        child.heard = self._clock()
        match message:
            case Ready():
                if child.state is State.STARTING:
                    child.state = State.READY
            case Beat():
                child.beat = message
            case Taken(generation, revision):
                child.taken, child.generation, child.revision = message, generation, revision
            case Counted(counts):
                self._totals.add(child.name, counts)
            case Fetched():
                self._refresh(message)

    def _refresh(self, fetched: Fetched) -> None:
        """Take over what was loaded, for children to come, and hand it to those that answer."""
        assert self._configuration is not None  # noqa: S101  # whoever loads is a child of it
        if refreshed(fetched, self._configuration.tables, self._log):
            frame = framed(fetched)
            for child in self:
                if child.role.name == ANSWERING:
                    child.line.say(frame)

    def _bury(self, now: float) -> None:
        for pid, status in ended_children():
            child = next((one for one in self.all if one.pid == pid), None)
            if child is None:
                continue
            child.line.handle_close()
            self._totals.ended(child.name)
            by_order = child.state is State.STOPPING and status >= 0
            if by_order:
                self.finished = self.finished and status == 0
            else:
                self.finished = self.finished and not self._draining
                self._totals.count(catalog.RESTARTS, child.role.name)
                self._tell_end(child, status, now)
            if child in self._leaving:
                self._leaving.remove(child)
            place = self._place_of(child)
            if place is not None:
                place.child = None
                place.due = now + place.pacing.pause(now - child.began)

    def _tell_end(self, child: Child, status: int, now: float) -> None:
        how = {"status": status} if status >= 0 else {"signal": _signal_name(-status)}
        self._log.alert(
            "child_ended",
            role=child.role.name,
            pid=child.pid,
            **how,
            seconds=round(now - child.began, 3),
        )

    def _judge(self, now: float) -> None:
        """Kill what is stuck. Time in which the supervisor itself did not run is nobody's fault."""
        was_away = now - self._checked > _USUAL
        self._checked = now
        for child in self.all:
            if was_away:
                child.heard = now
            if child.state is State.KILLED:
                continue
            if now > child.ends:
                self.kill(child, "does not end")
            elif now - child.heard > self._patience.silence:
                self.kill(child, "silent", seconds=round(now - child.heard, 1))
            elif child.beat.busy > self._patience.request and child.state is not State.STOPPING:
                self.kill(child, "request", seconds=round(child.beat.busy, 1))

    def _dismiss(self, child: Child) -> None:
        self._tell_to_end(child, Drain(alone=True))
        self._leaving.append(child)

    def _tell_to_end(self, child: Child, order: Drain) -> None:
        if child.state is not State.KILLED:
            child.state = State.STOPPING
            child.ends = self._clock() + order.notice + self._patience.drain + GRACE
            child.line.tell(order)

    def _place_of(self, child: Child) -> _Place | None:
        return next((place for place in self._places if place.child is child), None)


def _kill(child: Child) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(child.pid, signal.SIGKILL)


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return str(number)
