"""How operators meet empty, unreadable and columnar operands.

Language §4, *Empty spreads* and *Columns are element-wise*. Law: pure; never looks at what a
value is about, only at what it is.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from gateway.annotation.column import Column
from gateway.annotation.values import UNREADABLE, Kind, Value, kind_name, kind_of
from gateway.rules.function import FunctionError

Thunk = Callable[[], Value]
Binary = Callable[[Any, Any], Value]


class Deferred:
    """A failure of a value that was computed ahead: it is raised where the value is used."""

    __slots__ = ("error",)

    def __init__(self, error: Exception) -> None:
        self.error = error


class KindError(FunctionError):
    """Operands that do not meet; *values* are what they are, for a sentence with their names."""

    def __init__(self, sentence: str, values: tuple[Value, ...] = ()) -> None:
        super().__init__(sentence)
        self.values = values


def describe(value: Value) -> str:
    """Name what a value is, in the words of the language."""
    kind = kind_of(value)
    return "empty" if kind is None else kind_name(kind)


def special(*values: Value) -> Value:
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


def spreading(plain: Binary, native: Binary | None = None, result: Kind | None = None) -> Binary:
    """Make an operator that spreads from one that sees plain values.

    *native* does the same for two columns of numbers, and gives the kind *result*.
    """

    def checked(left: Value, right: Value) -> Value:
        if left.__class__ is Column or right.__class__ is Column:
            if (
                native
                and left.__class__ is right.__class__
                and left.kind is right.kind is Kind.NUMBER
            ):
                return Column(
                    list(map(native, left.values, right.values)), same_table(left, right), result
                )
            return elementwise(checked, left, right)
        if left is None or right is None or left in ODD or right in ODD:
            return special(left, right)
        return plain(left, right)

    return checked


class _Odd:
    """Matches what is neither plain nor empty, without calling anybody's ``__eq__``."""

    def __contains__(self, value: object) -> bool:
        return value is UNREADABLE or value.__class__ is Deferred


ODD: Final = _Odd()
