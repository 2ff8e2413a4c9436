"""The rules for zen-engine (Rust): one decision over the whole document, floats."""

from __future__ import annotations

import json
from typing import Any, Final

import zen

from bench.peers.reading import answer, read

_ROWS: Final = {
    "vat-zero": "contains(upper(#.rate_text), 'ZERO')",
    "price-in-cents": "round(#.item_amount_base * 100) / 100 != #.item_amount_base",
    "unit-of-the-erp": "#.item_uom in ['KS', 'HOD']",
    "line-arithmetic": "abs(#.item_quantity * #.item_amount_base - #.item_total_base) > 0.5",
    "line-total": "abs(#.item_total_base + #.item_tax - #.item_amount_total) > 0.05",
    "line-tax": "abs(#.item_total_base * #.item_rate - #.item_tax * 100) > 5",
    "description-required": "#.item_description == ''",
    "quantity-required": "#.item_quantity <= 0",
    "rate-known": "#.item_rate not in [0, 10, 15, 21]",
    "order-format": "not matches(#.item_order_id, '^PO[0-9]{6}$')",
}
_DOCUMENT: Final = {
    "lines-add-up": "abs(sum(map(rows, #.item_amount_total)) - amount_total) > 0.05",
    "tax-adds-up": "abs(sum(map(rows, #.item_tax)) - amount_total_tax) > 0.5",
    "total-is-base-and-tax": "abs(amount_total_base + amount_total_tax - amount_total) > 0.05",
    "due-after-issue": "date_due < date_issue",
    "due-date-window": "date_due - date_issue > 90",
    "document-id-format": "not matches(document_id, '^[0-9]{4}-[0-9]{6}$')",
    "currency-upper-case": "lower(currency) != currency",
    "sender-required": "sender_name == '' or sender_vat_id == ''",
}


def _decision() -> Any:
    texts = {
        **{rule: f"map(filter(rows, {text}), #.n)" for rule, text in _ROWS.items()},
        **{rule: f"({text}) ? [0] : []" for rule, text in _DOCUMENT.items()},
    }
    expressions = [{"id": rule, "key": rule, "value": text} for rule, text in texts.items()]
    place = {"position": {"x": 0, "y": 0}}
    nodes = [
        {"id": "in", "type": "inputNode", "name": "in", **place},
        {
            "id": "rules",
            "type": "expressionNode",
            "name": "rules",
            "content": {"expressions": expressions},
            **place,
        },
        {"id": "out", "type": "outputNode", "name": "out", **place},
    ]
    edges = [
        {"id": "1", "type": "edge", "sourceId": "in", "targetId": "rules"},
        {"id": "2", "type": "edge", "sourceId": "rules", "targetId": "out"},
    ]
    return zen.ZenEngine().create_decision(json.dumps({"nodes": nodes, "edges": edges}))


_decide: Final = _decision()


def answered(body: bytes, signed: str) -> bytes:
    """Answer one request."""
    document = read(body, signed, float)
    result = _decide.evaluate({**document.header, "rows": document.rows})["result"]
    found = {rule: [int(row) for row in rows] for rule, rows in result.items() if rows}
    return answer(document, found)
