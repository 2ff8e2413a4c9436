"""What authors are advised when an expression is none, or means something else than it says."""

import pytest

from gateway.annotation.values import Kind
from gateway.diagnostic import Report, Severity
from gateway.rules.expressions.expression import compile_expression
from gateway.rules.yaml.source import Text
from tests.rules.expressions.support import SCHEMA, compiled, scope

HEADER = scope(fields={}, schema=SCHEMA)


def told(text, within):
    report = Report()
    compile_expression(Text.inline(text), within, report)
    return [
        (found.severity, text[found.span.column - 1 : found.span.end_column - 1], found.hint)
        for found in report
    ]


@pytest.mark.parametrize(
    ("text", "marked", "hint"),
    [
        ("n = 1", "=", "write `==` to compare"),
        ("n === 1", "=", "write `==` to compare"),
        ("n > 1 && p", "&", "write `and`"),
        ("n > 1 AND p", "AND", "write `and`, `or`, `not` and `in` in small letters"),
        ("n <> 1", "<>", "write `!=`"),
        ("n > 10%", "%", "write 10 % as 0.1"),
        ("n > €5", "€", "write the number alone"),
        ("t == “A”", "“", "write straight quotes"),
        ("if p then n", "if", "write `a if condition else b`"),
        ("t u", "u", "between two values stands an operator, such as `==` or `and`"),
        ("n > 1,000", ",", "a number is written with a point and no other signs, such as 1000.5"),
        ("n > 1 and", "d", "something is missing at its end"),
        pytest.param(
            "equal(n, m, within=0.5) and",
            "d",
            "something is missing at its end",
            id="the sign of an argument is no comparison",
        ),
        pytest.param(
            'is_set(map(t, {"a": 1})) m',
            "m",
            "between two values stands an operator, such as `==` or `and`",
            id="the braces of a mapping are no template's",
        ),
        ("{n} > 1", "{n}", "an expression has no braces; they belong in templates"),
        ("t in [eur]", "eur", 'write "eur" if the text is meant'),
        (
            "any(x > 1 for x in n)",
            "(x > 1 for x in n)",
            "a column is compared as a whole: any(item_amount > 0)",
        ),
        ("weekday(t)", "t", "declare the field as date, or write date(...)"),
        (
            "upper(n)",
            "n",
            "write text(...), or this.text or field.NAME.text for what the document shows",
        ),
        ("upper(1)", "1", "write text(...)"),
    ],
)
def test_a_mistake_comes_with_what_to_write_instead(text, marked, hint):
    ((severity, place, advice),) = told(text, scope())

    assert (severity, advice) == (Severity.ERROR, hint)
    assert marked.startswith(place) or place == marked


@pytest.mark.parametrize(
    ("text", "name", "hint"),
    [
        ("today > d", "today", "write today(...) for the function"),
        ("n > tolerance", "tolerance", "write params.tolerance for the param"),
        ("first(hits) > n", "hits", "what match has found is known in one and many"),
    ],
)
def test_a_function_or_a_param_without_its_signs_is_pointed_out(text, name, hint):
    assert told(text, scope()) == [
        (Severity.WARNING, name, f"{hint}; or field.{name}.value if a field is meant")
    ]
    ((severity, place, advice), *_) = told(name, HEADER)
    assert (severity, place, advice) == (Severity.ERROR, name, hint)


@pytest.mark.parametrize("text", ["sum > 1", "field.today.value > d", "today() > d"])
def test_a_declared_field_may_be_called_like_a_function(text):
    compiled(text, scope(fields={"sum": Kind.NUMBER, "d": Kind.DATE}))
