"""Functions that speak about empty and unreadable values.

Language §4, *Empty spreads*. Law: pure. A text without characters is empty here.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Final

from gateway.annotation.values import UNREADABLE, Kind, Value
from gateway.rules.function import Example, Function, Mode, Parameter
from gateway.rules.functions.bounds import SINGLE


def is_empty(value: Value) -> bool:
    """Tell whether nothing is there; an unreadable value is there."""
    return value is None or value == ""


def is_set(value: Value) -> bool:
    """Tell whether something is there, readable or not."""
    return not is_empty(value)


def is_unreadable(value: Value) -> bool:
    """Tell whether something is there that cannot be read as its type."""
    return value is UNREADABLE


def first_set(*thunks: Callable[[], Value]) -> Value:
    """Give the first value that is set; the last one, whatever it is, if none is."""
    value = None
    for thunk in thunks:
        value = thunk()
        if is_set(value):
            break
    return value


_X: Final = (Parameter("x", SINGLE),)

EMPTY: Final = (
    Function(
        "is_empty", "empty", _X, Kind.BOOLEAN, is_empty,
        "True if *x* has no value. Zero and an unreadable value are values.",
        (Example('is_empty("")', True), Example("is_empty(0)", False)),
        Mode.WHOLE,
    ),
    Function(
        "is_set", "empty", _X, Kind.BOOLEAN, is_set,
        "True if *x* has a value, even one that cannot be read.",
        (Example('is_set("x")', True), Example('is_set(number("n/a"))', True)),
        Mode.WHOLE,
    ),
    Function(
        "is_unreadable", "empty", _X, Kind.BOOLEAN, is_unreadable,
        "True if *x* has a value that cannot be read as the type its field has.",
        (
            Example('is_unreadable(number("n/a"))', True),
            Example('is_unreadable(number("12.5"))', False),
        ),
        Mode.WHOLE,
    ),
    Function(
        "default", "empty", (Parameter("x", Kind.ANY), Parameter("y", Kind.ANY)), Kind.ANY,
        first_set,
        "*x*, or *y* if *x* is empty. An unreadable *x* stays unreadable.",
        (
            Example("default(3, 0)", Decimal(3)),
            Example('default(trim("  "), "none")', "none"),
        ),
        Mode.LAZY,
        may_be_empty=True,
    ),
    Function(
        "first_set", "empty", (Parameter("x", Kind.ANY),), Kind.ANY, first_set,
        "The first of the values that is not empty; empty if all are.",
        (Example('first_set(trim(" "), "", "B", "C")', "B"),),
        Mode.LAZY,
        variadic=True,
        may_be_empty=True,
    ),
)  # fmt: skip
