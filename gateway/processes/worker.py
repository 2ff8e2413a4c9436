"""The role that answers hook requests: a server over the sockets that all workers share.

Design §4. Law: puts server, application and gateway together; decides nothing about requests.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Sequence
from typing import Final

from gateway.config.configuration import Configuration
from gateway.processes.control import Control
from gateway.processes.role import ANSWERING
from gateway.runtime import Gateway
from gateway.telemetry import catalog
from gateway.telemetry.counts import Row
from gateway.telemetry.process import measured
from gateway.web.app import create_app
from gateway.web.seen import Seen
from gateway.web.server import Limits, Load, Server
from gateway.web.sharing import Shares

_NOTHING: Final = Load(0.0, 0, 0, 0)


def live_tables(configuration: Configuration) -> list[Row]:
    """Tell which of the tables that are asked each time would not answer the last time."""
    tables = [one.status for one in configuration.tables.values()]
    return [
        (catalog.TABLE_FAILING.name, (one.name, one.source), float(one.problem is not None))
        for one in tables
        if one.source == "live"
    ]


class Worker:
    """Answers hook requests."""

    name = ANSWERING

    def __init__(
        self,
        gateway: Gateway,
        count: int,
        sockets: Sequence[socket.socket],
        limits: Limits,
        seen: Seen,
    ) -> None:
        """Have *count* workers answer from *gateway* on *sockets*, and tell *seen* of it."""
        self.sockets = sockets
        self._gateway = gateway
        self._count = count
        self._limits = limits
        self._seen = seen
        self._shares = Shares(count)

    def wanted(self, _configuration: Configuration) -> int:
        """As many as the operator says."""
        return self._count

    def prepare(self, configuration: Configuration) -> None:
        """Link the rules once, for all workers that come."""
        self._gateway.switch(configuration)

    def run(self, control: Control) -> bool:
        """Answer until told to stop."""
        draining, seen = threading.Event(), self._seen
        seen.start()
        app = create_app(self._gateway, seen, draining)
        uncounted: list[bytes] = []
        name = f"{self.name}-{control.slot}"

        def count(load: Load) -> None:
            gauges = [
                (catalog.IN_FLIGHT.name, (), float(load.requests - load.waiting)),
                (catalog.WAITING.name, (), float(load.waiting)),
                *measured(name),
                *live_tables(control.configuration),
            ]
            uncounted.append(seen.counts.take(gauges))

        def beat(load: Load) -> None:
            control.beat(load.busy, load.requests, load.connections)
            count(load)
            while uncounted and control.count(uncounted[0]):
                uncounted.pop(0)

        share = self._shares.of(control.slot) if self._count > 1 else None
        server = Server(app, self.sockets, seen, draining, self._limits, beat, share)

        def stop(notice: float) -> None:
            server.stop(notice, shared=control.alone)

        control.listen(self._gateway.switch, stop)
        finished = server.run()
        seen.stop()
        count(_NOTHING)
        for counts in uncounted:
            control.count(counts, wait=True)
        return finished
