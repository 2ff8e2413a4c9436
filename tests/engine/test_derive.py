"""Whole tables made from others: rows, groups, order, and a second run that sends nothing."""

from time import perf_counter

import pytest

from tests.documents import Document, ask, gateway, number
from tests.platform import changed, tables, told


def line(code, amount, rate="21", note=""):
    return {"code": code, "amount": number(amount), "rate": number(rate), "note": note}


LINES = [
    line("B", "3"),
    line("A", "10", "12", "x"),
    line("B", "4.5", "21.0"),
    line("", "1", "12"),
]


def document(lines=LINES, taxes=(), **header):
    return Document(header, {"line_items": lines, "taxes": list(taxes)})


def tax(rate, base):
    return {"tax_rate": number(rate), "tax_base": number(base)}


GROUPED = (
    "{into: taxes, from: line_items, by: rate, cells: {tax_rate: '{rate}', tax_base: '{sum(%s)}'}}"
)
BY_RATE = GROUPED % "amount"
ROWS = "{into: taxes, from: line_items, cells: {tax_rate: '{code}', tax_base: '{amount}'}"
SORTED = (
    "{into: line_items, from: line_items, order: [%s], "
    "cells: {code: '{code}', amount: '{amount}', rate: '{rate}', note: '{note}'}}"
)


@pytest.mark.parametrize(
    ("table", "given", "operations"),
    [
        pytest.param(
            BY_RATE,
            document(),
            ["add taxes tax_rate=21 tax_base=7.5", "add taxes tax_rate=12 tax_base=11"],
            id="groups come in the order of their first rows",
        ),
        pytest.param(
            BY_RATE,
            document(taxes=[tax("21", "7.5"), tax("12", "9"), tax("0", "1")]),
            ["tax_base[2] = 11", "remove taxe[3]"],
            id="only what differs is sent",
        ),
        pytest.param(
            BY_RATE.replace("by: rate", "by: rate, where: is_set(code)"),
            document(),
            ["add taxes tax_rate=21 tax_base=7.5", "add taxes tax_rate=12 tax_base=10"],
            id="where an empty condition leaves a row out",
        ),
        pytest.param(
            BY_RATE.replace("by: rate", "by: rate, order: tax_rate"),
            document(),
            ["add taxes tax_rate=12 tax_base=11", "add taxes tax_rate=21 tax_base=7.5"],
        ),
        pytest.param(
            "{into: taxes, from: line_items, by: [rate, code], order: [tax_rate, -tax_base], "
            "cells: {tax_rate: '{rate}', tax_base: '{join(amount)} {code} {count(line_items)}'}}",
            document(),
            [
                "add taxes tax_rate=12 tax_base=10 A 1",
                "add taxes tax_rate=12 tax_base=1  1",
                "add taxes tax_rate=21 tax_base=3, 4.5 B 2",
            ],
            id="grouping columns are values, all others and the table itself the group's",
        ),
        pytest.param(
            "{into: taxes, from: line_items, cells: {tax_rate: '{rate}', tax_base: "
            "'{row.number}: {amount} of {sum(column.amount)} {vendor}'}}",
            document(LINES[:2], vendor="ACME"),
            ["add taxes tax_rate=21 tax_base=1: 3 of 13 ACME",
             "add taxes tax_rate=12 tax_base=2: 10 of 13 ACME"],
            id="without by the cells speak of the row",
        ),
        pytest.param(
            SORTED % "code, -amount",
            document(),
            ["remove line_item[1]", "remove line_item[4]", "add line_items code=B amount=3 rate=21",
             "add line_items amount=1 rate=12"],
            id="a table is sorted, empty values last",
        ),
        pytest.param(SORTED % "-rate", document(LINES[:1]), []),
        pytest.param(
            "{into: line_items, from: line_items, by: code, where: is_set(code), cells: {code: "
            "'{code}', amount: '{sum(amount)}', rate: '{first(rate)}', note: '{join(note)}'}}",
            document(),
            ["amount[1] = 7.5", "remove line_item[3]", "remove line_item[4]"],
            id="rows of one table are put together",
        ),
        pytest.param(
            "{into: taxes, from: line_items, where: 1 > 2, cells: {tax_rate: '{rate}'}}",
            document(taxes=[tax("1", "2"), tax("3", "4")]),
            ["remove taxe[1]", "remove taxe[2]"],
        ),
        pytest.param(
            "{into: line_items, from: taxes, cells: {code: '{tax_rate}'}}",
            document([]),
            [],
            id="nothing of nothing",
        ),
        pytest.param(
            "{into: taxes, from: line_items, cells: {tax_rate: '{rate}', tax_base: '{amount}'}}",
            document(LINES[:2], [{"tax_rate": number("21")}, tax("12", "10")]),
            ["tax_rate[2] = 21", "tax_base = 3", "remove taxe[1]",
             "add taxes tax_rate=12 tax_base=10"],
            id="a row that lacks a cell for a value is replaced as a whole",
        ),
        pytest.param(
            "{into: taxes, from: line_items, cells: {tax_rate: '{rate}', tax_base: '{note}'}}",
            document(LINES[:1], [{"tax_rate": number("21")}]),
            [],
            id="a missing cell is empty",
        ),
        pytest.param(
            "{into: remarks, from: line_items, cells: {remark: '{code}!'}}",
            Document({}, {"line_items": LINES[:2], "remarks": ["C!", "A!", "x"]}),
            ["remark[1] = B!", "remove remark[3]"],
            id="a simple list",
        ),
        pytest.param(
            "{into: taxes, from: remarks, where: remark != 'no', cells: {tax_rate: '{remark}'}}",
            Document({}, {"taxes": [], "remarks": ["a", "no", "b"]}),
            ["add taxes tax_rate=a", "add taxes tax_rate=b"],
            id="from a simple list",
        ),
    ],
)  # fmt: skip
def test_only_the_difference_is_sent_and_a_second_run_sends_nothing(table, given, operations):
    made = gateway(f"  - {{id: a, table: {table}}}\n")
    first = ask(made, given)

    assert first.failure is None
    assert told(first) == operations
    after = changed(first.payload, first.json["operations"])
    assert ask(made, after).json["operations"] == []


