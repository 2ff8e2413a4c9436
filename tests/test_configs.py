"""The example configuration is right, answers as recorded, and each of its rules can speak."""

from datetime import date
from decimal import Decimal

import msgspec
import pytest
from click.testing import CliRunner

from gateway.cli.main import main
from gateway.cli.nodes import nodes_of
from gateway.cli.telling import tell_answer
from gateway.rules.rule import Mode
from tests.examples import (
    ACME_ROWS,
    ANSWERS,
    CONFIGS,
    EXAMPLES,
    GLOBEX_ROWS,
    GLOBEX_TAXES,
    REQUESTS,
    SECRETS,
    acme,
    answer,
    example_configuration,
    example_gateway,
    globex,
    golden,
    written,
)
from tests.payloads import Captured, changed, typed, unread
from tests.test_configs_arrivals import ARRIVALS

QUIET = ["No messages, no operations."]


@pytest.fixture(scope="module")
def gateway():
    return example_gateway()


def test_the_example_has_no_mistakes_and_no_warnings():
    result = CliRunner(env=SECRETS).invoke(main, ["check", str(CONFIGS), "--strict"])

    assert (result.exit_code, result.stdout[:15]) == (0, "fine: 2 queues,")


def test_the_example_names_its_secrets_and_holds_none():
    lines = [
        line.strip()
        for file in CONFIGS.rglob("*.yaml")
        for line in file.read_text(encoding="utf-8").split("\n")
        if "secret:" in line
    ]

    assert sorted(lines) == [f"secret: ${{env:{name}}}" for name in sorted(SECRETS)]


@pytest.mark.parametrize("file", sorted(CONFIGS.rglob("*.yaml")), ids=lambda file: file.name)
def test_the_first_line_of_a_file_tells_editors_its_schema(file):
    line, *_ = file.read_text(encoding="utf-8").split("\n")
    start, _, path = line.partition("=")
    kind = "gateway" if file.name == "gateway.yaml" else file.name.split(".")[-2]

    assert start == "# yaml-language-server: $schema"
    assert (file.parent / path).resolve().name == f"{kind}.schema.json"
    assert (file.parent / path).is_file()


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_a_request_of_the_example_is_the_recorded_one(name):
    recorded = (REQUESTS / f"{name}.json").read_text(encoding="utf-8")

    assert recorded == written(EXAMPLES[name]) + "\n", "see tests/examples.py"
    assert len(recorded.encode()) < 30_000


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_a_request_of_the_example_is_answered_as_recorded(name, gateway):
    recorded = msgspec.json.decode((ANSWERS / f"{name}.json").read_bytes())

    assert golden(gateway, name) == recorded, "see tests/examples.py"


def test_no_request_or_answer_is_left_over():
    for folder in (REQUESTS, ANSWERS):
        assert sorted(file.stem for file in folder.iterdir()) == sorted(EXAMPLES)


@pytest.mark.parametrize("action", ["initialize", "started", "updated", "confirm", "export"])
@pytest.mark.parametrize("make", [acme, globex])
def test_every_rule_is_silent_on_an_invoice_without_mistakes(make, action, gateway):
    payload = make(action=action, date_due=typed(date(2025, 4, 10)))

    given = answer(gateway, make.__name__, payload)

    assert tell_answer(msgspec.json.decode(given.body), nodes_of(payload)) == QUIET
    assert given.failed == ()


def first(rows, **cells):
    return [changed(rows[0], **cells), *rows[1:]]


def hidden(value):
    return Captured(value, hidden=True)


def second(rows, **cells):
    return [rows[0], changed(rows[1], **cells)]


def both(rows, **cells):
    return [changed(row, **cells) for row in rows]


def tax_detail(rate, base, tax):
    return (
        f"add      tax_details: tax_detail_rate '{rate}', tax_detail_base '{base}', "
        f"tax_detail_tax '{tax}'"
    )


def freight(code, amount, rate):
    return (
        f"add      line_items: {code} 'FREIGHT', item_quantity '1', item_price '{amount}', "
        f"item_amount_base '{amount}', item_vat_rate '{rate}'"
    )


