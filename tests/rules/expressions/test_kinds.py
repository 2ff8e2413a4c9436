"""What can never fit is refused at load, also without a schema: declared types are enough."""

from dataclasses import replace

import pytest

from gateway.annotation.values import Kind
from gateway.diagnostic import Report, Span
from gateway.rules.context import Param
from gateway.rules.expressions.expression import compile_expression
from gateway.rules.expressions.scope import Scope, Selects
from gateway.rules.yaml.source import Text
from tests.rules.expressions.support import SCHEMA, compiled, context, mistakes, scope

#: n and m are numbers, t and u texts, d and e dates, p and q true or false; x is not declared.
REFUSED = [
    ("n > t", "cannot compare number and text"),
    ("n + t > 1", "cannot add number and text"),
    ("n == 'five'", "cannot compare number and text"),
    ("not n", "not needs a condition, n is number"),
    ("p and d", "and needs conditions, d is date"),
    ("is_iban(n)", "is_iban() takes text as x, this is number"),
    ("sum(t) > 0", "sum() takes number as x, this is text"),
    ("n in t", "cannot look for number in text"),
    ("n in ['1', '2']", "cannot look for number in a list of text"),
    ("t in [1, 2]", "cannot look for text in a list of number"),
    ("t in {1: 'a'}", "cannot look for text in a mapping"),
    ("n in params.word", "cannot look for number in text"),
    ("n in params.codes", "cannot look for number in a list of text"),
    ("d < '31.12.2025'", "cannot compare date and text"),
    ("'soon' == d", "cannot compare text and date"),
    ("d in ['2025-12-31', 'soon'] and d == 'soon'", "cannot compare date and text"),
    ("equal(n, m, within='0,05')", "'within' is a number or a percentage, such as 0.5 or \"1%\""),
    ("equal(n, m, within=params.word)", "'within' is a number or a percentage, such as 0.5 or"),
]
ACCEPTED = [
    "x > n", "x == t", "x in ['1', 2]", "n in [1, 'A']", "n in []", "t in 'abc'", "x in t",
    "d in ['2025-12-31']", "d <= '2025-12-31'", "d == t", "t in params.codes", "n in column.t",
    "(column.n if p else t) == d", "(x if p else t) == n", "sum(n) > 0", "sum(x) > 0",
    "equal(n, m, within='1 %')", "equal(n, m, within=x)", "t in {'a': 1}", "any(where(p, n > 0))",
]  # fmt: skip


@pytest.mark.parametrize(("text", "sentence"), REFUSED)
def test_kinds_that_never_meet_are_refused_at_load(text, sentence):
    ((_, message, _),) = mistakes(text)

    assert message.startswith(sentence)


@pytest.mark.parametrize("text", ACCEPTED)
def test_kinds_that_may_meet_are_let_through(text):
    compiled(text)


#: A header field, a cell of the selected row, and what the rows of a group have in common.
ONE_VALUE = [
    ("sum(total) > 0", scope(schema=SCHEMA), "one number", "total"),
    ("count(currency) > 0", scope(schema=SCHEMA), "one text", "currency"),
    ("any(total > 1)", scope(schema=SCHEMA), "one true or false", "total > 1"),
    ("join(1, '/')", scope(), "one number", "1"),
    ("max(amount)", scope(Selects.ROWS, "lines", schema=SCHEMA), "one number", "amount"),
    (
        "first(x)",
        replace(scope(Selects.ROWS, "lines"), grouped_by=("x",)),
        "one value",
        "x",
    ),
]
SEVERAL = [
    ("sum(amount) > 0", scope(schema=SCHEMA)),
    ("count(lines) > 0", scope(schema=SCHEMA)),
    ("count(total, currency) == 1", scope(schema=SCHEMA)),
    ("max(column.amount)", scope(Selects.ROWS, "lines", schema=SCHEMA)),
    ("max(amount)", scope(Selects.ROWS, "lines")),
    ("first(field.total.options)", scope(schema=SCHEMA)),
    ("join(params.codes)", scope()),
]


@pytest.mark.parametrize(("text", "within", "what", "stretch"), ONE_VALUE)
def test_what_is_surely_one_value_is_not_aggregated(text, within, what, stretch):
    ((code, message, at),) = mistakes(text, within)

    assert (code, at) == ("R304", stretch)
    assert message.endswith(f"takes a column or several values, this is {what}")


@pytest.mark.parametrize(("text", "within"), SEVERAL)
def test_what_may_be_several_values_is_aggregated(text, within):
    compiled(text, within)


def test_a_date_that_is_no_iso_date_is_told_how_to_write_it():
    report = Report()
    compile_expression(Text.inline("d < '31.12.2025'"), scope(), report)

    assert [found.hint for found in report] == ['write a date as in "2025-12-31"']


@pytest.mark.parametrize(
    "text", ["n > params.limit", "equal(n, m, within=params.limit)", "matches(t, params.limit)"]
)
def test_a_mistake_in_a_param_names_the_place_of_the_param(text):
    given = Span("acme.queue.yaml", 7, 5, 7, 10)
    own = Scope(
        context=context({"n": Kind.NUMBER, "m": Kind.NUMBER, "t": Kind.TEXT}),
        params={"limit": Param("0,(5", given)},
        lets={},
        selects=Selects.ANNOTATION,
    )
    report = Report()
    compile_expression(Text.inline(text), own, report)

    assert [found.related for found in report] == [given]


def test_a_slip_in_a_name_of_let_is_pointed_out():
    report = Report()
    compile_expression(Text.inline("term > 5"), scope(lets={"terms": "e - d"}), report)

    assert [(found.code, found.severity.value, found.hint) for found in report] == [
        (
            "R201",
            "warning",
            "write terms for the name of let; or field.term.value if a field is meant",
        )
    ]


def test_a_wrong_pattern_is_shown_as_its_author_wrote_it():
    ((code, message, _),) = mistakes(r"matches(t, r'(\d+\w')")

    assert (code, message) == ("R208", r"not a pattern: missing ): (\d+\w")
