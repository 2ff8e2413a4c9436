"""The supervisor as its operators see it: what the management listener asks.

Law: reads what the supervisor knows and passes wishes on; changes nothing itself.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping
from typing import Any

from gateway.processes.child import State
from gateway.processes.children import Children
from gateway.processes.reloads import Asked, Reloads
from gateway.processes.role import ANSWERING
from gateway.processes.status import deliveries_of, process_of, served_of, status_of, table_series
from gateway.telemetry import catalog
from gateway.telemetry.counts import Counts
from gateway.telemetry.exposition import Series, exposition
from gateway.telemetry.process import measured
from gateway.telemetry.totals import Totals


class Managing:
    """Answers the management listener."""

    def __init__(
        self, reloads: Reloads, children: Children, totals: Totals, counts: Counts
    ) -> None:
        """Tell of these; *counts* are the supervisor's own."""
        self._reloads = reloads
        self._children = children
        self._totals = totals
        self._counts = counts
        self.stopping = False

    def ask(self) -> Asked:
        """Have the folder looked at now."""
        return self._reloads.ask()

    def status(self) -> dict[str, Any]:
        """Tell what is served, and by which processes."""
        now, reloads = time.monotonic(), self._reloads
        return status_of(
            reloads.configuration,
            reloads.status,
            reloads.loaded_at,
            reloads.refused_at,
            [process_of(child, now) for child in self._children.all],
            "stopping" if self.stopping else "serving" if self._is_served() else "starting",
            deliveries_of(reloads.configuration, self._totals),
        )

    def checks(self) -> Mapping[str, bool]:
        """Tell what being ready depends on."""
        return {
            "rules": bool(self._reloads.configuration.by_name),
            "workers": self._is_served(),
            "running": not self.stopping,
        }

    def exposition(self) -> tuple[str, bytes]:
        """Give the media type and the text of all metrics."""
        reloads = self._reloads
        self._totals.add("supervisor", self._counts.take(measured("supervisor")))
        served = served_of(reloads.configuration, reloads.status, reloads.loaded_at)
        states: Counter[tuple[str, ...]] = Counter(
            (one.role.name, one.state.value) for one in self._children.all
        )
        # Without zeros, an alert could not tell "none is ready" from "nobody says".
        states.update({(role, state.value): 0 for role in self._children.roles for state in State})
        further: dict[str, Series] = {
            **table_series(reloads.configuration),
            catalog.PROCESSES.name: states,
        }
        return exposition(self._totals, served, further)

    def _is_served(self) -> bool:
        return any(
            child.state is State.READY and child.role.name == ANSWERING for child in self._children
        )
