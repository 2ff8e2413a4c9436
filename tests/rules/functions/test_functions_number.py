"""Numbers."""

import contextlib
from datetime import date
from decimal import Context, Decimal, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.annotation.values import CONTEXT, UNREADABLE, parse_number
from gateway.rules.function import FunctionError
from gateway.rules.functions.number import (
    MODES,
    absolute,
    ceiling,
    equal,
    floor,
    number,
    rounded,
    rounding_mode,
    sign,
)

D = Decimal
numbers = st.decimals(
    min_value=-(D(10) ** 18), max_value=D(10) ** 18, places=6, allow_nan=False
) | st.integers(-(10**30), 10**30).map(D)


@pytest.mark.parametrize(
    "text",
    ["", " ", "1,234", "-12,345", "1.234,", ",5", "1,2,3", "1,23,456", "1.234,567.8", "12 34",
     "1 234 56", "1 234'567", "1234 567", "+1", "1-", "€5", "5 %", "١٢", "1_000", "NaN",
     "Infinity", "1e99", "0x10", "1" * 19, "0." + "1" * 19, "1" * 60_000, "1," * 30_000,
     " 1" * 30_000],
    ids=lambda text: text[:12],
)  # fmt: skip
def test_a_text_that_is_no_number_or_more_than_one_is_unreadable(text):
    assert number(text) is UNREADABLE


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("12.50", "12.50"),
        ("  -3\n", "-3"),
        ("1.234", "1.234"),
        ("007", "7"),
        ("1e3", "1000"),
        ("12,5", "12.5"),
        ("0,123", "0.123"),
        ("1234,567", "1234.567"),
        ("12,3456", "12.3456"),
        ("1 234,50", "1234.50"),
        ("1 234", "1234"),
        ("1\u00a0234\u00a0567.5", "1234567.5"),
        ("1\u202f234,5", "1234.5"),
        ("1'234.50", "1234.50"),
        ("1’234’567", "1234567"),
        ("1.234,50", "1234.50"),
        ("-1,234.50", "-1234.50"),
        ("1.234.567", "1234567"),
        ("1,234,567", "1234567"),
        ("1,234,567.891", "1234567.891"),
    ],
)
def test_a_text_that_can_be_read_in_one_way_is_a_number(text, result):
    assert str(number(text)) == result


@given(st.text("0123456789.,' -e", max_size=30))
def test_a_number_read_is_one_that_may_be_written(text):
    value = number(text)

    assert value is UNREADABLE or parse_number(format(value, "f")) == value


def test_a_number_stays():
    assert str(number(D("1.50"))) == "1.50"


@pytest.mark.parametrize(
    ("value", "places", "mode", "result"),
    [
        ("2.345", 2, "half_up", "2.35"),
        ("-2.345", 2, "half_up", "-2.35"),
        ("2.345", 2, "half_even", "2.34"),
        ("2.345", 2, "half_down", "2.34"),
        ("2.341", 2, "up", "2.35"),
        ("2.349", 2, "down", "2.34"),
        ("-2.341", 2, "floor", "-2.35"),
        ("-2.349", 2, "ceil", "-2.34"),
        ("2.5", 0, "half_up", "3"),
        ("2.5", 2, "half_up", "2.50"),
        ("1250", -2, "half_up", "1300"),
        ("49", -2, "half_up", "0"),
        ("-0.4", 0, "half_up", "0"),
        ("-0.001", 2, "half_up", "0.00"),
    ],
)
def test_rounding(value, places, mode, result):
    assert str(rounded(D(value), D(places), rounding_mode(mode))) == result


@pytest.mark.parametrize("places", ["0.5", "19", "-19", "1000000000"])
def test_places_are_whole_and_few(places):
    with pytest.raises(FunctionError, match="n must be a whole number between -18 and 18"):
        rounded(D(1), D(places), MODES["half_up"])


def test_rounding_to_more_digits_than_a_number_has_is_refused():
    with pytest.raises(FunctionError, match="too many digits"):
        rounded(D(10) ** 29, D(18), MODES["half_up"])


def test_an_unknown_mode_is_refused_with_the_known_ones():
    with pytest.raises(ValueError, match="unknown mode 'bankers'; the modes are half_up, half_e"):
        rounding_mode("bankers")


@given(numbers)
def test_whole_numbers_around_a_number(value):
    assert floor(value) <= value <= ceiling(value)
    assert ceiling(value) - floor(value) in (0, 1)
    assert CONTEXT.multiply(sign(value), absolute(value)) == value
    assert "-0" not in (str(floor(value)), str(ceiling(value)))


@pytest.mark.parametrize(
    ("a", "b", "within", "result"),
    [
        (D(1), D("1.00"), D(0), True),
        (D(1), D("1.01"), D(0), False),
        (D(100), D("100.5"), D("0.5"), True),
        (D(100), D("100.51"), D("0.5"), False),
        (D(101), D(100), "1%", True),
        (D("101.01"), D(100), " 1 % ", False),
        (D(-101), D(-100), "1%", True),
        (D("100.5"), D(100), "0.5", True),
        ("a", "a", D(0), True),
        ("a", "A", D(0), False),
        (date(2025, 1, 31), date(2025, 1, 31), D(0), True),
        (date(2025, 1, 31), "2025-01-31", D(0), True),
        ("2025-02-01", date(2025, 1, 31), D(0), False),
        (True, True, D(0), True),
    ],
)
def test_equality_within_a_tolerance(a, b, within, result):
    assert equal(a, b, within) is result


@pytest.mark.parametrize(
    ("a", "b", "within", "sentence"),
    [
        (D(1), "1", D(0), "values of one kind, these are number and text"),
        (D(1), True, D(0), "these are number and true or false"),
        (date(2025, 1, 31), "31.1.2025", D(0), "a date with a date or an ISO text"),
        ("a", "b", D(1), "'within' goes with numbers only"),
        (D(1), D(1), D(-1), "'within' is a number or a percentage"),
        (D(1), D(1), "one", "'within' is a number or a percentage"),
        (D(1), D(1), "1 %%", "'within' is a number or a percentage"),
    ],
)
def test_what_cannot_be_compared_is_refused(a, b, within, sentence):
    with pytest.raises(FunctionError, match=sentence):
        equal(a, b, within)


@given(numbers, numbers, numbers | st.text(max_size=5))
def test_a_comparison_gives_a_boolean_or_its_own_failure(a, b, within):
    with contextlib.suppress(FunctionError):
        assert isinstance(equal(a, b, within), bool)


@given(numbers, st.integers(-18, 18).map(D), st.sampled_from(sorted(MODES.values())))
def test_rounding_depends_on_no_other_context(value, places, mode):
    def outcome():
        try:
            return rounded(value, places, mode)
        except FunctionError as error:
            return str(error)

    with localcontext(Context(prec=3)):
        narrow = outcome()
    assert narrow == outcome()
