"""Aggregates."""

from datetime import date
from decimal import Context, Decimal, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.annotation.column import Column
from gateway.annotation.values import MAX_TEXT, UNREADABLE, Kind
from gateway.rules.function import FunctionError
from gateway.rules.functions import FUNCTIONS
from gateway.rules.functions.bounds import MAX_LIST
from gateway.rules.functions.columns import duplicates, join, total, where
from gateway.rules.functions.keyed import count_by, sum_by

D = Decimal


def numbers(*values):
    return [D(value) for value in values]


@pytest.mark.parametrize(
    ("name", "result"),
    [
        ("sum", None), ("avg", None), ("min", None), ("max", None), ("first", None),
        ("last", None), ("count", D(0)), ("count_distinct", D(0)), ("any", False), ("all", True),
        ("none", True), ("duplicates", None),
    ],
)  # fmt: skip
def test_over_none(name, result):
    assert FUNCTIONS[name].call([]) == result


@pytest.mark.parametrize(
    ("name", "values", "result"),
    [
        ("sum", numbers("0.1", "0.2", "-0.30"), D("0.00")),
        ("avg", numbers(1, 2), D("1.5")),
        ("min", [date(2025, 2, 1), date(2025, 1, 31)], date(2025, 1, 31)),
        ("max", ["a", "č", "b"], "č"),
        ("count", ["a", UNREADABLE, "a"], D(3)),
        ("count_distinct", numbers("1", "1.0", "1.00", "0", "-0.0"), D(2)),
        ("count_distinct", [date(2025, 1, 1), date(2025, 1, 1)], D(1)),
        ("first", ["b", "a"], "b"),
        ("last", ["b", "a"], "a"),
        ("any", [False, True], True),
        ("all", [False, True], False),
        ("none", [False, True], False),
        ("duplicates", ["b", "a", "a", "b", "a", "c"], ["a", "b"]),
        ("duplicates", numbers("1.0", "2", "1"), [D("1")]),
        ("duplicates", ["a", "b"], []),
    ],
)
def test_aggregates(name, values, result):
    assert FUNCTIONS[name].call(values) == result


def test_a_total_too_large_is_a_failure():
    with pytest.raises(FunctionError, match="larger than"):
        total([D("9e30")] * 20)


def test_a_total_depends_on_no_other_context():
    with localcontext(Context(prec=3)):
        assert total(numbers("123456.78", "0.01")) == D("123456.79")


@pytest.mark.parametrize(
    ("values", "separator", "result"),
    [
        (["a"], ", ", "a"),
        (["a", "b"], "", "ab"),
        (numbers("1.50", "2"), "; ", "1.50; 2"),
        ([date(2025, 1, 31), date(2025, 2, 1)], " ", "2025-01-31 2025-02-01"),
        ([], ", ", None),
    ],
)
def test_joining(values, separator, result):
    assert join(values, separator) == result


def test_a_text_too_long_is_not_built():
    with pytest.raises(FunctionError, match="longer than 65536"):
        join(["x"] * 10_000, "y" * MAX_TEXT)


def test_a_list_too_long_is_not_given():
    values = [str(number) for number in range(MAX_LIST + 1)]

    with pytest.raises(FunctionError, match="more than 20000"):
        duplicates(values * 2)


def test_where_keeps_what_is_true_and_marks_what_may_be():
    cells = Column(numbers(1, 2, 3, 4), "lines", Kind.NUMBER)

    kept = where(cells, Column([True, False, None, UNREADABLE], "lines"))

    assert kept.values == [D(1), UNREADABLE]
    assert (kept.table, kept.kind) == (None, None)


def test_where_knows_the_kind_of_what_it_keeps():
    cells = Column(numbers(1, 2), "lines", Kind.NUMBER)

    assert where(cells, Column([True, False], "lines", Kind.BOOLEAN)).kind is Kind.NUMBER


@pytest.mark.parametrize(
    ("column", "condition", "sentence"),
    [
        (Column([D(1)], "lines"), Column([True], "taxes"), "different tables"),
        (Column([D(1)], "lines"), Column([True, True], "lines"), "different tables"),
        (Column([D(1)], "lines"), Column([D(1)], "lines"), "must be true or false"),
    ],
)
def test_where_refuses_what_does_not_fit(column, condition, sentence):
    with pytest.raises(FunctionError, match=sentence):
        where(column, condition)


