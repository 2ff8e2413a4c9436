"""Hook requests as the platform sends them, made of the few values that a test is about.

Law: pure; equal arguments give equal payloads, ids and times included; every name is made up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from itertools import count
from typing import Any, Final

Value = str | int | Decimal | date | None
Json = dict[str, Any]

HOST: Final = "https://acme.rossum.app"
REQUEST_ID: Final = "3f6c1a52-9d0e-4b7a-8c21-5e7d90b1f204"
TIMESTAMP: Final = "2025-03-31T08:15:27.402133Z"
#: Where header fields are; others go to the section ``other``.
SECTIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "basic_info": (
        "document_id", "order_id", "customer_reference", "date_issue", "date_due",
    ),
    "payment_info": ("payment_method", "account_num", "bank_num", "iban", "bic"),
    "totals": (
        "amount_total_base", "amount_freight", "amount_total_tax", "amount_total", "amount_due",
        "currency", "tax_mode",
    ),
    "vendor": ("sender_name", "sender_vat_id"),
    "other": ("cost_center", "notes"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Captured:
    """A datapoint with more to say than its value."""

    value: Value
    #: What the platform made of the value; by default that of the value's type.
    normalized: str | None = None
    confidence: float | None = 0.97
    page: int | None = 1
    sources: Sequence[str] = ("score",)
    hidden: bool | None = None
    #: Values, or values with their labels.
    options: Sequence[str | tuple[str, str]] = ()


Given = Value | Captured


def typed(value: Value) -> Captured:
    """Give a value that a person entered."""
    return Captured(value, confidence=None, sources=("human",))


def unread(text: str) -> Captured:
    """Give a value that the platform could not read as a number or date."""
    return Captured(text, confidence=0.61, sources=())


def plain(value: Value) -> tuple[str, str | None]:
    """Write a value as a person sees it, and as the platform normalizes it."""
    match value:
        case None:
            return "", None
        case date():
            return value.isoformat(), value.isoformat()
        case int() | Decimal():
            return f"{value:,}", f"{value:f}" if isinstance(value, Decimal) else str(value)
        case _:
            return value, None


def german(value: Value) -> tuple[str, str | None]:
    """Do the same for a queue with German formats."""
    shown, normalized = plain(value)
    if isinstance(value, date):
        return value.strftime("%d.%m.%Y"), normalized
    if isinstance(value, int | Decimal):
        return shown.translate(str.maketrans(",.", ".,")), normalized
    return shown, normalized


@dataclass(slots=True)
class _Tree:
    """Builds nodes and numbers them."""

    url: str
    formats: Callable[[Value], tuple[str, str | None]]
    ids: Iterator[int] = field(default_factory=lambda: count(20_456_800))
    top: Iterator[int] = field(default_factory=lambda: count(112))

    def node(self, category: str, schema_id: str, **more: Any) -> Json:
        number = next(self.ids)
        return {
            "id": number,
            "url": f"{self.url}/content/{number}",
            "schema_id": schema_id,
            "category": category,
            **more,
        }

    def children(self, node: Json, children: Iterator[Json]) -> Json:
        """Number the children after their parent, as the platform does."""
        return {**node, "children": list(children)}

    def datapoint(self, schema_id: str, given: Given) -> Json:
        made = given if isinstance(given, Captured) else Captured(given)
        node = self.node("datapoint", schema_id, content=self.content(made))
        node["validation_sources"] = list(made.sources) if made.value is not None else []
        node["time_spent"] = node["time_spent_overall"] = 0
        if made.hidden is not None:
            node["hidden"] = made.hidden
        if made.options:
            pairs = [(one, one.title()) if isinstance(one, str) else one for one in made.options]
            node["options"] = [{"value": value, "label": label} for value, label in pairs]
        return node

    def content(self, made: Captured) -> Json:
        value, normalized = self.formats(made.value)
        # An empty field has no place, and what a person entered was read by nobody.
        read = made.confidence is not None and value != ""
        left, top = 310, next(self.top) * 9 % 3_400
        position = [left, top, left + 12 * len(value), top + 24] if read else None
        return {
            "value": value,
            "normalized_value": made.normalized or normalized,
            "page": made.page if read else None,
            "position": position,
            "rir_text": value if read else None,
            "rir_raw_text": value if read else None,
            "rir_page": made.page if read else None,
            "rir_position": position,
            "rir_confidence": made.confidence if read else None,
            "connector_text": None,
            "connector_position": None,
        }


def sections(
    header: Mapping[str, Given],
    rows: Sequence[Mapping[str, Given]] = (),
    *,
    tables: Mapping[str, Sequence[Mapping[str, Given]]] | None = None,
    url: str = f"{HOST}/api/v1/annotations/314521",
    formats: Callable[[Value], tuple[str, str | None]] = plain,
) -> list[Json]:
    """Build a content tree: *header* fields in their sections, ``line_items``, more *tables*."""
    tree = _Tree(url, formats)
    placed = {name for names in SECTIONS.values() for name in names}
    built = []
    for section, names in SECTIONS.items():
        fields = [name for name in names if name in header]
        if section == "other":
            fields += [name for name in header if name not in placed]
        if fields:
            node = tree.node("section", section)
            built.append(
                tree.children(node, (tree.datapoint(name, header[name]) for name in fields))
            )
    for name, own in {"line_items": rows, **(tables or {})}.items():
        node = tree.node("section", f"{name}_section")
        built.append(tree.children(node, _table(tree, name, own)))
    return built


def _table(tree: _Tree, name: str, rows: Sequence[Mapping[str, Given]]) -> Iterator[Json]:
    table = tree.node("multivalue", name)
    yield tree.children(
        table,
        (
            tree.children(
                tree.node("tuple", name.removesuffix("s")),
                (tree.datapoint(column, given) for column, given in row.items()),
            )
            for row in rows
        ),
    )


def nodes(payload: Json) -> dict[str, int]:
    """Give the ids of a payload's datapoints by ``amount_total`` or ``item_code[2]``."""
    found: dict[str, int] = {}
    for section in payload["annotation"]["content"]:
        for child in section["children"]:
            found[child["schema_id"]] = child["id"]
            for number, row in enumerate(child.get("children", ()), start=1):
                found |= {f"{one['schema_id']}[{number}]": one["id"] for one in row["children"]}
    return found


