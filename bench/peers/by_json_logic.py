"""The rules as JsonLogic, evaluated on each row; floats, and functions of our own for texts."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import Any, Final

from json_logic import jsonLogic
from json_logic.builtins import BUILTINS

from bench.peers.reading import UNITS, answer, read, sums


def _var(name: str) -> dict[str, str]:
    return {"var": name}


def _apart(left: Any, right: Any, within: float) -> dict[str, Any]:
    return {">": [{"abs": [{"-": [left, right]}]}, within]}


def _product(left: str, right: str) -> dict[str, Any]:
    return {"*": [_var(left), _var(right)]}


_ROWS: Final[dict[str, Any]] = {
    "vat-zero": {"in": ["ZERO", {"upper": [_var("rate_text")]}]},
    "price-in-cents": {"!=": [{"cents": [_var("item_amount_base")]}, _var("item_amount_base")]},
    "unit-of-the-erp": {"in": [_var("item_uom"), list(UNITS)]},
    "line-arithmetic": _apart(
        _product("item_quantity", "item_amount_base"), _var("item_total_base"), 0.5
    ),
    "line-total": _apart(
        {"+": [_var("item_total_base"), _var("item_tax")]}, _var("item_amount_total"), 0.05
    ),
    "line-tax": _apart(_product("item_total_base", "item_rate"), {"*": [_var("item_tax"), 100]}, 5),
    "description-required": {"!": [_var("item_description")]},
    "quantity-required": {"<=": [_var("item_quantity"), 0]},
    "rate-known": {"!": [{"in": [_var("item_rate"), [0, 10, 15, 21]]}]},
    "order-format": {"!": [{"matches": [_var("item_order_id"), "PO[0-9]{6}"]}]},
}
_DOCUMENT: Final[dict[str, Any]] = {
    "lines-add-up": _apart(_var("rows_total"), _var("amount_total"), 0.05),
    "tax-adds-up": _apart(_var("rows_tax"), _var("amount_total_tax"), 0.5),
    "total-is-base-and-tax": _apart(
        {"+": [_var("amount_total_base"), _var("amount_total_tax")]}, _var("amount_total"), 0.05
    ),
    "due-after-issue": {"<": [_var("date_due"), _var("date_issue")]},
    "due-date-window": {">": [{"-": [_var("date_due"), _var("date_issue")]}, 90]},
    "document-id-format": {"!": [{"matches": [_var("document_id"), "[0-9]{4}-[0-9]{6}"]}]},
    "currency-upper-case": {"!=": [{"lower": [_var("currency")]}, _var("currency")]},
    "sender-required": {"!": [{"and": [_var("sender_name"), _var("sender_vat_id")]}]},
}
_OPERATIONS: Final[dict[str, Any]] = {
    **BUILTINS,
    "abs": lambda _, value: abs(value),
    "cents": lambda _, value: round(value, 2),
    "upper": lambda _, text: text.upper(),
    "lower": lambda _, text: text.lower(),
    "matches": lambda _, text, pattern: re.fullmatch(pattern, text) is not None,
}


def answered(body: bytes, signed: str) -> bytes:
    """Answer one request."""
    document = read(body, signed, float)
    found: dict[str, list[int]] = defaultdict(list)
    for name, rule in _ROWS.items():
        for number, row in enumerate(document.rows):
            if jsonLogic(rule, row, _OPERATIONS):
                found[name].append(number)
    names = {**document.header, **sums(document)}
    for name, rule in _DOCUMENT.items():
        if jsonLogic(rule, names, _OPERATIONS):
            found[name] = [0]
    return answer(document, found)
