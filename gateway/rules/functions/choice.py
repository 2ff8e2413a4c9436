"""Functions that choose among values.

Language §4, *Functions*, choice. Law: pure; `case` evaluates only what it needs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from gateway.annotation.values import (
    CONTEXT,
    UNREADABLE,
    Kind,
    Value,
    number_text,
    shape_of,
    value_text,
)
from gateway.rules.function import Example, Function, FunctionError, Mode, Parameter
from gateway.rules.functions.bounds import MAX_LIST, SINGLE


@dataclass(frozen=True, slots=True)
class Choices:
    """A mapping, by text and by numeric value."""

    by_text: Mapping[str, Value]
    by_number: Mapping[str, Value]


def read_choices(mapping: Mapping[Value, Value]) -> Choices:
    """Index a mapping; keys that are equal as numbers must not differ in value."""
    if len(mapping) > MAX_LIST:
        raise ValueError(f"there are more than {MAX_LIST} keys")
    by_text = {value_text(key): value for key, value in mapping.items()}
    by_number: dict[str, Value] = {}
    for text, value in by_text.items():
        if shape_of(text) is not Kind.NUMBER:  # ``007`` is a code, not the number 7.
            continue
        key = _numeric(Decimal(text))
        if key in by_number and by_number[key] != value:
            raise ValueError(f"the key {text!r} is there twice as a number")
        by_number[key] = value
    return Choices(by_text, by_number)


def _numeric(number: Decimal) -> str:
    return number_text(number.normalize(CONTEXT)) if number else "0"


def map_value(x: Value, default: Value, choices: Choices) -> Value:
    """Look up a value: a number by its numeric value, all others by their text."""
    if isinstance(x, Decimal):
        return choices.by_number.get(_numeric(x), default)
    return choices.by_text.get(value_text(x), default)


def case(*branches: Callable[[], Value]) -> Value:
    """Give the value of the first condition that holds, else the one left over, else empty."""
    for position in range(0, len(branches) - 1, 2):
        if _holds(branches[position]()):
            return branches[position + 1]()
    return branches[-1]() if len(branches) % 2 else None


def _holds(condition: Value) -> bool:
    if condition is None or condition is UNREADABLE:
        return False
    if not isinstance(condition, bool):
        raise FunctionError("a condition of case() must be true or false")
    return condition


CHOICE: Final = (
    Function(
        "map", "choice",
        (
            Parameter("x", Kind.SCALAR),
            Parameter("mapping", Kind.MAPPING, literal=True),
            Parameter("default", SINGLE, None),
        ),
        SINGLE, map_value,
        "The value that *mapping* has for *x*; *default*, or empty, if it has none. Texts match "
        "letter by letter; a number matches any key of the same numeric value, `1` and `1.0`.",
        (
            Example('map("CZ", {"CZ": "CZK", "DE": "EUR"})', "CZK"),
            Example('map("US", {"CZ": "CZK"}, "EUR")', "EUR"),
            Example('map(21.0, {"21": "standard"})', "standard"),
        ),
        may_be_empty=True, prepare=read_choices,
    ),
    Function(
        "case", "choice",
        (
            Parameter("condition", Kind.BOOLEAN | Kind.COLUMN),
            Parameter("value", Kind.ANY),
            Parameter("more", Kind.ANY, None),
        ),
        Kind.ANY, case,
        "The value behind the first condition that is true. *more* are further conditions with "
        "their values and, last, the value if none is true (otherwise it is empty). An empty or "
        "unreadable condition counts as false.",
        (
            Example('case(1 > 2, "a", 2 > 1, "b", "c")', "b"),
            Example('case(False, "a", "c")', "c"),
            Example('is_empty(case(False, "a"))', True),
        ),
        Mode.LAZY, variadic=True, may_be_empty=True,
    ),
)  # fmt: skip
