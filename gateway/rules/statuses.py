"""Statuses that documents have, against those that rules compare with.

Webhook reference §2. A misspelled status is never any document's, and its rule silent for ever.
Law: pure; speaks only of what is written out in a rule.
"""

from __future__ import annotations

from typing import Final

from gateway.diagnostic import Report
from gateway.rules.expressions.comparing import comparisons
from gateway.rules.expressions.references import Fact, Reference
from gateway.rules.expressions.wording import Written
from gateway.rules.rule import Rule, every_expression
from gateway.spelling import closest

STATUSES: Final = (
    "created",
    "importing",
    "failed_import",
    "split",
    "to_review",
    "reviewing",
    "in_workflow",
    "confirmed",
    "rejected",
    "exporting",
    "exported",
    "failed_export",
    "postponed",
    "deleted",
    "purged",
)
_FACTS: Final = frozenset((("annotation", "status"), ("annotation", "previous_status")))
_LISTED: Final = ", ".join(STATUSES)


def check_statuses(rule: Rule, report: Report) -> None:
    """Warn of statuses that no document has: Rossum may have new ones, but it is likely a slip."""
    for expression in every_expression(rule):
        if not any(map(_is_status, expression.references)):
            continue
        for reference, literal, where in comparisons(expression):
            if not _is_status(reference):
                continue
            values = literal.value if isinstance(literal.value, list | tuple) else [literal.value]
            for one in values:
                if isinstance(one, str) and one not in STATUSES:
                    _warn(one, where, rule, report)


def _is_status(reference: Reference) -> bool:
    return isinstance(reference, Fact) and reference.path in _FACTS


def _warn(status: str, where: Written, rule: Rule, report: Report) -> None:
    meant = closest(status, STATUSES)
    hint = f'did you mean "{meant}"?' if meant else f"there are {_LISTED}"
    start, end = where.at
    place = where.text.at(start, end - start)
    report.warning("R436", f"no document has the status {status!r}", place, hint=hint, rule=rule.id)