@pytest.mark.parametrize(
    ("table", "given", "failure"),
    [
        (BY_RATE, Document({}, {"taxes": []}), "the document has no table line_items"),
        (BY_RATE, Document({}, {"line_items": []}), "the document has no table taxes"),
        (
            BY_RATE.replace("by: rate", "by: vendor"),
            document(vendor="ACME"),
            "vendor is no column of line_items",
        ),
        (
            "{into: taxes, from: line_items, cells: {vendor: x}}",
            document(vendor="ACME"),
            "vendor is no column of taxes",
        ),
        (
            "{into: taxes, from: line_items, cells: {code: x}}",
            document(),
            "code is no column of taxes",
        ),
        (
            "{into: line_items, from: line_items, order: code, cells: {code: '{code}'}}",
            document(),
            "cells must name every column, and amount is missing",
        ),
        (
            "{into: taxes, from: line_items, cells: {tax_rate: '{6 / (amount - 1)}'}}",
            document(),
            "division by zero",
        ),
        (BY_RATE, document([{**LINES[0], "amount": ("1O", None)}, *LINES]),
         "a value for a new row cannot be read"),
        (
            ("{into: taxes, from: line_items, order: tax_rate, "
            "cells: {tax_rate: \"{case(code == 'A', 1, code)}\"}}"),
            document(),
            "tax_rate holds values of several kinds; they have no order",
        ),
    ],
)  # fmt: skip
def test_a_table_that_cannot_be_made_is_left_as_it_is(table, given, failure):
    answered = ask(
        gateway(f"  - {{id: a, on_failure: ignore, replace: {{vendor: X}}, table: {table}}}\n"),
        Document({"vendor": "", **given.header}, given.tables),
    )

    assert answered.failure.startswith(failure)
    assert told(answered) == []


@pytest.mark.parametrize("unreadable", ["ZERO", "NONE"])
def test_texts_that_cannot_be_read_are_told_apart(unreadable):
    given = document(LINES[:2], [{"tax_rate": (unreadable, None)}, {"tax_rate": number("2")}])
    rules = """
  - {id: a, table: {into: taxes, from: line_items, cells: {tax_rate: "{'ZERO' if row.first else '2'}"}}}
"""  # noqa: E501
    expected = [] if unreadable == "ZERO" else ["tax_rate[1] = ZERO"]

    assert told(ask(gateway(rules), given)) == expected


def test_numbers_in_columns_of_text_are_known_by_their_text():
    rows = [{"a": str(one), "b": str(one), "c": str(one), "d": str(one)} for one in (1, 2)]
    given = Document({}, {"line_items": LINES[:2], "parts": rows})
    cells = ", ".join(f"{name}: '{{row.number}}'" for name in "abcd")
    made = gateway(f"  - {{id: a, table: {{into: parts, from: line_items, cells: {{{cells}}}}}}}\n")

    assert told(ask(made, given)) == []


