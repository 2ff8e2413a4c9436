"""The rules written by hand in Python, in exact decimals, on a full decode by orjson."""

from __future__ import annotations

import re
from collections import defaultdict
from decimal import Decimal
from typing import Any, Final

from stdnum import iban
from stdnum.eu import vat

from bench.peers.reading import UNITS, Document, answer, read

_TOLERANCE: Final = Decimal("0.05")
_HALF: Final = Decimal("0.5")
_RATES: Final = frozenset(map(Decimal, (0, 10, 15, 21)))
_ORDER: Final = re.compile("PO[0-9]{6}")
_INVOICE: Final = re.compile("[0-9]{4}-[0-9]{6}")


def answered(body: bytes, signed: str) -> bytes:
    """Answer one request."""
    document = read(body, signed)
    return answer(document, complaints(document))


def complaints(document: Document) -> dict[str, list[int]]:
    """Apply all rules."""
    found: dict[str, list[int]] = defaultdict(list)
    for number, row in enumerate(document.rows):
        _row(row, number, found)
    _amounts(document, found)
    _header(document.header, found)
    return found


def _row(row: dict[str, Any], number: int, found: dict[str, list[int]]) -> None:
    base, tax, total = row["item_total_base"], row["item_tax"], row["item_amount_total"]
    price, quantity, rate = row["item_amount_base"], row["item_quantity"], row["item_rate"]
    if "ZERO" in row["rate_text"].upper():
        found["vat-zero"].append(number)
    if round(price, 2) != price:
        found["price-in-cents"].append(number)
    if row["item_uom"] in UNITS:
        found["unit-of-the-erp"].append(number)
    if abs(quantity * price - base) > _HALF:
        found["line-arithmetic"].append(number)
    if abs(base + tax - total) > _TOLERANCE:
        found["line-total"].append(number)
    if abs(base * rate - tax * 100) > 100 * _TOLERANCE:
        found["line-tax"].append(number)
    _required(row, number, found)
    if rate not in _RATES:
        found["rate-known"].append(number)
    if not _ORDER.fullmatch(row["item_order_id"]):
        found["order-format"].append(number)


def _required(row: dict[str, Any], number: int, found: dict[str, list[int]]) -> None:
    if not row["item_description"]:
        found["description-required"].append(number)
    if row["item_quantity"] <= 0:
        found["quantity-required"].append(number)


def _amounts(document: Document, found: dict[str, list[int]]) -> None:
    header, rows = document.header, document.rows
    total, tax = header["amount_total"], header["amount_total_tax"]
    if rows and abs(sum(row["item_amount_total"] for row in rows) - total) > _TOLERANCE:
        found["lines-add-up"] = [0]
    if rows and abs(sum(row["item_tax"] for row in rows) - tax) > _HALF:
        found["tax-adds-up"] = [0]
    if abs(header["amount_total_base"] + tax - total) > _TOLERANCE:
        found["total-is-base-and-tax"] = [0]


def _header(header: dict[str, Any], found: dict[str, list[int]]) -> None:
    days = header["date_due"] - header["date_issue"]
    if days < 0:
        found["due-after-issue"] = [0]
    if days > 90:
        found["due-date-window"] = [0]
    if not iban.is_valid(header["iban"]):
        found["iban-valid"] = [0]
    if not vat.is_valid(header["sender_vat_id"]):
        found["vat-id-valid"] = [0]
    if not _INVOICE.fullmatch(header["document_id"]):
        found["document-id-format"] = [0]
    if header["currency"] != header["currency"].lower():
        found["currency-upper-case"] = [0]
    if not (header["sender_name"] and header["sender_vat_id"]):
        found["sender-required"] = [0]
