"""The folder watched while it is served, and what the log tells of each load.

Law: passes results on; loads nothing itself.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

from gateway.config.configuration import Configuration
from gateway.config.load import Loaded
from gateway.config.reload import Reloader, Watcher
from gateway.diagnostic import Diagnostic
from gateway.web.logs import Log

#: A log line tells of so many mistakes; ``gateway check`` shows them all.
_MOST: Final = 20


def watch(
    configs: Path,
    configuration: Configuration,
    switch: Callable[[Configuration], None],
    log: Log,
    poll: float,
) -> Watcher:
    """Make the thread that calls *switch* with each new configuration."""
    if configuration.diagnostics:
        log.alert("loaded", diagnostics=told(configuration.diagnostics))
    revision = configuration.revision

    def report(loaded: Loaded) -> None:
        nonlocal revision
        previous, made = revision, loaded.configuration
        if made is not None:
            revision = made.revision
        tell(log, loaded, previous)

    def fault(error: Exception) -> None:
        log.fault("the configuration could not be looked at", error)

    reloader = Reloader(configs, os.environ, configuration, switch, report)
    return Watcher(reloader, fault, poll=poll)


def tell(log: Log, loaded: Loaded, previous: str) -> None:
    """Write what became of one load."""
    found = told(loaded.report)
    made = loaded.configuration
    if made is None:
        log.alert("reload_refused", revision=previous, diagnostics=found)
        return
    fields = {
        "revision": made.revision,
        "previous": previous,
        "queues": len(made.by_name),
        "rules": made.rule_count,
    }
    if loaded.good and not found:
        log.tell("reloaded", **fields)
    else:
        log.alert("reloaded", **fields, failed=loaded.failed, diagnostics=found)


def told(diagnostics: Iterable[Diagnostic]) -> list[str]:
    """Write each diagnostic on one line."""
    lines = [
        f"{one.span.file}:{one.span.line}:{one.span.column}: "
        f"{one.severity}[{one.code}]: {one.message}"
        for one in diagnostics
    ]
    return lines[:_MOST]
