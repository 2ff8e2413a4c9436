"""What every operator means, on any values: the definition that all evaluation shares.

Language §4, *Empty spreads*, *Columns are element-wise*, *No silent coercion*. The interpreter
calls nothing but these; compiled code calls them wherever its own quick check fails.
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
    Kind,
    Value,
    clean_text,
    kind_name,
    kind_of,
    parse_number,
    parse_timestamp_date,
)
from gateway.rules.function import FunctionError
from gateway.rules.functions.date import Duration, add_duration

Thunk = Callable[[], Value]
Binary = Callable[[Any, Any], Value]


class Deferred:
    """A failure of a value that was computed ahead: it is raised where the value is used."""

    __slots__ = ("error",)

    def __init__(self, error: Exception) -> None:
        self.error = error


class KindError(FunctionError):
    """Operands that do not meet; *operands* are positions, for a sentence with their names."""

    def __init__(self, sentence: str, values: tuple[Value, ...] = ()) -> None:
        super().__init__(sentence)
        self.values = values


def describe(value: Value) -> str:
    """Name what a value is, in the words of the language."""
    kind = kind_of(value)
    return "empty" if kind is None else kind_name(kind)


def _special(*values: Value) -> Value:
    """Give what empty and unreadable operands make of a result; raise a deferred failure."""
    result = None
    for value in values:
        if value.__class__ is Deferred:
            raise value.error
        if value is UNREADABLE:
            result = UNREADABLE
    return result


def same_table(*columns: Column) -> Any:
    """Give the table that columns share.

    Raises:
        FunctionError: they stand in different tables or differ in length.
    """
    first = columns[0]
    for column in columns[1:]:
        if column.table is not first.table or len(column) != len(first):
            raise FunctionError("columns of different tables do not combine; aggregate them first")
    return first.table


def elementwise(function: Callable[..., Value], *operands: Value) -> Column:
    """Apply *function* row by row; single operands are the same in each row."""
    columns = [operand for operand in operands if operand.__class__ is Column]
    table = same_table(*columns)
    lanes = [
        operand.values if operand.__class__ is Column else [operand] * len(columns[0])
        for operand in operands
    ]
    return Column([function(*row) for row in zip(*lanes, strict=True)], table)


def _binary(plain: Binary, native: Binary | None = None, result: Kind | None = None) -> Binary:
    """Make an operator that spreads from one that sees plain values.

    *native* does the same for two columns of numbers, and gives the kind *result*.
    """

    def checked(left: Value, right: Value) -> Value:
        if left.__class__ is Column or right.__class__ is Column:
            if native and left.__class__ is right.__class__ and left.kind is right.kind is _NUMBER:
                return Column(
                    list(map(native, left.values, right.values)), same_table(left, right), result
                )
            return elementwise(checked, left, right)
        if left is None or right is None or left in _ODD or right in _ODD:
            return _special(left, right)
        return plain(left, right)

    return checked


class _Odd:
    """Matches what is neither plain nor empty, without calling anybody's ``__eq__``."""

    def __contains__(self, value: object) -> bool:
        return value is UNREADABLE or value.__class__ is Deferred


_ODD: Final = _Odd()
_NUMBER: Final = Kind.NUMBER


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
        if other is None or other in _ODD:
            odd = _special(odd, other)
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
    if item is None or among is None or item in _ODD or among in _ODD:
        return _special(item, among)
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


def truth(value: Value) -> Value:
    """Check that *value* is a condition's: true, false, empty or unreadable.

    Raises:
        FunctionError: it is of another kind; there is no truth of texts or numbers.
    """
    if value is True or value is False or value is None or value is UNREADABLE:
        return value
    if value.__class__ is Deferred:
        raise value.error
    if value.__class__ is Column:
        raise FunctionError(
            "a column is no condition; ask any(), all() or none() of it, or select its table"
        )
    raise KindError(f"a condition must be true or false, this is {describe(value)}", (value,))


def negate(value: Value) -> Value:
    """``not value``."""
    if value.__class__ is Column:
        return elementwise(negate, value)
    value = truth(value)
    return (not value) if value is True or value is False else value


