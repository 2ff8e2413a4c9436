"""The role that sends what waits in the outbox.

Design §4. Law: puts courier, log and metrics together; decides nothing about deliveries. There is
one, and only while the configuration has destinations.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from gateway.config.configuration import Configuration
from gateway.processes.control import Control
from gateway.telemetry import catalog
from gateway.telemetry.counts import Counts, Row
from gateway.telemetry.process import measured
from gateway.web.logs import Log

if TYPE_CHECKING:
    from gateway.delivery.entry import Depth, Pause, Settled
    from gateway.delivery.outbox import Outbox

#: Seconds between two countings of what waits.
_COUNT: Final = 5.0


class Courier:
    """Sends notifications."""

    name = "courier"
    sockets: Sequence[socket.socket] = ()

    def wanted(self, configuration: Configuration) -> int:
        """One, if there is anybody to send to."""
        return 1 if configuration.destinations else 0

    def prepare(self, configuration: Configuration) -> None:
        """Keep nothing: it begins with the configuration that it inherits."""

    def run(self, control: Control) -> bool:
        """Send until told to stop."""
        # The supervisor and the workers never need what this imports.
        from gateway.delivery import courier

        configuration = control.configuration
        watch = Watching(control)
        address = _address(configuration)
        sender = courier.Courier(_outbox(configuration), configuration.destinations, watch)

        def switch(configuration: Configuration) -> None:
            nonlocal address
            before, address = address, _address(configuration)
            other = None if address == before else _outbox(configuration)
            if other is not None:
                control.log.alert("outbox_changed")
            sender.switch(configuration.destinations, other)

        control.listen(switch, sender.stop)
        finished = sender.run()
        watch.count(None, wait=True)
        return finished


def _address(configuration: Configuration) -> tuple[str | None, str | None]:
    outbox = configuration.outbox
    return (None, None) if outbox is None else (outbox.file, outbox.database)


def _outbox(configuration: Configuration) -> Outbox:
    from gateway.delivery.opening import outbox_at

    return outbox_at(*_address(configuration))


class Watching:
    """Tells log, metrics and supervisor what a courier does (`gateway.delivery.courier.Watch`)."""

    def __init__(self, control: Control) -> None:
        """Tell the supervisor through *control*."""
        self._control = control
        self._log: Log = control.log
        self._counts = Counts()
        self._name = f"courier-{control.slot}"
        self._uncounted: list[bytes] = []
        self._depths: list[Depth] = []
        self._counted_at = 0.0
        self._is_up = True

    def sent(self, destination: str, settled: Settled) -> None:
        """Write a line and count."""
        result = type(settled.verdict).__name__.lower()
        self._counts.add(catalog.DELIVERIES, destination, result)
        self._counts.observe(catalog.DELIVERY_SECONDS, destination, settled.seconds)
        tell = self._log.alert if result == "dead" else self._log.tell
        tell(
            "delivery",
            destination=destination,
            entry=settled.claimed.number,
            key=settled.claimed.key,
            attempt=settled.claimed.attempts,
            result=result,
            met=settled.told,
            duration_ms=round(settled.seconds * 1000, 3),
        )

    def trouble(self, reason: str) -> None:
        """Say that the outbox cannot be used."""
        self._is_up = False
        self._log.alert("outbox_failed", reason=reason)

    def recovered(self) -> None:
        """Say that it can be used again."""
        self._is_up = True
        self._log.tell("outbox_recovered")

    def paused(self, pause: Pause) -> None:
        """Say that nothing more is sent to a destination."""
        self._counts.add(catalog.DESTINATION_PAUSED, pause.destination)
        self._log.alert("destination_paused", destination=pause.destination, met=pause.told)

    def given_up(self, count: int) -> None:
        """Say that nobody can take some entries any more."""
        self._log.alert("deliveries_given_up", count=count)

    def fault(self, error: Exception) -> None:
        """Write what went wrong in the courier itself."""
        self._log.fault("a delivery went wrong", error)

    def beat(self, depths: Callable[[], list[Depth]]) -> None:
        """Give the supervisor a sign, and what was counted."""
        self._control.beat()
        self.count(depths if self._is_up else None)

    def count(self, depths: Callable[[], list[Depth]] | None, *, wait: bool = False) -> None:
        """Pass on what was counted."""
        from gateway.delivery.outbox import OutboxError

        now = time.monotonic()
        if depths is not None and now - self._counted_at >= _COUNT:
            self._counted_at = now
            try:
                self._depths = depths()
            except OutboxError:  # The loop will meet it, and say so.
                self._depths = []
        self._uncounted.append(self._counts.take(self._gauges()))
        while self._uncounted and self._control.count(self._uncounted[0], wait=wait):
            self._uncounted.pop(0)

    def _gauges(self) -> list[Row]:
        now = time.time()
        found = measured(self._name)
        found.append((catalog.OUTBOX_UP.name, (), float(self._is_up)))
        oldest: dict[str, float] = {}
        for one in self._depths:
            labels = (one.destination, one.state.value)
            found.append((catalog.OUTBOX.name, labels, float(one.count)))
            if one.state != "dead":
                oldest[one.destination] = min(oldest.get(one.destination, now), one.oldest)
        found.extend(
            (catalog.OUTBOX_OLDEST.name, (name,), max(0.0, now - since))
            for name, since in oldest.items()
        )
        return found
