"""What the log tells of each load.

Law: words only; loads nothing itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from gateway.config.difference import Difference
from gateway.config.load import Loaded
from gateway.diagnostic import Diagnostic
from gateway.web.logs import Log

#: A log line tells of so many mistakes; ``gateway check`` shows them all.
_MOST: Final = 20
#: A log line names so many rules of a kind.
_MOST_RULES: Final = 50


def tell(log: Log, loaded: Loaded, previous: str, changed: Difference) -> None:
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
        "added": named(changed.added),
        "removed": named(changed.removed),
        "changed": named(changed.changed),
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


def named(rules: Sequence[str]) -> list[str]:
    """Name rules, as many as a line should hold."""
    more = len(rules) - _MOST_RULES
    return [*rules[:_MOST_RULES], *([f"and {more} more"] if more > 0 else [])]
