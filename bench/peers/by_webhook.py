"""The classic webhook: Flask, a full decode, and a JMESPath search for each field of each rule.

``python -m bench.peers.by_webhook PORT`` serves it with waitress.
"""

from __future__ import annotations

import json
import re
import sys
from collections import defaultdict
from datetime import date
from decimal import Decimal
from typing import Any, Final

import jmespath
import orjson
from stdnum import iban
from stdnum.eu import vat

from bench.peers.reading import UNITS, answer, arrange
from bench.yardsticks import verify

_CELLS: Final = "[].children[].children[].children[?schema_id=='{}'][]"
_FIELDS: Final = "[].children[?schema_id=='{}'][]"
_TOLERANCE: Final = Decimal("0.05")


def answered(body: bytes, signed: str) -> bytes:
    """Answer one request."""
    verify(body, signed)
    content = json.loads(body)["annotation"]["content"]
    found: dict[str, list[int]] = defaultdict(list)
    _texts(content, found)
    _numbers(content, found)
    _amounts(content, found)
    _header(content, found)
    return answer(arrange(content, Decimal), found) if found else orjson.dumps(_NEUTRAL)


_NEUTRAL: Final[dict[str, Any]] = {"messages": [], "operations": []}


def _cells(content: Any, name: str) -> list[Any]:
    found: list[Any] = jmespath.search(_CELLS.format(name), content) or []
    return [node["content"] for node in found]


def _field(content: Any, name: str) -> Any:
    return jmespath.search(_FIELDS.format(name), content)[0]["content"]


def _number(content: Any) -> Decimal:
    return Decimal(content["normalized_value"] or "0")


def _texts(content: Any, found: dict[str, list[int]]) -> None:
    for row, cell in enumerate(_cells(content, "item_rate")):
        if "ZERO" in cell["value"].upper():
            found["vat-zero"].append(row)
    for row, cell in enumerate(_cells(content, "item_uom")):
        if cell["value"] in UNITS:
            found["unit-of-the-erp"].append(row)
    for row, cell in enumerate(_cells(content, "item_description")):
        if not cell["value"]:
            found["description-required"].append(row)
    for row, cell in enumerate(_cells(content, "item_order_id")):
        if not re.fullmatch("PO[0-9]{6}", cell["value"]):
            found["order-format"].append(row)


def _numbers(content: Any, found: dict[str, list[int]]) -> None:
    for row, cell in enumerate(_cells(content, "item_amount_base")):
        if round(_number(cell), 2) != _number(cell):
            found["price-in-cents"].append(row)
    for row, cell in enumerate(_cells(content, "item_quantity")):
        if _number(cell) <= 0:
            found["quantity-required"].append(row)
    for row, cell in enumerate(_cells(content, "item_rate")):
        if _number(cell) not in (0, 10, 15, 21):
            found["rate-known"].append(row)


def _amounts(content: Any, found: dict[str, list[int]]) -> None:
    for row, (quantity, price, base) in enumerate(
        zip(
            _cells(content, "item_quantity"),
            _cells(content, "item_amount_base"),
            _cells(content, "item_total_base"),
            strict=True,
        )
    ):
        if abs(_number(quantity) * _number(price) - _number(base)) > Decimal("0.5"):
            found["line-arithmetic"].append(row)
    for row, (base, tax, total) in enumerate(
        zip(
            _cells(content, "item_total_base"),
            _cells(content, "item_tax"),
            _cells(content, "item_amount_total"),
            strict=True,
        )
    ):
        if abs(_number(base) + _number(tax) - _number(total)) > _TOLERANCE:
            found["line-total"].append(row)
    for row, (base, rate, tax) in enumerate(
        zip(
            _cells(content, "item_total_base"),
            _cells(content, "item_rate"),
            _cells(content, "item_tax"),
            strict=True,
        )
    ):
        if abs(_number(base) * _number(rate) - _number(tax) * 100) > 100 * _TOLERANCE:
            found["line-tax"].append(row)


def _header(content: Any, found: dict[str, list[int]]) -> None:
    total, tax = (_number(_field(content, name)) for name in ("amount_total", "amount_total_tax"))
    totals = [_number(cell) for cell in _cells(content, "item_amount_total")]
    issue, due = (_day(_field(content, name)) for name in ("date_issue", "date_due"))
    currency = _field(content, "currency")["value"]
    wrong = {
        "lines-add-up": totals and abs(sum(totals) - total) > _TOLERANCE,
        "tax-adds-up": totals
        and abs(sum(_number(cell) for cell in _cells(content, "item_tax")) - tax) > Decimal("0.5"),
        "total-is-base-and-tax": abs(_number(_field(content, "amount_total_base")) + tax - total)
        > _TOLERANCE,
        "due-after-issue": due < issue,
        "due-date-window": due - issue > 90,
        "iban-valid": not iban.is_valid(_field(content, "iban")["value"]),
        "vat-id-valid": not vat.is_valid(_field(content, "sender_vat_id")["value"]),
        "document-id-format": not re.fullmatch(
            "[0-9]{4}-[0-9]{6}", _field(content, "document_id")["value"]
        ),
        "currency-upper-case": currency != currency.lower(),
        "sender-required": not (
            _field(content, "sender_name")["value"] and _field(content, "sender_vat_id")["value"]
        ),
    }
    found.update({rule: [0] for rule, is_wrong in wrong.items() if is_wrong})


def _day(content: Any) -> int:
    return date.fromisoformat(content["normalized_value"]).toordinal()


def serve(port: int) -> None:
    """Serve it until the process is ended."""
    import flask
    import waitress

    app = flask.Flask(__name__)

    @app.post("/hook")
    def hook() -> flask.Response:
        signed = flask.request.headers["X-Rossum-Signature-SHA256"]
        made = answered(flask.request.get_data(), signed)
        return flask.Response(made, content_type="application/json")

    waitress.serve(app, host="127.0.0.1", port=port, threads=4)


if __name__ == "__main__":
    serve(int(sys.argv[1]))
