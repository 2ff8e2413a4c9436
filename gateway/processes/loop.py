"""The one loop of the supervisor: whatever has a descriptor is looked at by one `poll`.

Law: no threads, and nothing here waits but the poll itself. The management listener is the
server library's and stands in the same map, so what else stands there speaks as it does.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import sys
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, Final, TypeAlias

import msgspec
from waitress import wasyncore

from gateway.processes.messages import Down, Up, framed, frames_of_children
from gateway.web.logs import Log

#: Descriptors, and what reads and writes there.
Map: TypeAlias = dict[int, Any]

_PIECE: Final = 1 << 16
_MOST_MILLISECONDS: Final = 60_000


def turn(watched: Map, seconds: float) -> None:
    """Wait until something can be read or written, at most so many *seconds*, and do that."""
    # A remainder of less than a millisecond would be none, and the loop would spin.
    wasyncore.poll2(min(max(seconds, 0.0) + 0.001, _MOST_MILLISECONDS / 1000), watched)


class _Watched:
    """What the loop asks of everything in its map."""

    accepting: Final = False

    def readable(self) -> bool:
        """Whether there is something to be read for."""
        return True

    def writable(self) -> bool:
        """Whether there is something to be written."""
        return False

    def handle_write_event(self) -> None:
        """Write."""

    def handle_expt_event(self) -> None:
        """Pass over what is urgent: nothing is."""


class Line(_Watched):
    """The supervisor's end of the pipe to one child."""

    def __init__(
        self, pipe: socket.socket, watched: Map, hear: Callable[[Up], None], log: Log
    ) -> None:
        """Put *pipe* into the map of what is *watched*; *hear* gets what the child says."""
        self._pipe = pipe
        self._watched = watched
        self._hear = hear
        self._log = log
        self._frames = frames_of_children()
        self._waiting: deque[memoryview] = deque()
        #: Its descriptor; negative once it is closed.
        self.number = pipe.fileno()
        watched[self.number] = self

    def say(self, frame: bytes) -> None:
        """Send a frame: now, as far as it goes; the rest as soon as the child takes it."""
        if self.number >= 0:
            self._waiting.append(memoryview(frame))
            with contextlib.suppress(OSError):
                self.handle_write_event()

    def tell(self, message: Down) -> None:
        """Send a message, as soon as the child takes it."""
        self.say(framed(message))

    def close(self) -> None:
        """Hear and say no more; the child takes it for the end of its supervisor."""
        if self.number >= 0:
            self._watched.pop(self.number, None)
            self.number = -1
            self._waiting.clear()
            self._pipe.close()

    def writable(self) -> bool:
        """Whether something waits to be sent."""
        return bool(self._waiting)

    def handle_read_event(self) -> None:
        """Hear."""
        piece = self._pipe.recv(_PIECE)
        if not piece:
            self.close()
        for message in self._frames.feed(piece):
            self._hear(message)

    def handle_write_event(self) -> None:
        """Send what waits, as far as it goes."""
        with contextlib.suppress(BlockingIOError):
            while self._waiting:
                sent = self._pipe.send(self._waiting[0])
                rest = self._waiting.popleft()[sent:]
                if rest:
                    self._waiting.appendleft(rest)

    def handle_close(self) -> None:
        """Hear what was said last, then close."""
        with contextlib.suppress(OSError, msgspec.MsgspecError):
            while self.number >= 0:
                self.handle_read_event()
        self.close()

    def handle_error(self) -> None:
        """Tell of a fault of ours: the loop goes on without this child."""
        self._log.fault("the line to a child was lost", sys.exc_info()[1])
        self.close()


class Signals(_Watched):
    """Signals as bytes on a pipe, so that they are handled between two turns and never inside."""

    def __init__(self, wanted: Sequence[signal.Signals], watched: Map) -> None:
        """Take the *wanted* ones from now on."""
        self._watched = watched
        self._read, self._written = socket.socketpair()
        self._read.setblocking(False)
        self._written.setblocking(False)
        watched[self._read.fileno()] = self
        self._received: list[signal.Signals] = []
        self._wanted = tuple(wanted)
        signal.set_wakeup_fd(self._written.fileno(), warn_on_full_buffer=False)
        self._before = {one: signal.signal(one, _heard) for one in self._wanted}

    def taken(self) -> list[signal.Signals]:
        """Give the signals that have come since the last call."""
        received, self._received = self._received, []
        return received

    def abandon(self) -> None:
        """In a child: close what is the supervisor's."""
        self._watched.pop(self._read.fileno(), None)
        self._read.close()
        self._written.close()

    def close(self) -> None:
        """Let signals do what they did before."""
        for one, handler in self._before.items():
            signal.signal(one, handler)
        signal.set_wakeup_fd(-1)
        self.abandon()

    def handle_read_event(self) -> None:
        """Take the numbers of the signals that came."""
        numbers = self._read.recv(_PIECE)
        self._received += [signal.Signals(one) for one in numbers if one in self._wanted]

    def handle_close(self) -> None:
        """Nobody else holds the other end."""

    def handle_error(self) -> None:
        """The next turn reads again."""


def flush(lines: Sequence[Line], seconds: float) -> None:
    """Send what waits on *lines*, for at most so many *seconds*: a long frame takes a few turns.

    For whoever is about to be busy for longer, while the children could work already.
    """
    ends = time.monotonic() + seconds
    while waiting := {line.number: line for line in lines if line.writable()}:
        poll = select.poll()
        for number in waiting:
            poll.register(number, select.POLLOUT)
        ready = poll.poll(max(0.0, ends - time.monotonic()) * 1000)
        if not ready:
            return
        for number, _ in ready:
            try:
                waiting[number].handle_write_event()
            except OSError:
                waiting[number].close()


def _heard(_number: int, _frame: object) -> None:
    """Do nothing: the number is on the pipe already."""


def ended_children() -> list[tuple[int, int]]:
    """Reap: give the process ids and exit statuses of what has ended; negative ones are signals.

    As the first process of a container it inherits what others leave behind; those end here too.
    """
    ended = []
    with contextlib.suppress(ChildProcessError):
        while True:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                break
            ended.append((pid, os.waitstatus_to_exitcode(status)))
    return ended
