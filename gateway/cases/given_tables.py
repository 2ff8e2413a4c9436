"""Tables that a case is given: rows written down, as their table would have them.

Language §8. Law: pure; a row holds what the table's columns hold, so that a case that passes does
not pass on values that no table would give.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from gateway.annotation.values import (
    UNREADABLE,
    Kind,
    Value,
    kind_name,
    parse_date,
    parse_number,
)
from gateway.diagnostic import Report
from gateway.lookups.offline import GivenTable
from gateway.lookups.table import Table
from gateway.rules.context import QueueContext
from gateway.rules.tables import TableShape
from gateway.rules.yaml.source import Entry, List, Map, Node, Scalar, Text
from gateway.spelling import closest

_BOOLEANS: Final = {"true": True, "false": False}


def read_given_tables(
    node: Node | None, context: QueueContext, report: Report
) -> Mapping[str, GivenTable]:
    """Read ``tables`` of what a case is given."""
    found: dict[str, GivenTable] = {}
    for entry in node.entries.values() if isinstance(node, Map) else ():
        shape = context.tables.get(entry.key.value)
        if shape is None:
            _refuse_table(entry.key, context, report)
        elif isinstance(entry.value, List):
            found[shape.name] = _table(shape, entry.value, report)
    return found


def _refuse_table(name: Text, context: QueueContext, report: Report) -> None:
    message = f"the queue {context.name!r} has no table {name.value!r}"
    hint = f"there are {', '.join(context.tables)}" if context.tables else None
    meant = closest(name.value, context.tables)
    if name.value in context.ungranted:
        hint = "it is not for this queue"
    elif meant is not None:
        hint = f"did you mean {meant!r}?"
    report.error("R509", message, name.span, hint=hint)


def _table(shape: TableShape, node: List, report: Report) -> GivenTable:
    rows: list[dict[str, Value]] = []
    asked: list[dict[str, Value]] = []
    for item in node.items:
        if isinstance(item, Map):
            asked.append(_parameters(shape, item, report))
            rows.append(dict(_cells(shape, item, report)))
    known = shape.columns if shape.columns is not None else ()
    names = dict.fromkeys((*known, *(name for row in rows for name in row)))
    content = Table({name: [row.get(name) for row in rows] for name in names}, len(rows))
    return GivenTable(content, shape.parameters, tuple(asked))


def _parameters(shape: TableShape, row: Map, report: Report) -> dict[str, Value]:
    """Read what the parameters of a live table are for a row."""
    found: dict[str, Value] = {}
    for name in shape.parameters or ():
        node = row.get(name)
        if not isinstance(node, Scalar):
            message = f"this row does not say for which {name!r} it is found"
            report.error("R510", message, row.span, hint=f"add {name}: VALUE")
        else:
            found[name] = node.text.value
    return found


def _cells(shape: TableShape, row: Map, report: Report) -> Iterator[tuple[str, Value]]:
    for name, entry in row.entries.items():
        if shape.columns is not None and name not in shape.columns:
            if name not in (shape.parameters or ()):
                _refuse_column(entry.key, shape, report)
            continue
        kind = None if shape.columns is None else shape.columns[name]
        value = _value(entry, kind)
        if value is UNREADABLE:
            message = f"{shape.name}.{name} holds {kind_name(kind or Kind.SCALAR)}, not this"
            report.error("R510", message, entry.value.span, hint="write it as the table has it")
        yield name, None if value == "" else value


def _refuse_column(name: Text, shape: TableShape, report: Report) -> None:
    columns = shape.columns or ()
    meant = closest(name.value, columns)
    hint = f"did you mean {meant!r}?" if meant else f"it has {', '.join(columns)}"
    message = f"the table {shape.name!r} has no column {name.value!r}"
    report.error("R510", message, name.span, hint=hint)


def _value(entry: Entry, kind: Kind | None) -> Value:
    """Read a cell as its column has it; without a known kind, as YAML does."""
    node = entry.value
    if not isinstance(node, Scalar):
        return UNREADABLE
    data: Any = node.data
    if data is None:
        return None
    text = node.text.value
    match kind:
        case Kind.TEXT:
            return text
        case Kind.NUMBER:
            return _or_unreadable(parse_number(text))
        case Kind.DATE:
            return _or_unreadable(parse_date(text))
        case Kind.BOOLEAN:
            return _BOOLEANS.get(text, UNREADABLE)
        case _:
            return data if isinstance(data, bool | str) else _or_unreadable(parse_number(text))


def _or_unreadable(value: Value) -> Value:
    return UNREADABLE if value is None else value