def _kleene(decisive: bool) -> Callable[..., Value]:
    """Make ``and`` (decided by false) or ``or`` (decided by true) after Kleene."""

    def both(left: Value, right: Value) -> Value:
        return lazily(lambda: left, lambda: right)

    def lazily(*operands: Thunk) -> Value:
        result: Value = not decisive
        for number, operand in enumerate(operands):
            value = operand()
            if value.__class__ is Column:
                rest = [later() for later in operands[number + 1 :]]
                columns = elementwise(both, value, result)
                for other in rest:
                    columns = elementwise(both, columns, other)
                return columns
            value = truth(value)
            if value is decisive:
                return decisive
            if value is None and result is not UNREADABLE:
                result = None
            elif value is UNREADABLE:
                result = UNREADABLE
        return result

    return lazily


def choose(condition: Value, then: Thunk, otherwise: Thunk) -> Value:
    """``then if condition else otherwise``; an empty condition is taken as false."""
    return then() if truth(condition) is True else otherwise()


def _signed(work: Callable[[Decimal], Decimal]) -> Callable[[Value], Value]:
    def checked(value: Value) -> Value:
        if value.__class__ is Decimal:
            return work(value)
        if value.__class__ is Column:
            return elementwise(checked, value)
        if value is None or value in _ODD:
            return _special(value)
        raise KindError(f"cannot take the negative of {describe(value)}", (value,))

    return checked


def cut(text: Value, start: Value, stop: Value) -> Value:
    """``text[start:stop]``; a bound that is absent is the text's end."""
    if text.__class__ is Column:
        return elementwise(cut, text, start, stop)
    if text is None or text in _ODD:
        return _special(text)
    if not isinstance(text, str):
        raise KindError(f"only text can be sliced, this is {describe(text)}", (text,))
    return text[_bound(start) : _bound(stop)]


def _bound(position: Value) -> int | None:
    if position is None:
        return None
    if position.__class__ is not Decimal or position != position.to_integral_value():
        raise FunctionError("a slice needs whole numbers")
    return max(-MAX_TEXT, min(MAX_TEXT, int(position)))


def attribute(value: Value, key: str) -> Value:
    """``value.key`` of a mapping; a key that is absent is empty."""
    if value.__class__ is Column or isinstance(value, list):
        values = value.values if isinstance(value, Column) else value
        return Column([attribute(one, key) for one in values], getattr(value, "table", None))
    if value is None or value in _ODD:
        return _special(value)
    if isinstance(value, Mapping):
        return from_json(value.get(key))
    raise KindError(f"{describe(value)} has no parts, so no .{key}", (value,))


def from_json(data: Any) -> Value:
    """Turn decoded JSON into a value: exact numbers, ``""`` and null empty, the rest bounded."""
    match data:
        case None | "":
            return None
        case bool():
            return data
        case str():
            return clean_text(data)
        case int():
            return Decimal(data) if abs(data) < 10**18 else UNREADABLE
        case float():
            number = parse_number(repr(data))
            return UNREADABLE if number is None else number
        case list() | tuple():
            return [from_json(item) for item in data]
        case _:
            return data


_compare: Final[Mapping[str, Binary]] = {
    name: _binary(_comparison(getattr(operator, name)), getattr(operator, name), Kind.BOOLEAN)
    for name in ("eq", "ne", "lt", "le", "gt", "ge")
}
equals: Final = _compare["eq"]
not_equals: Final = _compare["ne"]
less: Final = _compare["lt"]
at_most: Final = _compare["le"]
greater: Final = _compare["gt"]
at_least: Final = _compare["ge"]

add: Final = _binary(_add, CONTEXT.add, Kind.NUMBER)
subtract: Final = _binary(_subtract, CONTEXT.subtract, Kind.NUMBER)
multiply: Final = _binary(
    _arithmetic("multiply", CONTEXT.multiply), CONTEXT.multiply, Kind.NUMBER
)
divide: Final = _binary(_arithmetic("divide", _divide))
floor_divide: Final = _binary(_arithmetic("divide", _floor_divide))
modulo: Final = _binary(_arithmetic("divide", _modulo))
negative: Final = _signed(CONTEXT.minus)
positive: Final = _signed(CONTEXT.plus)
conjunction: Final = _kleene(decisive=False)
disjunction: Final = _kleene(decisive=True)


def texts(values: Sequence[Value]) -> bool:
    """Whether all values are texts, so that a set can hold them."""
    return all(value.__class__ is str for value in values)
