"""Expressions drawn with their values: each under the part that it is of."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.annotation.column import Column
from gateway.annotation.content import Row
from gateway.annotation.values import UNREADABLE, Duration
from gateway.diagnostic import Report, Span
from gateway.explain.drawing import draw_expression
from gateway.explain.values import SHORT, kind_shown, plain_value, shown
from gateway.rules.context import Param, QueueContext
from gateway.rules.expressions.expression import compile_expression
from gateway.rules.expressions.scope import Scope, Selects
from gateway.rules.expressions.spreading import Deferred
from gateway.rules.yaml.source import Text

NOWHERE = Span("<test>", 1, 1, 1, 1)
VALUES = {
    "amount_total": Decimal("9500.00"),
    "currency": "EUR",
    "a": Decimal(1),
    "zero": Decimal(0),
    "wide": "日本",
    "items": Column([Decimal(1), None]),
}


def expression(text, lets=(), selects=Selects.ANNOTATION):
    context = QueueContext("acme", {}, frozenset(), {}, None, None, "en", "UTC", (), "warn")
    params = {"limits": Param(["EUR", "CZK"], NOWHERE)}
    written = {name: Text.inline(let) for name, let in dict(lets).items()}
    report = Report()
    made = compile_expression(Text.inline(text), Scope(context, params, written, selects), report)
    assert made is not None, list(report)
    return made


def drawn(text, lets=(), absent=frozenset()):
    made = expression(text, lets)
    operands = [VALUES.get(getattr(one, "schema_id", "")) for one in made.references]
    return draw_expression(made, operands, absent)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (
            "amount_total > 10000 and currency in params.limits",
            [
                "amount_total > 10000 and currency in params.limits",
                "|            |           |           |",
                '9500.00      false       "EUR"       ["EUR", "CZK"]',
            ],
        ),
        pytest.param(
            "a + amount_total",
            ["a + amount_total", "| | |", "1 | 9500.00", "  9501.00"],
            id="values that would meet hang below one another",
        ),
        pytest.param(
            "(a) not in [1, 2]",
            ["(a) not in [1, 2]", " |  |", " 1  false"],
            id="an operator stands behind the bracket",
        ),
        pytest.param(
            "wide + currency == currency",
            [
                "wide + currency == currency",
                "|    | |        |  |",
                '|    | "EUR"    |  "EUR"',
                '|    "日本EUR"  false',
                '"日本"',
            ],
            id="wide characters take two columns",
        ),
        pytest.param(
            "a / zero > 1",
            ["a / zero > 1", "| | |", "1 | 0", "  failed"],
            id="the part that fails is marked, what it is needed for is left out",
        ),
        pytest.param(
            "currency[0:2]", ["currency[0:2]", "|       |", '"EUR"   "EU"'], id="a slice"
        ),
        pytest.param("a if a > 1 else zero", ["a if a > 1 else zero", "|    | |        |",
            "1    1 false    0"], id="a choice shows its parts"),
        pytest.param(
            "count(items) == 2",
            ["count(items) == 2", "|     |      |", "1     |      false", "      [1, empty]"],
            id="a call stands under its name",
        ),
    ],
)  # fmt: skip
def test_each_value_stands_under_its_part(text, lines):
    assert drawn(text) == lines


def test_the_names_of_let_are_drawn_below_with_the_values_of_their_own():
    assert drawn("ratio > half", {"ratio": "amount_total / two", "half": "a", "two": "a + a"}) == [
        "ratio > half",
        "|     | |",
        "|     | 1",
        "|     true",
        "4750.00",
        "ratio: amount_total / two",
        "       |            | |",
        "       9500.00      | 2",
        "                    4750.00",
        "two: a + a",
        "     | | |",
        "     1 2 1",
        "half: a",
        "      |",
        "      1",
    ]


def test_what_the_document_does_not_have_is_told_from_what_is_empty():
    made = expression("amount_due == note")

    assert draw_expression(made, [None, None], frozenset({0}))[2] == "absent     |  empty"
    assert draw_expression(made, [None, None])[2] == "empty      |  empty"


def test_an_expression_of_several_lines_is_drawn_line_by_line():
    assert drawn("a == 1 and\n  zero == 0") == [
        "a == 1 and",
        "| |",
        "1 true",
        "  zero == 0",
        "  |    |",
        "  0    true",
    ]


def test_no_value_can_move_the_cursor():
    made = expression("currency == currency")

    lines = draw_expression(made, ["\x1b[2J\u202e\n"])

    assert all(line.isprintable() for line in lines)


@pytest.mark.parametrize(
    ("value", "text", "kind", "plain"),
    [
        (None, "empty", "empty", None),
        (UNREADABLE, "unreadable", "unreadable", None),
        (Decimal("12.50"), "12.50", "number", "12.50"),
        (Decimal("1E+3"), "1000", "number", "1000"),
        (True, "true", "boolean", True),
        ("a \"b\"", r'"a \"b\""', "text", 'a "b"'),
        (date(2025, 1, 31), "2025-01-31", "date", "2025-01-31"),
        (Duration(1, 0), "1 month", "duration", "1 month"),
        (Duration(2, 1), "2 months and 1 day", "duration", "2 months and 1 day"),
        (Column([Decimal(1), None]), "[1, empty]", "column", ["1", None]),
        (Column([Row(1), Row(2)]), "2 rows", "column", [1, 2]),
        (["A", "B"], '["A", "B"]', "list", ["A", "B"]),
        ({"id": 7, "x": None}, '{"id": 7, "x": empty}', "mapping", {"id": "7", "x": None}),
        (Deferred(ValueError()), "failed", "column", None),
    ],
)  # fmt: skip
def test_a_value_is_written_as_the_language_does(value, text, kind, plain):
    assert (shown(value), plain_value(value)) == (text, plain)
    if not isinstance(value, Deferred):
        assert kind_shown(value) == kind


def test_a_long_column_tells_how_many_values_it_has():
    text = shown(Column([Decimal(number) for number in range(1000)]))

    assert text.startswith("[0, 1, 2, ")
    assert text.endswith(", … 1000 values]")
    assert len(text) <= SHORT


@given(st.text(max_size=200) | st.lists(st.text(max_size=80), max_size=80))
def test_a_value_is_never_longer_than_its_place(value):
    assert len(shown(value)) <= SHORT
