"""What every operator means, on any values: the definition that all evaluation shares.

Language §4, *No silent coercion*. The interpreter calls nothing but these; compiled code calls
them wherever its own quick check fails.
Law: pure; checks kinds before it works and sizes before it builds; fails with `FunctionError`.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from decimal import ROUND_FLOOR, Decimal
from typing import Any, Final

from gateway.annotation.column import Column
from gateway.annotation.values import (
    CONTEXT,
    MAX_TEXT,
    UNREADABLE,
    Duration,
    Kind,
    Value,
    parse_timestamp_date,
)
from gateway.rules.expressions.logic import choose, conjunction, disjunction, negate, truth
from gateway.rules.expressions.parts import attribute, cut
from gateway.rules.expressions.spreading import (
    ODD,
    Binary,
    KindError,
    describe,
    elementwise,
    special,
    spreading,
)
from gateway.rules.function import FunctionError
from gateway.rules.functions.date import add_duration


def _mismatch(verb: str, left: Value, right: Value) -> KindError:
    return KindError(f"cannot {verb} {describe(left)} and {describe(right)}", (left, right))


def _add(left: Value, right: Value) -> Value:
    match left, right:
        case Decimal(), Decimal():
            return CONTEXT.add(left, right)
        case str(), str():
            if len(left) + len(right) > MAX_TEXT:
                raise FunctionError(f"a text of more than {MAX_TEXT} characters")
            return left + right
        case date(), Decimal() | Duration():
            return _shift(left, right, 1)
        case Decimal() | Duration(), date():
            return _shift(right, left, 1)
        case _:
            raise _mismatch("add", left, right)


def _subtract(left: Value, right: Value) -> Value:
    match left, right:
        case Decimal(), Decimal():
            return CONTEXT.subtract(left, right)
        case date(), date():
            return Decimal((left - right).days)
        case date(), Decimal() | Duration():
            return _shift(left, right, -1)
        case _:
            raise _mismatch("subtract", left, right)


def _shift(day: date, by: Decimal | Duration, sign: int) -> date:
    if isinstance(by, Duration):
        return add_duration(day, Duration(sign * by.months, sign * by.days))
    if by != by.to_integral_value():
        raise FunctionError("a date is moved by whole days")
    try:
        return day + timedelta(days=sign * int(by))
    except OverflowError:
        raise FunctionError("a date outside the years 1 to 9999") from None


def _arithmetic(verb: str, work: Callable[[Decimal, Decimal], Decimal]) -> Binary:
    def plain(left: Value, right: Value) -> Value:
        if left.__class__ is Decimal and right.__class__ is Decimal:
            return work(left, right)
        raise _mismatch(verb, left, right)

    return plain


def _divide(left: Decimal, right: Decimal) -> Decimal:
    if not right:
        raise FunctionError("division by zero")
    return CONTEXT.divide(left, right)


def _floor_divide(left: Decimal, right: Decimal) -> Decimal:
    return _divide(left, right).to_integral_value(ROUND_FLOOR, CONTEXT)


def _modulo(left: Decimal, right: Decimal) -> Decimal:
    if not right:
        raise FunctionError("division by zero")
    rest = CONTEXT.remainder(left, right)
    return CONTEXT.add(rest, right) if rest and (rest < 0) != (right < 0) else rest


def _comparison(compare: Binary) -> Binary:
    def plain(left: Value, right: Value) -> bool:
        if left.__class__ is right.__class__ and left.__class__ in _COMPARABLE:
            return bool(compare(left, right))
        if isinstance(left, date) and isinstance(right, str):
            return bool(compare(left, _as_date(left, right)))
        if isinstance(left, str) and isinstance(right, date):
            return bool(compare(_as_date(right, left), right))
        raise _mismatch("compare", left, right)

    return plain


_COMPARABLE: Final = frozenset((Decimal, str, date, bool))


def _as_date(day: date, text: str) -> date:
    read = parse_timestamp_date(text)
    if read is None:
        raise _mismatch("compare", day, text)
    return read


def _contains(item: Value, among: Value) -> Value:
    if isinstance(among, str):
        if isinstance(item, str):
            return item in among
        raise _mismatch("look for", item, among)
    if isinstance(among, dict):
        return item in among if isinstance(item, str) else _contains(item, list(among))
    if not isinstance(among, list | tuple | frozenset):
        raise FunctionError(f"'in' looks into a list, a column or a text, not {describe(among)}")
    return _member(item, among)


def _member(item: Value, among: Any) -> Value:
    """Look for *item* among values; those of other kinds are no match, unless all are."""
    met = not among
    odd = None
    for other in among:
        if other is None or other in ODD:
            odd = special(odd, other)
            met = True
            continue
        try:
            if equals(item, other) is True:
                return True
            met = True
        except KindError:
            continue
    if not met:
        raise _mismatch("look for", item, next(iter(among)))
    return UNREADABLE if odd is UNREADABLE else False


def contains(item: Value, among: Value) -> Value:
    """``item in among``: a list, the values of a column, the keys of a mapping, or a text."""
    if item.__class__ is Column:
        return elementwise(contains, item, _Held(among))
    if among.__class__ is _Held:
        among = among.value
    if item is None or among is None or item in ODD or among in ODD:
        return special(item, among)
    if among.__class__ is Column:
        return _member(item, among.values)
    return _contains(item, among)


class _Held:
    """Keeps a column whole in an element-wise operation."""

    __slots__ = ("value",)

    def __init__(self, value: Value) -> None:
        self.value = value


def not_contains(item: Value, among: Value) -> Value:
    """``item not in among``."""
    return negate(contains(item, among))


def _signed(work: Callable[[Decimal], Decimal]) -> Callable[[Value], Value]:
    def checked(value: Value) -> Value:
        if value.__class__ is Decimal:
            return work(value)
        if value.__class__ is Column:
            return elementwise(checked, value)
        if value is None or value in ODD:
            return special(value)
        raise KindError(f"cannot take the negative of {describe(value)}", (value,))

    return checked


_compare: Final[Mapping[str, Binary]] = {
    name: spreading(_comparison(getattr(operator, name)), getattr(operator, name), Kind.BOOLEAN)
    for name in ("eq", "ne", "lt", "le", "gt", "ge")
}
equals: Final = _compare["eq"]
not_equals: Final = _compare["ne"]
less: Final = _compare["lt"]
at_most: Final = _compare["le"]
greater: Final = _compare["gt"]
at_least: Final = _compare["ge"]

add: Final = spreading(_add, CONTEXT.add, Kind.NUMBER)
subtract: Final = spreading(_subtract, CONTEXT.subtract, Kind.NUMBER)
multiply: Final = spreading(
    _arithmetic("multiply", CONTEXT.multiply), CONTEXT.multiply, Kind.NUMBER
)
divide: Final = spreading(_arithmetic("divide", _divide))
floor_divide: Final = spreading(_arithmetic("divide", _floor_divide))
modulo: Final = spreading(_arithmetic("divide", _modulo))
negative: Final = _signed(CONTEXT.minus)
positive: Final = _signed(CONTEXT.plus)


def member_class(values: Sequence[Value]) -> type | None:
    """Give the class of values that a set can stand for: all texts, or all numbers."""
    classes = {value.__class__ for value in values}
    found = classes.pop() if len(classes) == 1 else None
    return found if found in (str, Decimal) else None


#: Every operator, by the name that checked trees have for it.
OPERATORS: Final[Mapping[str, Callable[..., Value]]] = {
    "equals": equals,
    "not_equals": not_equals,
    "less": less,
    "at_most": at_most,
    "greater": greater,
    "at_least": at_least,
    "add": add,
    "subtract": subtract,
    "multiply": multiply,
    "divide": divide,
    "floor_divide": floor_divide,
    "modulo": modulo,
    "negative": negative,
    "positive": positive,
    "contains": contains,
    "not_contains": not_contains,
    "negate": negate,
    "truth": truth,
    "conjunction": conjunction,
    "disjunction": disjunction,
    "choose": choose,
    "cut": cut,
    "attribute": attribute,
}
