"""Parts of an expression that no document has a say in, computed once at load.

Design, *Whatever can be known at load is found at load*. Law: pure; asks the interpreter, and
changes no tree.
"""

from __future__ import annotations

from collections.abc import Iterator

from gateway.rules.expressions.checked import Literal, Operand, Tree, children
from gateway.rules.expressions.interpret import FAILURES, interpret
from gateway.rules.expressions.spreading import Deferred
from gateway.rules.function import FunctionError

#: Start and end of a part in its text, and why it fails.
Failure = tuple[tuple[int, int], str]


def constant_failures(tree: Tree) -> Iterator[Failure]:
    """Yield the parts that fail whatever the document says, such as ``1 / 0``."""
    constants: list[Tree] = []
    if _is_constant(tree, constants):
        constants.append(tree)
    for part in constants:
        if isinstance(part, Literal):
            continue
        blamed: list[Tree] = []
        try:
            value = interpret(part, (), blame=blamed.append)
        except FAILURES as error:
            yield (blamed[0] if blamed else part).at, _reason(error)
        else:
            if isinstance(value, Deferred):
                yield part.at, _reason(value.error)


def _is_constant(tree: Tree, found: list[Tree]) -> bool:
    """Whether a tree speaks of no document; if not, its largest parts that do not are *found*."""
    if isinstance(tree, Operand):
        return False
    parts = children(tree)
    constant = [part for part in parts if _is_constant(part, found)]
    if len(constant) == len(parts):
        return True
    found.extend(constant)
    return False


def _reason(error: Exception) -> str:
    if isinstance(error, FunctionError):
        return str(error)
    return "a number that is too large, or has too many digits"
