"""What the pages of docs/ show, taken out of them: fenced blocks, the document of the examples.

The words behind a fence say what the block is: ``yaml rule`` is a rule or a list of them, ``yaml
rules``, ``yaml queue`` and ``yaml gateway`` are whole files, ``yaml refused R215`` is a rule that
is refused with that code, ``yaml document`` the document that examples run on, ``python`` an
expression on each line with its value behind ``#``. A ``text answer`` block behind a rule is what
`gateway send` tells of the answer, a ``json answer`` block the answer itself. A ``json request``
block in front of a rule is what it runs on instead of the document.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from gateway.config.folder import Snapshot
from gateway.config.load import Loaded, load_snapshot

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
FENCE = re.compile(r"^```([^\n`]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)

#: What the references of the pages stand for.
ENVIRONMENT = {
    "ERP_DSN": "postgresql://reader:of-orders@db.example.com/erp",
    "ACME_HOOK_SECRET": "a-secret-of-acme-0123456789",
    "ACME_OLD_HOOK_SECRET": "an-older-secret-of-acme-012",
    "ACME_CONNECTOR_PASSWORD": "a-password-of-acme-0123",
    "GATEWAY_HOOK_SECRET": "a-secret-of-the-gateway-012",
    "ERP_SECRET": "a-secret-of-the-erp-0123456",
    "ERP_TOKEN": "a-token-of-the-erp",
    "CATCH_HOOK_URL": "https://hooks.example.com/catch/1/2",
    "OUTBOX_DATABASE": "postgresql://gateway:word@db.example.com/outbox",
}
#: When every example takes place.
NOW = datetime(2025, 2, 1, 12, tzinfo=UTC)

QUEUE = """\
version: 1
queue:
  ids: [8199]
  unsigned: true
  rules: [invoice.rules.yaml]
"""
RULES = """\
version: 1
rules:
  - id: total-missing
    require: is_set(amount_total)
    message: The total is missing.
"""


@dataclass(frozen=True)
class Block:
    """One fenced block."""

    page: str
    line: int
    #: The words behind the fence.
    words: tuple[str, ...]
    text: str
    #: The next block of the page, if its words are ``text answer`` or ``json answer``.
    answer: Block | None = None
    #: The block before it, if its words are ``json request``: what is answered.
    request: Block | None = None

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def page(name: str) -> str:
    """The text of a file of the project."""
    return (ROOT / name).read_text(encoding="utf-8")


def blocks(source: Path) -> list[Block]:
    """List the fenced blocks of a page."""
    text = source.read_text(encoding="utf-8")
    found = [
        Block(source.name, text.count("\n", 0, one.start()) + 1, tuple(one[1].split()), one[2])
        for one in FENCE.finditer(text)
    ]
    around = zip([None, *found], found, [*found[1:], None], strict=False)
    return [
        replace(
            block,
            answer=after if after is not None and after.words[1:] == ("answer",) else None,
            request=before if before is not None and before.words[1:] == ("request",) else None,
        )
        for before, block, after in around
    ]


def sections(first: str, behind: str) -> dict[str, str]:
    """Give what the page of diagnostics says of each code from *first* to before *behind*."""
    parts = re.split(r"^## (?=R\d{3}: )", page("docs/diagnostics.md"), flags=re.MULTILINE)[1:]
    return {part[:4]: part for part in parts if first <= part[:4] < behind}


def all_blocks(*words: str) -> Iterator[Block]:
    """Yield the blocks of all pages whose fence begins with these words."""
    for source in PAGES:
        yield from (block for block in blocks(source) if block.words[: len(words)] == words)


def rules_file(fragment: str) -> str:
    """Make a rules file of a rule, or of a list of rules."""
    if not fragment.startswith("- "):
        fragment = "- " + "  ".join(fragment.splitlines(keepends=True))
    return "version: 1\nrules:\n" + "".join(f"  {line}" for line in fragment.splitlines(True))


#: The tables that the examples of all pages ask, and the destinations that they notify.
GATEWAY = """\
version: 1
destinations:
  erp: {url: "https://erp.example.com/hooks/documents"}
  spreadsheet: {url: "https://hooks.example.com/catch/1", form: form}
  chat: {url: "https://chat.example.com/rooms/1", form: text}
