"""What a case is given: from checked nodes to values.

Language §8. Law: pure; the structure has been checked, names and times are checked here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from gateway.cases.case import DEFAULT_ACTION, Address, Cell, Given, Row
from gateway.cases.given_tables import read_given_tables
from gateway.cases.naming import AddressError, Names
from gateway.cases.payload import moment, other_event
from gateway.diagnostic import Report
from gateway.lookups.offline import GivenTable
from gateway.rules.context import QueueContext
from gateway.rules.events import ACTIONS, CONTENT, OTHER_EVENTS, event_of
from gateway.rules.yaml.source import List, Map, Node, Scalar, Text, plain
from gateway.spelling import closest

_FACTS: Final = ("annotation", "document", "queue", "email")
#: Keys of ``given`` that are no tables.
KEYS: Final = frozenset((*_FACTS, "event", "now", "edited", "fields", "payload", "set", "tables"))
#: Keys of a cell, and what the wire calls them: in the datapoint's content, and in the datapoint.
_CONTENT_KEYS: Final = {"confidence": "rir_confidence", "page": "page", "extracted": "rir_text"}
_NODE_KEYS: Final = frozenset(("hidden", "options", "validation_sources"))
_EDITING: Final = frozenset(("updated", "user_update"))

#: Keys of a request that are given otherwise.
_OTHERWISE: Final = ("event", "action", "annotation")

#: Finds the stored payload that a path leads to; None after reporting why there is none.
ReadPayload = Callable[[Text, Report], bytes | None]


@dataclass(frozen=True, slots=True)
class GivenReader:
    """Reads what the cases of one file are given."""

    names: Names
    context: QueueContext
    read_payload: ReadPayload
    report: Report

    def read(self, node: Map | None, base: Given) -> Given:
        """Read ``given`` or ``defaults`` on top of *base*."""
        if node is None:
            return base
        tables = {
            name: rows
            for key, entry in node.entries.items()
            if key not in KEYS and isinstance(entry.value, List)
            for name, rows in self._table(entry.key, entry.value)
        }
        fields = dict(self._cells(node.get("fields"), self._cell_of(None)))
        self._check_annotation(node.get("annotation"))
        given = replace(
            base,
            fields={**base.fields, **fields},
            tables={**base.tables, **tables},
            lookups={**base.lookups, **self._lookups(node)},
            changes={**base.changes, **self.changes(node.get("set"))},
            facts=_facts(node, base),
            **self._scalars(node, base),
        )
        if given.payload is not None and (given.fields or given.tables):
            self._error(
                "R505",
                "a stored payload has its own fields",
                _key(node, "payload"),
                hint="change its values with `set`, or give fields instead",
            )
        return given

    def _lookups(self, node: Map) -> Mapping[str, GivenTable]:
        return read_given_tables(node.get("tables"), self.context, self.report)

    def _check_annotation(self, node: Node | None) -> None:
        entry = node.entries.get("content") if isinstance(node, Map) else None
        if entry is not None:
            hint = "give `fields` and tables, or a stored `payload`"
            self._error("R505", "content is not given as a fact", entry.key, hint=hint)

    def check(self, given: Given, node: Map | None) -> None:
        """Report what does not fit together in the finished *given*."""
        self._check_content(given, node)
        entry = node.entries.get("edited") if node is not None else None
        if entry is None or given.action in _EDITING or (given.payload and not given.has_event):
            return
        self._error(
            "R502",
            f"nothing is edited on {'.'.join(given.event)}",
            entry.key,
            hint=f"write `event: {CONTENT}.updated`, or delete `edited`",
        )

    def _check_content(self, given: Given, node: Map | None) -> None:
        if node is None or given.payload is not None or given.action not in OTHER_EVENTS:
            return
        if given.fields or given.tables:
            hint = "give the keys of its `payload`"
            self._error("R505", f"{given.action} has no fields", _key(node, "fields"), hint=hint)

    def changes(self, node: Node | None) -> Mapping[Address, Cell]:
        """Read ``set``."""
        return dict(self._cells(node, self.address))

    def address(self, text: Text) -> Address | None:
        """Read an address; None after reporting that it is none."""
        try:
            return self.names.address(text.value)
        except AddressError as error:
            self._misnamed(error, text)
            return None

    def _field(self, text: Text) -> str | None:
        if "[" in text.value:
            self._misnamed(AddressError(text.value, None), text)
            return None
        return self.address(text)

    def _cell_of(self, table: str | None) -> Callable[[Text], str | None]:
        """Give a reader of the names of cells: of a table's, or of the fields outside tables."""

        def read(text: Text) -> str | None:
            name = self._field(text)
            found = self.names.schema.fields.get(name or "") if self.names.schema else None
            if found is None or (found.category == "datapoint" and found.table == table):
                return name
            if found.table is not None and found.category == "datapoint":
                hint = f"it is a column of {found.table}, which stands beside fields"
            elif found.category == "datapoint":
                hint = "it stands in no table: give it among fields"
            else:
                hint = "a table stands beside fields, with the list of its rows"
            where = "no field outside tables" if table is None else f"no column of {table}"
            self._error("R504", f"{text.value} is {where}", text, hint=hint)
            return None

        return read

    def _misnamed(self, error: AddressError, text: Text) -> None:
        if error.unknown is None:
            hint = "write FIELD, or TABLE[ROW].COLUMN with rows from 1"
            self._error("R504", str(error), text, hint=hint)
            return
        meant = closest(error.unknown, self.names.known)
        hint = f"did you mean {meant!r}?" if meant else "the queue's schema does not have it"
        self._error("R504", str(error), text, hint=hint)

    def _table(self, key: Text, node: List) -> Iterator[tuple[str, list[Row]]]:
        name = self._field(key)
        if name is not None:
            yield (
                name,
                [
                    dict(self._cells(item, self._cell_of(name)))
                    if isinstance(item, Map)
                    else _cell(item)
                    for item in node.items
                ],
            )

    def _cells(
        self, node: Node | None, name: Callable[[Text], str | None]
    ) -> Iterator[tuple[str, Cell]]:
        if isinstance(node, Map):
            for entry in node.entries.values():
                known = name(entry.key)
                if known is not None:
                    yield known, _cell(entry.value)

    def _scalars(self, node: Map, base: Given) -> Mapping[str, Any]:
        found: dict[str, Any] = {}
        for key, read in (("event", self._event), ("now", self._now), ("payload", self._payload)):
            value = node.get(key)
            if isinstance(value, Scalar):
                found |= read(value.text)
        body = found.get("payload")
        if body is not None and not found.get("has_event", base.has_event):
            found["action"] = other_event(body) or DEFAULT_ACTION
        keys = node.get("payload")
        if isinstance(keys, Map):
            found["keys"] = {**base.keys, **self._keys(keys)}
        edited = node.get("edited")
        if isinstance(edited, List):
            names = [self.address(one.text) for one in edited.items if isinstance(one, Scalar)]
            found["edited"] = tuple(name for name in names if name is not None)
        return found

    def _event(self, text: Text) -> Mapping[str, Any]:
        found = event_of(text.value)
        if found is not None:
            event, action = found
            return {"action": action if event == CONTENT else text.value, "has_event": True}
        names = (*ACTIONS, *(f"{CONTENT}.{one}" for one in ACTIONS), *OTHER_EVENTS)
        meant = closest(text.value, names)
        hint = f"did you mean {meant!r}?" if meant else f"there are {', '.join(sorted(ACTIONS))}"
        self._error("R502", f"no event on which rules run: {text.value!r}", text, hint=hint)
        return {}

    def _now(self, text: Text) -> Mapping[str, Any]:
        now = moment(text.value)
        if now is None:
            hint = 'a day, such as "2025-01-31", or a time with its offset: "2025-01-31T12:00:00Z"'
            self._error("R503", f"not a time: {text.value!r}", text, hint=hint)
            return {}
        return {"now": now}

    def _payload(self, text: Text) -> Mapping[str, Any]:
        return {"payload": self.read_payload(text, self.report)}

    def _keys(self, node: Map) -> Mapping[str, Any]:
        for name in _OTHERWISE:
            entry = node.entries.get(name)
            if entry is not None:
                hint = "give `event`, fields and tables, and facts of the annotation"
                self._error("R505", f"{name} is given beside `payload`", entry.key, hint=hint)
        found: dict[str, Any] = plain(node)
        return found

    def _error(self, code: str, message: str, text: Text, *, hint: str) -> None:
        self.report.error(code, message, text.span, hint=hint)


