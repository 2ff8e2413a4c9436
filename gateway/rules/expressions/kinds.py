"""What kinds an expression's parts can have, as far as it is known at load.

Language §4, *No silent coercion*. Kinds are unions: what may fit is let through and checked when
it is evaluated, what can never fit is a mistake. Law: pure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from gateway.annotation.values import Kind, kind_name, kind_of, parse_timestamp_date
from gateway.rules.expressions.checked import Literal, Tree
from gateway.rules.function import Function, Mode

_N, _T, _D, _U = Kind.NUMBER, Kind.TEXT, Kind.DATE, Kind.DURATION

#: What each arithmetic operator gives for which pairs of kinds.
_RESULTS: Final[Mapping[str, Sequence[tuple[Kind, Kind, Kind]]]] = {
    "add": ((_N, _N, _N), (_T, _T, _T), (_D, _N | _U, _D), (_N | _U, _D, _D)),
    "subtract": ((_N, _N, _N), (_D, _D, _N), (_D, _N | _U, _D)),
    "multiply": ((_N, _N, _N),),
    "divide": ((_N, _N, _N),),
    "floor_divide": ((_N, _N, _N),),
    "modulo": ((_N, _N, _N),),
}

VERBS: Final[Mapping[str, str]] = {
    "add": "add",
    "subtract": "subtract",
    "multiply": "multiply",
    "divide": "divide",
    "floor_divide": "divide",
    "modulo": "divide",
}

_PLAIN: Final = Kind.SCALAR | Kind.DURATION


def of_arithmetic(name: str, left: Kind, right: Kind) -> Kind:
    """Give the kinds that an operator's result can have; none when the operands never meet."""
    result = Kind(0)
    for one, other, gives in _RESULTS[name]:
        if element(left) & one and element(right) & other:
            result |= gives
    return spread(result, left, right) if result else result


def spread(result: Kind, *operands: Kind) -> Kind:
    """Give the kinds of what is done element by element: surely a column if an operand is one."""
    if Kind.COLUMN in operands:
        return Kind.COLUMN
    for operand in operands:
        result |= operand & Kind.COLUMN
    return result


def element(kind: Kind) -> Kind:
    """Give what a single operand can be; of what is surely a column, the cells are not known."""
    return _PLAIN if kind == Kind.COLUMN else kind & ~Kind.COLUMN


def either(one: Kind, other: Kind) -> Kind:
    """Give the kinds of a value that is one or the other."""
    if one != other and Kind.COLUMN in (one, other):
        return one | other | _PLAIN
    return one | other


def name_of(tree: Tree) -> str:
    """Name the kinds of a part as a mistake does; of a list, those of its values."""
    if isinstance(tree, Literal) and isinstance(tree.value, list):
        return f"a list of {kind_name(_members(tree))}"
    return kind_name(tree.kind & ~Kind.COLUMN or tree.kind)


def comparable(name: str, left: Tree, right: Tree) -> bool:
    """Whether values of these kinds can be compared, or looked for in one another."""
    one = element(left.kind) & Kind.SCALAR
    other = _members(right) if "contains" in name else element(right.kind) & Kind.SCALAR
    if one & other:
        return True
    # A date compares with an ISO text.
    dated = _may_be_date(left) and _may_be_date(right)
    return dated and bool(one and other) and _D in one | other and _T in one | other


def _may_be_date(tree: Tree) -> bool:
    written = tree.value if isinstance(tree, Literal) else None
    return not isinstance(written, str) or parse_timestamp_date(written) is not None


def _members(among: Tree) -> Kind:
    """Give the kinds of what can be found in a list, a column, the keys of a mapping or a text."""
    if isinstance(among, Literal) and isinstance(among.value, list | dict):
        found = Kind(0)
        for kind in map(kind_of, among.value):
            found |= kind or Kind.SCALAR
        return found or Kind.SCALAR
    if among.kind & (Kind.LIST | Kind.MAPPING):
        return Kind.SCALAR
    return among.kind & Kind.TEXT if Kind.COLUMN not in among.kind else element(among.kind)


def of_call(function: Function, arguments: Sequence[Tree]) -> Kind:
    """Give the kinds that a call's result can have."""
    if function.mode in (Mode.AGGREGATE, Mode.WHOLE):
        singles = function.mode is Mode.WHOLE and not any(
            parameter.kind == Kind.COLUMN for parameter in function.parameters
        )
        column = _columns(arguments) if singles else Kind(0)
        return function.result | column
    if function.mode is Mode.SPREAD:
        return spread(function.result, *(argument.kind for argument in arguments))
    return function.result | _columns(arguments)


def _columns(arguments: Sequence[Tree]) -> Kind:
    result = Kind(0)
    for argument in arguments:
        result |= argument.kind & Kind.COLUMN
    return result