#: A rule, what is different on the invoice, and all that is then answered.
CASES = [
    ("document-id-is-given", acme, {"document_id": None}, [
        "error    document_id: The invoice number is missing.",
    ]),
    ("document-id-is-given", acme, {"document_id": "N/A"}, [
        "error    document_id: The invoice number is missing.",
    ]),
    ("document-id-is-given", globex, {"document_id": "k. A."}, [
        "error    document_id: Die Rechnungsnummer fehlt.",
    ]),
    ("one-way-to-pay", acme, {"iban": None}, [
        "error    iban: Enter either an IBAN or an account number.",
        "error    account_num: Enter either an IBAN or an account number.",
    ]),
    ("account-has-bank-code", acme, {"iban": None, "account_num": "2000145399"}, [
        "error    bank_num: The account number 2000145399 needs a bank code.",
    ]),
    ("iban-is-valid", acme, {"iban": "CZ65 0800 0000 1920 0014 5390"}, [
        "error    iban: The check digits of CZ65 0800 0000 1920 0014 5390 are wrong.",
    ]),
    ("order-number-from-elsewhere", acme, {"order_id": None, "customer_reference": "PO-100777"}, [
        "replace  order_id: '' -> 'PO-100777'",
    ]),
    ("order-number-from-elsewhere", acme, {"order_id": None, "notes": "Re: PO-100778, thanks"}, [
        "replace  order_id: '' -> 'PO-100778'",
    ]),
    ("order-number-is-clean", acme, {"order_id": "po-100 234."}, [
        "replace  order_id: 'po-100 234.' -> 'PO-100234'",
    ]),
    ("order-number-is-known-form", acme, {"order_id": "PO-1002345"}, [
        "warning  order_id: PO-1002345 is no order number of ours.",
    ]),
    ("order-number-is-known-form", acme, {"order_id": typed("po-100 234")}, [
        "warning  order_id: po-100 234 is no order number of ours.",
    ]),
    ("currency-is-a-code", acme, {"currency": "Kč"}, ["replace  currency: 'Kč' -> 'czk'"]),
    ("due-date-from-terms", acme, {"date_due": None}, [
        "replace  date_due: '' -> '2025-04-23'",
    ]),
    ("due-date-from-terms", globex, {"date_due": None}, [
        "replace  date_due: '' -> '2025-04-03'",
    ]),
    ("due-date-follows-issue-date", acme, {"date_due": date(2025, 4, 10)}, [
        "replace  date_due: '2025-04-10' -> '2025-04-23'",
    ]),
    ("due-date-is-not-before-issue", acme, {"date_due": typed(date(2025, 3, 16))}, [
        "error    date_due: Due on 16.03.2025, 8 days before the date of issue.",
    ]),
    ("due-date-is-not-before-issue", globex, {"date_due": date(2025, 3, 19)}, [
        "error    date_due: Fällig am 19.03.2025, 1 Tag(e) vor dem Rechnungsdatum.",
    ]),
    ("due-date-is-not-far", acme, {"date_due": typed(date(2025, 5, 24))}, [
        "warning  date_due: 61 days to pay; at most 60 are usual.",
    ]),
    ("due-date-is-a-working-day", acme, {"date_due": typed(date(2025, 4, 12))}, [
        "info     date_due: 12.04.2025 is a Saturday.",
    ]),
    ("issue-date-is-not-ahead", acme, {
        "date_issue": date(2025, 4, 1), "date_due": typed(date(2025, 4, 10)),
    }, ["error    date_issue: 01.04.2025 is in the future."]),
    ("issue-date-is-recent", acme, {
        "date_issue": date(2024, 3, 29), "date_due": typed(date(2024, 4, 10)),
    }, QUIET),
    ("issue-date-is-recent", globex, {
        "date_issue": date(2024, 3, 29), "date_due": date(2024, 4, 10),
    }, ["warning  date_issue: Issued 367 days ago."]),
    ("vat-rate-zero", acme, {"rows": first(ACME_ROWS, item_vat_rate=unread("Zero rate"))}, [
        "replace  item_vat_rate[1]: 'Zero rate' -> '0.0'",
        "warning  amount_total_tax: By the rates of the lines, VAT would be 94.50.",
    ]),
    ("vat-rate-zero", globex, {"rows": both(GLOBEX_ROWS, item_vat_rate=unread("ZERO"))}, [
        "replace  item_vat_rate[1]: 'ZERO' -> '0.0'",
        "replace  item_vat_rate[2]: 'ZERO' -> '0.0'",
        "replace  tax_detail_rate[1]: '19' -> '0.0'",
        "replace  tax_detail_tax[1]: '380,00' -> '0.00'",
    ]),
    ("vat-rate-is-known", acme, {"rows": both(ACME_ROWS, item_vat_rate=Decimal("20.9"))}, [
        "error    item_vat_rate[1]: 20.9 % is no rate of ours.",
        "error    item_vat_rate[2]: 20.9 % is no rate of ours.",
    ]),
    ("vat-rate-is-known", globex, {"rows": second(GLOBEX_ROWS, item_vat_rate=16)}, [
        "error    item_vat_rate[2]: 16 % ist kein Steuersatz.",
        "remove   tax_detail[1]",
        tax_detail(16, "1000.00", "160.00"),
        tax_detail(19, "1000.00", "190.00"),
    ]),
    ("tax-details-by-rate", globex, {"taxes": []}, [
        tax_detail(19, "2000.00", "380.00"),
    ]),
    ("tax-details-by-rate", globex, {"taxes": both([*GLOBEX_TAXES, {}], tax_detail_rate=19)}, [
        "remove   tax_detail[2]",
    ]),
    ("iban-only-for-transfers", acme, {"payment_method": "card"}, [
        "replace  iban: hidden = True",
    ]),
    ("iban-only-for-transfers", acme, {"iban": hidden("CZ65 0800 0000 1920 0014 5399")}, [
        "replace  iban: hidden = False",
    ]),
    ("cost-centers", acme, {"cost_center": Captured("100", options=["100"])}, [
        "replace  cost_center: options = 100 (Administration), 200 (Production), 300 (Sales)",
    ]),
    ("empty-lines-go", acme, {"rows": [*ACME_ROWS, dict.fromkeys(ACME_ROWS[0])]}, [
        "remove   line_item[3]",
    ]),
    ("empty-lines-go", globex, {"rows": [*GLOBEX_ROWS, dict.fromkeys(GLOBEX_ROWS[0])]}, [
        "remove   line_item[3]",
    ]),
    ("freight-is-a-line", acme, {
        "amount_freight": 30, "amount_total_base": 1330, "amount_due": Decimal("1609.30"),
        "amount_total_tax": Decimal("279.30"),
    }, [
        freight("item_code", 30, 21),
    ]),
    # Its own row is found the next time.
    ("freight-is-a-line", acme, {
        "amount_freight": 850, "rows": first(ACME_ROWS, item_code="FREIGHT"),
    }, QUIET),
    ("freight-is-a-line", globex, {"amount_freight": 10, "amount_total_base": 2010}, [
        freight("item_article", 10, 19),
        "replace  tax_detail_base[1]: '2.000,00' -> '2010.00'",
        "replace  tax_detail_tax[1]: '380,00' -> '381.90'",
    ]),
    ("iban-is-certain", acme, {
        "iban": Captured("CZ65 0800 0000 1920 0014 5399"), "action": "initialize",
    }, ["replace  iban: validation_sources = score, connector"]),
    ("vat-rate-is-readable", acme, {"rows": second(ACME_ROWS, item_vat_rate=unread("2l"))}, [
        "error    item_vat_rate[2]: 2l is no VAT rate.",
    ]),
    ("vat-id-is-valid", acme, {"sender_vat_id": "CZ25123890"}, [
        "error    sender_vat_id: CZ25123890 is no valid VAT number.",
    ]),
    ("vat-adds-up", acme, {"amount_due": Decimal("1573.06")}, [
        "error    amount_due: 1,300.00 and 273.00 VAT are not 1,573.06.",
    ]),
    ("vat-fits-the-rates", acme, {
        "amount_total_tax": Decimal("280.00"), "amount_due": Decimal("1580.00"),
    }, ["warning  amount_total_tax: By the rates of the lines, VAT would be 273.00."]),
    ("reverse-charge", acme, {
        "sender_vat_id": "DE136695976",
        "amount_total_tax": Decimal("0.00"),
        "amount_due": Decimal("1300.00"),
        "rows": both(ACME_ROWS, item_vat_rate=0),
    }, [
        "replace  tax_mode: 'standard' -> 'reverse_charge'",
        "replace  vendor: 'V-100' -> 'V-200'",
        "replace  vendor: options = V-200 (Südwind Technik (Ulm))",
    ]),
    ("vendor-is-known", acme, {
        "sender_vat_id": None, "sender_name": "NORTHWIND Logistic", "iban": None,
        "account_num": "19-2000145399", "bank_num": "0800",
    }, [
        "replace  vendor: 'V-100' -> 'V-101'",
        "replace  vendor: options = V-101 (Northwind Logistics (Brno))",
    ]),
    ("vendor-is-known", acme, {
        "sender_vat_id": None, "sender_name": "Westwind", "iban": None,
        "account_num": "19-2000145399", "bank_num": "0800",
    }, [
        "replace  vendor: 'V-100' -> ''",
        "replace  vendor: options = ",
        "warning  sender_name: Westwind is no vendor of ours.",
    ]),
    ("price-is-as-ordered", acme, {
        "rows": second(ACME_ROWS, item_price=Decimal("155.00"), item_amount_base=Decimal("450.00")),
    }, [
        "warning  item_amount_base[2]: Row 2: 3 × 155.00 is not 450.00.",
        "warning  item_price[2]: Ordered at 150.00, billed at 155.00.",
    ]),
    ("order-number-fills-down", acme, {"rows": second(ACME_ROWS, item_order_id=None)}, [
        "replace  item_order_id[2]: '' -> 'PO-100234'",
    ]),
    ("order-billed-twice", acme, {"rows": both(ACME_ROWS, item_code="A4-80")}, [
        "warning  item_price[2]: Ordered at 85.00, billed at 150.00.",
    ]),
    ("line-amount-is-computed", globex, {"rows": second(GLOBEX_ROWS, item_amount_base=None)}, [
        "replace  item_amount_base[2]: '' -> '1000.00'",
    ]),
    ("line-arithmetic", acme, {"rows": first(ACME_ROWS, item_quantity=11)}, [
        "warning  item_amount_base[1]: Row 1: 11 × 85.00 is not 850.00.",
    ]),
    ("line-arithmetic", globex, {"rows": first(GLOBEX_ROWS, item_quantity=5)}, [
        "warning  item_amount_base[1]: Zeile 1: 5 × 250,00 ergibt nicht 1.000,00.",
    ]),
    ("lines-add-up", acme, {
        "amount_total_base": Decimal("1300.06"),
        "amount_due": Decimal("1573.06"),
        "action": "initialize",
    }, [
        "warning  amount_total_base: The lines add up to 1,300.00, not to 1,300.06.",
        "blocker  amount_total_base: The lines add up to 1,300.00, not to 1,300.06.",
    ]),
    ("lines-add-up", globex, {
        "amount_total_base": Decimal("2000.02"), "action": "initialize",
    }, [
        "error    amount_total_base: Die Positionen ergeben 2.000,00, nicht 2.000,02.",
    ]),
    ("total-is-positive", acme, {"amount_due": None}, [
        "error    amount_due: The total is missing or not positive.",
    ]),
    ("total-is-positive", globex, {"amount_total": Decimal("-2380.00")}, [
        "error    amount_total: The total is missing or not positive.",
    ]),
    ("total-is-certain", globex, {
        "amount_total": Captured(Decimal("2380.00"), confidence=0.85), "action": "initialize",
    }, ["blocker  amount_total: The total was read with a confidence of 85%."]),
    ("total-is-small", globex, {
        "amount_total": Decimal("25000.01"), "action": "initialize",
    }, ["blocker  document: 25.000,01 is more than 25.000."]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "make", "different", "told"),
    CASES,
    ids=[f"{make.__name__}-{rule}-{at}" for at, (rule, make, _, _) in enumerate(CASES)],
)
def test_a_rule_of_the_example_speaks_when_it_should(rule, make, different, told, gateway):
    # A person's due date stays, unless the case is about it.
    payload = make(**{"date_due": typed(date(2025, 4, 10)), **different})

    given = answer(gateway, make.__name__, payload)

    assert sorted(tell_answer(msgspec.json.decode(given.body), nodes_of(payload))) == sorted(told)
    assert rule in given.fired
    assert given.failed == ()


def test_every_rule_of_the_example_has_its_case():
    rules = {
        rule.id
        for queue in example_configuration().by_name.values()
        for rule in queue.rules.rules
        if rule.mode is not Mode.OFF
    }

    assert rules == {rule for rule, *_ in (*CASES, *ARRIVALS)}