def envelope(event: str, action: str, host: str = HOST) -> Json:
    """Give what every request begins with, the keys that must not be shown included."""
    return {
        "request_id": REQUEST_ID,
        "timestamp": TIMESTAMP,
        "hook": f"{host}/api/v1/hooks/781",
        "event": event,
        "action": action,
        "settings": {},
        "secrets": {"erp_password": "kept from rules and logs"},
        "rossum_authorization_token": "made-up-token-kept-from-rules-and-logs",
        "base_url": host,
    }


def invoice(
    rows: Sequence[Mapping[str, Given]] = (),
    header: Mapping[str, Given] | None = None,
    *,
    tables: Mapping[str, Sequence[Mapping[str, Given]]] | None = None,
    action: str = "updated",
    queue: int = 8199,
    edited: Sequence[str] = (),
    host: str = HOST,
    formats: Callable[[Value], tuple[str, str | None]] = plain,
    **annotation: Any,
) -> Json:
    """Give an ``annotation_content`` request.

    *edited* names datapoints as `nodes` does; *annotation* are keys of the annotation to replace.
    """
    api = f"{host}/api/v1"
    url = f"{api}/annotations/314521"
    payload = envelope("annotation_content", action, host)
    payload["annotation"] = {
        "id": 314521,
        "url": url,
        "status": "importing" if action == "initialize" else "reviewing",
        "previous_status": None,
        "queue": f"{api}/queues/{queue}",
        "schema": f"{api}/schemas/31336",
        "document": f"{api}/documents/314621",
        "organization": f"{api}/organizations/1",
        "modifier": None if action == "initialize" else f"{api}/users/77",
        "creator": f"{api}/users/1",
        "pages": [f"{api}/pages/551518"],
        "messages": None,
        "metadata": {},
        "automated": False,
        "automation_blocker": None,
        "labels": [],
        "assignees": [],
        "relations": [],
        "email": None,
        "time_spent": 0,
        "created_at": "2025-03-31T08:12:01.118274Z",
        "assigned_at": None,
        "modified_at": None,
        "confirmed_at": None,
        "exported_at": None,
        "content": sections(header or {}, rows, tables=tables, url=url, formats=formats),
        **annotation,
    }
    payload["document"] = {
        "id": 314621,
        "url": f"{api}/documents/314621",
        "s3_name": "272c2f41ae84a4f19a422cb432a490bb",
        "mime_type": "application/pdf",
        "arrived_at": "2025-03-31T08:11:40.552310Z",
        "created_at": "2025-03-31T08:11:40.552310Z",
        "original_file_name": "invoice.pdf",
        "content": f"{api}/documents/314621/content",
        "email": None,
        "parent": None,
        "creator": f"{api}/users/1",
        "attachment_status": None,
        "metadata": {},
    }
    ids = nodes(payload)
    payload["updated_datapoints"] = [ids[name] for name in edited]
    return payload