def test_later_rules_see_the_table_that_was_made():
    rules = f"""
  - {{id: a, table: {BY_RATE}}}
  - {{id: b, message: "{{count(taxes)}} {{sum(tax_base)}} {{join(tax_rate)}}"}}
"""
    given = document(taxes=[tax("0", "1")])

    assert ask(gateway(rules), given).said == [(None, "2 18.5 21, 12")]


@pytest.mark.parametrize(
    "table",
    [
        BY_RATE.replace("rate", "code").replace("tax_code", "tax_rate"),
        ROWS + ", order: -tax_base}",
    ],
)
def test_a_thousand_rows_become_a_thousand_rows_in_time(table):
    lines = [line(str(one), str(one)) for one in range(1_000)]
    taxes = [tax(str(one * 3), str(one)) for one in range(1_000)]
    made = gateway(f"  - {{id: a, table: {table}}}\n")
    start = perf_counter()
    answered = ask(made, document(lines, taxes))

    assert answered.failure is None
    assert perf_counter() - start < 3
    after = changed(answered.payload, answered.json["operations"])
    assert len(tables(after)["taxes"]) == 1_000


def test_a_table_of_too_many_steps_fails():
    lines = [line(str(one), str(one)) for one in range(1_000)]
    cells = "{tax_rate: '{count(where(column.amount, column.amount > amount))}'}"
    made = gateway(f"  - {{id: a, table: {{into: taxes, from: line_items, cells: {cells}}}}}\n")

    assert "steps" in (ask(made, document(lines)).failure or "")


SCHEMA = """[{"category": "section", "id": "s", "children": [
  {"category": "multivalue", "id": "line_items", "children":
    {"category": "tuple", "id": "line_item", "children": [
      {"category": "datapoint", "id": "code", "type": "string"},
      {"category": "datapoint", "id": "pick", "type": "button"},
      {"category": "datapoint", "id": "twice", "type": "number", "formula": "2"}]}}]}]"""


def test_what_the_platform_computes_stays_with_its_row():
    rules = "  - {id: a, table: {into: line_items, from: line_items, order: code, cells: {code: '{code}'}}}\n"  # noqa: E501
    made = gateway(rules, "schema: acme.schema.json", **{"acme.schema.json": SCHEMA})
    rows = [{"code": one, "twice": number("2"), "pick": ""} for one in "BA"]

    answered = ask(made, Document({}, {"line_items": rows}))
    assert told(answered) == ["code[1] = A", "code[2] = B"]


def test_the_rows_of_a_group_are_counted_within_calculations():
    table = GROUPED % "amount) / count(line_items"

    assert told(ask(gateway(f"  - {{id: a, table: {table}}}\n"), document())) == [
        "add taxes tax_rate=21 tax_base=3.75",
        "add taxes tax_rate=12 tax_base=5.5",
    ]


def test_attributes_of_a_group_are_columns():
    cells = "{tax_rate: '{rate}', tax_base: '{join(field.amount.text)}'}"
    table = f"{{into: taxes, from: line_items, by: rate, cells: {cells}}}"
    given = document([{**LINES[0], "amount": ("3,0", "3")}, *LINES[1:3]])

    assert told(ask(gateway(f"  - {{id: a, table: {table}}}\n"), given)) == [
        "add taxes tax_rate=21 tax_base=3,0, 4.5",
        "add taxes tax_rate=12 tax_base=10",
    ]


def test_rows_that_a_rule_has_added_are_part_of_the_table():
    rules = """
  - {id: a, add: {table: taxes, cells: {tax_rate: "21", tax_base: "{total}"}}}
  - {id: b, add: {table: taxes, cells: {tax_rate: "0"}}}
  - {id: c, message: "{count(taxes)}"}
  - {id: d, table: {into: taxes, from: line_items, where: code == "A",
     cells: {tax_rate: "{rate}", tax_base: "{amount}"}}}
  - {id: e, message: "{count(taxes)} {sum(tax_base)}"}
"""
    answered = ask(gateway(rules), document(total=number("4")))

    assert answered.failure is None
    assert answered.said == [(None, "2"), (None, "1 10")]
    assert told(answered) == ["add taxes tax_rate=12 tax_base=10"]