tables:
  vendors: {file: vendors.csv, columns: {credit: number}}
  orders: {file: orders.csv, columns: {open_amount: number, price: number}}
"""
VENDORS = """\
id,name,vat_id,iban,city,credit
V1,Acme Ltd.,CZ25123891,CZ65 0800 0000 1920 0014 5399,Praha,5000
V2,Globex GmbH,DE136695976,DE89 3704 0044 0532 0130 00,Ulm,800
V3,Globex SE,DE811569869,,Bonn,
"""
ORDERS = """\
number,item,vendor_id,price,open_amount
PO-1,A-1,V1,300.00,600.00
PO-1,A-3,V1,200.00,100.00
PO-2,A-2,V1,410.00,410.00
PO-3,B-1,V2,10.00,5000.00
"""
GOOD = {
    "gateway.yaml": GATEWAY,
    "vendors.csv": VENDORS,
    "orders.csv": ORDERS,
    "acme.queue.yaml": QUEUE,
    "invoice.rules.yaml": RULES,
}


def load_files(
    files: Mapping[str, str],
    environment: Mapping[str, str] | None = None,
    over: Mapping[str, str] = GOOD,
) -> Loaded:
    """Load a folder in memory: *files* over one that is good."""
    contents = {name: text.encode() for name, text in {**over, **files}.items()}
    digest = hashlib.sha256(repr(sorted(contents.items())).encode()).hexdigest()
    snapshot = Snapshot("configs", contents, {}, (), digest)
    return load_snapshot(snapshot, environment or {})


def codes(loaded: Loaded) -> set[str]:
    """Give the codes of everything that was found."""
    return {found.code for found in loaded.report}


def example_document() -> dict[str, Any]:
    """Give the document that docs/rules.md shows, as the platform sends it."""
    (block,) = all_blocks("yaml", "document")
    return hook_request(yaml.load(block.text, yaml.BaseLoader))  # noqa: S506  # texts only


def hook_request(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Make a request: a text is a value, a list a table; ``a -> b`` is shown *a*, means *b*."""
    ids = iter(range(101, 10_000))
    children = [
        _table(name, given, ids) if isinstance(given, list) else _datapoint(name, given, ids)
        for name, given in fields.items()
    ]
    section = {"id": 100, "category": "section", "schema_id": "all", "children": children}
    return {
        "request_id": "6166deb3-2f89-4fc2-9359-56cc8e3838e4",
        "event": "annotation_content",
        "action": "initialize",
        "annotation": {
            "id": 314521,
            "status": "importing",
            "queue": "https://example.rossum.app/api/v1/queues/8199",
            "content": [section],
        },
        "document": {"id": 314628, "original_file_name": "invoice.pdf"},
    }


def _table(name: str, rows: list[dict[str, str]], ids: Iterator[int]) -> dict[str, Any]:
    made: dict[str, Any] = {"id": next(ids), "category": "multivalue", "schema_id": name}
    made["children"] = [
        {
            "id": next(ids),
            "category": "tuple",
            "schema_id": name.removesuffix("s"),
            "children": [_datapoint(cell, given, ids) for cell, given in row.items()],
        }
        for row in rows
    ]
    return made


def _datapoint(name: str, given: str, ids: Iterator[int]) -> dict[str, Any]:
    shown, arrow, normalized = given.partition(" -> ")
    content = {"value": shown, "normalized_value": normalized if arrow else None}
    made: dict[str, Any] = {"id": next(ids), "category": "datapoint", "schema_id": name}
    return {**made, "content": content}


def body_of(request: Mapping[str, Any]) -> bytes:
    """Write a request as the platform would."""
    return json.dumps(request).encode()
