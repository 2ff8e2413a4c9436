"""The server: waitress with our limits, a loop of our own, and an end without loss.

Design §3 and §4, security reference §3 and §10. Law: sockets and threads; knows the application
only as something that is called.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.server import TcpWSGIServer

from gateway.web import refusals
from gateway.web.channel import Channel
from gateway.web.dispatching import Dispatcher
from gateway.web.listening import turn_away
from gateway.web.logs import ServerRecords, take_records
from gateway.web.receiving import Refused
from gateway.web.seen import Seen
from gateway.web.sharing import MOMENT, Share

MEGABYTE: Final = 1_000_000
DEFAULT_BODY_LIMIT: Final = 10 * MEGABYTE
DEFAULT_THREADS: Final = 8

#: Bodies up to this size are not counted against the memory of all of them.
_SMALL_BODY: Final = 256 * 1024
_TICK: Final = 1.0
_DRAIN_TICK: Final = 0.05
#: A connection that was silent for this long has nothing under way.
_SILENT: Final = 0.5


@dataclass(frozen=True, slots=True)
class Limits:
    """What the server allows itself and its callers."""

    threads: int = DEFAULT_THREADS
    body: int = DEFAULT_BODY_LIMIT
    #: Bytes of the first line and the headers.
    headers: int = 65_536
    #: Bytes of all bodies that are arriving or waiting, beyond which larger ones are sent away.
    bodies: int = 32 * DEFAULT_BODY_LIMIT
    connections: int = 1000
    #: Requests that wait for a worker, beyond which the next is sent away.
    queue: int = 512
    #: Seconds a request may take to arrive, in all.
    receive: float = 20.0
    #: Seconds a connection may be silent.
    silence: float = 15.0
    #: Seconds between two looks for connections to close.
    look: float = 3.0
    #: Seconds that a stop may take.
    drain: float = 25.0


@dataclass(frozen=True, slots=True)
class Load:
    """What the server is busy with."""

    #: Seconds since the oldest request that is under way was begun; 0 without one.
    busy: float
    #: Under way, or waiting for a thread.
    requests: int
    #: Those of them that wait.
    waiting: int
    connections: int


class Listener(TcpWSGIServer):  # type: ignore[misc]  # the server's library has no types
    """A listening socket and its connections."""

    channel_class = Channel

    def __init__(
        self, application: Any, limits: Limits, seen: Seen, draining: threading.Event, **given: Any
    ) -> None:
        """Listen on a socket that is bound already."""
        self.limits = limits
        self.seen = seen
        self.draining = draining
        self.share: Share | None = None
        #: Until when new connections are left to others.
        self.deaf_until = 0.0
        super().__init__(application, **given)

    @property
    def channels(self) -> list[Channel]:
        """The open connections."""
        return list(self.active_channels.values())

    def add_task(self, task: Channel) -> None:
        """Hand a connection's next request to a worker, or leave it to the loop."""
        if len(self.task_dispatcher.queue) >= self.limits.queue and not task.is_quick():
            task.requests[0].error = Refused(refusals.BUSY)
        if not (task.is_quick() and task.leave_to_loop()):
            super().add_task(task)

    def readable(self) -> bool:
        """Look for a new connection, unless there are too many or it is another's turn."""
        return bool(super().readable()) and time.monotonic() >= self.deaf_until

    def handle_accept(self) -> None:
        """Take a new connection, or leave it for a moment to a process that has fewer."""
        now = time.monotonic()
        was_left = now - self.deaf_until < MOMENT  # To others, who did not take it.
        if was_left or self.share is None or self.share.is_next(len(self.active_channels)):
            super().handle_accept()
        else:
            self.deaf_until = now + MOMENT

    def admit(self, channel: Channel) -> None:
        """Send a connection away whose body, with all the others, takes too much memory."""
        if channel.held() <= _SMALL_BODY:
            return
        if sum(one.held() for one in self.channels) > self.limits.bodies:
            channel.refuse(refusals.BUSY)

    def maintenance(self, now: float) -> None:
        """Close what is too slow, too silent or has lingered enough."""
        at = time.monotonic()
        for channel in self.channels:
            if channel.lingers_until:
                channel.will_close = at > channel.lingers_until
            elif channel.request is not None and not channel.requests:
                late = at - channel.request.began > self.limits.receive
                if late or now - channel.last_activity > self.limits.silence:
                    channel.refuse(refusals.TIMEOUT)
        super().maintenance(now)

    def close_door(self, *, shared: bool) -> None:
        """Accept what the system has accepted for us, then listen no more.

        With the door *shared*, others go on to take whoever comes.
        """
        if not shared:
            turn_away([self.socket])
        for _ in range(self.adj.backlog):
            before = len(self.active_channels)
            self.handle_accept()
            if len(self.active_channels) == before:
                break
        # Not `close`, which would also close what workers wake the loop with.
        wasyncore.dispatcher.close(self)


