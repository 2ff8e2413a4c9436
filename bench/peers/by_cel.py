"""The rules in CEL, compiled once, each over all rows at once; floats. Sums are handed in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from bench.peers.reading import Document, answer, read, sums

Evaluate = Callable[[Document], dict[str, list[int]]]


def _apart(left: str, right: str, within: str) -> str:
    return f"({left}) - ({right}) > {within} || ({right}) - ({left}) > {within}"


_ROWS: Final = {
    "vat-zero": "r.rate_text.matches('(?i)zero')",
    "price-in-cents": "double(int(r.item_amount_base * 100.0 + 0.5)) / 100.0 != r.item_amount_base",
    "unit-of-the-erp": "r.item_uom in ['KS', 'HOD']",
    "line-arithmetic": _apart("r.item_quantity * r.item_amount_base", "r.item_total_base", "0.5"),
    "line-total": _apart("r.item_total_base + r.item_tax", "r.item_amount_total", "0.05"),
    "line-tax": _apart("r.item_total_base * r.item_rate", "r.item_tax * 100.0", "5.0"),
    "description-required": "r.item_description == ''",
    "quantity-required": "r.item_quantity <= 0.0",
    "rate-known": "!(r.item_rate in [0.0, 10.0, 15.0, 21.0])",
    "order-format": "!r.item_order_id.matches('^PO[0-9]{6}$')",
}
_DOCUMENT: Final = {
    "lines-add-up": _apart("d.rows_total", "d.amount_total", "0.05"),
    "tax-adds-up": _apart("d.rows_tax", "d.amount_total_tax", "0.5"),
    "total-is-base-and-tax": _apart(
        "d.amount_total_base + d.amount_total_tax", "d.amount_total", "0.05"
    ),
    "due-after-issue": "d.date_due < d.date_issue",
    "due-date-window": "d.date_due - d.date_issue > 90",
    "document-id-format": "!d.document_id.matches('^[0-9]{4}-[0-9]{6}$')",
    "currency-upper-case": "d.currency.matches('[A-Z]')",
    "sender-required": "d.sender_name == '' || d.sender_vat_id == ''",
}
#: One expression that says it all, so that the values are handed over once.
_ALL: Final = ", ".join(
    (
        *(f"'{rule}': rows.filter(r, {text}).map(r, r.n)" for rule, text in _ROWS.items()),
        *(f"'{rule}': ({text}) ? [0] : []" for rule, text in _DOCUMENT.items()),
    )
)


def in_rust() -> Callable[[bytes, str], bytes]:
    """Answer with common-expression-language."""
    import cel

    program = cel.compile(f"{{{_ALL}}}")
    return _answering(program.execute)


def in_cpp() -> Callable[[bytes, str], bytes]:
    """Answer with cel-expr-python."""
    from cel_expr_python import cel

    environment = cel.NewEnv(variables={"rows": cel.Type.List(cel.Type.DYN), "d": cel.Type.DYN})
    expression = environment.compile(f"{{{_ALL}}}")
    return _answering(lambda values: expression.eval(data=values).plain_value())


def _answering(evaluate: Callable[[dict[str, Any]], Any]) -> Callable[[bytes, str], bytes]:
    def answered(body: bytes, signed: str) -> bytes:
        document = read(body, signed, float)
        result = evaluate({"rows": document.rows, "d": {**document.header, **sums(document)}})
        return answer(document, {rule: rows for rule, rows in result.items() if rows})

    return answered
