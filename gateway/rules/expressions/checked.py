"""The checked expression tree: what is left of an expression when all of it is known to be said.

Language §4, design *The compiler*. Made by `checker` only; compiled by `emit`, interpreted by
`interpret`. Law: values only; a tree of these types cannot mean anything outside the language.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

from gateway.annotation.values import Kind


@dataclass(frozen=True, slots=True)
class Literal:
    """A value known at load: written in the expression, or a param."""

    value: Any
    kind: Kind
    #: Where it stands: start and end in the expression's text.
    at: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Operand:
    """The value of the reference with this number."""

    index: int
    kind: Kind
    at: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Operation:
    """An operator of `operators`, by its name there, on operands that are all evaluated."""

    name: str
    operands: tuple[Tree, ...]
    kind: Kind
    at: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Junction:
    """``and`` or ``or``, after Kleene; evaluates only as far as it must."""

    name: str
    operands: tuple[Tree, ...]
    kind: Kind
    at: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Choice:
    """``then if condition else otherwise``."""

    condition: Tree
    then: Tree
    otherwise: Tree
    kind: Kind
    at: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Call:
    """A function with its arguments in order, all given; *prepared* stands for literal ones."""

    function: str
    arguments: tuple[Tree, ...]
    prepared: Any
    clock: Operand | None
    kind: Kind
    at: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Part:
    """``value.key`` of a mapping."""

    value: Tree
    key: str
    kind: Kind
    at: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Lookup:
    """What a table answers: *asked* is the answer, *keys* are what it was asked for.

    The answer is given as an operand, since tables are asked for all runs at once; the keys are
    evaluated there, and here only to be shown.
    """

    asked: Operand
    table: str
    keys: tuple[Tree, ...]
    kind: Kind
    at: tuple[int, int]


Tree: TypeAlias = Literal | Operand | Operation | Junction | Choice | Call | Part | Lookup


def children(tree: Tree) -> tuple[Tree, ...]:
    """List the direct parts of a tree, in the order in which they are written."""
    match tree:
        case Operation() | Junction():
            return tree.operands
        case Choice():
            return (tree.then, tree.condition, tree.otherwise)
        case Call():
            return tree.arguments if tree.clock is None else (*tree.arguments, tree.clock)
        case Part():
            return (tree.value,)
        case Lookup():
            return (*tree.keys, tree.asked)
        case _:
            return ()


def walk(tree: Tree) -> Iterator[Tree]:
    """Yield a tree and all its parts."""
    waiting = [tree]
    while waiting:
        found = waiting.pop()
        yield found
        waiting.extend(children(found))
