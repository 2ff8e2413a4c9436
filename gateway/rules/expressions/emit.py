"""Compiled expressions: functions of the references' values, generated from checked trees.

Design *The compiler*. The source holds names and operators of ours only; every value and function
is a constant in the namespace. Each operator first asks whether its operands are of the classes
that Python's own operator serves, and leaves everything else to `operators`.
Law: pure; generates from checked trees, never from text; equals `interpret` on every value.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final

from gateway.annotation.column import Column
from gateway.annotation.values import UNREADABLE, Kind, Value
from gateway.rules.expressions.calls import checked
from gateway.rules.expressions.checked import (
    Call,
    Choice,
    Junction,
    Literal,
    Lookup,
    Operand,
    Operation,
    Part,
    Tree,
)
from gateway.rules.expressions.code import code_of
from gateway.rules.expressions.operators import OPERATORS, member_class
from gateway.rules.expressions.quick import AGGREGATES, Quick, quick
from gateway.rules.function import Mode
from gateway.rules.functions import FUNCTIONS

Compiled = Callable[..., Value]

#: The class that values of a kind have.
CLASSES: Final[Mapping[Kind, type]] = {
    Kind.TEXT: str,
    Kind.NUMBER: Decimal,
    Kind.DATE: date,
    Kind.BOOLEAN: bool,
}
_NAMESPACE: Final[Mapping[str, Any]] = {
    "__builtins__": {},
    "UNREADABLE": UNREADABLE,
    "Column": Column,
    "Decimal": Decimal,
    "str": str,
    "plain": frozenset((Decimal, str, date, bool)),
    **OPERATORS,
}
#: Operators that Python's own serve when both operands are numbers.
_ARITHMETIC: Final = {"add": "+", "subtract": "-", "multiply": "*"}
#: Operators that Python's own serve when both operands are of one plain class.
_COMPARISON: Final = {
    "equals": "==",
    "not_equals": "!=",
    "less": "<",
    "at_most": "<=",
    "greater": ">",
    "at_least": ">=",
}


#: Functions that speak of presence, of a value of a plain class that is not the empty text.
_PRESENCE: Final = {
    "is_set": "True if {} in plain and {} != ''",
    "is_empty": "False if {} in plain and {} != ''",
    "is_unreadable": "False if {} in plain and {} != ''",
}
#: More of it is not written twice, or conditions in conditions would grow without end.
_LONG: Final = 1_000


def compile_tree(tree: Tree, count: int) -> Compiled:
    """Make a function of *count* positional operands that gives the tree's value.

    It expects `gateway.annotation.values.CONTEXT` to be the thread's decimal context.
    """
    writer = _Writer()
    body = writer.write(tree)
    names = ", ".join(f"a{number}" for number in range(count))
    return writer.make(f"def compiled({names}):\n    return {body}\n")


class _Writer:
    """Writes the source of one function and keeps the constants that it names."""

    def __init__(self) -> None:
        self._constants: dict[str, Any] = {}
        self._numbers: dict[int, str] = {}
        self._temporaries = 0

    def make(self, source: str) -> Compiled:
        namespace = {**_NAMESPACE, **self._constants}
        exec(code_of(source, "<rule>"), namespace)  # noqa: S102 - our own source.
        made: Compiled = namespace["compiled"]
        return made

    def constant(self, value: Any) -> str:
        name = self._numbers.get(id(value))
        if name is None:
            name = self._numbers[id(value)] = f"k{len(self._numbers)}"
            self._constants[name] = value
        return name

    def _hold(self, tree: Tree) -> tuple[str, str]:
        """Give an expression that evaluates a part and keeps it, and the name it is kept under."""
        source = self.write(tree)
        if source.isidentifier():
            return source, source
        self._temporaries += 1
        name = f"t{self._temporaries}"
        return f"({name} := {source})", name

    def write(self, tree: Tree) -> str:
        match tree:
            case Literal():
                return self.constant(tree.value)
            case Operand():
                return f"a{tree.index}"
            case Operation():
                return self._operation(tree)
            case Junction():
                return self._junction(tree.name, list(map(self.write, tree.operands)))
            case Choice():
                then, otherwise = self.write(tree.then), self.write(tree.otherwise)
                return f"({then} if truth({self.write(tree.condition)}) is True else {otherwise})"
            case Call():
                return self._call(tree)
            case Part():
                return f"attribute({self.write(tree.value)}, {self.constant(tree.key)})"
            case Lookup():
                return self.write(tree.asked)

    def _junction(self, name: str, sources: Sequence[str]) -> str:
        """Write ``and`` or ``or``: as Python has it as long as operands are true or false."""
        slow = f"{name}({', '.join(f'lambda: {one}' for one in sources)})"
        if len(slow) > _LONG:
            return slow
        decisive, neutral = ("False", "True") if name == "conjunction" else ("True", "False")
        self._temporaries += 1
        held = f"t{self._temporaries}"
        if len(sources) == 1:
            return f"({held} if ({held} := {sources[0]}) is True or {held} is False else {slow})"
        rest = self._junction(name, sources[1:])
        return (
            f"({rest} if ({held} := {sources[0]}) is {neutral}"
            f" else {decisive} if {held} is {decisive} else {slow})"
        )

    def _operation(self, tree: Operation) -> str:
        sign = _ARITHMETIC.get(tree.name)
        if sign is not None:
            return self._quick(tree, sign, "Decimal")
        sign = _COMPARISON.get(tree.name)
        if sign is not None and all(map(_is_served, tree.operands)):
            return self._quick(tree, sign, self._common_class(tree))
        among = tree.operands[-1]
        if tree.name in ("contains", "not_contains") and isinstance(among, Literal):
            return self._membership(tree, among)
        parts = ", ".join(map(self.write, tree.operands))
        return f"{tree.name}({parts})"

    def _common_class(self, tree: Operation) -> str | None:
        """Give the class both operands must have; None when either of several will do."""
        for operand in tree.operands:
            if isinstance(operand, Literal):
                return self.constant(operand.value.__class__)
        return None

    def _quick(self, tree: Operation, sign: str, demanded: str | None) -> str:
        """Write an operator: Python's own on the classes it serves, ours on everything else."""
        (left, left_name), (right, right_name) = map(self._hold, tree.operands)
        slow = f"{tree.name}({left_name}, {right_name})"
        quick = f"{left_name} {sign} {right_name}"
        if demanded is None:
            test = f"({left}).__class__ is ({right}).__class__ and {left_name}.__class__ in plain"
            return f"({quick} if {test} else {slow})"
        asked = [
            f"({source}).__class__ is {demanded}"
            for source, operand in zip((left, right), tree.operands, strict=True)
            if not _is_of(operand, self._constants.get(demanded, Decimal))
        ]
        if not asked:
            return slow
        # Both are evaluated before either is used, hence & instead of `and`.
        test = asked[0] if len(asked) == 1 else f"({asked[0]}) & ({asked[1]})"
        return f"({quick} if {test} else {slow})"

    def _membership(self, tree: Operation, among: Literal) -> str:
        source, name = self._hold(tree.operands[0])
        listed = self.constant(among.value)
        slow = f"{tree.name}({name}, {listed})"
        found = member_class(among.value) if isinstance(among.value, list) else None
        if found is None:
            return f"{tree.name}({source}, {listed})"
        members = self.constant(frozenset(among.value))
        sign = "in" if tree.name == "contains" else "not in"
        test = f"({source}).__class__ is {self.constant(found)}"
        return f"({name} {sign} {members} if {test} else {slow})"

    def _call(self, tree: Call) -> str:
        function = FUNCTIONS[tree.function]
        slow = self.constant(checked(tree.function))
        if tree.function in _PRESENCE:
            source, name = self._hold(tree.arguments[0])
            asked = _PRESENCE[tree.function].format(f"({source}).__class__", name)
            return f"({asked} else {slow}({name}))"
        if tree.function in AGGREGATES and len(tree.arguments) == 1:
            source, name = self._hold(tree.arguments[0])
            takes, plain = map(self.constant, AGGREGATES[tree.function])
            test = f"({source}).__class__ is Column and {name}.kind in {takes}"
            return f"({plain}({name}.values) if {test} else {slow}({name}))"
        if function.mode is Mode.LAZY:
            thunks = ", ".join(f"lambda: {self.write(one)}" for one in tree.arguments)
            return f"{slow}({thunks})"
        prepared = [] if function.prepare is None else [self.constant(tree.prepared)]
        clock = [] if tree.clock is None else [f"now={self.write(tree.clock)}"]
        found = quick(tree)
        if found is not None:
            return self._quick_call(tree, found, slow, prepared)
        return f"{slow}({', '.join([*map(self.write, tree.arguments), *prepared, *clock])})"

    def _quick_call(self, tree: Call, found: Quick, slow: str, prepared: Sequence[str]) -> str:
        """Write a call: the plain function when each argument has the one class it takes."""
        held = [self._hold(argument) for argument in tree.arguments]
        names = [name for _, name in held]
        asked = [
            f"(({source}).__class__ is {self.constant(CLASSES[kind])})"
            for (source, _), argument, kind in zip(held, tree.arguments, found.kinds, strict=False)
            if not isinstance(argument, Literal) and kind in CLASSES
        ]
        given = [one for one in tree.arguments[: len(found.kinds)] if not isinstance(one, Literal)]
        if not asked or len(asked) < len(given):
            return f"{slow}({', '.join([*map(self.write, tree.arguments), *prepared])})"
        plain = self.constant(found.call)
        arguments = ", ".join([*names[: len(found.kinds)], *prepared])
        rest = ", ".join([*names, *prepared])
        return f"({plain}({arguments}) if {' & '.join(asked)} else {slow}({rest}))"


def _is_served(tree: Tree) -> bool:
    """Whether Python's own operator may serve a part: not a literal of another class."""
    return not isinstance(tree, Literal) or tree.value.__class__ in CLASSES.values()


def _is_of(tree: Tree, wanted: type) -> bool:
    return isinstance(tree, Literal) and tree.value.__class__ is wanted
