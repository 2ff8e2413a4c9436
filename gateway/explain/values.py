"""Values, written for the person who looks into one document.

Law: pure; for local tools only, since a value may be anybody's secret; never for a log.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from gateway.annotation.column import Column
from gateway.annotation.content import Row
from gateway.annotation.values import (
    UNREADABLE,
    Duration,
    Value,
    kind_of,
    value_text,
)
from gateway.rules.expressions.spreading import Deferred

#: A value under an expression is cut to so many characters.
SHORT: Final = 60


def shown(value: Value, limit: int = SHORT) -> str:
    """Write a value as the language does, on one line of at most *limit* characters."""
    text = _shown(value, limit)
    return text if len(text) <= limit else text[: limit - 1] + "…"


def kind_shown(value: Value) -> str:
    """Name the kind of a value in one word; ``empty`` and ``unreadable`` are kinds here."""
    if value is UNREADABLE:
        return "unreadable"
    if isinstance(value, Row):
        return "row"
    kind = kind_of(value)
    return "empty" if kind is None else str(kind.name).lower()


def plain_value(value: Value) -> Any:
    """Turn a value into JSON: numbers as decimals in text, empty and unreadable ones as null."""
    match value:
        case Column():
            return [plain_value(one) for one in value.values]
        case list() | tuple():
            return [plain_value(one) for one in value]
        case Mapping():
            return {str(key): plain_value(one) for key, one in value.items()}
        case bool() | str():
            return value
        case Row():
            return value.number
        case _ if value is None or value is UNREADABLE or isinstance(value, Deferred):
            return None
        case _:
            return _shown(value, SHORT)


def _shown(value: Value, limit: int) -> str:
    match value:
        case Column():
            return _column(value, limit)
        case list() | tuple():
            return _listed([_shown(one, limit) for one in value[:limit]], len(value), limit)
        case Mapping():
            entries = [f"{_shown(key, limit)}: {_shown(one, limit)}" for key, one in value.items()]
            return f"{{{', '.join(entries)}}}"
        case str():
            return _text(value, limit)
        case Duration():
            return _duration(value)
        case Row():
            return f"row {value.number}"
        case Deferred():
            return "failed"
        case _:
            return _plain(value)


def _plain(value: Value) -> str:
    if value is None or value is UNREADABLE:
        return "empty" if value is None else "unreadable"
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)  # Inside of facts, numbers are as they arrived.
    # The clock is a time, of which rules take what they need.
    return str(value) if isinstance(value, datetime) else value_text(value)


def _text(value: str, limit: int) -> str:
    written = json.dumps(value[: limit + 1], ensure_ascii=False)
    if len(written) <= limit and len(value) <= limit:
        return written
    return written[: limit - 2].rstrip("\\") + '…"'


def _duration(value: Duration) -> str:
    parts = [(value.months, "month"), (value.days, "day")]
    told = [f"{count} {unit}" + ("" if count == 1 else "s") for count, unit in parts if count]
    return " and ".join(told) or "0 days"


def _column(column: Column, limit: int) -> str:
    values = column.values
    if values and isinstance(values[0], Row):
        return f"{len(values)} rows" if len(values) > 1 else "1 row"
    return _listed([_shown(one, limit) for one in values[:limit]], len(values), limit)


def _listed(items: Sequence[str], count: int, limit: int) -> str:
    """Write as many items as fit, and how many there are when some do not."""
    whole = f"[{', '.join(items)}]"
    if len(items) == count and len(whole) <= limit:
        return whole
    tail = f", … {count} values]"
    kept, length = 0, 1 + len(tail)
    while kept < len(items) and length + len(items[kept]) <= limit:
        length += len(items[kept]) + 2
        kept += 1
    return f"[{', '.join(items[: max(kept, 1)])}{tail}"
