"""The functions of selectors: jmespath's own, each held to a budget.

Law: the results are those of `jmespath.functions`; what a call costs is spent before it is made.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from jmespath import functions

from gateway.annotation.values import MAX_TEXT
from gateway.rules.selectors.budget import TEXT_SHIFT, Budget, SelectorError

Call: TypeAlias = Callable[[list[Any], Budget], Any]


@dataclass(frozen=True, slots=True)
class Signature:
    """How many arguments a function takes."""

    count: int
    #: The last one may be repeated.
    variadic: bool = False
    #: The position of the argument that is written with ``&``.
    reference: int | None = None

    def accepts(self, given: int) -> bool:
        """Tell whether a call may have *given* arguments."""
        return given >= self.count if self.variadic else given == self.count


#: Every function that a selector may call. One that the library gains is not let in unread.
SIGNATURES: Final = {
    "abs": Signature(1),
    "avg": Signature(1),
    "ceil": Signature(1),
    "contains": Signature(2),
    "ends_with": Signature(2),
    "floor": Signature(1),
    "join": Signature(2),
    "keys": Signature(1),
    "length": Signature(1),
    "map": Signature(2, reference=0),
    "max": Signature(1),
    "max_by": Signature(2, reference=1),
    "merge": Signature(1, variadic=True),
    "min": Signature(1),
    "min_by": Signature(2, reference=1),
    "not_null": Signature(1, variadic=True),
    "reverse": Signature(1),
    "sort": Signature(1),
    "sort_by": Signature(2, reference=1),
    "starts_with": Signature(2),
    "sum": Signature(1),
    "to_array": Signature(1),
    "to_number": Signature(1),
    "to_string": Signature(1),
    "type": Signature(1),
    "values": Signature(1),
}

_LIBRARY: Final = functions.Functions()


class _Expression:
    """What ``&`` makes. The library knows it by the name of its class."""

    __slots__ = ("budget", "expression")

    def __init__(self, expression: Callable[[Any, Budget], Any], budget: Budget) -> None:
        self.expression = expression
        self.budget = budget

    def visit(self, expression: Callable[[Any, Budget], Any], value: Any) -> Any:
        return expression(value, self.budget)


def reference(expression: Callable[[Any, Budget], Any], budget: Budget) -> Any:
    """Make the value of ``&expression`` that a function is given."""
    return _Expression(expression, budget)


def _not_null(arguments: list[Any], _: Budget) -> Any:
    for argument in arguments:
        if argument is not None:
            return argument
    return None


def _length(arguments: list[Any], _: Budget) -> Any:
    (value,) = arguments
    if value.__class__ is str or value.__class__ is list or value.__class__ is dict:
        return len(value)
    return _LIBRARY.call_function("length", arguments)


def _keys(arguments: list[Any], budget: Budget) -> Any:
    (value,) = arguments
    budget.spend_on(value)
    return list(value) if value.__class__ is dict else _LIBRARY.call_function("keys", arguments)


def _starts_with(arguments: list[Any], _: Budget) -> Any:
    text, start = arguments
    if text.__class__ is str and start.__class__ is str:
        return text.startswith(start)
    return _LIBRARY.call_function("starts_with", arguments)


def _ends_with(arguments: list[Any], _: Budget) -> Any:
    text, end = arguments
    if text.__class__ is str and end.__class__ is str:
        return text.endswith(end)
    return _LIBRARY.call_function("ends_with", arguments)


def _contains(arguments: list[Any], budget: Budget) -> Any:
    subject, wanted = arguments
    budget.spend_on(subject)
    if wanted.__class__ is str and (subject.__class__ is str or subject.__class__ is list):
        return wanted in subject
    if isinstance(subject, list) and isinstance(wanted, list | dict):
        # Each comparison may walk the whole of what is wanted.
        budget.spend(len(subject) * budget.spend_tree(wanted))
    return _LIBRARY.call_function("contains", arguments)


def _join(arguments: list[Any], budget: Budget) -> Any:
    glue, texts = arguments
    budget.spend_on(texts)
    if isinstance(glue, str) and isinstance(texts, list):
        length = len(glue) * (len(texts) - 1)
        length += sum(len(text) for text in texts if isinstance(text, str))
        _spend_on_text(length, "join", budget)
    return _LIBRARY.call_function("join", arguments)


def _to_string(arguments: list[Any], budget: Budget) -> Any:
    (value,) = arguments
    if isinstance(value, str):
        return value
    _spend_on_text(_least_length(value, budget), "to_string", budget)
    text = _LIBRARY.call_function("to_string", arguments)
    _spend_on_text(len(text), "to_string", budget)
    return text


def _least_length(value: Any, budget: Budget) -> int:
    """Count the characters that JSON needs at least, shared parts each time."""
    length = budget.spend_tree(value)
    pending = [value]
    while pending:
        one = pending.pop()
        if isinstance(one, str):
            length += len(one)
        elif isinstance(one, list):
            pending.extend(one)
        elif isinstance(one, dict):
            pending.extend(one)
            pending.extend(one.values())
    return length


def _spend_on_text(length: int, name: str, budget: Budget) -> None:
    if length > MAX_TEXT:
        raise SelectorError(f"{name}() makes a text of more than {MAX_TEXT} characters")
    budget.spend(length >> TEXT_SHIFT)


def _type(arguments: list[Any], _: Budget) -> Any:
    (value,) = arguments
    return _TYPES.get(value.__class__) or _LIBRARY.call_function("type", arguments)


_TYPES: Final = {dict: "object", list: "array", str: "string"}

_OWN: Final[dict[str, Call]] = {
    "contains": _contains,
    "ends_with": _ends_with,
    "join": _join,
    "keys": _keys,
    "length": _length,
    "not_null": _not_null,
    "starts_with": _starts_with,
    "to_string": _to_string,
    "type": _type,
}


def function(name: str) -> Call:
    """Return what calls the function *name* with arguments and a budget."""
    return _OWN.get(name) or _library(name)


def _library(name: str) -> Call:
    def call(arguments: list[Any], budget: Budget) -> Any:
        for argument in arguments:
            budget.spend_on(argument)
        return _LIBRARY.call_function(name, arguments)

    return call
