"""Documents to measure with: an ordinary invoice, with every key that the platform sends.

Webhook reference §5 to §7. Law: the same arguments give the same bytes; all people, firms and
numbers in them are made up.
"""

from __future__ import annotations

import json
import random
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

QUEUE: Final = 4711
QUEUE_OF_PATHS: Final = 4712
QUEUE_OF_WHOLE_NODES: Final = 4713

_API: Final = "https://example.rossum.app/api/v1"
_CENT: Final = Decimal("0.01")
_RATES: Final = ("21", "15", "10", "0")
_UNITS: Final = ("pcs", "kg", "h", "m")
_WORDS: Final = ("steel", "copper", "sheet", "pipe", "valve", "hinge", "board", "cable", "panel")

Cells = dict[str, tuple[str, str | None]]


def body(rows: int, queue: int = QUEUE) -> bytes:
    """Make the request of a validated invoice with so many rows, as compact JSON."""
    invoice = _Invoice(rows)
    annotation = f"{_API}/annotations/7205207"
    payload = {
        "request_id": "6c2f1f4e-4d0b-4d5e-9f0a-3a3d2b1c0d9e",
        "timestamp": "2025-01-31T12:00:00.000000Z",
        "hook": f"{_API}/hooks/1500",
        "action": "updated",
        "event": "annotation_content",
        "base_url": "https://example.rossum.app",
        "rossum_authorization_token": "made-up",
        "settings": {},
        "secrets": {},
        "annotation": {
            "document": f"{_API}/documents/314621",
            "id": 7205207,
            "queue": f"{_API}/queues/{queue}",
            "schema": f"{_API}/schemas/31336",
            "relations": [],
            "pages": [f"{_API}/pages/551"],
            "creator": f"{_API}/users/1",
            "modifier": f"{_API}/users/1",
            "created_at": "2025-01-31T11:58:00.000000Z",
            "status": "reviewing",
            "url": annotation,
            "content": invoice.sections(),
            "time_spent": 12.5,
            "metadata": {},
            "automated": False,
        },
        "document": {
            "id": 314621,
            "url": f"{_API}/documents/314621",
            "s3_name": "272c2f01ae84a4e19a421cb432e490bb",
            "mime_type": "application/pdf",
            "arrived_at": "2025-01-31T11:57:00.000000Z",
            "original_file_name": "invoice.pdf",
            "content": f"{_API}/documents/314621/content",
            "metadata": {},
        },
        "updated_datapoints": [],
    }
    return json.dumps(payload, separators=(",", ":")).encode()


