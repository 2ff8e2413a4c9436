"""What kinds an expression's parts can have, as far as it is known at load.

Language §4, *No silent coercion*. Kinds are unions: what may fit is let through and checked when
it is evaluated, what can never fit is a mistake. Law: pure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from gateway.annotation.values import Kind
from gateway.rules.expressions.checked import Tree
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
    column = (left | right) & Kind.COLUMN
    left, right = (_element(left), _element(right))
    result = Kind(0)
    for one, other, gives in _RESULTS[name]:
        if left & one and right & other:
            result |= gives
    return result | column if result else result


def _element(kind: Kind) -> Kind:
    """Give what a single operand can be; the kinds of a column's cells are not known."""
    return _PLAIN if kind & Kind.COLUMN else kind


def comparable(name: str, left: Kind, right: Kind) -> bool:
    """Whether values of these kinds can be compared, or looked for in one another."""
    if "contains" in name:
        among = Kind.LIST | Kind.COLUMN | Kind.MAPPING | Kind.TEXT
        return bool(right & among) and bool(left & (Kind.SCALAR | Kind.COLUMN))
    left, right = _element(left) & Kind.SCALAR, _element(right) & Kind.SCALAR
    mixed = left | right
    return bool(left & right) or (bool(left and right) and _D in mixed and _T in mixed)


def of_call(function: Function, arguments: Sequence[Tree]) -> Kind:
    """Give the kinds that a call's result can have."""
    if function.mode in (Mode.AGGREGATE, Mode.WHOLE):
        singles = function.mode is Mode.WHOLE and not any(
            parameter.kind == Kind.COLUMN for parameter in function.parameters
        )
        column = _columns(arguments) if singles else Kind(0)
        return function.result | column
    return function.result | _columns(arguments)


def _columns(arguments: Sequence[Tree]) -> Kind:
    result = Kind(0)
    for argument in arguments:
        result |= argument.kind & Kind.COLUMN
    return result
