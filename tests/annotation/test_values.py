"""Texts as numbers and dates, and back."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.annotation.column import Column
from gateway.annotation.plain import MAX_DEPTH, from_json
from gateway.annotation.values import (
    MAX_TEXT,
    UNREADABLE,
    Duration,
    Kind,
    Unreadable,
    clean_text,
    is_clean,
    kind_name,
    kind_of,
    number_text,
    parse_date,
    parse_number,
    parse_numbers,
    parse_timestamp_date,
    shape_of,
    value_text,
)

D = Decimal


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", D(0)), ("-0", D(0)), ("12.50", D("12.50")), ("007", D(7)),
        ("9" * 18 + "." + "9" * 18, D("9" * 18 + "." + "9" * 18)),
        ("1e3", D(1000)), ("2.5E-2", D("0.025")), ("1e17", D(10**17)), ("1e18", None),
        ("1e-18", D("1e-18")), ("1e-19", None),
        ("1" * 19, None), ("", None), ("+1", None), (".5", None), ("5.", None), ("1,5", None),
        (" 1", None), ("1\n", None),
        ("١", None), ("NaN", None), ("Infinity", None), ("0x1", None), ("1_000", None),
        ("1e999999999", None),
    ],
)  # fmt: skip
def test_numbers_are_plain_and_bounded(text, number):
    assert parse_number(text) == number


@given(
    st.lists(st.sampled_from(["1", "2.50", "007", "-3", "", "x", "1\n2", "1e3", None]), max_size=4),
    st.booleans(),
)
def test_a_column_is_read_as_its_cells_are(texts, strict):
    found = parse_numbers(texts, strict=strict)

    plain = [
        None
        if text is None or "e" in text or (strict and shape_of(text) is not Kind.NUMBER)
        else parse_number(text)
        for text in texts
    ]
    assert found == (plain if plain and None not in plain else None)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2025-01-31", date(2025, 1, 31)), ("0001-01-01", date(1, 1, 1)),
        ("9999-12-31", date(9999, 12, 31)),
        ("2025-02-29", None), ("0000-01-01", None), ("2025-1-31", None), ("20250131", None),
        ("2025-W01-1", None), ("", None),
    ],
)  # fmt: skip
def test_dates_are_iso(text, day):
    assert parse_date(text) == day
    assert parse_timestamp_date(text) == day


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2025-01-31T12:00:00Z", date(2025, 1, 31)),
        ("2025-01-31 12:00:00.123456+02:00", date(2025, 1, 31)),
        ("2025-01-31T12:00", date(2025, 1, 31)), ("2025-01-31T", None),
        ("2025-13-31T12:00:00Z", None), ("2025-01-31Tnoon.", None),
    ],
)  # fmt: skip
def test_time_stamps_give_their_date(text, day):
    assert parse_timestamp_date(text) == day


@pytest.mark.parametrize(
    ("text", "kind"),
    [("12.5", Kind.NUMBER), ("0", Kind.NUMBER), ("0.5", Kind.NUMBER), ("007", Kind.TEXT),
    ("-1", Kind.NUMBER),
     ("1e3", Kind.TEXT), ("2025-01-31", Kind.DATE), ("CZ", Kind.TEXT), ("", Kind.TEXT)],
)  # fmt: skip
def test_shapes(text, kind):
    assert shape_of(text) is kind


@given(st.text())
def test_what_enters_can_be_encoded(text):
    clean = clean_text(text + "\ud800\0")

    assert is_clean(clean)
    assert clean.encode()
    assert clean_text(clean) == clean


def test_long_texts_are_cut():
    assert len(clean_text("x" * (MAX_TEXT + 1))) == MAX_TEXT
    assert clean_text("a\0b") == "a\ufffdb"


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        ("a", Kind.TEXT, "a"), (D("1E+3"), Kind.NUMBER, "1000"),
        (date(2025, 1, 31), Kind.DATE, "2025-01-31"),
        (True, Kind.BOOLEAN, "true"), (False, Kind.BOOLEAN, "false"), (None, None, ""),
        (UNREADABLE, None, ""),
        ([1], Kind.LIST, ""), ((), Kind.LIST, ""), ({}, Kind.MAPPING, ""),
        (Duration(1, 2), Kind.DURATION, ""), (Column([]), Kind.COLUMN, ""),
    ],
)  # fmt: skip
def test_each_value_has_a_kind_and_a_text(value, kind, text):
    assert kind_of(value) is kind
    assert value_text(value) == text


def test_numbers_are_written_without_an_exponent():
    assert number_text(D("1E-7")) == "0.0000001"


def test_unions_of_kinds_have_names():
    assert kind_name(Kind.NUMBER | Kind.COLUMN) == "number or a column"


def test_what_cannot_be_read_is_one_value_without_truth():
    assert Unreadable() is UNREADABLE
    assert repr(UNREADABLE) == "unreadable"
    with pytest.raises(TypeError, match="no truth"):
        bool(UNREADABLE)


def test_a_duration_can_be_turned_around():
    assert -Duration(1, -2) == Duration(-1, 2)


def test_columns_are_equal_by_their_values():
    assert Column([1]) == Column([1], object(), Kind.NUMBER)
    assert Column([1]) != [1]
    assert repr(Column(["a"])) == "Column(['a'])"


@pytest.mark.parametrize(
    ("data", "value"),
    [
        (None, None), ("", None), (True, True), ("a\0", "a\ufffd"), (5, D(5)), (10**18, UNREADABLE),
        (-(10**18), UNREADABLE),
        (1.5, D("1.5")), (1e300, UNREADABLE), (float("nan"), UNREADABLE),
        ([1, [""]], [D(1), [None]]), ((1,), [D(1)]), ({"a": 1}, {"a": 1}),
    ],
)  # fmt: skip
def test_json_becomes_exact_values(data, value):
    found = from_json(data)

    assert found is value or found == value


def test_lists_are_not_followed_forever():
    data = "x"
    for _ in range(MAX_DEPTH + 1):
        data = [data]

    found = from_json(data)

    for _ in range(MAX_DEPTH):
        (found,) = found
    assert found is UNREADABLE
