"""Every metric that the gateway exports: its kind, its labels and what it means, on one page.

Tooling conventions §8. Law: values only. Labels come from the configuration and from fixed lists;
nothing that a sender makes up is ever one.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

#: Stands for whatever is none of ours: an unknown queue, address, method or event.
OTHER: Final = "other"

#: Upper bounds of the buckets of every histogram, in seconds.
BUCKETS: Final = (
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0,
)  # fmt: skip


class Kind(StrEnum):
    """How a metric is counted, as Prometheus calls it."""

    COUNTER = "counter"
    GAUGE = "gauge"
    HISTOGRAM = "histogram"


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric."""

    name: str
    kind: Kind
    labels: tuple[str, ...]
    meaning: str


def _counter(name: str, labels: str, meaning: str) -> Metric:
    return Metric(name, Kind.COUNTER, tuple(labels.split()), meaning)


def _gauge(name: str, labels: str, meaning: str) -> Metric:
    return Metric(name, Kind.GAUGE, tuple(labels.split()), meaning)


def _histogram(name: str, labels: str, meaning: str) -> Metric:
    return Metric(name, Kind.HISTOGRAM, tuple(labels.split()), meaning)


# What processes count while they answer.

HTTP_REQUESTS: Final = _counter(
    "gateway_http_requests_total", "route method code", "HTTP requests, refused ones too."
)
HTTP_SECONDS: Final = _histogram(
    "gateway_http_request_duration_seconds",
    "route",
    "Time from a request's last byte to its answer, without waiting for a thread.",
)
HOOKS: Final = _counter(
    "gateway_hook_requests_total",
    "queue event",
    "Hook requests that were answered; queue other: no file names the document's queue.",
)
EVALUATION_SECONDS: Final = _histogram(
    "gateway_evaluation_duration_seconds", "queue", "Time that the rules of one request took."
)
RULE_OUTCOMES: Final = _counter(
    "gateway_rule_outcomes_total",
    "queue rule outcome",
    "What became of a rule, once for each request that it ran on.",
)
RULE_SHADOW: Final = _counter(
    "gateway_rule_shadow_total",
    "queue rule",
    "Messages that a rule in shadow mode would have answered.",
)
MESSAGES: Final = _counter("gateway_messages_total", "queue type", "Messages answered.")
OPERATIONS: Final = _counter("gateway_operations_total", "queue op", "Operations answered.")
BLOCKERS: Final = _counter(
    "gateway_automation_blockers_total", "queue", "Automation blockers that rules set."
)
TABLE_ASKED: Final = _counter(
    "gateway_table_questions_total",
    "table outcome",
    "Keys that a table was asked for: something found, none, or failed.",
)
AUTH_FAILURES: Final = _counter(
    "gateway_auth_failures_total",
    "queue reason",
    "Requests refused for their signature, or for another queue's.",
)
SECRETS: Final = _counter(
    "gateway_secret_used_total",
    "secret",
    "Requests by the secret that signed them, as the configuration numbers it.",
)
NOTIFICATIONS: Final = _counter(
    "gateway_notifications_total",
    "queue destination",
    "What rules told other systems; what a repeated request tells again is counted again.",
)
UNTOLD: Final = _counter(
    "gateway_outbox_failures_total",
    "queue result",
    "Requests whose notifications could not be stored: repeated, shown to whoever waits, or lost.",
)
DELIVERIES: Final = _counter(
    "gateway_deliveries_total",
    "destination result",
    "Attempts to deliver a notification: done, to be repeated, or given up.",
)
DELIVERY_SECONDS: Final = _histogram(
    "gateway_delivery_duration_seconds", "destination", "Time that an attempt took."
)
OUTBOX: Final = _gauge(
    "gateway_outbox_entries", "destination state", "Notifications that are not done."
)
OUTBOX_OLDEST: Final = _gauge(
    "gateway_outbox_oldest_seconds", "destination", "Age of the oldest notification that waits."
)
OUTBOX_UP: Final = _gauge("gateway_outbox_up", "", "1 while the courier can use the outbox.")
DESTINATION_PAUSED: Final = _counter(
    "gateway_destination_paused_total",
    "destination",
    "Destinations that answered 410, so that nothing more is sent to them.",
)
LEFT_OUT: Final = _counter(
    "gateway_nodes_left_out_total",
    "queue",
    "Nodes of documents that are not as the platform writes them, so that no rule sees them.",
)
LOG_LOST: Final = _counter(
    "gateway_log_lines_lost_total", "", "Log lines that could not be written."
)
DECISIONS: Final = _counter(
    "gateway_decisions_total", "result", "Decision records, written or dropped and why."
)

