"""What an expression compares with texts and numbers that are written out in it.

Law: pure; yields what stands there, decides nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from gateway.rules.expressions.checked import Literal, Operand, Operation
from gateway.rules.expressions.expression import Expression
from gateway.rules.expressions.references import Reference
from gateway.rules.expressions.wording import Written, written_parts

_EQUAL: Final = ("equals", "not_equals")
#: Whether the left side is among those on the right.
_AMONG: Final = ("contains", "not_contains")


def comparisons(expression: Expression) -> Iterator[tuple[Reference, Literal, Written]]:
    """Yield each reference that is compared with a literal, or looked for in one, with its place.

    What a name of ``let`` stands for is compared where it is written.
    """
    parts = list(written_parts(expression))
    for part in parts:
        tree = part.tree
        if not isinstance(tree, Operation) or part.let is not None:
            continue
        if tree.name not in (*_EQUAL, *_AMONG):
            continue
        left, right = tree.operands
        for one, other in ((left, right), (right, left))[: 2 if tree.name in _EQUAL else 1]:
            if isinstance(one, Operand) and isinstance(other, Literal):
                where = next(written for written in parts if written.tree is other)
                yield expression.references[one.index], other, where
