"""The role that asks databases for tables again, once for all processes.

Language §6, design §4. Law: one child, only while a table is loaded from a database; each load has
a thread of its own, so that a database which is gone holds up no other; what was loaded goes to the
supervisor, which hands it on.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Sequence
from typing import Final

from gateway.config.configuration import Configuration
from gateway.lookups.refreshing import Schedule, fetch, loaded_sources
from gateway.lookups.sources import LoadedSource
from gateway.processes.control import Control

#: Seconds between two looks at what is due.
_LOOK: Final = 0.5


class Refresher:
    """Loads tables from databases."""

    name = "refresher"
    sockets: Sequence[socket.socket] = ()

    def wanted(self, configuration: Configuration) -> int:
        """One, if there is anything to load."""
        return 1 if loaded_sources(configuration.tables) else 0

    def prepare(self, _configuration: Configuration) -> None:
        """Need nothing: the child inherits the configuration."""

    def run(self, control: Control) -> bool:
        """Load what is due until told to stop; what is under way then is nobody's loss."""
        work = _Work(control)
        control.listen(work.follow, work.stop)
        work.run()
        return True


class _Work:
    def __init__(self, control: Control) -> None:
        self._control = control
        self._schedule = Schedule()
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self.follow(control.configuration)

    def follow(self, configuration: Configuration) -> None:
        """Load the tables of *configuration* from now on."""
        with self._lock:
            sources = loaded_sources(configuration.tables)
            self._schedule.follow(sources, time.monotonic(), time.time())

    def stop(self, _notice: float) -> None:
        """End soon."""
        self._stopping.set()

    def run(self) -> None:
        """Begin what is due, and beat."""
        while not self._stopping.is_set():
            self._control.beat()
            with self._lock:
                due = self._schedule.due(time.monotonic())
            for source in due:
                name = f"table {source.name}"
                threading.Thread(target=self._load, args=(source,), name=name, daemon=True).start()
            self._stopping.wait(_LOOK)

    def _load(self, source: LoadedSource) -> None:
        fetched = fetch(source)
        with self._lock:
            told = self._schedule.done(fetched, time.monotonic())
        self._control.tell(told)