@pytest.mark.parametrize(
    ("values", "keys", "key", "result"),
    [
        (numbers(1, 2, 4), ["A", "B", "A"], "A", D(5)),
        (numbers(1, 2, 4), ["A", "B", "A"], "C", None),
        (numbers(1, 2), numbers("1.0", "1"), D("1.00"), D(3)),
        ([None, D(2)], ["A", "A"], "A", D(2)),
        ([None], ["A"], "A", None),
        ([D(1), D(2)], [None, "A"], "A", D(2)),
        ([UNREADABLE, D(2)], ["A", "A"], "A", UNREADABLE),
        ([D(2), UNREADABLE], ["A", "B"], "A", D(2)),
        pytest.param([D(1), D(2)], [UNREADABLE, "A"], "A", UNREADABLE, id="may be that key"),
        ([], [], "A", None),
        ([D(1)], ["A"], None, None),
        ([D(1)], ["A"], UNREADABLE, UNREADABLE),
    ],
)
def test_sums_by_key(values, keys, key, result):
    assert sum_by(Column(values, "lines"), Column(keys, "lines"), key) == result


def test_a_column_of_keys_gives_a_column_of_answers():
    keys = Column(["A", "B", "A"], "lines")

    assert sum_by(Column(numbers(1, 2, 4), "lines"), keys, keys) == Column(numbers(5, 2, 5))
    assert count_by(keys, Column(["A", "C", None])) == Column([D(2), D(0), None])
    assert count_by(keys, keys).table == "lines"


@pytest.mark.parametrize(
    ("values", "keys", "key", "sentence"),
    [
        (Column([D(1)], "lines"), Column(["A"], "taxes"), "A", "different tables"),
        (Column([D(1)], "lines"), Column(["A"], "lines"), D(1), "text, the one asked for is numb"),
        (Column([D(1), D(2)]), Column(["A", D(1)]), "A", "must be of one kind"),
        (Column(["1"]), Column(["A"]), "A", "adds up numbers only"),
    ],
)
def test_sums_that_would_be_wrong_are_refused(values, keys, key, sentence):
    with pytest.raises(FunctionError, match=sentence):
        sum_by(values, keys, key)


@pytest.mark.parametrize(
    ("keys", "key", "result"),
    [
        (["A", None, "A"], "A", D(2)),
        (["A"], "B", D(0)),
        ([], "A", D(0)),
        (["A", UNREADABLE], "B", UNREADABLE),
        (["A"], None, None),
        (numbers("1.0", "1"), D("1.00"), D(2)),
    ],
)
def test_counts_by_key(keys, key, result):
    assert count_by(Column(keys), key) == result


def test_equal_columns_are_not_the_same_column():
    keys = Column(["A", "A"])

    assert sum_by(Column(numbers(1, 2)), keys, "A") == D(3)
    assert sum_by(Column(numbers(1, 5)), keys, "A") == D(6)
    assert count_by(keys, "A") == count_by(Column(["A", "A"]), "A") == D(2)


keys_of = st.sampled_from(["A", "B", "C", None, UNREADABLE])
amounts = st.sampled_from([D(1), D("2.50"), D(-1), None, UNREADABLE])


def equal_to(key, asked):
    return key if key is None or key is UNREADABLE else key == asked


@given(st.lists(st.tuples(amounts, keys_of), max_size=6), st.sampled_from("ABCD"))
def test_an_index_answers_as_where_does(rows, asked):
    values, keys = (Column([row[at] for row in rows], "lines") for at in (0, 1))
    condition = Column([equal_to(key, asked) for key in keys.values], "lines")
    kept = [value for value in where(values, condition).values if value is not None]

    expected = UNREADABLE if UNREADABLE in kept else total(kept)

    if UNREADABLE not in keys.values:
        assert sum_by(values, keys, asked) == expected
    else:
        assert sum_by(values, keys, asked) is UNREADABLE


@given(st.lists(st.integers(-(10**36), 10**36).map(lambda n: D(n).scaleb(-18))))
def test_duplicates_and_distinct_values_agree(values):
    distinct = FUNCTIONS["count_distinct"].call(values)

    assert distinct == len(set(values))
    assert (not duplicates(values)) == (distinct == len(values))


@pytest.mark.parametrize("keys", [[["A"], "B"], [{"A": "B"}], []])
@pytest.mark.parametrize("ask", [count_by, lambda keys, key: sum_by(keys, keys, key)])
def test_a_key_is_a_single_value(keys, ask):
    with pytest.raises(FunctionError, match="a key is a single value, this is a"):
        ask(Column(keys), ["A"])
