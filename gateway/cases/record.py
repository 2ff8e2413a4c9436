"""A case made of a real payload, with everything masked that could tell whose document it is.

Language §8, tooling conventions §5. Law: pure; what it writes is what it runs. What no rule reads
is not written, and what a rule names is no secret.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from gateway.annotation.values import Kind, parse_date, parse_number
from gateway.cases.case import DEFAULT_NOW, Case, Expected
from gateway.cases.compare import answered
from gateway.cases.mask import Mask
from gateway.cases.named import Named, named_by
from gateway.cases.naming import Names, Places
from gateway.cases.payload import GivenError, facts_of, normalized, stamp
from gateway.cases.reading import read_cases
from gateway.cases.run import Runner
from gateway.cases.structured import option_written
from gateway.cases.update import expectation
from gateway.cases.writing import block
from gateway.config.configuration import Queue
from gateway.diagnostic import Report
from gateway.hooks.mail import mail_fact
from gateway.rules.events import ACTIONS, CONTENT, EMAIL, OTHER_EVENTS, UPLOAD
from gateway.rules.yaml.reading import read_yaml
from gateway.rules.yaml.structure import check_structure

_CONTENT_KEYS: Final = {"rir_text": "extracted", "rir_confidence": "confidence", "page": "page"}
#: Facts that are given as something else.
_GIVEN_OTHERWISE: Final = frozenset(("event", "action", "annotation", "content"))


def recorded(body: bytes, path: str, queue: Queue, runner: Runner, key: bytes) -> str:
    """Write a test file with one case: a payload, masked, and what it is answered.

    *path* leads from the file to the queue's file; *key* makes the masks.

    Raises:
        GivenError: it is no request with content.
    """
    named = named_by(queue.rules)
    given = {
        **_Recorder(Names.of(queue), named, Mask(key, named)).given(_payload(body)),
        **_databases(queue),
    }
    expected: Mapping[str, Any] = {}
    # What is written is what is run: the answer is that to the file itself.
    (case,) = _read(_written(path, given, expected), queue)
    made, evaluation = runner.evaluate(case)
    expected = expectation(Expected(), answered(evaluation, made.places))
    return _written(path, given, expected)


def _databases(queue: Queue) -> Mapping[str, Any]:
    """Give the tables that no case asks, without a row: whoever keeps the case knows which."""
    asked = {question.table for question in queue.rules.questions()}
    names = sorted(name for name in asked if queue.tables.is_database(name))
    return {"tables": {name: [] for name in names}} if names else {}


def _written(path: str, given: Mapping[str, Any], expected: Mapping[str, Any]) -> str:
    case = {"name": "a recorded document", "given": given, "expect": expected}
    file = {"version": 1, "queue": path, "cases": [case]}
    return "\n".join(block(file, 0)) + "\n"


def _read(text: str, queue: Queue) -> Sequence[Case]:
    report = Report()
    root = read_yaml(text.encode(), "recorded", report)
    if root is not None and check_structure(root, "test", report):
        cases = read_cases(root, queue, lambda _path, _report: None, report)
        if not report.errors:
            return cases
    found = next(iter(report))
    raise GivenError(f"the payload cannot be written as a case: {found.message}")


def _payload(body: bytes) -> dict[str, Any]:
    try:
        payload = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise GivenError("the payload is not JSON") from None
    found: dict[str, Any] = payload if isinstance(payload, dict) else {}
    event, action = found.get("event"), found.get("action")
    if f"{event}.{action}" in OTHER_EVENTS:
        return found
    if not isinstance(facts_of(found, "annotation").get("content"), list):
        raise GivenError("the payload is no hook request with content")
    if event != CONTENT or not isinstance(action, str) or action not in ACTIONS:
        raise GivenError("no rule can run on the event of the payload")
    return found


@dataclass(frozen=True, slots=True)
class _Recorder:
    names: Names
    named: Named
    mask: Mask

    def given(self, payload: dict[str, Any]) -> Mapping[str, Any]:
        if payload["event"] != CONTENT:
            return {**self._event(payload), **dict(self._arrived(payload))}
        places = Places(payload["annotation"]["content"])
        fields: dict[str, Any] = {}
        tables: dict[str, list[Any]] = {name: [] for name in _tables(payload)}
        for address, node in places.nodes.items():
            table, bracket, rest = address.partition("[")
            if not bracket:
                fields[address] = self._cell(node)
            elif table in tables:
                rows, (row, _, column) = tables[table], rest.partition("].")
                if not column:
                    rows.append(self._cell(node))
                    continue
                rows.extend({} for _ in range(int(row) - len(rows)))
                rows[-1][column] = self._cell(node)
        edited = self._edited(payload, places)
        return {
            **self._event(payload),
            **({"edited": edited} if edited else {}),
            **dict(self._facts(payload)),
            "fields": fields,
            **tables,
        }

    def _arrived(self, payload: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
        """Yield what rules read of a request without content, and the files that it is about."""
        yield from self._facts(payload)
        keys = dict(self._read(payload, "payload"))
        name = f"{payload['event']}.{payload['action']}"
        if name in (EMAIL, UPLOAD):
            files = ("files", "documents") if name == UPLOAD else ("files",)
            keys |= {key: self._plain(payload[key]) for key in files if key in payload}
        if name == EMAIL:
            said = {key: mail_fact(payload, key) for key in sorted(self.named.keys("email"))}
            mail = {key: self._plain(one) for key, one in said.items() if one is not None}
            if mail:
                yield "email", mail
        if keys:
            yield "payload", keys

    def _event(self, payload: Mapping[str, Any]) -> Mapping[str, Any]:
        now = self.mask.moment(stamp(payload) or DEFAULT_NOW)
        return {
            "event": f"{payload['event']}.{payload['action']}",
            "now": now.isoformat(timespec="seconds"),
        }

    def _edited(self, payload: Mapping[str, Any], places: Places) -> Sequence[str]:
        if payload["action"] not in ("updated", "user_update"):
            return []
        ids = payload.get("updated_datapoints")
        listed = ids if isinstance(ids, list) else []
        named = [places.by_id.get(one) for one in listed if isinstance(one, int | str)]
        return list(dict.fromkeys(name for name in named if name is not None))

    def _facts(self, payload: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
        for root in ("annotation", "document", "queue", "email"):
            found = dict(self._read(facts_of(payload, root), root))
            if found:
                yield root, found

    def _read(self, data: Mapping[str, Any], root: str) -> Iterator[tuple[str, Any]]:
        """Yield what rules read of *data*, masked."""
        for key in sorted((self.named.keys(root) - _GIVEN_OTHERWISE) & data.keys()):
            yield key, self._plain(data[key])

    def _plain(self, data: Any) -> Any:
        match data:
            case str():
                return self.mask.date(data) if parse_date(data) else self.mask.text(data)
            case bool():
                return data
            case int():
                return int(self.mask.number(str(data)))
            case list():
                return [self._plain(one) for one in data]
            case dict():
                return {key: self._plain(one) for key, one in data.items()}
            case _:
                return data

    def _cell(self, node: Mapping[str, Any]) -> Any:
        content = node.get("content")
        content = content if isinstance(content, dict) else {}
        before, was = content.get("value") or "", content.get("normalized_value")
        value, made = self._masked(str(before), was if isinstance(was, str) else None, node)
        cell: dict[str, Any] = {"value": value}
        if made != normalized(value, self.names.kinds.get(node["schema_id"])):
            cell["normalized_value"] = made
        if node.get("hidden") is True:
            cell["hidden"] = True
        for key, name in _CONTENT_KEYS.items():
            found = content.get(key)
            if self.named.reads(node["schema_id"], name) and found is not None:
                # What the AI read stays equal to the value where it was.
                cell[name] = value if found == before else self._extracted(found)
        if self.named.reads(node["schema_id"], "options"):
            options = [self._option(*one) for one in _options(node.get("options"))]
            if options:
                cell["options"] = options
        sources = _listed(node.get("validation_sources"))
        # What a person typed is kept from some rules, though none of them asks.
        if "human" in sources or self.named.reads(node["schema_id"], "validation_sources"):
            cell["validation_sources"] = sources
        return value if cell.keys() == {"value"} else cell

    def _option(self, value: str, label: str) -> Any:
        return option_written(self.mask.text(value), self.mask.text(label))

    def _extracted(self, found: Any) -> Any:
        return self.mask.text(found) if isinstance(found, str) else found

    def _masked(
        self, value: str, was: str | None, node: Mapping[str, Any]
    ) -> tuple[str, str | None]:
        if not value:
            return value, was
        kind = self.names.kinds.get(node["schema_id"])
        if was is not None and parse_number(was) is not None and kind is not Kind.TEXT:
            return _number(value, was, self.mask)
        if was is not None and parse_date(was) is not None and kind is not Kind.TEXT:
            moved = self.mask.date(was)
            return moved, moved
        return self.mask.text(value), None if was is None else self.mask.text(was)


def _number(value: str, was: str, mask: Mask) -> tuple[str, str]:
    """Cover a number as displayed and as normalized, so that both are the same number."""
    masked = mask.number(was)
    if [*filter(str.isdigit, value)] != [*filter(str.isdigit, was)]:
        return masked, masked
    digits = filter(str.isdigit, masked)
    return "".join(next(digits) if sign.isdigit() else sign for sign in value), masked


def _tables(payload: Mapping[str, Any]) -> Iterator[str]:
    for section in payload["annotation"]["content"]:
        children = section.get("children") if isinstance(section, dict) else None
        for node in children if isinstance(children, list) else ():
            if isinstance(node, dict) and "children" in node and "schema_id" in node:
                yield str(node["schema_id"])


def _options(items: Any) -> Iterator[tuple[str, str]]:
    for one in items if isinstance(items, list) else ():
        value = one.get("value") if isinstance(one, dict) else None
        if isinstance(value, str):
            label = one.get("label")
            yield value, label if isinstance(label, str) else value


def _listed(items: Any) -> list[str]:
    return [one for one in items if isinstance(one, str)] if isinstance(items, list) else []
