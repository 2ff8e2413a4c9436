"""A child's end of the pipe to its supervisor.

Design §4. Law: one thread of its own, which takes orders; the child's loop only beats. Nothing that
is said here is ever logged: snapshots come with the contents of secret files.
"""

from __future__ import annotations

import gc
import socket
import threading
from collections.abc import Callable, Mapping
from typing import Final

from gateway.config.configuration import Configuration
from gateway.config.load import load_snapshot
from gateway.lookups.live import retire_replaced
from gateway.lookups.refreshing import Fetched, take
from gateway.processes.messages import (
    Beat,
    Counted,
    Drain,
    Ready,
    Take,
    Taken,
    Up,
    framed,
    frames_of_supervisor,
)
from gateway.web.logs import Log

_PIECE: Final = 1 << 20


class Control:
    """What a child hears from its supervisor and tells it."""

    def __init__(
        self,
        pipe: socket.socket,
        slot: int,
        configuration: Configuration,
        environment: Mapping[str, str],
        log: Log,
    ) -> None:
        """Speak through *pipe*; begin with the *configuration* that was inherited."""
        #: Its number among the children of its role; a replacement has the same.
        self.slot = slot
        #: What the child works by.
        self.configuration = configuration
        #: Set before it is told to stop: whether others go on at the same addresses.
        self.alone = False
        self._pipe = pipe
        self._environment = environment
        #: Where it writes.
        self.log = log
        self._sending = threading.Lock()
        #: What of a frame has not gone yet.
        self._rest = b""
        self._frames = frames_of_supervisor()

    def listen(
        self, switch: Callable[[Configuration], None], stop: Callable[[float], None]
    ) -> None:
        """Begin to take orders, in a thread of their own, and say that the work has begun.

        *switch* is called with each new configuration, *stop* with the seconds of notice when the
        child is to finish and end; both return soon.
        """
        name = "orders"
        threading.Thread(target=self._listen, args=(switch, stop), name=name, daemon=True).start()
        self._send(Ready(), wait=True)

    def beat(self, busy: float = 0.0, requests: int = 0, connections: int = 0) -> None:
        """Say that the child's loop goes round; called by the loop, about every second.

        *busy* is how long the oldest thing under way has been so. Never blocks.
        """
        self._send(Beat(busy, requests, connections), wait=False)

    def count(self, counts: bytes, *, wait: bool = False) -> bool:
        """Pass on what was counted; without *wait*, it never blocks.

        Returns:
            Whether that was possible now; if not, *counts* are to be passed on later.
        """
        return self._send(Counted(counts), wait=wait)

    def tell(self, fetched: Fetched) -> None:
        """Pass on what became of loading a table; blocks until it has gone."""
        self._send(fetched, wait=True)

    def _send(self, message: Up, *, wait: bool) -> bool:
        if not self._sending.acquire(blocking=wait):
            return False
        try:
            frame = framed(message)
            if wait:
                self._pipe.sendall(self._rest + frame)
                self._rest = b""
                return True
            # A frame of which a part has gone must be finished before the next one.
            if self._rest:
                self._rest = self._rest[self._pipe.send(self._rest, socket.MSG_DONTWAIT) :]
            if self._rest:
                return False
            self._rest = frame[self._pipe.send(frame, socket.MSG_DONTWAIT) :]
        except OSError:  # Nobody reads at the moment, or ever again.
            return False
        else:
            return True
        finally:
            self._sending.release()

    def _listen(
        self, switch: Callable[[Configuration], None], stop: Callable[[float], None]
    ) -> None:
        while piece := self._receive():
            for message in self._frames.feed(piece):
                match message:
                    case Take():
                        self._send(self._take(message, switch), wait=True)
                    case Fetched():
                        take(message, self.configuration.tables)
                    case Drain(notice, alone):
                        self.alone = alone
                        stop(notice)
        # Closed: whoever was to replace this child, or to end it, is gone.
        self.log.alert("supervisor_gone")
        stop(0.0)

    def _receive(self) -> bytes:
        try:
            return self._pipe.recv(_PIECE)
        except OSError:
            return b""

    def _take(self, order: Take, switch: Callable[[Configuration], None]) -> Taken:
        try:
            loaded = load_snapshot(
                order.snapshot,
                self._environment,
                previous=self.configuration,
                secret_files=order.secret_files,
            )
            if loaded.configuration is not None:
                switch(loaded.configuration)
                retire_replaced(self.configuration.tables, loaded.configuration.tables)
                self.configuration = loaded.configuration
            failed, fault = loaded.failed, False
        except Exception as error:  # noqa: BLE001 - a dead thread would never take another order
            self.log.fault("a change could not be taken", error)
            failed, fault = (), True
        # Nothing else would free the configuration before the last one: its parts know each other.
        gc.collect()
        return Taken(order.generation, self.configuration.revision, failed, fault)
