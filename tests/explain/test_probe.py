"""Expressions, templates and selectors tried on a stored request."""

import msgspec
import pytest

from gateway.diagnostic import Report
from gateway.engine.asking import NoTables
from gateway.explain.probe import compile_probe, decode, probe
from gateway.rules.yaml.source import Text
from tests.documents import NOW, Document, acme, configured, number

QUEUE = "fields: {total: {is: amount_total, type: number}}\nparams: {limit: 5}"
INVOICE = Document(
    {"amount_total": number("100"), "tax": ("", None), "currency": "eur"},
    {"items": [{"item_code": "a", "item_price": number("1")},
               {"item_code": "b", "item_price": number("20")}],
     "notes": ["one", "two"]},
    envelope={"queues": [{"name": "Invoices"}], "emails": [{"subject": "Hello"}]},
)  # fmt: skip


def tried(text=None, select=None, document=INVOICE):
    files = acme("  - {id: a, when: params.limit > 1, message: x}\n", QUEUE)
    context = configured(files).by_name["acme"].context
    report = Report()
    made = compile_probe(
        None if text is None else Text.inline(text),
        None if select is None else Text.inline(select),
        context,
        (),
        report,
    )
    assert made is not None, list(report)
    return probe(made, decode(msgspec.json.encode(document.payload())), context, NOW, NoTables())


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("total > params.limit", "true (boolean)"),
        ("tax", "empty"),
        ("item_price", "[1, 20] (column)"),
        ("today()", "2025-01-31 (date)"),
        ("queue.name", '"Invoices" (text)'),
        ("document.original_file_name", '"invoice.pdf" (text)'),
        ("field.currency.extracted", '"eur" (text)'),
        ("field.currency.page", "1 (number)"),
        ("field.currency.validation_sources", "[] (list)"),
        ("email.subject", '"Hello" (text)'),
        ("total / 0", "failed: division by zero, in total / 0"),
        ('map(currency, {"eur": "EUR"})', '"EUR" (text)'),
        ('{map(currency, {"eur": "EUR"})}', '"EUR" (text)'),
        ("{total}", "100 (number)"),
        ("{total:,.2f} of {upper(currency)}", '"100.00 of EUR" (text)'),
        ("{{x}} <{currency}>", '"{x} <eur>" (text)'),
    ],
)
def test_what_an_expression_or_template_comes_to_is_told_with_its_kind(text, told):
    (found,) = tried(text)

    assert found.told == told


@pytest.mark.parametrize(
    ("text", "select", "told"),
    [
        ("value + '!'", "item_code", [("row 1", '"a!" (text)'), ("row 2", '"b!" (text)')]),
        ("row.number * 2", "items", [("row 1", "2 (number)"), ("row 2", "4 (number)")]),
        (
            "sum(column.item_price) - item_price",
            "items",
            [("row 1", "20 (number)"), ("row 2", "1 (number)")],
        ),
        (None, "item_price", [("row 1", "1 (number)"), ("row 2", "20 (number)")]),
        (None, "amount_total", [(None, "100 (number)")]),
        (None, "notes", [("row 1", '"one" (text)'), ("row 2", '"two" (text)')]),
        (
            None,
            "items",
            [
                ("row 1", '{"item_code": "a", "item_price": 1} (mapping)'),
                ("row 2", '{"item_code": "b", "item_price": 20} (mapping)'),
            ],
        ),
        (None, "[0].schema_id", [(None, '"basic" (text)')]),
        (None, "nothing", []),
    ],
)
def test_a_selector_gives_a_run_for_each(text, select, told):
    assert [(one.place, one.told) for one in tried(text, select)] == told


def test_a_failure_in_one_row_leaves_the_others():
    failed, fine = tried("20 / (item_price - 1)", "items")

    assert (failed.failure, failed.document["kind"]) == (
        "division by zero, in 20 / (item_price - 1)",
        "failed",
    )
    assert fine.told.startswith("1.05")


def test_a_template_is_drawn_with_the_values_of_all_its_expressions():
    (found,) = tried("{total} {upper(currency)}")

    assert found.drawing == (
        "{total} {upper(currency)}",
        " |       |     |",
        ' 100     "EUR" "eur"',
    )
    assert [part["text"] for part in found.document["parts"]] == [
        "total",
        "upper(currency)",
        "currency",
    ]


@pytest.mark.parametrize(
    ("text", "select", "code"),
    [("totl.x > 1", None, "R207"), ("foo(1)", None, "R202"), ("{foo(1)}", None, "R202"),
     ("{total", None, "R211"), ("value", None, "R207"), ("1", "[0", "R210")],
)  # fmt: skip
def test_mistakes_are_told_as_in_a_rule(text, select, code):
    context = configured(acme("  - {id: a, when: params.limit > 1, message: x}\n", QUEUE))
    report = Report()

    made = compile_probe(
        Text.inline(text),
        None if select is None else Text.inline(select),
        context.by_name["acme"].context,
        (),
        report,
    )

    assert made is None
    assert [found.code for found in report] == [code]


def test_a_request_without_content_has_its_facts():
    event = Document(annotation={"content": None}, envelope={"event": "annotation_status"})

    assert [one.told for one in tried("event", document=event)] == ['"annotation_status" (text)']
    assert [one.told for one in tried("total", document=event)] == ["empty"]
