"""Conditions over whole columns at once: one loop in one generated function.

Design §7: most rows of most documents are ordinary: every cell set, every column of one kind. For
those, what `emit` checks at each operation is known once per column, and a condition becomes plain
Python. A vector says which kinds it expects; where they are not met, and on any failure, the rule
runs through `emit` instead, which tells rows apart. The answers are the same.
Law: pure; generates from checked trees, never from text.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from gateway.annotation.values import UNREADABLE, Kind
from gateway.rules.expressions.checked import (
    Call,
    Choice,
    Junction,
    Literal,
    Operand,
    Operation,
    Tree,
)
from gateway.rules.expressions.code import code_of
from gateway.rules.expressions.operators import member_class
from gateway.rules.expressions.quick import Quick, quick
from gateway.rules.functions import FUNCTIONS
from gateway.rules.functions.sweep import lacking

_SIGNS: Final[Mapping[str, str]] = {
    "add": "+",
    "subtract": "-",
    "multiply": "*",
    "equals": "==",
    "not_equals": "!=",
    "less": "<",
    "at_most": "<=",
    "greater": ">",
    "at_least": ">=",
}
_ARITHMETIC: Final = frozenset(("add", "subtract", "multiply"))
_SINGLE: Final = (Kind.TEXT, Kind.NUMBER, Kind.DATE, Kind.BOOLEAN)


@dataclass(frozen=True, slots=True)
class Vector:
    """Conditions, or one expression, over lanes of plain values."""

    #: Takes one iterable per operand; gives the numbers of the runs where the rule fires, or the
    #: expression's value for each run.
    run: Callable[..., list[Any]]
    #: The kind each operand must have; None: the same kind as others of its group.
    kinds: tuple[Kind | None, ...]
    groups: tuple[int, ...]
    #: For conditions: whether the rule fires in no run.
    none: Callable[..., bool] | None = None

    def fits(self, kinds: Sequence[Kind | None]) -> bool:
        """Whether operands of these kinds (None: mixed, empty or unreadable) are as expected.

        Lists, mappings and columns never are: the checked operators alone know what they mean.
        """
        met: dict[int, Kind] = {}
        for kind, wanted, group in zip(kinds, self.kinds, self.groups, strict=True):
            if kind not in _SINGLE or (wanted is not None and kind is not wanted):
                return False
            if met.setdefault(group, kind) is not kind:
                return False
        return True


#: The conditions of a rule that fires in no row.
_NEVER: Final = "False"


class _Unsuited(Exception):
    """The condition has a part that needs checks at each row."""


def compile_vector(when: Tree | None, require: Tree | None, count: int) -> Vector | None:
    """Fuse the two conditions of a rule over *count* operands; None where they do not suit."""
    writer = _Writer(count)
    try:
        tests = [] if when is None else [writer.condition(when)]
        if require is not None:
            tests.append(f"not {writer.condition(require)}")
    except _Unsuited:
        return None
    if not tests:
        return None
    absent = writer.shortcut(require) if when is None else writer.absence(when, require)
    return writer.make(" and ".join(tests), absent)


def compile_values(tree: Tree, count: int) -> Vector | None:
    """Compile an expression over *count* operands to give its values; None if it does not suit.

    Unlike operands and conditions, the values may be empty, unreadable or of several kinds.
    """
    writer = _Writer(count)
    try:
        source = writer.outermost(tree)
    except _Unsuited:
        return None
    return writer.make_values(source) if count else None


class _Writer:
    """Writes one function and finds the kinds that its operands must have."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._constants: dict[str, Any] = {
            "__builtins__": {},
            "UNREADABLE": UNREADABLE,
            "enumerate": enumerate,
            "zip": zip,
        }
        #: Union-find over operands: those that are compared must be of one kind.
        self._parents = list(range(count))
        self._kinds: list[Kind | None] = [None] * count

    def make(self, test: str, none: str | None) -> Vector:
        """Give the numbers of the runs for which *test* holds; if *none* holds, there are none."""
        rows = f"enumerate({self._rows()})"
        fires = f"[i for i, {self._target()} in {rows} if {test}]"
        shortcut = "" if none is None else f"    if {none}: return True\n"
        loop = f"    for {self._target()} in {self._rows()}:\n        if {test}: return False\n"
        self._define("none", f"{shortcut}{loop if test != _NEVER else ''}    return True\n")
        return self._made(fires if none is None else f"[] if {none} else {fires}")

    def make_values(self, source: str) -> Vector:
        return self._made(f"[{source} for {self._target()} in {self._rows()}]")

    def _define(self, name: str, body: str) -> None:
        source = f"def {name}({self._names()}):\n{body}"
        exec(code_of(source, "<rule>"), self._constants)  # noqa: S102 - our own source.

    def shortcut(self, require: Tree | None) -> str | None:
        """Write what tells at one go that a demand on a single column holds in all rows."""
        match require:
            case Call("matches", (Operand(), *_)) if require.prepared.swept is not None:
                return f"{self._constant(require.prepared.all_match)}(a0)"
            case _:
                return None

    def absence(self, when: Tree, require: Tree | None) -> str | None:
        """Write what tells at one go that ``when`` holds in no row: no text has another in it."""
        match when if require is None else None:
            case Call("contains", (within, Literal(str() as sought), Literal(False))):
                match within:
                    case Operand():
                        return f"{self._constant(lacking(sought))}(a0)"
                    case Call("upper" | "lower" as change, (Operand(),)):
                        return f"{self._constant(lacking(sought, change))}(a0)"
        return None

    def _made(self, gives: str) -> Vector:
        self._define("run", f"    return {gives}\n")
        roots = [self._root(number) for number in range(self._count)]
        kinds = tuple(self._kinds[root] for root in roots)
        none = self._constants.get("none")
        return Vector(self._constants["run"], kinds, tuple(roots), none)

    def _names(self) -> str:
        if not self._count:
            raise AssertionError("what is evaluated over rows has operands")
        return ", ".join(f"a{number}" for number in range(self._count))

    def _rows(self) -> str:
        return f"zip({self._names()})" if self._count > 1 else self._names()

    def _target(self) -> str:
        return f"({self._names()})" if self._count > 1 else self._names()

    def outermost(self, tree: Tree) -> str:
        """Write an expression whose own value may be anything."""
        if isinstance(tree, Call) and tree.function not in _PRESENCE:
            return self._call_of(tree, quick(tree))
        return self._write(tree)[0]

    def condition(self, tree: Tree) -> str:
        source, kind = self._write(tree)
        self._require(kind, Kind.BOOLEAN)
        return source

    def _constant(self, value: Any) -> str:
        name = f"k{len(self._constants)}"
        self._constants[name] = value
        return name

    def _root(self, number: int) -> int:
        while self._parents[number] != number:
            number = self._parents[number]
        return number

    def _require(self, kind: Kind | int, wanted: Kind) -> None:
        """Demand that a part is of *wanted* kind; an int stands for the operand's group."""
        if isinstance(kind, Kind):
            if kind is not wanted:
                raise _Unsuited
            return
        root = self._root(kind)
        if self._kinds[root] not in (None, wanted):
            raise _Unsuited
        self._kinds[root] = wanted

    def _meet(self, left: Kind | int, right: Kind | int) -> None:
        """Demand that two parts are of one kind."""
        if isinstance(left, Kind):
            left, right = right, left
        if isinstance(right, Kind):
            self._require(left, right)
            return
        assert isinstance(left, int)  # noqa: S101 - one of the two is, else both were kinds.
        one, other = self._root(left), self._root(right)
        kinds = {self._kinds[one], self._kinds[other]} - {None}
        if len(kinds) > 1:
            raise _Unsuited
        self._parents[other] = one
        self._kinds[one] = next(iter(kinds), None)

    def _write(self, tree: Tree) -> tuple[str, Kind | int]:
        match tree:
            case Literal() if tree.kind in _SINGLE and tree.value != "":
                return self._constant(tree.value), tree.kind
            case Operand():
                return f"a{tree.index}", tree.index
            case Operation():
                return self._operation(tree)
            case Junction():
                word = " and " if tree.name == "conjunction" else " or "
                return f"({word.join(map(self.condition, tree.operands))})", Kind.BOOLEAN
            case Choice():
                test = self.condition(tree.condition)
                then, kind = self._write(tree.then)
                otherwise, other = self._write(tree.otherwise)
                self._meet(kind, other)
                return f"({then} if {test} else {otherwise})", kind
            case Call():
                return self._call(tree)
            case _:
                raise _Unsuited

    def _operation(self, tree: Operation) -> tuple[str, Kind | int]:
        if tree.name == "negate":
            return f"(not {self.condition(tree.operands[0])})", Kind.BOOLEAN
        if tree.name == "negative":
            source, kind = self._write(tree.operands[0])
            self._require(kind, Kind.NUMBER)
            return f"(-{source})", Kind.NUMBER
        if tree.name in ("contains", "not_contains"):
            return self._membership(tree)
        sign = _SIGNS.get(tree.name)
        if sign is None:
            raise _Unsuited
        (left, left_kind), (right, right_kind) = map(self._write, tree.operands)
        if tree.name in _ARITHMETIC:
            self._require(left_kind, Kind.NUMBER)
            self._require(right_kind, Kind.NUMBER)
            return f"({left} {sign} {right})", Kind.NUMBER
        self._meet(left_kind, right_kind)
        return f"({left} {sign} {right})", Kind.BOOLEAN

    def _membership(self, tree: Operation) -> tuple[str, Kind]:
        item, among = tree.operands
        if not (isinstance(among, Literal) and isinstance(among.value, list)):
            raise _Unsuited
        members = member_class(among.value)
        if members is None:
            raise _Unsuited
        source, kind = self._write(item)
        self._require(kind, Kind.TEXT if members is str else Kind.NUMBER)
        word = "in" if tree.name == "contains" else "not in"
        return f"({source} {word} {self._constant(frozenset(among.value))})", Kind.BOOLEAN

    def _call(self, tree: Call) -> tuple[str, Kind | int]:
        presence = _PRESENCE.get(tree.function)
        if presence is not None:
            source, _ = self._write(tree.arguments[0])
            return f"({source} {presence})", Kind.BOOLEAN
        found = quick(tree)
        if found is None or found.result is None:
            raise _Unsuited
        return self._call_of(tree, found), found.result

    def _call_of(self, tree: Call, found: Quick | None) -> str:
        if found is None:
            raise _Unsuited
        sources = []
        for kind, argument in zip(found.kinds, tree.arguments, strict=False):
            if isinstance(argument, Literal):
                if argument.value == "":
                    raise _Unsuited
                sources.append(self._constant(argument.value))
                continue
            if kind not in _SINGLE:
                raise _Unsuited
            source, given = self._write(argument)
            self._require(given, kind)
            sources.append(source)
        if FUNCTIONS[tree.function].prepare is not None:
            sources.append(self._constant(tree.prepared))
        if found.inline is not None:
            constant = self._constant(found.constant)
            return f"({found.inline.format(*sources, constant=constant)})"
        return f"{self._constant(found.call)}({', '.join(sources)})"


#: What the functions that speak of presence ask of a value, here one that is set and readable.
_PRESENCE: Final[Mapping[str, str]] = {
    "is_set": "is not None",
    "is_empty": "is None",
    "is_unreadable": "is UNREADABLE",
}
