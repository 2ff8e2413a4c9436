"""The outbox of a folder, found whatever else is wrong in it: for whoever looks after it.

Law: reads ``gateway.yaml`` and secret files; compiles no rule.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from gateway.config.folder import take_snapshot
from gateway.config.given import Given
from gateway.config.load import ConfigurationError
from gateway.config.outbox import OutboxSettings, read_outbox
from gateway.config.references import References
from gateway.config.sources import Sources, shown_sources
from gateway.config.walk import GATEWAY_FILE
from gateway.diagnostic import Report, Span


def find_outbox(path: Path, environment: Mapping[str, str]) -> OutboxSettings:
    """Read where the outbox of the folder *path* is.

    Raises:
        ConfigurationError: ``gateway.yaml`` does not say so.
    """
    report = Report()
    snapshot = take_snapshot(path)
    names = snapshot.names(GATEWAY_FILE)
    if not names:
        place = Span(snapshot.shown(""), 1, 1, 1, 1)
        report.error("R124", "the folder has no gateway.yaml", place)
    sources = Sources(snapshot, report)
    root = sources.yaml(names[0], "gateway") if names else None
    if root is not None:
        settings = read_outbox(Given(root).inner("outbox"), References(environment), report)
        if not report.errors:
            return settings
    raise ConfigurationError(report, shown_sources(snapshot, report))
