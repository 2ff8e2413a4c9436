"""The supervisor: holds the sockets, follows the folder, keeps the children, stops without loss.

Design §4. Law: one thread and one loop, so that it may fork at any time; answers no hook request.
"""

from __future__ import annotations

import gc
import signal
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from gateway.config.configuration import Configuration
from gateway.config.mounts import mounted_files
from gateway.processes.children import Children, Patience
from gateway.processes.loop import Map, Signals, turn
from gateway.processes.managing import Managing
from gateway.processes.reloads import Reloads
from gateway.processes.role import SIGNALS, Parent, Role
from gateway.processes.telling import told
from gateway.telemetry.counts import Counts
from gateway.telemetry.totals import Totals
from gateway.web.desk import Desk
from gateway.web.listening import addresses
from gateway.web.logs import Log, ServerRecords, take_records
from gateway.web.management import create_management
from gateway.web.seen import Seen

#: What a request allocates lives briefly and has no cycles; the default looks every 700 objects.
_GC_THRESHOLDS: Final = (50_000, 20, 50)


@dataclass(frozen=True, slots=True)
class Settings:
    """What the operator says about the supervisor."""

    #: The folder that is followed.
    configs: Path
    #: Seconds between two looks at it.
    poll: float
    #: Seconds between "not ready" and closing the door, for balancers to notice.
    notice: float
    patience: Patience
    #: The names by which the management listener may be called, besides addresses.
    hosts: frozenset[str]


class Supervisor:
    """Runs the children until a signal ends it."""

    def __init__(
        self,
        settings: Settings,
        configuration: Configuration,
        roles: Sequence[Role],
        sockets: Sequence[socket.socket],
        management: Sequence[socket.socket],
        environment: Mapping[str, str],
        log: Log,
    ) -> None:
        """Keep children of these *roles*, which begin with *configuration*.

        They share the *sockets*; those for *management* are answered here.
        """
        self._settings = settings
        self._sockets = sockets
        self._management = management
        self._log = log
        self._watched: Map = {}
        take_records("waitress", ServerRecords(log))
        totals, seen = Totals(), Seen(log, Counts())
        self._signals = Signals((*SIGNALS, signal.SIGCHLD), self._watched)
        parent = Parent(environment, log, self._abandon)
        self._children = Children(roles, parent, settings.patience, self._watched, totals)
        self._reloads = Reloads(
            settings.configs, environment, configuration, self._children, log, settings.poll
        )
        self._managing = Managing(self._reloads, self._children, totals, seen.counts)
        app = create_management(self._managing, seen, settings.hosts)
        self._desks = [
            Desk(app, self._managing.ask, seen, one, settings.hosts, self._watched)
            for one in management
        ]

    def run(self) -> bool:
        """Work until a signal; return whether everything begun was finished."""
        _settle_memory()
        self._warn()
        began = False
        while True:
            wait = min(self._children.turn(), self._reloads.turn())
            if not began and self._children.have_begun:
                began = True
                self._tell_start()
            self._turn(wait)
            for one in self._signals.taken():
                if one is signal.SIGHUP:
                    self._reloads.ask()
                elif one is not signal.SIGCHLD:
                    return self._stop(one)

    def _warn(self) -> None:
        """Tell what is not as it should be, and kept nobody from starting."""
        configuration = self._reloads.configuration
        if configuration.diagnostics:
            self._log.alert("loaded", diagnostics=told(configuration.diagnostics))
        mounted = mounted_files(self._settings.configs, configuration.files)
        if mounted:
            advice = "mount the folder: a file that is mounted alone stays as it is when replaced"
            self._log.alert("mounted_files", files=mounted, advice=advice)

    def _tell_start(self) -> None:
        configuration = self._reloads.configuration
        self._log.tell(
            "started",
            address=", ".join(addresses(self._sockets)),
            revision=configuration.revision,
            queues=len(configuration.by_name),
            rules=configuration.rule_count,
            processes=self._children.wanted,
            management=", ".join(addresses(self._management)) or None,
        )

    def _turn(self, seconds: float, *, ending: bool = False) -> None:
        for desk in self._desks:
            desk.answer(ending=ending)
        turn(self._watched, seconds)

    def _stop(self, received: signal.Signals) -> bool:
        """Finish what has begun; a second signal ends everything at once."""
        self._log.tell("stopping", signal=received.name)
        self._managing.stopping = True
        for one in self._sockets:
            one.close()
        self._children.drain(self._settings.notice)
        finished = True
        while self._children.all:
            self._turn(self._children.turn(), ending=True)
            if finished and {signal.SIGTERM, signal.SIGINT} & {*self._signals.taken()}:
                finished = False
                self._children.kill_all()
        finished = finished and self._children.finished
        self._log.tell("stopped", finished=finished)
        for desk in self._desks:
            desk.close()
        self._signals.close()
        return finished

    def _abandon(self, kept: Sequence[socket.socket]) -> None:
        """In a child: close what is the supervisor's alone."""
        self._signals.abandon()
        self._children.abandon()
        for desk in self._desks:
            desk.close()
        for one in self._sockets:
            if one not in kept:
                one.close()


def _settle_memory() -> None:
    """Take what was loaded out of the collector's sight, so that children share it untouched."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_GC_THRESHOLDS)
