"""The ordinary invoice with a mistake for each rule, to hold answers against one another.

Law: mistakes only, no number that is missing: most peers have no treatment of that.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from bench.payloads import QUEUE, body

#: By row, from 0: the cell with its value as displayed and as normalized.
_ROWS: Final[Mapping[int, Mapping[str, tuple[str, str | None]]]] = {
    1: {"item_total_base": ("1.00", "1.00")},
    2: {"item_description": ("", None)},
    3: {"item_quantity": ("0", "0")},
    4: {"item_rate": ("19", "19")},
    5: {"item_rate": ("ZERO", None)},
    6: {"item_order_id": ("X1", None)},
    7: {"item_uom": ("KS", None)},
    8: {"item_amount_base": ("10.125", "10.125")},
}
_HEADER: Final[Mapping[str, tuple[str, str | None]]] = {
    "amount_total": ("17.50", "17.50"),
    "amount_total_tax": ("3.25", "3.25"),
    "iban": ("DE00 1234", None),
    "sender_vat_id": ("DE000000000", None),
    "document_id": ("1734", None),
    "currency": ("EUR", None),
    "sender_name": ("", None),
}


def damaged(rows: int, due: str) -> bytes:
    """Give a request with a mistake in each of nine rows, and a due date as given."""
    payload = json.loads(body(rows, QUEUE))
    sections = payload["annotation"]["content"]
    header = {node["schema_id"]: node for section in sections for node in section["children"]}
    for name, texts in {**_HEADER, "date_due": (due, due)}.items():
        _write(header[name], texts)
    table = header["line_items"]["children"]
    for number, cells in _ROWS.items():
        found = {cell["schema_id"]: cell for cell in table[number]["children"]}
        for name, texts in cells.items():
            _write(found[name], texts)
    return json.dumps(payload, separators=(",", ":")).encode()


def _write(node: dict[str, Any], texts: tuple[str, str | None]) -> None:
    node["content"]["value"], node["content"]["normalized_value"] = texts