class Server:
    """Listens, answers, and stops without loss."""

    def __init__(
        self,
        application: Any,
        sockets: Sequence[socket.socket],
        seen: Seen,
        draining: threading.Event,
        limits: Limits | None = None,
        beat: Callable[[Load], None] | None = None,
        share: Share | None = None,
    ) -> None:
        """Listen on *sockets*, which `bind` has made; connections wait until `run`.

        *beat* is called by the loop, about every second. With a *share*, other processes listen
        on the same sockets.
        """
        self._limits = limits or Limits()
        self._beat = beat
        self._beats_at = 0.0
        self._notice, self._shared = 0.0, False
        self._draining = draining
        self._ending = threading.Lock()
        self._ended = False
        self._map: dict[int, Any] = {}
        adjustments = adjusted(self._limits)
        self._dispatcher = Dispatcher()
        self._listeners = [
            Listener(
                application,
                self._limits,
                seen,
                draining,
                map=self._map,
                dispatcher=self._dispatcher,
                adj=adjustments,
                _sock=one,
                bind_socket=False,
                sockinfo=(one.family, one.type, one.proto, one.getsockname()),
            )
            for one in sockets
        ]
        self._share = share
        for listener in self._listeners:
            listener.share = share
        take_records("waitress", ServerRecords(seen.log))

    @property
    def port(self) -> int:
        """The port of the first address."""
        return int(self._listeners[0].effective_port)

    @property
    def listening(self) -> bool:
        """Whether new connections are accepted."""
        return any(one.accepting for one in self._listeners)

    @property
    def waiting(self) -> int:
        """How many requests wait for a worker."""
        return len(self._dispatcher.queue)

    def run(self) -> bool:
        """Answer until `stop` is called; return whether everything begun was finished."""
        self._dispatcher.set_thread_count(self._limits.threads)
        while not self._draining.is_set():
            self._turn(self._tick)
        closes = time.monotonic() + self._notice
        while time.monotonic() < closes:
            self._turn(_DRAIN_TICK)
        if self._share is not None:
            self._share.takes_none()
            self._share = None
        for listener in self._listeners:
            listener.share = None
            listener.close_door(shared=self._shared)
        finished = self._drain()
        self._end(finished)
        return finished

    def stop(self, notice: float = 0.0, *, shared: bool = False) -> None:
        """Begin to stop; the door closes after so many seconds of *notice*, for balancers.

        With the door *shared*, other processes go on to listen there. Any thread may call it, and
        more than once; no signal handler may.
        """
        with self._ending:
            if not self._draining.is_set():
                self._notice, self._shared = notice, shared
            self._draining.set()
            if not self._ended:
                self._listeners[0].pull_trigger()

    def _turn(self, seconds: float) -> None:
        if self._share is not None:
            self._share.has(sum(len(one.active_channels) for one in self._listeners))
            if any(one.deaf_until > time.monotonic() for one in self._listeners):
                seconds = MOMENT
        wasyncore.poll2(seconds, self._map)
        now = time.monotonic()
        if self._beat is not None and now >= self._beats_at:
            self._beats_at = now + _TICK
            self._beat(self._load(now))

    def _load(self, now: float) -> Load:
        channels = list(self._channels)
        begun = [one.serving_since for one in channels if one.serving_since]
        return Load(
            busy=now - min(begun) if begun else 0.0,
            requests=sum(len(one.requests) for one in channels),
            waiting=self.waiting,
            connections=len(channels),
        )

    def _end(self, finished: bool) -> None:
        with self._ending:
            self._ended = True
        # A worker that outlives its time still wakes the loop: then that pipe must stay open.
        if finished and self._dispatcher.shutdown(timeout=1) and not self._dispatcher.threads:
            for listener in self._listeners:
                listener.trigger.close()
        for channel in self._channels:
            channel.handle_close()

    @property
    def _tick(self) -> float:
        return min(_TICK, self._limits.look)

    @property
    def _channels(self) -> Iterator[Channel]:
        for listener in self._listeners:
            yield from listener.channels

    def _drain(self) -> bool:
        """Finish what has begun; return whether that was possible in time."""
        ends = time.monotonic() + self._limits.drain
        while time.monotonic() < ends:
            now = time.time()
            for listener in self._listeners:
                listener.maintenance(now)
            waiting = False
            for channel in self._channels:
                if channel.must_wait() or now - channel.last_activity < _SILENT:
                    waiting = waiting or not channel.lingers_until
                else:
                    channel.will_close = True
            if not waiting:
                return True
            self._turn(_DRAIN_TICK)
        return not any(channel.must_wait() for channel in self._channels)


def adjusted(limits: Limits) -> Adjustments:
    """Write *limits* as the server's library has them."""
    adjustments = Adjustments(
        threads=limits.threads,
        # Its defaults read 8 KiB at a time and write bodies over 512 KiB to disk; ours, none.
        recv_bytes=256 * 1024,
        inbuf_overflow=max(32 * 1024 * 1024, limits.body + 1),
        # The server refuses what reaches its limits, not only what exceeds them.
        max_request_body_size=limits.body + 1,
        max_request_header_size=limits.headers + 1,
        connection_limit=limits.connections,
        asyncore_use_poll=True,
        ident="",
        expose_tracebacks=False,
        log_socket_errors=False,
        # No forwarded header is ever read.
        clear_untrusted_proxy_headers=False,
    )
    # Whole seconds are all that its constructor takes.
    adjustments.channel_timeout = limits.silence
    adjustments.cleanup_interval = limits.look
    return adjustments