class _Invoice:
    """One invoice: its numbers agree with one another, so that ordinary rules pass."""

    def __init__(self, rows: int) -> None:
        self._random = random.Random(rows)
        self._ids = 1_058_700_000
        self._rows = [self._row(number) for number in range(rows)]
        self._base = sum((Decimal(row["item_total_base"][1] or 0) for row in self._rows), _CENT)
        self._base -= _CENT
        self._tax = sum((Decimal(row["item_tax"][1] or 0) for row in self._rows), _CENT) - _CENT

    def sections(self) -> list[Any]:
        groups = (self._basic(), self._amounts(), self._parties(), self._payment())
        names = ("basic_info_section", "amounts_section", "vendor_section", "payment_section")
        found = [
            self._node("section", name, children=[self._datapoint(*one) for one in group.items()])
            for name, group in zip(names, groups, strict=True)
        ]
        return [*found, self._node("section", "line_items_section", children=[self._table()])]

    def _table(self) -> dict[str, Any]:
        rows = [
            self._node(
                "tuple", "line_item", children=[self._datapoint(*one) for one in row.items()]
            )
            for row in self._rows
        ]
        return self._node("multivalue", "line_items", children=rows)

    def _row(self, number: int) -> Cells:
        chosen = self._random
        quantity = Decimal(chosen.randrange(1, 400))
        price = Decimal(chosen.randrange(50, 90_000)) / 100
        rate = chosen.choice(_RATES)
        base = (quantity * price).quantize(_CENT)
        tax = (base * Decimal(rate) / 100).quantize(_CENT)
        words = " ".join(chosen.sample(_WORDS, 3))
        return {
            "item_code": (f"{chosen.choice('ABCD')}{chosen.choice('XYZ')}-{number:04}", None),
            "item_description": (f"{words} {number}", None),
            "item_quantity": _amount(quantity),
            "item_uom": (chosen.choice(_UNITS), None),
            "item_amount_base": _amount(price),
            "item_rate": (rate, rate),
            "item_total_base": _amount(base),
            "item_tax": _amount(tax),
            "item_amount_total": _amount(base + tax),
            "item_order_id": (f"PO{chosen.randrange(10**6):06}", None),
            "item_gl_code": (str(chosen.randrange(400_000, 699_999)), None),
        }

    def _basic(self) -> Cells:
        issued = date(2025, 1, 15)
        return {
            "document_id": ("2025-001734", None),
            "document_type": ("tax_invoice", None),
            "order_id": ("PO004711", None),
            "customer_id": ("C-10023", None),
            "language": ("eng", None),
            "date_issue": _day(issued),
            "date_due": _day(issued + timedelta(days=30)),
            "date_uzp": _day(issued),
        }

    def _amounts(self) -> Cells:
        return {
            "currency": ("eur", None),
            "amount_total_base": _amount(self._base),
            "amount_total_tax": _amount(self._tax),
            "amount_total": _amount(self._base + self._tax),
            "amount_due": _amount(self._base + self._tax),
            "amount_paid": _amount(Decimal("0.00")),
            "amount_rounding": _amount(Decimal("0.00")),
        }

    def _parties(self) -> Cells:
        texts = {
            "sender_name": "Nordwind Metals Ltd.",
            "sender_address": "12 Harbour Street, 20457 Hamburg",
            "sender_vat_id": "DE136695976",
            "sender_ic": "HRB 112233",
            "sender_email": "billing@nordwind.example",
            "recipient_name": "Acme Works Inc.",
            "recipient_address": "1 Main Square, 11000 Praha",
            "recipient_vat_id": "CZ25123891",
            "recipient_ic": "25123891",
        }
        return {name: (text, None) for name, text in texts.items()}

    def _payment(self) -> Cells:
        texts = {
            "iban": "DE89370400440532013000",
            "bic": "COBADEFFXXX",
            "account_num": "532013000",
            "bank_num": "37040044",
            "var_sym": "2025001734",
            "terms": "30 days net",
        }
        return {name: (text, None) for name, text in texts.items()}

    def _node(self, category: str, schema_id: str, **more: Any) -> dict[str, Any]:
        self._ids += 1
        url = f"{_API}/annotations/7205207/content/{self._ids}"
        return {
            "id": self._ids,
            "url": url,
            "schema_id": schema_id,
            "category": category,
            **more,
        }

    def _datapoint(self, schema_id: str, texts: tuple[str, str | None]) -> dict[str, Any]:
        value, normalized = texts
        left, top = self._random.randrange(1000), self._random.randrange(1600)
        position = [left, top, left + 110, top + 24]
        content = {
            "value": value,
            "normalized_value": normalized,
            "page": 1,
            "position": position,
            "rir_text": value,
            "rir_raw_text": value,
            "rir_page": 1,
            "rir_position": position,
            "rir_confidence": round(self._random.uniform(0.7, 1), 4),
            "ocr_text": value,
            "ocr_raw_text": value,
            "ocr_position": position,
            "connector_text": None,
            "connector_position": None,
        }
        return self._node(
            "datapoint",
            schema_id,
            content=content,
            validation_sources=["score", "checks"],
            time_spent=0.0,
            time_spent_overall=0.0,
            hidden=False,
        )


def _amount(number: Decimal) -> tuple[str, str]:
    """Give a number as displayed and as normalized."""
    return f"{number:,f}", f"{number:f}"


def _day(day: date) -> tuple[str, str]:
    return f"{day:%d/%m/%Y}", day.isoformat()
