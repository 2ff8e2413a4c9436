"""Whatever an expression says and whatever its values are, it can be drawn and told."""

import decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.annotation.values import CONTEXT, UNREADABLE, Kind
from gateway.config.drawing import columns
from gateway.diagnostic import Report
from gateway.engine.blame import sentence
from gateway.engine.conditions import Failed
from gateway.engine.program import link_expressions
from gateway.explain.document import parts_document
from gateway.explain.drawing import draw_expression, marks
from gateway.explain.reasons import empty_parts
from gateway.rules.expressions.expression import compile_expression
from gateway.rules.expressions.watching import watched
from gateway.rules.expressions.wording import written_parts
from gateway.rules.yaml.source import Text
from tests.rules.expressions.grammar import expressions
from tests.rules.expressions.test_equality import GENERATED, SCOPES, operand

KINDS = st.sampled_from([Kind.BOOLEAN, Kind.NUMBER, Kind.TEXT, Kind.DATE, Kind.COLUMN])


@st.composite
def evaluations(draw):
    """An expression that compiles, or None, with values for its references."""
    text = Text.inline(draw(expressions(draw(KINDS), 3)))
    expression = compile_expression(text, draw(st.sampled_from(SCOPES)), Report())
    if expression is None:
        return None
    return expression, tuple(operand(draw, reference) for reference in expression.references)


@settings(GENERATED, max_examples=150)
@given(evaluations())
def test_every_value_is_drawn_whole_under_its_part(made):
    if made is None:
        return
    expression, operands = made

    lines = draw_expression(expression, operands)

    assert lines[0] == expression.text.value
    assert all(line.isprintable() for line in lines)
    for mark in marks(expression, operands):
        if mark.text is expression.text:
            at = columns(mark.text.value[: mark.offset])
            assert lines[1][at] == "|"
            assert any(line[at:].startswith(mark.value) for line in lines[2:]) or any(
                columns(line) > len(line) for line in lines
            )


@settings(GENERATED, max_examples=150)
@given(evaluations())
def test_every_outcome_has_its_reason(made):
    if made is None:
        return
    expression, operands = made
    with decimal.localcontext(CONTEXT.copy()):
        found = watched(expression, operands)
        value = found.values.get(id(expression.tree))

        if found.error is not None:
            (linked,) = link_expressions([expression])
            assert sentence(Failed(found.error, linked, operands))
            assert found.culprit is not None
        elif value is None or value is UNREADABLE:
            assert list(empty_parts(expression, found, frozenset()))
    words = {part.words for part in written_parts(expression)}
    assert {one["text"] for one in parts_document(expression, operands)} <= words
