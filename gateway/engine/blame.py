"""Why a run failed, in a sentence for the rule's author.

Language §4, *No silent coercion*. The interpreter is asked, since compiled code does not know what
its operands are called. Law: pure; names fields and kinds, never a captured value.
"""

from __future__ import annotations

from decimal import DecimalException, DivisionByZero, Overflow

from gateway.annotation.values import Kind, Value, kind_of
from gateway.engine.conditions import Failed
from gateway.rules.expressions.checked import Operand, Operation, Tree, children
from gateway.rules.expressions.expression import Expression
from gateway.rules.expressions.interpret import interpret
from gateway.rules.expressions.spreading import KindError, describe
from gateway.rules.function import FunctionError


def sentence(failed: Failed) -> str:
    """Say what is wrong, and at which part of the expression."""
    if failed.linked is None:
        return _plain(failed.error)
    expression = failed.linked.expression
    values: dict[int, Value] = {}
    culprit = _culprit(expression, failed, values)
    if culprit is None:
        return _plain(failed.error)
    written = _written(expression, culprit)
    advice = _advice(expression, culprit, values) if isinstance(failed.error, KindError) else None
    return advice or f"{_plain(failed.error)}, in {written}"


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


def _culprit(expression: Expression, failed: Failed, values: dict[int, Value]) -> Tree | None:
    """Find the innermost part that fails: the last whose own parts all came to a value."""
    evaluated: dict[int, Tree] = {}

    def watch(tree: Tree, value: Value) -> None:
        evaluated[id(tree)] = tree
        values[id(tree)] = value

    try:
        interpret(expression.tree, failed.operands, watch)
    except (FunctionError, DecimalException, ArithmeticError):
        pass
    else:
        return expression.tree
    found: Tree | None = expression.tree
    tree = found
    while tree is not None:
        found = tree
        tree = next((part for part in children(tree) if id(part) not in evaluated), None)
        if isinstance(tree, Operand):
            break
    return found


def _written(expression: Expression, tree: Tree) -> str:
    start, end = tree.at
    return " ".join(expression.text.value[start:end].split())[:120]


def _advice(expression: Expression, tree: Tree, values: dict[int, Value]) -> str | None:
    """Name the operand that is of the wrong kind, with what to write instead."""
    if not isinstance(tree, Operation) or len(tree.operands) < 2:
        return None
    left, right = tree.operands[:2]
    if id(left) not in values or id(right) not in values:
        return None
    for one, other in ((left, right), (right, left)):
        kinds = kind_of(values[id(one)]), kind_of(values[id(other)])
        if kinds == (Kind.TEXT, Kind.NUMBER) and isinstance(one, Operand):
            name = _written(expression, one)
            return f"{name} is text; declare it as number, or write number({name})"
    kinds_named = [
        f"{_written(expression, one)} is {describe(values[id(one)])}" for one in (left, right)
    ]
    return f"{kinds_named[0]} and {kinds_named[1]}; they cannot be compared or combined"
