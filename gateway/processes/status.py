"""What is told of the processes: to operators as JSON, to metrics as numbers.

Law: pure; no secret and nothing of a document is known here.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import gateway
from gateway.config.configuration import Configuration
from gateway.config.reload import Status
from gateway.diagnostic import Diagnostic
from gateway.formats.json_text import told
from gateway.lookups.sources import TableStatus
from gateway.processes.child import Child
from gateway.processes.outcome import Outcome
from gateway.telemetry import catalog
from gateway.telemetry.exposition import Served
from gateway.telemetry.totals import Totals


def status_of(
    configuration: Configuration,
    status: Status,
    loaded_at: datetime,
    refused_at: datetime | None,
    processes: list[dict[str, Any]],
    state: str,
    deliveries: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Write what ``/-/status`` answers."""
    return {
        "version": gateway.__version__,
        "state": state,
        "revision": configuration.revision,
        "loaded_at": moment(loaded_at),
        "stale": status.stale,
        "queues": {
            name: {"revision": queue.revision, "rules": len(queue.rules)}
            for name, queue in sorted(configuration.by_name.items())
        },
        "failed": status.failed,
        "refusal": None
        if not status.failure
        else {
            "at": None if refused_at is None else moment(refused_at),
            "diagnostics": _diagnostics(status.failure),
        },
        "reloads": {"succeeded": status.successes, "failed": status.failures},
        "files": dict(sorted(configuration.files.items())),
        "tables": [_table(one.status) for _, one in sorted(configuration.tables.items())],
        "deliveries": deliveries,
        "processes": processes,
    }


def _table(status: TableStatus) -> dict[str, Any]:
    loaded = status.loaded
    return {
        "name": status.name,
        "source": status.source,
        "rows": status.rows,
        "loaded_at": None if loaded is None else moment(datetime.fromtimestamp(loaded, UTC)),
        "problem": status.problem,
    }


def deliveries_of(configuration: Configuration, totals: Totals) -> dict[str, Any] | None:
    """Write what the courier has counted last; None where nobody is told anything."""
    outbox = configuration.outbox
    if outbox is None or not configuration.destinations:
        return None
    up = totals.gauge(catalog.OUTBOX_UP).get(())
    entries, oldest = totals.gauge(catalog.OUTBOX), totals.gauge(catalog.OUTBOX_OLDEST)
    return {
        "outbox": "file" if outbox.database is None else "database",
        "usable": None if up is None else bool(up),
        "destinations": {
            name: {
                **{
                    state: int(entries.get((name, state), 0))
                    for state in ("pending", "sending", "dead")
                },
                "oldest_seconds": round(oldest.get((name,), 0.0), 1),
            }
            for name in sorted(configuration.destinations)
        },
    }


def process_of(child: Child, now: float) -> dict[str, Any]:
    """Write what is told of one child."""
    return {
        "role": child.role.name,
        "slot": child.slot,
        "pid": child.pid,
        "state": child.state.value,
        "revision": child.revision,
        "uptime_seconds": round(now - child.began, 1),
        "restarts": child.restarts,
        "requests": child.beat.requests,
        "connections": child.beat.connections,
    }


def reload_answer(outcome: Outcome) -> tuple[str, dict[str, Any]]:
    """Write what ``/-/reload`` answers: the status line, and the JSON."""
    body: dict[str, Any] = {
        "revision": outcome.revision,
        "previous": outcome.previous,
        "added": outcome.difference.added,
        "removed": outcome.difference.removed,
        "changed": outcome.difference.changed,
    }
    if outcome.diagnostics or outcome.refused:
        body["diagnostics"] = _diagnostics(outcome.diagnostics)
    if not outcome.refused:
        return "200 OK", body
    body["failed"] = outcome.failed
    if outcome.fault:
        error = ("fault", "A fault of the gateway kept it from deciding; see its log.")
        return "503 Service Unavailable", {"error": _error(*error), **body}
    error = ("configuration", "The folder has mistakes; what they concern stays as it was.")
    return "422 Unprocessable Content", {"error": _error(*error), **body}


def served_of(configuration: Configuration, status: Status, loaded_at: datetime) -> Served:
    """Write what metrics tell of the configuration."""
    queues = configuration.by_name
    secrets = [*configuration.secrets, *(one for queue in queues.values() for one in queue.secrets)]
    return Served(
        revision=configuration.revision,
        rules={name: [rule.id for rule in queue.rules.rules] for name, queue in queues.items()},
        secrets=list(dict.fromkeys(one.name for one in secrets)),
        good=not status.failure,
        stale=status.stale,
        failed=status.failed,
        successes=status.successes,
        failures=status.failures,
        loaded_at=loaded_at.timestamp(),
        files=configuration.files,
        tables=list(configuration.tables),
        destinations=list(configuration.destinations),
    )


def table_series(configuration: Configuration) -> dict[str, dict[tuple[str, ...], float]]:
    """Write what metrics tell of tables that are held."""
    held = [one.status for one in configuration.tables.values() if one.status.source != "live"]
    return {
        catalog.TABLE_ROWS.name: {
            (one.name, one.source): float(one.rows) for one in held if one.rows is not None
        },
        catalog.TABLE_LOADED_AT.name: {
            (one.name,): one.loaded for one in held if one.loaded is not None
        },
        catalog.TABLE_FAILING.name: {
            (one.name, one.source): float(one.problem is not None) for one in held
        },
    }


def moment(at: datetime) -> str:
    """Write a moment as logs do."""
    return f"{at.isoformat(timespec='milliseconds')[:-6]}Z"


def _error(code: str, message: str) -> dict[str, str]:
    return {"code": code, "message": message}


def _diagnostics(found: Iterable[Diagnostic]) -> list[dict[str, Any]]:
    return [told(one) for one in found]
