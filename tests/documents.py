"""Gateways made of YAML texts, requests made of values, and answers read back."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import msgspec

from gateway.config.drawing import draw_all
from gateway.config.folder import Snapshot
from gateway.config.load import load_snapshot
from gateway.engine.outcome import Evaluation
from gateway.hooks.signature import Signatures, sign
from gateway.runtime import Answer, Gateway

SECRET = "a secret of sixteen or more"
QUEUE_ID = 8199
NOW = datetime(2025, 1, 31, 12, tzinfo=UTC)
UNSIGNED = Signatures(None, None)


def folder(files: Mapping[str, str]) -> Snapshot:
    """A configuration folder that exists in memory only."""
    contents = {name: text.encode() for name, text in files.items()}
    digest = hashlib.sha256(repr(sorted(contents.items())).encode()).hexdigest()
    return Snapshot("configs", contents, {}, (), digest)


def configured(files: Mapping[str, str], environment: Mapping[str, str] | None = None):
    """The configuration of a folder without mistakes."""
    loaded = load_snapshot(folder(files), environment or {})
    assert loaded.good, draw_all(loaded.report, loaded.sources)
    return loaded.configuration


def acme(rules: str, queue: str = "", **files: str) -> dict[str, str]:
    """The files of one unsigned queue: the list of its rules, more keys of the queue."""
    indented = "".join(f"  {line}\n" for line in queue.splitlines())
    return {
        "gateway.yaml": "version: 1\n",
        "acme.queue.yaml": f"version: 1\nqueue:\n  ids: [{QUEUE_ID}]\n  unsigned: true\n"
        f"  rules: [acme.rules.yaml]\n{indented}",
        "acme.rules.yaml": f"version: 1\nrules:\n{rules}",
        **files,
    }


def gateway(rules: str, queue: str = "", **files: str) -> Gateway:
    """A gateway with one unsigned queue, at a fixed time."""
    return Gateway(configured(acme(rules, queue, **files)), clock=lambda: NOW)


def signed(body: bytes, secret: str = SECRET) -> Signatures:
    return Signatures(sign(body, secret), None)


@dataclass
class Ids:
    """Numbers nodes from 1001 on."""

    last: int = 1000

    def __call__(self) -> int:
        self.last += 1
        return self.last


def content_of(value: Any) -> dict[str, Any]:
    """What is captured: a text; or what is displayed, with its normalized value."""
    shown, normalized = value if isinstance(value, tuple) else (value, None)
    return {"value": shown, "normalized_value": normalized, "page": 1, "rir_text": shown}


def datapoint(schema_id: str, value: Any, ids: Ids, **keys: Any) -> dict[str, Any]:
    return {
        "id": ids(),
        "url": "https://example.com/api/v1/annotations/1/content/2",
        "category": "datapoint",
        "schema_id": schema_id,
        "content": content_of(value),
        "validation_sources": [],
        **keys,
    }


def number(shown: str, normalized: str | None = None) -> tuple[str, str]:
    return shown, normalized or shown


@dataclass
class Document:
    """A request in the making: header fields, tables of rows, simple lists."""

    header: Mapping[str, Any] = field(default_factory=dict)
    tables: Mapping[str, Any] = field(default_factory=dict)
    action: str = "updated"
    updated: tuple[str, ...] = ()
    #: More keys of a datapoint, by schema id.
    marks: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    annotation: Mapping[str, Any] = field(default_factory=dict)
    envelope: Mapping[str, Any] = field(default_factory=dict)

    def content(self) -> list[dict[str, Any]]:
        ids = Ids()

        def cell(name: str, value: Any) -> dict[str, Any]:
            return datapoint(name, value, ids, **self.marks.get(name, {}))

        header = [cell(name, value) for name, value in self.header.items()]
        tables = []
        for name, rows in self.tables.items():
            children = [
                {
                    "id": ids(),
                    "category": "tuple",
                    "schema_id": name.removesuffix("s"),
                    "children": [cell(column, value) for column, value in row.items()],
                }
                if isinstance(row, dict)
                else cell(name.removesuffix("s"), row)
                for row in rows
            ]
            tables.append(
                {"id": ids(), "category": "multivalue", "schema_id": name, "children": children}
            )
        return [
            {"id": ids(), "category": "section", "schema_id": "basic", "children": header},
            {"id": ids(), "category": "section", "schema_id": "lines", "children": tables},
        ]

    def payload(self) -> dict[str, Any]:
        content = self.content()
        return {
            "request_id": "6166deb3-2f89-4fc2-9359-56cc8e3838e4",
            "timestamp": "2025-01-31T12:00:00.000000Z",
            "hook": "https://example.com/api/v1/hooks/1500",
            "event": "annotation_content",
            "action": self.action,
            "annotation": {
                "id": 314528,
                "queue": f"https://example.com/api/v1/queues/{QUEUE_ID}",
                "status": "reviewing",
                "content": content,
                **self.annotation,
            },
            "document": {"id": 314621, "original_file_name": "invoice.pdf"},
            "updated_datapoints": [
                node["id"] for node in nodes(content) if node["schema_id"] in self.updated
            ],
            **self.envelope,
        }


def nodes(content: Any) -> list[dict[str, Any]]:
    """Every node of a tree, in document order."""
    found = []
    for node in content:
        if isinstance(node, dict):
            found.append(node)
            children = node.get("children")
            found.extend(nodes(children if isinstance(children, list) else ()))
    return found


@dataclass
class Answered:
    """An answer, told in names instead of ids."""

    answer: Answer
    payload: Any

    @property
    def json(self) -> dict[str, Any]:
        return msgspec.json.decode(self.answer.body)

    @property
    def evaluation(self) -> Evaluation:
        assert self.answer.evaluation is not None
        return self.answer.evaluation

    def name(self, node_id: Any) -> str | None:
        """``amount_total``, or ``item_amount[2]`` for the second of them; None for no id."""
        if node_id is None:
            return None
        seen: dict[str, int] = {}
        found = []
        for node in nodes(self.payload["annotation"]["content"]):
            name = node.get("schema_id")
            seen[name] = seen.get(name, 0) + 1
            if node.get("id") == node_id and type(node.get("id")) is type(node_id):
                found.append((name, seen[name]))
        ((name, number),) = found
        return name if seen[name] == 1 else f"{name}[{number}]"

    @property
    def messages(self) -> list[tuple[str, str | None, str]]:
        return [
            (one["type"], self.name(one.get("id")), one["content"]) for one in self.json["messages"]
        ]

    @property
    def said(self) -> list[tuple[str | None, str]]:
        return [(place, text) for _, place, text in self.messages]

    @property
    def values(self) -> dict[str | None, str]:
        operations = self.json["operations"]
        assert all(
            one.keys() == {"op", "id", "value"} and one["op"] == "replace" for one in operations
        )
        written = [(self.name(one["id"]), one["value"]["content"]["value"]) for one in operations]
        assert len(dict(written)) == len(written), "two operations for one datapoint"
        return dict(written)

    @property
    def blocks(self) -> list[tuple[str | None, str]]:
        return [
            (self.name(one.get("id")), one["content"])
            for one in self.json.get("automation_blockers", ())
        ]

    @property
    def failure(self) -> str | None:
        return next((one.failure for one in self.evaluation.outcomes if one.failed), None)


def ask(made: Gateway, payload: Any, name: str | None = "acme") -> Answered:
    """The answer to a payload, to a document, or to bytes that are called raw."""
    payload = payload.payload() if isinstance(payload, Document) else payload
    return Answered(made.answer(msgspec.json.encode(payload), UNSIGNED, name), payload)
