"""Which conditions run over whole columns at once, and what they say of them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, setcontext

import pytest

from gateway.annotation.values import CONTEXT, Kind
from gateway.diagnostic import Report
from gateway.rules.expressions.expression import compile_condition
from gateway.rules.expressions.scope import Selects
from gateway.rules.expressions.vector import compile_vector
from gateway.rules.function import FunctionError
from gateway.rules.yaml.source import Text
from tests.rules.expressions.support import name_of, scope

D = Decimal
ROWS = scope(Selects.ROWS, "lines")
VALUES = {
    "n": [D(1), D(2), D("2.5")],
    "m": [D(1), D(3), D("2.4")],
    "t": ["ACME", "acme s.r.o.", "Žlutá"],
    "u": ["AC", "s.r.o.", "x"],
    "d": [date(2025, 1, 31), date(2025, 2, 1), date(2025, 2, 3)],
    "p": [True, False, True],
}


def vector(text, require=None):
    """Compile a condition, and one more over the same operands in the same order."""
    found = compile_condition(Text.inline(text), ROWS, Report())
    other = None if require is None else compile_condition(Text.inline(require), ROWS, Report())
    return (
        compile_vector(found.tree, other and other.tree, len(found.references)),
        [VALUES[name_of(one)] for one in found.references],
    )


@pytest.mark.parametrize(
    ("text", "fired"),
    [
        ("n > 1", [1, 2]), ("n + m == 2", [0]), ("-n < -2", [2]), ("1 < n <= 2", [1]),
        ("n * 2 - m >= 1", [0, 1, 2]), ("not p", [1]), ("p and n > 1", [2]),
        ("p or n == 2", [0, 1, 2]),
        ("(n if p else m) > 2", [1, 2]), ("u in ['AC', 'x']", [0, 2]),
        ("u not in ['AC', 'x']", [1]),
        ("abs(n - m) > 0", [1, 2]), ("round(n) == 3", [2]), ("round(n, 1, 'down') == 2.5", [2]),
        ("equal(n, m)", [0]), ("equal(n, m, within=0.1)", [0, 2]),
        ("equal(n, m, within='50%')", [0, 1, 2]),
        ("max(n, m, 2) == 3", [1]), ("min(n, m) == 2", [1]), ("floor(n) == 2", [1, 2]),
        ("contains(t, 'acme')", [1]), ("contains(t, 'acme', ignore_case=true)", [0, 1]),
        ("contains(t, u)", [0, 1]),
        ("starts_with(t, u)", [0]), ("ends_with(t, 'á')", [2]), ("matches(t, '[A-Z]+')", [0]),
        ("length(t) == 4", [0]), ("upper(u) == 'X'", [2]), ("lower(t) == 'acme'", [0]),
        ("t < u", [1]), ("n in [1, 2]", [0, 1]),
        ("weekday(d) > 5", [1]), ("month_end(d) == d", [0]), ("is_set(n)", [0, 1, 2]),
        ("is_empty(n)", []),
        ("is_unreadable(n)", []), ("is_set(n) and n > 2", [2]), ("equal(n, 2)", [1]),
    ],
)  # fmt: skip
def test_what_most_rows_ask_runs_over_whole_columns(text, fired):
    setcontext(CONTEXT)
    found, lanes = vector(text)

    assert found is not None
    assert found.run(*lanes) == fired


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("number(t) == 1", id="may be unreadable"),
        pytest.param("parse_date(t, '%d.%m.%Y') == d", id="a date that may be unreadable"),
        pytest.param("trim(t) == u", id="may be empty"),
        pytest.param("t[0:2] == u", id="a slice may be empty"),
        pytest.param("d < today()", id="asks the clock"),
        pytest.param("d < d + days(1)", id="a duration"),
        pytest.param("d + 1 > d and n / m > 1", id="may divide by zero"),
        pytest.param("default(n, 1) == 1", id="evaluates what it needs"),
        pytest.param("count(n, m) == 2", id="an aggregate"),
        pytest.param("equal(t, u)", id="texts as numbers"),
        pytest.param("equal(n, m, within=m)", id="a tolerance of the document"),
        pytest.param("equal(n, m, within='x')", id="a tolerance that is none"),
        pytest.param("equal(n, m, within=-1)", id="a negative tolerance"),
        pytest.param("t in 'abc'", id="looks into a text"),
        pytest.param("t in []", id="an empty list"),
        pytest.param("n == params.rates.none", id="an empty param"),
        pytest.param("contains(t, '')", id="a text without characters"),
        pytest.param("is_empty('') and n > 1", id="an empty literal"),
        pytest.param("(n if p else t) == n", id="two kinds"),
        pytest.param("x > 1 and x == 'a'", id="one operand as two kinds"),
        pytest.param("x > 1 and y == 'a' and x == y", id="two operands that never meet"),
        pytest.param(
            "starts_with(t, 'a', ignore_case=x) and x > 1", id="true or false as a number"
        ),
    ],
)
def test_the_rest_is_left_to_checked_calls(text):
    found = compile_condition(Text.inline(text), ROWS, Report())

    vector = None if found is None else compile_vector(found.tree, None, len(found.references))
    # Declared types are not trusted: what does not suit them does not fit either.
    assert vector is None or not vector.fits(
        [ROWS.declared_kind(name_of(one)) for one in found.references]
    )


@pytest.mark.parametrize(
    ("text", "kinds", "fits"),
    [
        ("n > 1", [Kind.NUMBER], True),
        ("n > 1", [Kind.TEXT], False),
        ("n > 1", [None], False),
        ("x == y", [Kind.TEXT, Kind.TEXT], True),
        ("x == y", [Kind.DATE, Kind.DATE], True),
        ("x == y", [Kind.DATE, Kind.TEXT], False),
        ("x == y", [Kind.COLUMN, Kind.COLUMN], False),
        ("x == y", [Kind.LIST, Kind.LIST], False),
        ("is_set(x)", [Kind.BOOLEAN], True),
        ("is_set(x)", [Kind.MAPPING], False),
    ],
)
def test_a_vector_says_which_kinds_it_takes(text, kinds, fits):
    found, _ = vector(text) if "n" in text else (compiled_vector(text), None)

    assert found.fits(kinds) is fits


def compiled_vector(text):
    found = compile_condition(Text.inline(text), ROWS, Report())
    return compile_vector(found.tree, None, len(found.references))


def test_a_rule_fires_where_it_applies_and_does_not_hold():
    found, lanes = vector("n > 1", require="n > 2")

    assert found.run(*lanes) == [1]


def test_what_fails_in_a_row_fails_the_vector():
    setcontext(CONTEXT)
    found, _ = vector("equal(n, m, within=1)")

    with pytest.raises((FunctionError, ArithmeticError)):
        found.run([D("9e30")], [D("-9e30")])


def test_without_conditions_there_is_nothing_to_run():
    assert compile_vector(None, None, 0) is None