# What each process measures of itself.

IN_FLIGHT: Final = _gauge(
    "gateway_http_requests_in_flight", "", "Requests that are being answered."
)
WAITING: Final = _gauge("gateway_http_requests_waiting", "", "Requests that wait for a thread.")
CPU: Final = _counter(
    "gateway_process_cpu_seconds_total", "process", "Processor time of a process."
)
MEMORY: Final = _gauge(
    "gateway_process_resident_memory_bytes", "process", "Resident memory of a process."
)

PROCESSES: Final = _gauge(
    "gateway_processes", "role state", "Processes by what they are for and what they are about."
)
RESTARTS: Final = _counter(
    "gateway_process_restarts_total", "role", "Processes that ended unbidden, and were replaced."
)

# What the configuration is.

BUILD: Final = _gauge("gateway_build_info", "version python", "Which program this is.")
CONFIG: Final = _gauge("gateway_config_info", "revision", "Which configuration answers.")
RELOAD_GOOD: Final = _gauge(
    "gateway_config_last_reload_successful", "", "1 unless the last change was refused, or a part."
)
RELOADED_AT: Final = _gauge(
    "gateway_config_last_reload_success_timestamp_seconds",
    "",
    "When a change was last taken whole.",
)
RELOADS: Final = _counter("gateway_config_reloads_total", "result", "Changes of the folder.")
STALE: Final = _gauge(
    "gateway_config_stale", "", "1 while the folder holds something else than what answers."
)
QUEUE_STALE: Final = _gauge(
    "gateway_queue_stale", "queue", "1 while a queue answers by an earlier version of its rules."
)
RULES: Final = _gauge("gateway_rules_loaded", "queue", "Rules of a queue.")
FILES: Final = _gauge("gateway_rules_file_info", "file sha256", "Which files are served.")
TABLE_ROWS: Final = _gauge("gateway_table_rows", "table source", "Rows that a table holds.")
TABLE_LOADED_AT: Final = _gauge(
    "gateway_table_loaded_timestamp_seconds",
    "table",
    "When a database last gave, or confirmed, what a table holds.",
)
TABLE_FAILING: Final = _gauge(
    "gateway_table_failing",
    "table source",
    "1 while a table cannot be refreshed; of a live one, the workers whose last question failed.",
)

METRICS: Final = (
    HTTP_REQUESTS,
    HTTP_SECONDS,
    IN_FLIGHT,
    WAITING,
    HOOKS,
    AUTH_FAILURES,
    SECRETS,
    EVALUATION_SECONDS,
    RULE_OUTCOMES,
    RULE_SHADOW,
    MESSAGES,
    OPERATIONS,
    BLOCKERS,
    TABLE_ASKED,
    NOTIFICATIONS,
    UNTOLD,
    DELIVERIES,
    DELIVERY_SECONDS,
    OUTBOX,
    OUTBOX_OLDEST,
    OUTBOX_UP,
    DESTINATION_PAUSED,
    LEFT_OUT,
    CONFIG,
    RELOAD_GOOD,
    RELOADED_AT,
    RELOADS,
    STALE,
    QUEUE_STALE,
    RULES,
    FILES,
    TABLE_ROWS,
    TABLE_LOADED_AT,
    TABLE_FAILING,
    DECISIONS,
    LOG_LOST,
    PROCESSES,
    RESTARTS,
    CPU,
    MEMORY,
    BUILD,
)
