"""Generated code: one for each shape of an expression."""

import pytest

from gateway.rules.expressions.emit import compile_tree
from tests.rules.expressions.support import compiled


def made(text):
    expression = compiled(text)
    return compile_tree(expression.tree, len(expression.references))


@pytest.mark.parametrize(
    ("one", "other", "shared"),
    [
        ("amount_total > 1", "amount_total > 2", True),
        ('vendor == "a" or is_set(vendor)', 'vendor == "b" or is_set(vendor)', True),
        ("amount_total > 1", "amount_total < 1", False),
    ],
)
def test_expressions_that_differ_in_constants_share_their_code(one, other, shared):
    first, second = made(one), made(other)

    assert (first.__code__ is second.__code__) == shared
    assert first is not second
