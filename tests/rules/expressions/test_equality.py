"""The compiled form and the vector mean what the interpreter says."""

from __future__ import annotations

from dataclasses import replace
from decimal import setcontext

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.annotation.values import ARITHMETIC_ERRORS, CONTEXT, Kind
from gateway.diagnostic import Report
from gateway.rules.expressions.checked import Operand
from gateway.rules.expressions.emit import compile_tree
from gateway.rules.expressions.expression import compile_condition, compile_expression, rebuild
from gateway.rules.expressions.interpret import interpret
from gateway.rules.expressions.logic import truth
from gateway.rules.expressions.references import Ahead, Asked, Clock
from gateway.rules.expressions.scope import Selects
from gateway.rules.expressions.spreading import Deferred
from gateway.rules.expressions.vector import compile_vector
from gateway.rules.function import FunctionError, Mode
from gateway.rules.functions import FUNCTIONS
from gateway.rules.yaml.source import Text
from tests.rules.expressions.grammar import (
    LETS,
    ODD,
    PLAIN,
    answers,
    call,
    columns,
    expressions,
    singles,
)
from tests.rules.expressions.support import KINDS, NOW, name_of, outcome, scope

SCOPES = [scope(lets=LETS), scope(Selects.DATAPOINTS, "n", lets=LETS)]
COLUMNS = {"c": Kind.NUMBER, "f": Kind.NUMBER, "column.c": Kind.NUMBER, "column.f": Kind.NUMBER}
#: What makes the engine leave a vector for checked calls.
VECTOR_FAILURES = (FunctionError, TypeError, *ARITHMETIC_ERRORS)
GENERATED = settings(
    max_examples=max(400, settings.default.max_examples),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def operand(draw, reference):
    if isinstance(reference, Clock):
        return NOW
    if isinstance(reference, Ahead):
        if draw(st.booleans()):
            return Deferred(FunctionError("computed ahead"))
        return draw(ODD)
    if isinstance(reference, Asked):
        return draw(answers(reference.take))
    name = name_of(reference)
    if name in COLUMNS:
        return draw(columns(COLUMNS[name]) if draw(st.integers(0, 5)) else ODD)
    kind = KINDS.get(name) or draw(st.sampled_from(list(PLAIN)))
    return draw(singles(kind) if draw(st.integers(0, 5)) else columns(kind))


def check(draw, text):
    report = Report()
    expression = compile_expression(Text.inline(text), draw(st.sampled_from(SCOPES)), report)
    assert (expression is None) == bool(report.errors)
    if expression is None:
        return
    setcontext(CONTEXT)
    operands = [operand(draw, reference) for reference in expression.references]
    run = compile_tree(expression.tree, len(operands))

    said = outcome(lambda: interpret(expression.tree, operands))

    assert outcome(lambda: run(*operands)) == said


@GENERATED
@given(st.data(), st.sampled_from([Kind.BOOLEAN, Kind.NUMBER, Kind.TEXT, Kind.DATE, Kind.COLUMN]))
def test_compiled_code_means_what_the_interpreter_says(data, kind):
    check(data.draw, data.draw(expressions(kind, 3)))


@pytest.mark.parametrize("name", FUNCTIONS)
@settings(max_examples=12)
@given(st.data())
def test_each_function_is_called_alike(name, data):
    check(data.draw, call(data.draw, name, 1))


ROWS = scope(Selects.ROWS, lets=LETS)


def lanes(draw, vector, rows):
    """Draw values that a vector may take: a column of one kind, or one value for all rows."""
    chosen = {}
    for kind, group in zip(vector.kinds, vector.groups, strict=True):
        chosen.setdefault(group, kind or draw(st.sampled_from(list(PLAIN))))
    kinds = [chosen[group] for group in vector.groups]
    assert vector.fits(kinds)
    return [
        [draw(PLAIN[kind])] * rows
        if draw(st.integers(0, 4)) == 0
        else draw(st.lists(PLAIN[kind], min_size=rows, max_size=rows))
        for kind in kinds
    ]


def rule(draw, depth):
    """Compile ``when`` and ``require`` of one rule over the same operands."""
    texts = [
        draw(expressions(Kind.BOOLEAN, depth)) if draw(st.integers(0, 3)) else None
        for _ in range(2)
    ]
    found = [compile_condition(Text.inline(text), ROWS, Report()) for text in texts if text]
    if not found or None in found:
        return None
    references = list(dict.fromkeys(one for each in found for one in each.references))
    trees = [renumbered(each, references) for each in found]
    if texts[0] is None:
        trees.insert(0, None)
    return trees[0], trees[1] if len(trees) > 1 else None, len(references)


def renumbered(expression, references):
    def change(part):
        if not isinstance(part, Operand):
            return None
        return replace(part, index=references.index(expression.references[part.index]))

    return rebuild(expression.tree, change)


def fires(when, require, row):
    """Say by the interpreter alone whether a rule fires."""
    applies = when is None or truth(interpret(when, row)) is True
    return applies and (require is None or truth(interpret(require, row)) is False)


def check_vector(draw, when, require, count):
    setcontext(CONTEXT)
    vector = compile_vector(when, require, count) if count else None
    if vector is None:
        return
    given = lanes(draw, vector, 3)
    try:
        fired = vector.run(*given)
    except VECTOR_FAILURES:
        return
    assert fired == [
        number for number, row in enumerate(zip(*given, strict=True)) if fires(when, require, row)
    ]


@GENERATED
@given(st.data())
def test_a_vector_fires_where_the_interpreter_says(data):
    found = rule(data.draw, 2)
    if found is not None:
        check_vector(data.draw, *found)


#: Each function that may stand in a vector; the others are left to checked calls.
IN_VECTORS = [
    name
    for name, function in FUNCTIONS.items()
    if function.result & Kind.SCALAR and function.mode in (Mode.SPREAD, Mode.AGGREGATE)
]


@pytest.mark.parametrize("name", IN_VECTORS)
@settings(max_examples=15)
@given(st.data())
def test_a_function_in_a_vector_gives_what_its_checked_call_gives(name, data):
    draw = data.draw
    kind = next(one for one in PLAIN if one in FUNCTIONS[name].result)
    text = (
        f"{call(draw, name, 0)} {draw(st.sampled_from(['==', '!=']))} {draw(expressions(kind, 0))}"
    )
    found = compile_condition(Text.inline(text), ROWS, Report())
    if found is not None:
        check_vector(draw, found.tree, None, len(found.references))


@pytest.mark.parametrize(
    "text",
    [
        "n + 1", "-n", "n == 1", "n in [1]", "'A' in x", "t[0:n]", "abs(n)", "sum(n, 1)", "sum(x)",
        "is_set(n)", "where(c, n)", "default(x, 1)", "case(p, 1)", "1 if p else 2", "p and q",
        "not p", "annotation.metadata.x.y", "round(n, 2)", "equal(n, 1)", "max(n, 1)",
    ],
)  # fmt: skip
def test_a_failure_computed_ahead_is_raised_by_whatever_uses_it(text):
    report = Report()
    expression = compile_expression(Text.inline(text), scope(fields={}), report)
    assert expression is not None, [found.message for found in report]
    operands = [Deferred(FunctionError("computed ahead"))] * len(expression.references)
    run = compile_tree(expression.tree, len(operands))

    said = outcome(lambda: interpret(expression.tree, operands))

    assert outcome(lambda: run(*operands)) == said
    assert said[0] == "failed"
    assert str(said[1].error) == "computed ahead"
