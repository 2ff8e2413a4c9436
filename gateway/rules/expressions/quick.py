"""Calls on the kinds that are met most: plain functions for compiled code, without checks.

Law: pure; on values of the kinds that it names, each gives what the function table's gives. Like
all compiled code it expects `gateway.annotation.values.CONTEXT` to be the thread's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

from gateway.annotation.values import ARITHMETIC_ERRORS, Kind, Value, kind_of
from gateway.rules.expressions.calls import run_time_parameters
from gateway.rules.expressions.checked import Call, Literal
from gateway.rules.function import Function, FunctionError, Mode
from gateway.rules.functions import FUNCTIONS
from gateway.rules.functions.columns import count, largest, smallest, total
from gateway.rules.functions.number import equal, tolerance, unit_of

Plain = Callable[..., Value]


@dataclass(frozen=True, slots=True)
class Quick:
    """How a call is made when its arguments are of these kinds."""

    #: Takes as many of the call's arguments as there are *kinds*, then the prepared one if any.
    call: Plain
    kinds: tuple[Kind, ...]
    #: What it always gives; None when it may be empty, unreadable or of several kinds.
    result: Kind | None
    #: The same as Python's own operators on the numbered arguments and *constant*, each at most
    #: once, for code that is rid of checks; it raises where *call* raises.
    inline: str | None = None
    constant: Value = None


def quick(tree: Call) -> Quick | None:
    """Find the plain function for a call; None where only the checked one will do."""
    if tree.clock is not None:
        return None
    function = FUNCTIONS[tree.function]
    special = _SPECIAL.get(tree.function)
    if special is not None:
        found = special(tree)
    elif function.mode is Mode.SPREAD and not function.variadic:
        kinds = tuple(parameter.kind for parameter in run_time_parameters(function))
        found = Quick(function.call, kinds, _certain(function))
    else:
        found = None
    return found if found is not None and _literals_fit(tree, function, found) else None


def _certain(function: Function) -> Kind | None:
    certain = not function.may_be_empty and not function.may_be_unreadable
    return function.result if certain and function.result in _SINGLE else None


_SINGLE: Final = (Kind.TEXT, Kind.NUMBER, Kind.DATE, Kind.BOOLEAN)


def _literals_fit(tree: Call, function: Function, found: Quick) -> bool:
    """Whether the arguments that are known at load are of the kinds that *found* takes."""
    parameters = function.parameters if function.mode is Mode.SPREAD else ()
    absent = [parameter.name for parameter in parameters if parameter.default is None]
    names = [parameter.name for parameter in run_time_parameters(function)]
    for number, (kind, argument) in enumerate(zip(found.kinds, tree.arguments, strict=False)):
        if not isinstance(argument, Literal):
            continue
        given = kind_of(argument.value)
        if given is None and names[number] in absent:
            continue
        if given is None or given not in kind:
            return False
    return True


def _equal(tree: Call) -> Quick | None:
    """``equal`` of numbers, its tolerance read once."""
    within = tree.arguments[2]
    if not isinstance(within, Literal):
        return None
    try:
        amount, is_share = tolerance(within.value)
    except FunctionError:
        return None

    def near(a: Decimal, b: Decimal) -> bool:
        try:
            return (a - b).copy_abs() <= (b.copy_abs() * amount if is_share else amount)
        except ARITHMETIC_ERRORS:
            return equal(a, b, within.value)  # Fails with its sentence.

    kinds = (Kind.NUMBER, Kind.NUMBER)
    if is_share:
        return Quick(near, kinds, Kind.BOOLEAN)
    return Quick(near, kinds, Kind.BOOLEAN, "({0} - {1}).copy_abs() <= {constant}", amount)


def _contains(tree: Call) -> Quick:
    """``contains`` of a text in a text."""
    kinds = (Kind.TEXT, Kind.TEXT, Kind.BOOLEAN)
    folds = tree.arguments[2]
    exact = isinstance(folds, Literal) and folds.value is False
    call = FUNCTIONS["contains"].call
    return Quick(call, kinds, Kind.BOOLEAN, "{1} in {0}" if exact else None)


def _abs(_: Call) -> Quick:
    call = FUNCTIONS["abs"].call
    return Quick(call, (Kind.NUMBER,), Kind.NUMBER, "({0}).copy_abs()")


def _map(tree: Call) -> Quick:
    """``map`` of a text, with a text for the default."""
    found = tree.prepared.by_text.get
    kinds = (Kind.TEXT, Kind.TEXT)
    return Quick(FUNCTIONS["map"].call, kinds, None, "{constant}({0}, {1})", found)


def _round(tree: Call) -> Quick:
    """``round`` to a number of places known at load: most numbers have just as many."""
    call = FUNCTIONS["round"].call
    kinds = (Kind.NUMBER, Kind.NUMBER)
    places = tree.arguments[1]
    try:
        # A param may also be null.
        value = places.value if isinstance(places, Literal) else None
        unit = unit_of(value) if isinstance(value, Decimal) else None
    except FunctionError:
        unit = None
    if unit is None:
        return Quick(call, kinds, Kind.NUMBER)

    def near(x: Decimal, n: Decimal, mode: str) -> Value:
        return +x if x.same_quantum(unit) else call(x, n, mode)

    # The context rounds half up, and numbers mostly have places enough.
    plainly = tree.prepared == ROUND_HALF_UP and unit <= 1
    return Quick(near, kinds, Kind.NUMBER, _ROUND if plainly else None, unit)


_ROUND: Final = "+({0}).quantize({constant})"


def _extreme(choose: Callable[[Any], Value]) -> Callable[[Call], Quick | None]:
    """Take ``min`` and ``max`` of several numbers."""

    def special(tree: Call) -> Quick | None:
        if len(tree.arguments) < 2:
            return None
        kinds = (Kind.NUMBER,) * len(tree.arguments)
        return Quick(lambda *numbers: choose(numbers), kinds, Kind.NUMBER)

    return special


def _total(values: Sequence[Decimal]) -> Value:
    """``sum`` of a column."""
    try:
        return sum(values[1:], values[0])
    except (*ARITHMETIC_ERRORS, IndexError):
        return total(values)  # Fails with its sentence, or is empty.


#: Aggregates of a whole column: the kinds its values may have, and the plain function.
AGGREGATES: Final[Mapping[str, tuple[tuple[Kind, ...], Callable[[Sequence[Any]], Value]]]] = {
    "sum": ((Kind.NUMBER,), _total),
    "count": ((Kind.NUMBER, Kind.TEXT, Kind.DATE, Kind.BOOLEAN, Kind.COLUMN), count),
}


#: Functions that Python's operators serve, or that take several kinds, on what rows mostly have.
_SPECIAL: Final[Mapping[str, Callable[[Call], Quick | None]]] = {
    "abs": _abs,
    "equal": _equal,
    "contains": _contains,
    "map": _map,
    "min": _extreme(smallest),
    "max": _extreme(largest),
    "round": _round,
}
