"""Hook requests made of the few values that a case is about, in the shape of the wire.

Language §8; webhook reference §5 to §7. Law: pure; equal arguments give equal bytes. Ids are given
in document order, so that an answer can be told again in names.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time
from itertools import count
from typing import Any, Final

import msgspec

from gateway.annotation.values import Kind, parse_date, parse_number, shape_of
from gateway.cases.arrivals import API, arrival
from gateway.cases.case import DEFAULT_NOW, Cell, Given, Row
from gateway.cases.naming import Names, Places
from gateway.hooks.file_names import file_names
from gateway.rules.events import CONTENT, OTHER_EVENTS

_FIRST_ID: Final = 1_001
#: What has no value.
_BUTTON: Final = "button"

# Facts are exact decimals; the wire has JSON's numbers.
_encode = msgspec.json.Encoder(decimal_format="number").encode


class _Named(msgspec.Struct):
    """As much of a request as names its event."""

    event: str
    action: str


class GivenError(Exception):
    """What is given cannot be made into a request."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    def __str__(self) -> str:
        return self.reason


@dataclass(frozen=True, slots=True)
class Made:
    """A request made of what a case is given."""

    body: bytes
    places: Places
    now: datetime


def make(given: Given, names: Names, queue_id: int) -> Made:
    """Make the request of a case.

    Raises:
        GivenError: something is changed or edited that is not there, or the payload is none.
    """
    if given.payload is not None:
        payload = _stored(given)
    elif given.event[0] == CONTENT:
        payload = _compact(given, names, queue_id)
    else:
        payload = _envelope(given)
    payload.update(given.keys)
    facts: Mapping[str, Mapping[str, Any]] = given.facts
    if given.payload is None and given.action in OTHER_EVENTS:
        facts = arrival(given.action, payload, facts, queue_id)
    places = Places(facts_of(payload, "annotation").get("content"), file_names(payload))
    for address, cell in given.changes.items():
        node = places.nodes.get(address)
        if node is None:
            raise GivenError(f"set: the document has no {address!r}")
        _change(node, cell, names)
    _add_facts(payload, facts)
    if given.edited:
        payload["updated_datapoints"] = list(_edited(given, places))
    return Made(_encode(payload), places, given.now or stamp(payload) or DEFAULT_NOW)


def _add_facts(payload: dict[str, Any], facts: Mapping[str, Mapping[str, Any]]) -> None:
    for root in ("annotation", "document"):
        if root in facts:
            payload[root] = {**facts_of(payload, root), **facts[root]}
    for root in ("queue", "email"):
        if root in facts:
            payload[f"{root}s"] = [facts[root]]


def _edited(given: Given, places: Places) -> Iterator[int | str]:
    for address in given.edited:
        found = places.all_at(address)
        if not found:
            raise GivenError(f"edited: the document has no {address!r}")
        yield from (node["id"] for one in found if "id" in (node := places.nodes[one]))


def _stored(given: Given) -> dict[str, Any]:
    try:
        payload = msgspec.json.decode(given.payload or b"")
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise GivenError("the payload is not JSON") from None
    found: dict[str, Any] = payload if isinstance(payload, dict) else {}
    if given.has_event:
        found["event"], found["action"] = given.event
    has_content = f"{found.get('event')}.{found.get('action')}" not in OTHER_EVENTS
    if has_content and not isinstance(found.get("annotation"), dict):
        raise GivenError("the payload is no hook request with an annotation")
    return found


def _envelope(given: Given) -> dict[str, Any]:
    event, action = given.event
    return {
        "request_id": "00000000-0000-4000-8000-000000000000",
        "event": event,
        "action": action,
    }


def _compact(given: Given, names: Names, queue_id: int) -> dict[str, Any]:
    given = _completed(given, names)
    annotation = {
        "id": 1,
        "url": f"{API}/annotations/1",
        "queue": f"{API}/queues/{queue_id}",
        "status": "importing" if given.action == "initialize" else "reviewing",
        "content": list(_sections(given, names, count(_FIRST_ID))),
    }
    return {
        **_envelope(given),
        "annotation": annotation,
        "document": {"id": 2, "url": f"{API}/documents/2"},
        "updated_datapoints": [],
    }


