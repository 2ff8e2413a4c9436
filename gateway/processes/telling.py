"""What the log tells of each load, of the folder or of a table.

Law: words only; loads nothing itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from gateway.config.difference import Difference
from gateway.config.load import Loaded
from gateway.diagnostic import Diagnostic
from gateway.lookups.asking import Source
from gateway.lookups.refreshing import Fetched, take
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
        "tables": named(changed.tables),
    }
    if loaded.good and not found:
        log.tell("reloaded", **fields)
    else:
        log.alert("reloaded", **fields, failed=loaded.failed, diagnostics=found)


def refreshed(fetched: Fetched, tables: Mapping[str, Source], log: Log) -> bool:
    """Have *tables* go on with what was fetched, and write what is new about that.

    Returns:
        Whether it is one of them.
    """
    known = tables.get(fetched.table)
    before = None if known is None else known.status
    source = take(fetched, tables)
    if source is None or before is None:
        return False
    after = source.status
    if after.problem is not None:
        if after.problem != before.problem:
            log.alert("table_failed", table=source.name, problem=after.problem, rows=after.rows)
    elif fetched.content is not None or before.problem is not None:
        log.tell("table_loaded", table=source.name, rows=after.rows)
    return True


def told(diagnostics: Iterable[Diagnostic]) -> list[str]:
    """Write each diagnostic on one line."""
    lines = [
        f"{one.span.file}:{one.span.line}:{one.span.column}: "
        f"{one.severity}[{one.code}]: {one.message}"
        for one in diagnostics
    ]
    return lines[:_MOST]


def named(names: Sequence[str]) -> list[str]:
    """Name rules or tables, as many as a line should hold."""
    more = len(names) - _MOST_RULES
    return [*names[:_MOST_RULES], *([f"and {more} more"] if more > 0 else [])]