def _key(node: Map, key: str) -> Text:
    entry = node.entries.get(key) or next(iter(node.entries.values()))
    return entry.key


def _facts(node: Map, base: Given) -> Mapping[str, Mapping[str, Any]]:
    facts = dict(base.facts)
    for root in _FACTS:
        value = node.get(root)
        if isinstance(value, Map):
            facts[root] = {**facts.get(root, {}), **plain(value)}
    return facts


def _cell(node: Node) -> Cell:
    if isinstance(node, Scalar):
        return Cell(_text(node))
    assert isinstance(node, Map)  # noqa: S101 - what the schema allows.
    given = {key: entry.value for key, entry in node.entries.items()}
    value = given.get("value")
    normalized = given.get("normalized_value")
    return Cell(
        value=_text(value) if isinstance(value, Scalar) else None,
        is_normalized="normalized_value" in given,
        normalized=(_text(normalized) or None) if isinstance(normalized, Scalar) else None,
        node={key: _attribute(key, given[key]) for key in sorted(_NODE_KEYS & given.keys())},
        content={
            wire: _text(given[key]) if key == "extracted" else plain(given[key])
            for key, wire in _CONTENT_KEYS.items()
            if key in given
        },
    )


def _attribute(key: str, node: Node) -> Any:
    if key == "options" and isinstance(node, List):
        return list(map(_option, node.items))
    return plain(node)


def _option(node: Node) -> Mapping[str, str]:
    if isinstance(node, Map):
        found = {key: _text(entry.value) for key, entry in node.entries.items()}
        return {"label": found["value"], **found}
    return {"value": _text(node), "label": _text(node)}


def _text(node: Node) -> str:
    """Give a scalar as it is written: numbers keep their digits, nothing is empty."""
    if not isinstance(node, Scalar) or node.data is None:
        return ""
    return node.text.value
