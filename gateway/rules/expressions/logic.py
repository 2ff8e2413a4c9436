"""Conditions: what is true, and how conditions are joined, after Kleene.

Language §4, *Empty spreads*. Law: pure; there is no truth of texts or numbers.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from gateway.annotation.column import Column
from gateway.annotation.values import UNREADABLE, Value
from gateway.rules.expressions.spreading import (
    Deferred,
    KindError,
    Thunk,
    describe,
    elementwise,
)
from gateway.rules.function import FunctionError


def truth(value: Value) -> Value:
    """Check that *value* is a condition's: true, false, empty or unreadable.

    Raises:
        FunctionError: it is of another kind; there is no truth of texts or numbers.
    """
    if value is True or value is False or value is None or value is UNREADABLE:
        return value
    if value.__class__ is Deferred:
        raise value.error
    if value.__class__ is Column:
        raise FunctionError(
            "a column is no condition; ask any(), all() or none() of it, or select its table"
        )
    raise KindError(f"a condition must be true or false, this is {describe(value)}", (value,))


def negate(value: Value) -> Value:
    """``not value``."""
    if value.__class__ is Column:
        return elementwise(negate, value)
    value = truth(value)
    return (not value) if value is True or value is False else value


def _kleene(decisive: bool) -> Callable[..., Value]:
    """Make ``and`` (decided by false) or ``or`` (decided by true) after Kleene."""

    def both(left: Value, right: Value) -> Value:
        return lazily(lambda: left, lambda: right)

    def lazily(*operands: Thunk) -> Value:
        result: Value = not decisive
        for number, operand in enumerate(operands):
            value = operand()
            if value.__class__ is Column:
                rest = [later() for later in operands[number + 1 :]]
                columns = elementwise(both, value, result)
                for other in rest:
                    columns = elementwise(both, columns, other)
                return columns
            value = truth(value)
            if value is decisive:
                return decisive
            if value is None and result is not UNREADABLE:
                result = None
            elif value is UNREADABLE:
                result = UNREADABLE
        return result

    return lazily


def choose(condition: Value, then: Thunk, otherwise: Thunk) -> Value:
    """``then if condition else otherwise``; an empty condition is taken as false."""
    return then() if truth(condition) is True else otherwise()


conjunction: Final = _kleene(decisive=False)
disjunction: Final = _kleene(decisive=True)
