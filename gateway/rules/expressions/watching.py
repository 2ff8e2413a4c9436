"""An expression evaluated under watch: the value of every part, and which part fails.

Design *The compiler*: compiled code does not know what its parts are called; the interpreter of
the same tree does. Law: pure; for telling people, never for deciding.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gateway.annotation.values import Value
from gateway.rules.expressions.checked import Tree, children
from gateway.rules.expressions.expression import Expression
from gateway.rules.expressions.interpret import FAILURES, interpret
from gateway.rules.expressions.spreading import Deferred


@dataclass(frozen=True, slots=True)
class Watched:
    """What one evaluation came to."""

    #: By ``id`` of the part; parts that were not needed, and those that failed, are absent.
    values: Mapping[int, Value]
    error: Exception | None
    #: The innermost part that fails; None when none does.
    culprit: Tree | None


def watched(expression: Expression, operands: Sequence[Value]) -> Watched:
    """Evaluate *expression* on the values of its references, in the arithmetic of the caller."""
    values: dict[int, Value] = {}
    failing: list[Tree] = []

    def watch(tree: Tree, value: Value) -> None:
        values[id(tree)] = value

    try:
        interpret(expression.tree, operands, watch, failing.append)
    except FAILURES as error:
        return Watched(values, error, _culprit(failing[0], values))
    return Watched(values, None, None)


def _culprit(tree: Tree, values: Mapping[int, Value]) -> Tree:
    """Blame what failed when it was computed ahead, not the part that uses it."""
    for part in children(tree):
        if isinstance(values.get(id(part)), Deferred):
            return part
    return tree
