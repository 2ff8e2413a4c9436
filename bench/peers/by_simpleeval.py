"""The rules as expressions for simpleeval: parsed for each run, or once."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Final

from simpleeval import EvalWithCompoundTypes
from stdnum import iban
from stdnum.eu import vat

from bench.peers.reading import UNITS, Document, answer, read, sums

#: True where the rule has something to say.
ROWS: Final = {
    "vat-zero": "'ZERO' in upper(rate_text)",
    "price-in-cents": "round(item_amount_base, 2) != item_amount_base",
    "unit-of-the-erp": "item_uom in units",
    "line-arithmetic": "abs(item_quantity * item_amount_base - item_total_base) > half",
    "line-total": "abs(item_total_base + item_tax - item_amount_total) > tolerance",
    "line-tax": "abs(item_total_base * item_rate - item_tax * 100) > 100 * tolerance",
    "description-required": "not item_description",
    "quantity-required": "not item_quantity > 0",
    "rate-known": "item_rate not in [0, 10, 15, 21]",
    "order-format": "not matches(item_order_id, 'PO[0-9]{6}')",
}
DOCUMENT: Final = {
    "lines-add-up": "abs(rows_total - amount_total) > tolerance",
    "tax-adds-up": "abs(rows_tax - amount_total_tax) > half",
    "total-is-base-and-tax": "abs(amount_total_base + amount_total_tax - amount_total) > tolerance",
    "due-after-issue": "date_due < date_issue",
    "due-date-window": "date_due - date_issue > 90",
    "iban-valid": "not is_iban(iban)",
    "vat-id-valid": "not is_vat(sender_vat_id)",
    "document-id-format": "not matches(document_id, '[0-9]{4}-[0-9]{6}')",
    "currency-upper-case": "lower(currency) != currency",
    "sender-required": "not (sender_name and sender_vat_id)",
}
_FUNCTIONS: Final[dict[str, Callable[..., Any]]] = {
    "abs": abs,
    "round": round,
    "upper": str.upper,
    "lower": str.lower,
    "matches": lambda text, pattern: re.fullmatch(pattern, text) is not None,
    "is_iban": iban.is_valid,
    "is_vat": vat.is_valid,
}
_PARAMS: Final = {"units": UNITS, "tolerance": Decimal("0.05"), "half": Decimal("0.5")}

Evaluate = Callable[[str, Mapping[str, Any]], Any]


def naive(body: bytes, signed: str) -> bytes:
    """Answer one request, parsing each expression for each run."""
    return _answered(body, signed, _parse_and_evaluate)


def parsed(body: bytes, signed: str) -> bytes:
    """Answer one request with expressions that were parsed once."""
    return _answered(body, signed, _evaluate_parsed)


def _parse_and_evaluate(text: str, names: Mapping[str, Any]) -> Any:
    return EvalWithCompoundTypes(functions=_FUNCTIONS, names=names).eval(text)


_evaluator: Final = EvalWithCompoundTypes(functions=_FUNCTIONS)
_trees: Final = {text: _evaluator.parse(text) for text in (*ROWS.values(), *DOCUMENT.values())}


def _evaluate_parsed(text: str, names: Mapping[str, Any]) -> Any:
    # One for all runs, as one thread may: it is what its documentation advises.
    _evaluator.names = names
    return _evaluator.eval(text, previously_parsed=_trees[text])


def _answered(body: bytes, signed: str, evaluate: Evaluate) -> bytes:
    document = read(body, signed)
    return answer(document, _complaints(document, evaluate))


def _complaints(document: Document, evaluate: Evaluate) -> dict[str, list[int]]:
    found: dict[str, list[int]] = defaultdict(list)
    for rule, text in ROWS.items():
        for number, row in enumerate(document.rows):
            if evaluate(text, {**_PARAMS, **row}):
                found[rule].append(number)
    names = {**_PARAMS, **document.header, **sums(document)}
    for rule, text in DOCUMENT.items():
        if evaluate(text, names):
            found[rule] = [0]
    return found
