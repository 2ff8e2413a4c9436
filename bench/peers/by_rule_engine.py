"""The rules for rule-engine: parsed once, matched against each row; exact decimals."""

from __future__ import annotations

from collections import defaultdict
from typing import Final

import rule_engine

from bench.peers.reading import answer, read, sums

_ROWS: Final = {
    "vat-zero": "rate_text.as_upper =~ '.*ZERO.*'",
    "price-in-cents": "item_amount_base * 100 % 1 != 0",
    "unit-of-the-erp": "item_uom in ['KS', 'HOD']",
    "line-arithmetic": "$abs(item_quantity * item_amount_base - item_total_base) > 0.5",
    "line-total": "$abs(item_total_base + item_tax - item_amount_total) > 0.05",
    "line-tax": "$abs(item_total_base * item_rate - item_tax * 100) > 5",
    "description-required": "item_description == ''",
    "quantity-required": "item_quantity <= 0",
    "rate-known": "not (item_rate in [0, 10, 15, 21])",
    "order-format": "item_order_id !~ 'PO[0-9]{6}$'",
}
_DOCUMENT: Final = {
    "lines-add-up": "$abs(rows_total - amount_total) > 0.05",
    "tax-adds-up": "$abs(rows_tax - amount_total_tax) > 0.5",
    "total-is-base-and-tax": "$abs(amount_total_base + amount_total_tax - amount_total) > 0.05",
    "due-after-issue": "date_due < date_issue",
    "due-date-window": "date_due - date_issue > 90",
    "document-id-format": "document_id !~ '[0-9]{4}-[0-9]{6}$'",
    "currency-upper-case": "currency.as_lower != currency",
    "sender-required": "sender_name == '' or sender_vat_id == ''",
}
_row_rules: Final = {name: rule_engine.Rule(text) for name, text in _ROWS.items()}
_document_rules: Final = {name: rule_engine.Rule(text) for name, text in _DOCUMENT.items()}


def answered(body: bytes, signed: str) -> bytes:
    """Answer one request."""
    document = read(body, signed)
    found: dict[str, list[int]] = defaultdict(list)
    for name, rule in _row_rules.items():
        for number, row in enumerate(document.rows):
            if rule.matches(row):
                found[name].append(number)
    names = {**document.header, **sums(document)}
    for name, rule in _document_rules.items():
        if rule.matches(names):
            found[name] = [0]
    return answer(document, found)
