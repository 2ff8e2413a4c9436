"""The requests of the example configuration, and what it answers: ``python -m tests.examples``.

The command writes ``configs/requests/`` and ``tests/requests/`` anew. After a change that is meant,
run it and read the difference: it is what customers would notice.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import msgspec

from gateway.config.configuration import Configuration
from gateway.config.load import load
from gateway.runtime import Answer, Gateway
from tests.payloads import (
    Captured,
    asked,
    changed,
    email,
    german,
    invoice,
    typed,
    unread,
    upload,
)

ROOT: Final = Path(__file__).parents[1]
CONFIGS: Final = ROOT / "configs"
REQUESTS: Final = CONFIGS / "requests"
ANSWERS: Final = ROOT / "tests" / "requests"

SECRETS: Final = {
    "ACME_HOOK_SECRET": "demo-secret-of-acme",
    "GLOBEX_HOOK_SECRET": "demo-secret-of-globex",
    "GATEWAY_HOOK_SECRET": "demo-secret-of-the-gateway",
}
NOW: Final = datetime(2025, 3, 31, 8, 15, tzinfo=UTC)
_WIDTH: Final = 120

#: An invoice with nothing to say about, in the fields of the queue ``acme``.
ACME: Final[Mapping[str, Any]] = {
    "document_id": "2025-0187",
    "order_id": "PO-100234",
    "customer_reference": None,
    "date_issue": date(2025, 3, 24),
    "date_due": date(2025, 4, 23),
    "payment_method": "transfer",
    "account_num": None,
    "bank_num": None,
    "iban": Captured("CZ65 0800 0000 1920 0014 5399", sources=("score", "connector")),
    "amount_total_base": Decimal("1300.00"),
    "amount_freight": None,
    "amount_total_tax": Decimal("273.00"),
    "amount_due": Decimal("1573.00"),
    "currency": "czk",
    "tax_mode": "standard",
    "sender_name": "Northwind Paper",
    "sender_vat_id": "CZ25123891",
    "vendor": Captured("V-100", options=(("V-100", "Northwind Paper (Praha)"),)),
    "cost_center": Captured(
        "100", options=(("100", "Administration"), ("200", "Production"), ("300", "Sales"))
    ),
    "notes": None,
}
ACME_ROWS: Final[tuple[Mapping[str, Any], ...]] = tuple(
    {
        "item_code": code,
        "item_order_id": "PO-100234",
        "item_quantity": quantity,
        "item_price": price,
        "item_amount_base": quantity * price,
        "item_vat_rate": 21,
    }
    for code, quantity, price in (
        ("A4-80", 10, Decimal("85.00")),
        ("INK-3", 3, Decimal("150.00")),
    )
)

#: The same in the fields of the queue ``globex``.
GLOBEX: Final[Mapping[str, Any]] = {
    "document_id": "R-4711",
    "order_id": "4500012345",
    "customer_reference": None,
    "date_issue": date(2025, 3, 20),
    "date_due": date(2025, 4, 3),
    "account_num": None,
    "bank_num": None,
    "iban": Captured("DE89 3704 0044 0532 0130 00", sources=("score", "connector")),
    "amount_total_base": Decimal("2000.00"),
    "amount_freight": None,
    "amount_total_tax": Decimal("380.00"),
    "amount_total": Decimal("2380.00"),
    "currency": "eur",
    "sender_name": "Südwind Technik",
    "sender_vat_id": "DE136695976",
    "notes": None,
}
GLOBEX_ROWS: Final[tuple[Mapping[str, Any], ...]] = tuple(
    {
        "item_article": article,
        "item_order_id": "4500012345",
        "item_quantity": quantity,
        "item_price": price,
        "item_amount_base": quantity * price,
        "item_vat_rate": 19,
    }
    for article, quantity, price in (
        ("M-100", 4, Decimal("250.00")),
        ("M-200", 1, Decimal("1000.00")),
    )
)
GLOBEX_TAXES: Final[tuple[Mapping[str, Any], ...]] = (
    {
        "tax_detail_rate": 19,
        "tax_detail_base": Decimal("2000.00"),
        "tax_detail_tax": Decimal("380.00"),
    },
)


def acme(rows: Any = ACME_ROWS, action: str = "updated", **header: Any) -> dict[str, Any]:
    """Give an invoice of ``acme`` in which some values are others."""
    edited = ("date_issue",) if action == "updated" else ()
    return invoice(rows, changed(ACME, **header), action=action, edited=edited)


def globex(
    rows: Any = GLOBEX_ROWS, action: str = "updated", taxes: Any = None, **header: Any
) -> dict[str, Any]:
    """Give an invoice of ``globex`` in which some values are others."""
    return invoice(
        rows,
        changed(GLOBEX, **header),
        tables={"tax_details": GLOBEX_TAXES if taxes is None else taxes},
        action=action,
        edited=("amount_total",) if action == "updated" else (),
        queue=9105,
        host="https://globex.rossum.app",
        formats=german,
    )


def _requests() -> dict[str, dict[str, Any]]:
    first, second = ACME_ROWS
    one, other = GLOBEX_ROWS
    return {
        "acme-clean": acme(
            [first, changed(second, item_order_id=None, item_amount_base=None)],
            date_due=None,
            order_id="po-100 234",
            currency="Kč",
        ),
        "acme-mistakes": acme(
            [
                changed(first, item_amount_base=Decimal("835.00"), item_vat_rate=15),
                changed(second, item_vat_rate=unread("2l")),
            ],
            document_id=None,
            order_id="7781",
            date_due=typed(date(2025, 3, 17)),
            account_num="19-2000145399",
            iban="CZ65 0800 0000 1920 0014 5390",
            amount_due=Decimal("1537.00"),
            sender_vat_id="CZ25123890",
        ),
        "acme-zero-rates": acme(
            [
                changed(first, item_vat_rate=unread("ZERO")),
                changed(second, item_vat_rate=unread("Zero-rated")),
            ],
            "started",
            order_id=None,
            amount_total_tax=Decimal("0.00"),
            amount_due=Decimal("1300.00"),
            tax_mode=None,
            sender_vat_id="DE136695976",
            notes="Your order PO-100239. Reverse charge.",
        ),
        "acme-initialize": acme(
            [
                changed(first, item_quantity=100, item_amount_base=Decimal("8500.00")),
                changed(
                    second,
                    item_code="A4-80",
                    item_quantity=30,
                    item_amount_base=Decimal("4500.00"),
                ),
            ],
            "initialize",
            date_issue=date(2024, 2, 29),
            date_due=date(2024, 6, 28),
            amount_total_base=Decimal("13000.00"),
            amount_total_tax=Decimal("2730.00"),
            amount_due=Captured(Decimal("15730.00"), confidence=0.55),
        ),
        "acme-freight": acme(
            [first, second, dict.fromkeys(first)],
            "initialize",
            payment_method="card",
            iban=Captured("CZ65 0800 0000 1920 0014 5399"),
            amount_total_base=Decimal("1325.00"),
            amount_freight=Decimal("25.00"),
            amount_total_tax=Decimal("278.25"),
            amount_due=Decimal("1603.25"),
            cost_center=Captured(None, options=("100",)),
        ),
        "globex-initialize": globex(
            [
                changed(
                    one,
                    item_price=Decimal("2500.00"),
                    item_amount_base=Decimal("11000.00"),
                    item_vat_rate=unread("ZERO"),
                ),
                changed(
                    other,
                    item_price=Decimal("12000.00"),
                    item_amount_base=Decimal("12000.00"),
                    item_vat_rate=16,
                ),
            ],
            "initialize",
            document_id=None,
            date_due=None,
            amount_total_base=Decimal("22000.00"),
            amount_total_tax=Decimal("4180.00"),
            amount_total=Captured(Decimal("26180.00"), confidence=0.88),
            currency="€",
        ),
        "acme-email": email(
            files={"invoice.pdf": ("application/pdf", 3510.0), "logo.png": ("image/png", 60.0)},
            subject="Fwd: Invoice for PO-100234",
            text="FYI\n\nFrom: Ann Lee <ann@example.com>\nPlease find our invoice attached.",
        ),
        "acme-upload": upload({"invoice.pdf": "application/pdf", "list.csv": "text/csv"}),
        "acme-question": asked(order_id="PO-1002"),
    }


EXAMPLES: Final = _requests()


def queue_of(name: str) -> str:
    """Give the queue that an example is for."""
    return name.partition("-")[0]


def example_configuration() -> Configuration:
    """Load ``configs/`` with demo secrets."""
    return load(CONFIGS, SECRETS)


def answer(gateway: Gateway, queue: str, payload: Mapping[str, Any]) -> Answer:
    """Answer a payload by the rules of *queue*."""
    return gateway.dry_run(msgspec.json.encode(payload), queue)


def example_gateway() -> Gateway:
    """Serve ``configs/`` at a fixed time."""
    return Gateway(example_configuration(), clock=lambda: NOW)


def golden(gateway: Gateway, name: str) -> dict[str, Any]:
    """Give what ``tests/requests/`` keeps of an example."""
    queue = queue_of(name)
    given = answer(gateway, queue, EXAMPLES[name])
    return {
        "request": f"configs/requests/{name}.json",
        "queue": queue,
        "now": NOW.isoformat(),
        "fired": list(given.fired),
        "answer": msgspec.json.decode(given.body),
    }


def written(value: Any, indent: str = "") -> str:
    """Write JSON with everything that fits into a line on one."""
    line = json.dumps(value, ensure_ascii=False)
    if not isinstance(value, dict | list) or len(indent) + len(line) <= _WIDTH:
        return line
    inner = indent + " "
    if isinstance(value, dict):
        items = [f"{json.dumps(key)}: {written(one, inner)}" for key, one in value.items()]
    else:
        items = [written(one, inner) for one in value]
    begin, end = "{}" if isinstance(value, dict) else "[]"
    return f"{begin}\n{inner}" + f",\n{inner}".join(items) + f"\n{indent}{end}"


def write_all() -> None:
    """Write all requests and answers."""
    gateway = example_gateway()
    for folder, made in (
        (REQUESTS, EXAMPLES),
        (ANSWERS, {name: golden(gateway, name) for name in EXAMPLES}),
    ):
        folder.mkdir(exist_ok=True)
        for file in folder.glob("*.json"):
            file.unlink()
        for name, value in made.items():
            (folder / f"{name}.json").write_text(written(value) + "\n", encoding="utf-8")


if __name__ == "__main__":
    write_all()
