"""What all peers begin and end with: a signed body to plain rows, complaints to an answer.

Law: hand-written for the bench's documents alone; a number that is not there is 0, since most peers
have no empty values.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

import orjson

from bench.yardsticks import verify

#: By rule: the rows that it complains about or changes; [0] for rules on the document.
Found = Mapping[str, Sequence[int]]

UNITS: Final = {"KS": "pcs", "HOD": "h"}
_CENT: Final = Decimal("0.01")
_NUMBERS: Final = frozenset(
    ("item_quantity", "item_amount_base", "item_rate", "item_total_base", "item_tax",
     "item_amount_total", "amount_total", "amount_total_base", "amount_total_tax")
)  # fmt: skip
_DATES: Final = frozenset(("date_issue", "date_due"))


@dataclass(slots=True)
class Document:
    """The fields that rules speak of, as values, and the nodes that they came from."""

    header: dict[str, Any]
    #: Each with its position as ``n`` and the rate as displayed as ``rate_text``.
    rows: list[dict[str, Any]]
    header_nodes: dict[str, dict[str, Any]]
    row_nodes: list[dict[str, dict[str, Any]]]


def read(body: bytes, signed: str, number: Callable[[str], Any] = Decimal) -> Document:
    """Verify and decode a request; *number* makes numbers, dates are days since year 1."""
    verify(body, signed)
    return arrange(orjson.loads(body)["annotation"]["content"], number)


def arrange(sections: Any, number: Callable[[str], Any]) -> Document:
    """Arrange decoded sections."""
    header: dict[str, dict[str, Any]] = {}
    rows: list[dict[str, dict[str, Any]]] = []
    for section in sections:
        for child in section["children"]:
            if "children" not in child:
                header[child["schema_id"]] = child
                continue
            rows.extend(
                {cell["schema_id"]: cell for cell in row["children"]} for row in child["children"]
            )
    values = [_values(row, number) for row in rows]
    for position, (row, made) in enumerate(zip(rows, values, strict=True)):
        made["n"] = position
        made["rate_text"] = row["item_rate"]["content"]["value"]
    return Document(_values(header, number), values, header, rows)


def _values(nodes: Mapping[str, Any], number: Callable[[str], Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, node in nodes.items():
        content = node["content"]
        if name in _NUMBERS:
            found[name] = number(content["normalized_value"] or "0")
        elif name in _DATES:
            found[name] = date.fromisoformat(content["normalized_value"]).toordinal()
        else:
            found[name] = content["value"]
    return found


def sums(document: Document) -> dict[str, Any]:
    """Add up what rules on the document ask of the rows, for peers that cannot."""
    return {
        "rows_total": sum(row["item_amount_total"] for row in document.rows),
        "rows_tax": sum(row["item_tax"] for row in document.rows),
    }


def answer(document: Document, found: Found) -> bytes:
    """Say what was found."""
    messages: list[dict[str, Any]] = []
    operations: list[dict[str, Any]] = []
    for rule, rows in found.items():
        for row in rows:
            if rule in CHANGES:
                operations.append(_replaced(document, rule, row))
            else:
                messages.extend(_said(document, rule, row))
    return orjson.dumps({"messages": messages, "operations": operations})


def _replaced(document: Document, rule: str, row: int) -> dict[str, Any]:
    name, change = CHANGES[rule]
    nodes = document.header_nodes if rule == "currency-upper-case" else document.row_nodes[row]
    value = change(nodes[name]["content"])
    return {"op": "replace", "id": nodes[name]["id"], "value": {"content": {"value": value}}}


def _said(document: Document, rule: str, row: int) -> list[dict[str, Any]]:
    places, level, text = _MESSAGES[rule]
    on_row = places[0].startswith("item_")
    nodes = document.row_nodes[row] if on_row else document.header_nodes
    written = {name: _written(node["content"]) for name, node in nodes.items()}
    if on_row:  # As the rules before have left it.
        written["item_amount_base"] = _in_cents(nodes["item_amount_base"]["content"])
        if "ZERO" in written["item_rate"]:
            written["item_rate"] = "0.0"
    content = text(written, row + 1, document)
    return [{"id": nodes[name]["id"], "type": level, "content": content} for name in places]


def _written(content: dict[str, Any]) -> str:
    text: str = content["normalized_value"] or content["value"]
    return text


def _in_cents(content: dict[str, Any]) -> str:
    return str(Decimal(content["normalized_value"]).quantize(_CENT, ROUND_HALF_UP))


CHANGES: Final[dict[str, tuple[str, Callable[[dict[str, Any]], str]]]] = {
    "vat-zero": ("item_rate", lambda _: "0.0"),
    "price-in-cents": ("item_amount_base", _in_cents),
    "unit-of-the-erp": ("item_uom", lambda one: UNITS[one["value"]]),
    "currency-upper-case": ("currency", lambda one: one["value"].lower()),
}


def _lines_add_up(written: dict[str, str], _: int, document: Document) -> str:
    total = sum(
        Decimal(_written(row["item_amount_total"]["content"])) for row in document.row_nodes
    )
    says = Decimal(written["amount_total"])
    return f"The lines add up to {total:,.2f}, the total says {says:,.2f}."


def _days(written: dict[str, str], _: int, __: Document) -> str:
    days = date.fromisoformat(written["date_due"]) - date.fromisoformat(written["date_issue"])
    return f"{days.days} days to pay are unusual."


_MESSAGES: Final[
    dict[str, tuple[tuple[str, ...], str, Callable[[dict[str, str], int, Document], str]]]
] = {
    "line-arithmetic": (
        ("item_total_base",),
        "warning",
        lambda one, number, _: (
            f"Row {number}: {one['item_quantity']} × {one['item_amount_base']}"
            f" is not {one['item_total_base']}."
        ),
    ),
    "line-total": (
        ("item_amount_total",),
        "error",
        lambda _, number, __: f"Row {number}: base and tax do not add up.",
    ),
    "line-tax": (
        ("item_tax",),
        "warning",
        lambda one, number, _: (
            f"Row {number}: {one['item_rate']} % of {one['item_total_base']}"
            f" is not {one['item_tax']}."
        ),
    ),
    "description-required": (
        ("item_description",),
        "error",
        lambda *_: "A row without a description.",
    ),
    "quantity-required": (
        ("item_quantity",),
        "error",
        lambda _, number, __: f"Row {number} needs a quantity.",
    ),
    "rate-known": (
        ("item_rate",),
        "warning",
        lambda one, *_: f"{one['item_rate']} % is no rate of ours.",
    ),
    "order-format": (
        ("item_order_id",),
        "warning",
        lambda one, *_: f"{one['item_order_id']} is no order of ours.",
    ),
    "lines-add-up": (("amount_total",), "error", _lines_add_up),
    "tax-adds-up": (
        ("amount_total_tax",),
        "warning",
        lambda *_: "The tax of the lines does not add up.",
    ),
    "total-is-base-and-tax": (
        ("amount_total",),
        "error",
        lambda one, *_: (
            f"{one['amount_total_base']} and {one['amount_total_tax']} are not"
            f" {one['amount_total']}."
        ),
    ),
    "due-after-issue": (
        ("date_due",),
        "error",
        lambda *_: "The due date is before the issue date.",
    ),
    "due-date-window": (("date_due",), "warning", _days),
    "iban-valid": (("iban",), "error", lambda *_: "This is no IBAN."),
    "vat-id-valid": (
        ("sender_vat_id",),
        "warning",
        lambda one, *_: f"{one['sender_vat_id']} is no VAT number.",
    ),
    "document-id-format": (
        ("document_id",),
        "warning",
        lambda *_: "Invoice numbers look like 2025-000001.",
    ),
    "sender-required": (
        ("sender_name", "sender_vat_id"),
        "error",
        lambda *_: "The sender is incomplete.",
    ),
}

#: Every rule, in the order in which they run.
RULES: Final = (
    "vat-zero", "price-in-cents", "unit-of-the-erp", "line-arithmetic", "line-total", "line-tax",
    "description-required", "quantity-required", "rate-known", "order-format", "lines-add-up",
    "tax-adds-up", "total-is-base-and-tax", "due-after-issue", "due-date-window", "iban-valid",
    "vat-id-valid", "document-id-format", "currency-upper-case", "sender-required",
)  # fmt: skip
#: What engines without check digits leave out.
CHECK_DIGITS: Final = frozenset(("iban-valid", "vat-id-valid"))