def email(
    *,
    queue: int = 8199,
    host: str = HOST,
    files: Mapping[str, tuple[str, float]] | None = None,
    subject: str = "Invoice",
    text: str = "Please find our invoice attached.",
) -> Json:
    """Give an ``email.received`` request; *files* by name, with type and height."""
    api = f"{host}/api/v1"
    files = files or {"invoice.pdf": ("application/pdf", 3510.0)}
    return {
        **envelope("email", "received", host),
        "email": f"{api}/emails/987",
        "queue": f"{api}/queues/{queue}",
        "files": [
            {
                "id": str(number),
                "filename": name,
                "mime_type": mime_type,
                "n_pages": 1,
                "height_px": height,
                "width_px": 2480.0,
                "document": f"{api}/documents/{426 + number}",
            }
            for number, (name, (mime_type, height)) in enumerate(files.items(), start=1)
        ],
        "headers": {
            "from": "billing@supplier.example",
            "to": "invoices@acme.example",
            "subject": subject,
            "date": "Mon, 31 Mar 2025 10:11:32 +0200",
            "message-id": "15909e7e68e4b5f56fd78a3b4263c476@supplier.example",
        },
        "body": {"body_text_plain": text, "body_text_html": None},
    }


def upload(files: Mapping[str, str], *, queue: int = 8199, host: str = HOST) -> Json:
    """Give an ``upload.created`` request; *files* by name, with type."""
    api = f"{host}/api/v1"
    documents = [
        {
            "id": number,
            "url": f"{api}/documents/{number}",
            "mime_type": mime_type,
            "original_file_name": name,
        }
        for number, (name, mime_type) in enumerate(files.items(), start=427)
    ]
    return {
        **envelope("upload", "created", host),
        "email": None,
        "upload": f"{api}/uploads/2046",
        "metadata": {},
        "files": [
            {
                "document": one["url"],
                "prevent_importing": False,
                "values": [],
                "queue": f"{api}/queues/{queue}",
                "annotation": None,
            }
            for one in documents
        ],
        "documents": documents,
    }


def asked(*, host: str = HOST, **keys: Any) -> Json:
    """Give an ``invocation.manual`` request with the caller's keys."""
    return {**envelope("invocation", "manual", host), **keys}


def changed(given: Mapping[str, Given], **values: Given) -> dict[str, Given]:
    """Give *given* with some values replaced; those that are captured keep what else they say."""
    made = dict(given)
    for name, value in values.items():
        before = made.get(name)
        keeps = isinstance(before, Captured) and not isinstance(value, Captured)
        made[name] = replace(before, value=value) if keeps else value
    return made
