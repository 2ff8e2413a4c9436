"""What expressions mean, by the sentences of language §4; each case also asks the interpreter."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, DecimalException

import pytest

from gateway.annotation.column import Column
from gateway.annotation.values import MAX_TEXT, UNREADABLE, Duration, Kind
from gateway.rules.expressions.scope import Selects
from gateway.rules.function import FunctionError
from tests.rules.expressions.support import SCHEMA, evaluate, scope

D = Decimal
LINES, TAXES = object(), object()
ROWS = scope(Selects.ROWS, "lines", fields={}, schema=SCHEMA)


def column(*values, table=LINES, kind=None):
    return Column([D(one) if type(one) is int else one for one in values], table, kind)


def failure(text, within=None, **values):
    with pytest.raises((FunctionError, DecimalException)) as raised:
        evaluate(text, within, **values)
    return str(raised.value)


@pytest.mark.parametrize(
    "text",
    [
        "n + 1", "1 - n", "n * n", "n / 0", "n // 2", "n % 2", "-n", "+n", "n == 1", "n != 1",
        "n < 1", "1 <= n", "1 < n < 3", "t + u", "d + 1", "d - e", "not p", "t in ['A']",
        "t not in ['A']", "'a' in t", "t[0:2]", "'abc'[n:]", "'abc'[:n]", "abs(n)", "upper(t)",
        "contains(t, 'x')", "equal(n, 1)", "n > 1 and p", "p or n > 1", "t == d",
        "map(t, {'A': 1})",
        "n == params.rates.none", "params.rates.none != n", "-params.rates.none",
        "round(n, params.rates.none)",
    ],
)  # fmt: skip
def test_empty_spreads(text):
    assert evaluate(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "n + 1", "1 < n", "-n", "n in [1, 2]", "abs(n)", "n + m", "m + n", "equal(m, n)",
        "default(n, 0)", "first_set(n, 0)", "first_set(m, n)", "sum(n, 1)", "max(m, n)",
        "sum([1]) + n",
        "'abc'[n:]", "not (n == 1)", "p and n == 1", "n == 1 and m == 1", "m == 1 or n == 1",
    ],
)  # fmt: skip
def test_what_cannot_be_read_spreads_and_wins_over_empty(text):
    assert evaluate(text, n=UNREADABLE, p=True) is UNREADABLE


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("is_set(n)", True),
        ("is_empty(n)", False),
        ("is_unreadable(n)", True),
        ("count(n, m)", D(1)),
        ("1 if n == 1 else 2", D(2)),
        ("case(n == 1, 1, 2)", D(2)),
        pytest.param("false and n == 1", False, id="false decides before"),
        pytest.param("n == 1 and false", False, id="false decides after"),
        pytest.param("n == 1 or true", True, id="true decides after"),
    ],
)
def test_what_cannot_be_read_counts_as_set(text, result):
    assert evaluate(text, n=UNREADABLE) == result


@pytest.mark.parametrize("word", ["and", "or"])
@pytest.mark.parametrize("left", [True, False, None])
@pytest.mark.parametrize("right", [True, False, None])
def test_conditions_join_after_kleene(word, left, right):
    decisive = word == "or"
    expected = (
        decisive if decisive in (left, right) else None if None in (left, right) else not decisive
    )

    assert evaluate(f"p {word} q", p=left, q=right) is expected


@pytest.mark.parametrize(
    ("text", "result"),
    [
        pytest.param("false and 1 / n > 1", False, id="and"),
        pytest.param("true or 1 / n > 1", True, id="or"),
        pytest.param("1 if n == 0 else 1 / n", D(1), id="if"),
        pytest.param("case(n == 0, 1, 1 / n)", D(1), id="case"),
        pytest.param("default(n, 1 / n)", D(0), id="default: zero is a value"),
        pytest.param("first_set(m, n, 1 / n)", D(0), id="first_set"),
    ],
)
def test_only_what_is_needed_is_evaluated(text, result):
    assert evaluate(text, n=D(0)) == result


@pytest.mark.parametrize("text", ["'a' if p else 'b'", "case(p, 'a', 'b')"])
@pytest.mark.parametrize("condition", [None, False, UNREADABLE])
def test_a_condition_that_is_not_true_takes_the_other_way(text, condition):
    assert evaluate(text, p=condition) == "b"


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("is_empty(n)", False), ("is_set(n)", True), ("default(n, 5)", D(0)), ("count(n, m)", D(1)),
        ("n == 0", True), ("min(n, 1)", D(0)), ("n in [0]", True),
    ],
)  # fmt: skip
def test_zero_is_a_value(text, result):
    assert evaluate(text, n=D(0)) == result


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("0.1 + 0.2 == 0.3", True), ("1 / 3 * 3 == 1", False), ("1e3", D("1000")),
        ("2.50", D("2.50")),
        ("-7 // 2", D(-4)), ("-7 % 2", D(1)), ("7 % -2", D(-1)), ("7.5 % 2", D("1.5")),
        ("6 % -2", D(0)),
        ("-123456789012345678.123456789012345678", D("-123456789012345678.123456789012345678")),
        ("1 < 2 <= 2 < 3", True), ("1 < 3 < 2", False), ("1 == 1.0", True), ("true == p", True),
        ("not p", False), ("'a' < 'b'", True), ("'a' + 'b'", "ab"),
        ("equal(10, 10.5, within=0.5)", True),
        ("equal(100, 102, within='2%')", True), ("equal(102, 100, within='1.9%')", False),
        ("round(2.5)", D(3)), ("round(-2.5)", D(-3)), ("round(2.345, 2, mode='down')", D("2.34")),
    ],
)  # fmt: skip
def test_numbers_are_exact(text, result):
    assert evaluate(text, p=True) == result


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("d + 1", date(2025, 2, 1)), ("1 + d", date(2025, 2, 1)), ("d - 31", date(2024, 12, 31)),
        ("d - e", D(30)), ("e - d", D(-30)), ("d + days(2)", date(2025, 2, 2)),
        ("months(1) + d", date(2025, 2, 28)), ("d - months(2)", date(2024, 11, 30)),
        ("d - years(1)", date(2024, 1, 31)), ("d > e", True), ("d == '2025-01-31'", True),
        ("'2025-02-01' > d", True), ("d == '2025-01-31T23:59:59Z'", True),
        ("d <= '2025-01-30 08:00:00+02:00'", False), ("e < d <= today()", True),
    ],
)  # fmt: skip
def test_dates_are_counted_and_compared(text, result):
    assert evaluate(text, d=date(2025, 1, 31), e=date(2025, 1, 1)) == result


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("t[0:3]", "INV"), ("t[4:]", "2025"), ("t[:-5]", "INV"), ("t[-4:]", "2025"),
        ("t[:]", "INV-2025"),
        ("t[100:]", None), ("t[3:3]", None), ("t[n:]", "NV-2025"), ("is_empty(t[100:])", True),
        ("t[0:1000000000000]", "INV-2025"), ("default(t[9:], 'none')", "none"),
    ],
)  # fmt: skip
def test_a_slice_of_which_nothing_is_left_is_empty(text, result):
    assert evaluate(text, t="INV-2025", n=D(1)) == result


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("t in ['A', 'B']", True), ("t not in ['A', 'B']", False), ("t in params.codes", True),
        ("t in 'CAB'", True), ("'b' in t", False), ("t in {'A': 1}", True), ("1 in {1: 'x'}", True),
        ("n in [1.0, 2]", True), ("n in []", False), ("t in [1, 'A']", True), ("t in c", True),
        ("'Z' in c", None), ("'cz' in params.rates", True), ("n in params.numbers", True),
        ("p in [true]", True), ("column.c in ['A']", [True, None, False]),
    ],
)  # fmt: skip
def test_membership(text, result):
    found = evaluate(text, t="A", n=D(1), p=True, c=Column(["A", "B"]),
                     **{"column.c": Column(["A", None, "C"])})  # fmt: skip
    if text == "'Z' in c":
        assert found is False
    else:
        assert (found.values if isinstance(found, Column) else found) == result


def test_what_is_not_among_unreadable_values_is_unreadable():
    among = Column(["A", UNREADABLE, None])

    assert evaluate("'A' in c", c=among) is True
    assert evaluate("'B' in c", c=among) is UNREADABLE


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("c + f", [D(11), None, UNREADABLE]),
        ("c * 2", [D(2), None, D(6)]),
        ("10 - f", [D(0), D(-10), UNREADABLE]),
        ("-c", [D(-1), None, D(-3)]),
        ("c == 1", [True, None, False]),
        ("not (c == 1)", [False, None, True]),
        ("c == 1 and f == 10", [True, False, False]),
        ("c == 1 or f == 10", [True, None, UNREADABLE]),
        ("1 < c < 3", [False, None, False]),
        ("abs(c)", [D(1), None, D(3)]),
        ("default(c, 0)", [D(1), D(0), D(3)]),
        ("first_set(c, f)", [D(1), D(20), D(3)]),
        ("is_empty(c)", [False, True, False]),
        ("is_unreadable(f)", [False, False, True]),
        ("case(c == 1, 'one', 'more')", ["one", "more", "more"]),
        ("map(c, {1: 'one'})", ["one", None, None]),
        ("where(f, c == 1)", [D(10)]),
        ("where(f, c == 3)", [UNREADABLE]),
        ("equal(c, f, within=9)", [True, None, UNREADABLE]),
    ],
)
def test_columns_are_taken_row_by_row(text, values):
    given = {"c": column(1, None, 3), "f": column(10, 20, UNREADABLE)}

    assert evaluate(text, **given).values == values


def test_columns_known_to_be_clean_give_what_others_give():
    clean = {"c": column(1, 2, kind=Kind.NUMBER), "f": column(3, 4, kind=Kind.NUMBER)}

    assert evaluate("c * f", **clean).kind is Kind.NUMBER
    assert evaluate("c < f", **clean).kind is Kind.BOOLEAN
    assert evaluate("sum(c * f)", **clean) == D(11)


@pytest.mark.parametrize("text", ["c + f", "c == f", "c == 1 and f == 1", "where(c, f == 1)"])
@pytest.mark.parametrize("cells", [(3, 4), (3, 4, 5)])
def test_columns_of_different_tables_do_not_combine(text, cells):
    said = failure(text, c=column(1, 2), f=column(*cells, table=TAXES))

    assert "different tables" in said


def test_aggregates_of_different_tables_do_combine():
    assert evaluate("sum(c) == sum(f)", c=column(1, 2), f=column(3, table=TAXES)) is True


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("count(c)", D(0)), ("count_distinct(c)", D(0)), ("any(c)", False), ("all(c)", True),
        ("none(c)", True), ("sum(c)", None), ("avg(c)", None), ("min(c)", None), ("max(c)", None),
        ("first(c)", None), ("last(c)", None), ("join(c)", None), ("count(n, m)", D(0)),
    ],
)  # fmt: skip
@pytest.mark.parametrize("cells", [(), (None, None)])
def test_aggregates_over_none(text, result, cells):
    assert evaluate(text, c=column(*cells)) == result


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("count(n, t, d) == 1", True), ("sum(c)", D(6)), ("avg(c)", D(3)), ("max(n, 7)", D(7)),
        ("count(c)", D(2)), ("sum(c, n)", D(7)), ("join(c, '; ')", "2; 4"), ("last(c)", D(4)),
        ("count_distinct(c, n)", D(3)), ("count(c == 2)", D(2)), ("any(c == 2)", True),
        ("all(c == 2)", False), ("none(c == 3)", True),
    ],
)  # fmt: skip
def test_aggregates_leave_empties_out(text, result):
    assert evaluate(text, n=D(1), c=column(2, None, 4)) == result


@pytest.mark.parametrize(
    "text", ["sum(c)", "any(c == 1)", "max(c)", "first(c)", "join(c)", "count_distinct(c)"]
)
def test_an_aggregate_never_leaves_out_what_cannot_be_read(text):
    assert evaluate(text, c=column(1, UNREADABLE)) is UNREADABLE


@pytest.mark.parametrize(
    ("text", "values", "sentence"),
    [
        ("x + y", {"x": "12", "y": D(1)}, "cannot add text and number"),
        ("x - y", {"x": "12", "y": D(1)}, "cannot subtract text and number"),
        ("x * y", {"x": "12", "y": D(1)}, "cannot multiply text and number"),
        ("x / y", {"x": "12", "y": D(1)}, "cannot divide text and number"),
        ("x == y", {"x": "12", "y": D(12)}, "cannot compare text and number"),
        ("x < y", {"x": True, "y": D(12)}, "cannot compare true or false and number"),
        ("x == y", {"x": date(2025, 1, 1), "y": "1.1.2025"}, "cannot compare date and text"),
        ("x > y", {"x": "1.1.2025", "y": date(2025, 1, 1)}, "cannot compare date and text"),
        ("x + y", {"x": date(2025, 1, 1), "y": "1"}, "cannot add date and text"),
        ("x + y", {"x": date(2025, 1, 1), "y": date(2025, 1, 1)}, "cannot add date and date"),
        ("x - y", {"x": Duration(1, 0), "y": D(1)}, "cannot subtract a duration and number"),
        ("-x", {"x": "12"}, "cannot take the negative of text"),
        ("not x", {"x": "yes"}, "a condition must be true or false, this is text"),
        ("x and y", {"x": D(1)}, "a condition must be true or false, this is number"),
        ("1 if x else 2", {"x": "yes"}, "a condition must be true or false, this is text"),
        ("1 if x else 2", {"x": column(True)},
         "a column is no condition; ask any(), all() or none() of it, or select its table"),
        ("case(x, 1)", {"x": "yes"}, "a condition of case() must be true or false"),
        ("x[0:1]", {"x": D(1)}, "only text can be sliced, this is number"),
        ("'abc'[x:]", {"x": D("0.5")}, "a slice needs whole numbers"),
        ("'abc'[x:]", {"x": "1"}, "a slice needs whole numbers"),
        ("abs(x)", {"x": "1"}, "abs() takes number, this is text; write number(...)"),
        ("upper(t)", {"t": D(1)}, "upper() takes text, this is number"),
        ("sum(x)", {"x": D(1)},
         ("sum() takes a column or several values, this is one number;"
          " in a row write column.NAME for the whole column")),
        ("sum(x, y)", {"x": D(1), "y": "2"}, "sum() takes number, this is text; write number(...)"),
        ("max(x, y)", {"x": D(1), "y": "2"},
         "max() takes values of one kind, these are number and text"),
        ("where(x, c == 1)", {"x": D(1), "c": column(1)},
         "where() takes a column as column, this is number"),
        ("1 in x", {"x": D(1)}, "'in' looks into a list, a column or a text, not number"),
        ("1 in x", {"x": "1"}, "cannot look for number and text"),
        ("'A' in x", {"x": column(1, 2)}, "cannot look for text and number"),
        ("1 / n", {"n": D(0)}, "division by zero"),
        ("1 // n", {"n": D(0)}, "division by zero"),
        ("1 % n", {"n": D(0)}, "division by zero"),
        ("d + 0.5", {"d": date(2025, 1, 1)}, "a date is moved by whole days"),
        ("d + 1", {"d": date.max}, "a date outside the years 1 to 9999"),
        ("map(t, {'a': 1}).part", {"t": "a"}, "number has no parts, so no .part"),
        ("t + t", {"t": "x" * MAX_TEXT}, f"a text of more than {MAX_TEXT} characters"),
    ],
)  # fmt: skip
def test_nothing_is_coerced(text, values, sentence):
    assert failure(text, **values) == sentence


def test_a_number_beyond_bounds_fails_the_run():
    failure("n * n", n=D("1e20"))


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("sum(where(c, f == 1))", None),
        ("sum(where(f, c == 1))", None),
        ("sum_by(f, c, 1)", None),
        ("count(c + f)", D(0)),
        ("count(column.c)", D(0)),
    ],
)
@pytest.mark.parametrize("beside", [(), (1, 2)])
def test_a_column_that_the_document_lacks_has_nothing_in_any_row(text, result, beside):
    assert evaluate(text, f=column(*beside)) == result


@pytest.mark.parametrize(
    ("text", "values", "result"),
    [
        ("payload.a.b", {"Fact(path=('payload', 'a', 'b'))": "x"}, "x"),
        ("annotation.metadata.x", {"Fact(path=('annotation', 'metadata'))": {"x": 1.5}}, D("1.5")),
        ("annotation.metadata.y", {"Fact(path=('annotation', 'metadata'))": {"x": 1}}, None),
        ("annotation.metadata.y", {}, None),
        ("annotation.labels.name", {"Fact(path=('annotation', 'labels'))": [{"name": "a"}, {}]},
         Column(["a", None])),
        ("annotation.status in ['a']", {"Fact(path=('annotation', 'status'))": "a"}, True),
        ("event == 'annotation_content'", {"Fact(path=('event',))": "annotation_content"}, True),
    ],
)  # fmt: skip
def test_facts_have_parts_and_what_is_absent_is_empty(text, values, result):
    assert evaluate(text, **values) == result


@pytest.mark.parametrize(
    ("text", "lets", "result"),
    [
        ("both", {"both": "p and q"}, False),
        ("two + 1", {"one": "n", "two": "one * 2"}, D(7)),
        ("rates.cz", {"rates": "params.rates"}, D(21)),
    ],
)
def test_the_names_of_let_are_written_out(text, lets, result):
    within = scope(lets=lets)

    assert evaluate(text, within, p=True, q=False, n=D(3)) == result


def test_what_a_row_says_of_whole_columns_is_computed_ahead():
    given = {"amount": D(2), "column.amount": column(2, 3)}

    assert evaluate("amount / sum(column.amount) < 0.5", ROWS, **given) is True
    assert evaluate("count(where(column.amount, column.amount > 2)) + row.number", ROWS,
                    **given, **{"RowFact(name='number')": D(1)}) == D(2)  # fmt: skip


def test_a_failure_computed_ahead_is_raised_where_it_is_used():
    given = {"column.amount": column(2, "x")}

    assert evaluate("false and sum(column.amount) > 1", ROWS, **given) is False
    assert (
        failure("sum(column.amount) > 1", ROWS, **given)
        == "sum() takes number, this is text; write number(...)"
    )
