"""Why a run failed, in a sentence for the rule's author.

Language §4, *No silent coercion*. The interpreter is asked, since compiled code does not know what
its operands are called. Law: pure; names fields and kinds, never a captured value.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import DecimalException, DivisionByZero, Overflow

from gateway.annotation.values import Kind, Value, kind_of
from gateway.engine.conditions import Failed
from gateway.rules.expressions.checked import Operand, Operation, Tree
from gateway.rules.expressions.spreading import KindError, describe
from gateway.rules.expressions.watching import watched
from gateway.rules.expressions.wording import written_parts


def sentence(failed: Failed) -> str:
    """Say what is wrong, and at which part of the expression."""
    if failed.linked is None:
        return _plain(failed.error)
    expression = failed.linked.expression
    words = {id(part.tree): part.words[:120] for part in written_parts(expression)}
    if failed.operands is None:
        return f"{_plain(failed.error)}, in {words[id(expression.tree)]}"
    found = watched(expression, failed.operands)
    culprit = found.culprit or expression.tree
    if isinstance(failed.error, KindError):
        advice = _advice(culprit, found.values, words)
        if advice is not None:
            return advice
    return f"{_plain(failed.error)}, in {words[id(culprit)]}"


def _plain(error: Exception) -> str:
    match error:
        case DivisionByZero():
            return "division by zero"
        case Overflow():
            return "a number is too large"
        case DecimalException() | ArithmeticError():
            return "a calculation cannot be done exactly"
        case _:
            return str(error)


def _advice(tree: Tree, values: Mapping[int, Value], words: Mapping[int, str]) -> str | None:
    """Name the operand that is of the wrong kind, with what to write instead."""
    if not isinstance(tree, Operation) or len(tree.operands) < 2:
        return None
    left, right = tree.operands[:2]
    if id(left) not in values or id(right) not in values:
        return None
    for one, other in ((left, right), (right, left)):
        kinds = kind_of(values[id(one)]), kind_of(values[id(other)])
        if kinds == (Kind.TEXT, Kind.NUMBER) and isinstance(one, Operand):
            name = words[id(one)]
            return f"{name} is text; declare it as number, or write number({name})"
    kinds_named = [f"{words[id(one)]} is {describe(values[id(one)])}" for one in (left, right)]
    return f"{kinds_named[0]} and {kinds_named[1]}; they cannot be compared or combined"
