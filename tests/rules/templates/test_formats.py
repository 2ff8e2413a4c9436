"""Formats of numbers, texts and dates."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.annotation.values import CONTEXT, Kind
from gateway.rules.function import FunctionError
from gateway.rules.templates.formats import FormatError, parse_format

D = Decimal


@pytest.mark.parametrize(
    ("written", "value", "result"),
    [
        (".2f", "2.345", "2.35"), (".2f", "-2.345", "-2.35"), (".2f", "2", "2.00"),
        (".0f", "2.5", "3"),
        ("f", "2", "2.000000"), ("d", "2.5", "3"), ("d", "-2", "-2"),
        (",.2f", "1234567.891", "1,234,567.89"),
        (",", "1234.5", "1,234.5"), (",", "-1234", "-1,234"), (",d", "999", "999"),
        ("05d", "42", "00042"),
        ("05d", "-42", "-0042"), ("08.2f", "-1.5", "-0001.50"), ("+.1f", "1", "+1.0"),
        ("+.1f", "-1", "-1.0"),
        (" d", "1", " 1"), ("+d", "0", "+0"), (".0f", "-0.4", "0"), ("%", "0.21", "21.00%"),
        (".1%", "0.215", "21.5%"),
        (">8.2f", "1.5", "    1.50"), ("<8.2f", "1.5", "1.50    "), ("^8.2f", "1.5", "  1.50  "),
        ("*>8.2f", "1.5", "****1.50"), ("5", "42", "   42"), ("5d", "123456", "123456"),
        (".99f", "1", "1." + "0" * 99), (".2f", "1e30", "1" + "0" * 30 + ".00"),
        ("<5", "1", "1    "),
    ],
)  # fmt: skip
def test_numbers(written, value, result):
    assert parse_format(written, "en").write(D(value)) == result


@pytest.mark.parametrize(
    ("locale", "result"),
    [
        ("en", "1,234,567.50"), ("en-GB", "1,234,567.50"), ("de", "1.234.567,50"),
        ("cs", "1\u00a0234\u00a0567,50"),
        ("cs_CZ", "1\u00a0234\u00a0567,50"), ("de-CH", "1'234'567.50"), ("iso", "1234567.50"),
    ],
)  # fmt: skip
def test_separators_are_those_of_the_locale(locale, result):
    assert parse_format(",.2f", locale).write(D("1234567.5")) == result


def test_a_locale_s_decimal_sign_is_written_without_groups_too():
    assert parse_format(".2f", "de").write(D("1234.5")) == "1234,50"


@pytest.mark.parametrize(
    ("written", "result"),
    [(">4", "  ab"), ("<4", "ab  "), ("^4", " ab "), (".>4", "..ab"), ("4", "ab  "), ("1", "ab")],
)
def test_texts_are_aligned(written, result):
    assert parse_format(written, "en").write("ab") == result


@pytest.mark.parametrize(
    ("written", "result"),
    [
        ("%d.%m.%Y", "05.02.2024"), ("%y", "24"), ("%B", "February"), ("%b", "Feb"),
        ("%A", "Monday"),
        ("%a", "Mon"), ("%j", "036"), ("%d%%", "05%"), ("%Y-%m-%d", "2024-02-05"),
        ("on %A, %d %B %Y", "on Monday, 05 February 2024"),
    ],
)  # fmt: skip
def test_dates(written, result):
    assert parse_format(written, "cs").write(date(2024, 2, 5)) == result


def test_years_have_four_digits():
    assert parse_format("%Y", "en").write(date(1, 1, 1)) == "0001"


@pytest.mark.parametrize(
    ("written", "value", "sentence"),
    [
        (".2f", "ab", "this format is for a number, not for text; write number(...)"),
        (">8", date(2024, 1, 1), "this format is for a number, not for date"),
        ("%d", D(1), "this format is for a date, not for number"),
        (".2f", True, "this format is for a number, not for true or false"),
        (".2f", None, "this format is for a number, not for an empty value"),
    ],
)
def test_a_value_of_another_kind_fails(written, value, sentence):
    with pytest.raises(FunctionError) as raised:
        parse_format(written, "en").write(value)

    assert str(raised.value) == sentence


@pytest.mark.parametrize(
    "written",
    ["", "x", ".f", "100", ".100f", "e", "g", "s", "n", "=8", "#x", "_", ".2", "{}", ">>>", "!r",
     "%q", "%", "%d%q", "%-d", "%d{", "_d"],
)  # fmt: skip
def test_other_formats_are_refused(written):
    if written in (".2", "%"):
        assert parse_format(written, "en").kinds == Kind.NUMBER
        return
    with pytest.raises(FormatError) as raised:
        parse_format(written, "en")
    assert raised.value.hint


def test_decimals_of_a_whole_number_are_refused():
    with pytest.raises(FormatError, match="asks for decimals of a whole number"):
        parse_format(".2d", "en")


@pytest.mark.parametrize(
    ("written", "kinds"),
    [(".2f", Kind.NUMBER), ("05", Kind.NUMBER), (">5", Kind.NUMBER | Kind.TEXT), ("%d", Kind.DATE)],
)
def test_a_format_says_what_it_is_for(written, kinds):
    assert parse_format(written, "en").kinds == kinds


@given(st.decimals(-(10**18), 10**18, places=6), st.integers(0, 9))
def test_python_writes_the_same(value, places):
    value = CONTEXT.plus(value)

    found = parse_format(f",.{places}f", "en").write(value)

    rounded = value.quantize(D(1).scaleb(-places), "ROUND_HALF_UP", CONTEXT)
    assert found == format(CONTEXT.plus(rounded), f",.{places}f")