def _completed(given: Given, names: Names) -> Given:
    """Add, empty, what documents have by the queue's schema and the case leaves out."""
    if names.schema is None:
        return given
    elements = names.schema.fields.values()
    columns: dict[str | None, dict[str, Cell]] = {None: {}}
    for one in elements:
        if one.category == "multivalue":
            columns.setdefault(one.schema_id, {})
        elif one.category == "datapoint" and one.type != _BUTTON:
            columns.setdefault(one.table, {})[one.schema_id] = Cell(None)
    fields = {**columns.pop(None), **given.fields}
    tables: dict[str, Sequence[Row]] = dict(given.tables)
    for table, cells in columns.items():
        assert table is not None  # noqa: S101 - None has been taken out.
        rows = given.tables.get(table, ())
        tables[table] = [row if isinstance(row, Cell) else {**cells, **row} for row in rows]
    return replace(given, fields=fields, tables=tables)


def _sections(given: Given, names: Names, ids: Iterator[int]) -> Iterator[dict[str, Any]]:
    if given.fields:
        yield {
            "id": next(ids),
            "category": "section",
            "schema_id": "fields",
            "children": [
                datapoint(name, cell, names.kinds.get(name), ids)
                for name, cell in given.fields.items()
            ],
        }
    if given.tables:
        yield {
            "id": next(ids),
            "category": "section",
            "schema_id": "tables",
            "children": [_table(name, given, names, ids) for name in given.tables],
        }


def _table(table: str, given: Given, names: Names, ids: Iterator[int]) -> dict[str, Any]:
    kinds = names.kinds
    row_id, value_id = names.row_id(table), names.value_id(table)
    return {
        "id": next(ids),
        "category": "multivalue",
        "schema_id": table,
        "children": [
            datapoint(value_id, row, kinds.get(value_id), ids)
            if isinstance(row, Cell)
            else {
                "id": next(ids),
                "category": "tuple",
                "schema_id": row_id,
                "children": [
                    datapoint(name, cell, kinds.get(name), ids) for name, cell in row.items()
                ],
            }
            for row in given.tables[table]
        ],
    }


def datapoint(schema_id: str, cell: Cell, kind: Kind | None, ids: Iterator[int]) -> dict[str, Any]:
    """Make a datapoint of the wire."""
    return {
        "id": next(ids),
        "category": "datapoint",
        "schema_id": schema_id,
        "content": {
            "value": cell.value or "",
            "normalized_value": _normalized(cell, kind),
            **cell.content,
        },
        "validation_sources": [],
        **cell.node,
    }


def normalized(value: str, kind: Kind | None) -> str | None:
    """Give what the platform makes of a displayed text: a plain number, an ISO date, or nothing."""
    if not value:
        return None
    if kind is None:
        kind = shape_of(value)
    if kind is Kind.NUMBER:
        return value if parse_number(value) is not None else None
    if kind is Kind.DATE:
        return value if parse_date(value) is not None else None
    return None


def _normalized(cell: Cell, kind: Kind | None) -> str | None:
    return cell.normalized if cell.is_normalized else normalized(cell.value or "", kind)


def _change(node: dict[str, Any], cell: Cell, names: Names) -> None:
    """Give a datapoint another value; what was a text stays one, if nothing declares its type."""
    before = node.get("content")
    before = before if isinstance(before, dict) else {}
    kind = names.kinds.get(node["schema_id"])
    if kind is None and before.get("value") and not before.get("normalized_value"):
        kind = Kind.TEXT
    after = {**before, **cell.content}
    if cell.value is not None:
        after["value"] = cell.value
    if cell.value is not None or cell.is_normalized:
        after["normalized_value"] = _normalized(cell, kind)
    node["content"] = after
    node.update(cell.node)


def other_event(body: bytes) -> str | None:
    """Name the event of a stored request, if it is one without content."""
    try:
        payload = msgspec.json.decode(body, type=_Named)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    name = f"{payload.event}.{payload.action}"
    return name if name in OTHER_EVENTS else None


def stamp(payload: Mapping[str, Any]) -> datetime | None:
    """Tell when a request was sent; None if it does not say."""
    text = payload.get("timestamp")
    return moment(text) if isinstance(text, str) else None


def moment(text: str) -> datetime | None:
    """Read a time with its offset, or a day as its noon in UTC; None if it is neither."""
    day = parse_date(text)
    if day is not None:
        return datetime.combine(day, time(12), UTC)
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    # The first and the last year leave no room for other time zones.
    return found if found.tzinfo is not None and 1 < found.year < 9999 else None


def facts_of(payload: Mapping[str, Any], root: str) -> Mapping[str, Any]:
    """Read the facts of a request below *root*, side-loads included; empty if there are none."""
    data = payload.get(root)
    if root in ("queue", "email"):
        listed = payload.get(f"{root}s")
        data = listed[0] if isinstance(listed, list) and listed else data
    return data if isinstance(data, dict) else {}
