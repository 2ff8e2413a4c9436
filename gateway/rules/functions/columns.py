"""Aggregates over columns, and the smallest and largest of several values.

Language §4, *Aggregates*. Law: pure; they see values only that are set, readable and of one kind.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from functools import reduce
from typing import Any, Final

from gateway.annotation.column import Column
from gateway.annotation.values import CONTEXT, UNREADABLE, Kind, Value, value_text
from gateway.rules.function import Example, Function, FunctionError, Mode, Parameter
from gateway.rules.functions.bounds import MAX_LIST, SINGLE, calculated, check_length
from gateway.rules.functions.keyed import check_aligned, count_by, identity, sum_by


def total(values: Sequence[Decimal]) -> Decimal | None:
    """Add up; the total of nothing is empty."""
    return calculated(lambda: reduce(CONTEXT.add, values)) if values else None


def average(values: Sequence[Decimal]) -> Decimal | None:
    """Divide the total by the count."""
    if not values:
        return None
    return calculated(lambda: CONTEXT.divide(reduce(CONTEXT.add, values), Decimal(len(values))))


def smallest(values: Sequence[Any]) -> Value:
    """Give the smallest number, the earliest date or the text first in code point order."""
    return min(values, default=None)


def largest(values: Sequence[Any]) -> Value:
    """Give the largest number, the latest date or the text last in code point order."""
    return max(values, default=None)


def count(values: Sequence[Value]) -> Decimal:
    """Count."""
    return Decimal(len(values))


def count_distinct(values: Sequence[Value]) -> Decimal:
    """Count each value once."""
    return Decimal(len(set(map(identity, values))))


def first(values: Sequence[Value]) -> Value:
    """Give the first value."""
    return values[0] if values else None


def last(values: Sequence[Value]) -> Value:
    """Give the last value."""
    return values[-1] if values else None


def any_true(values: Sequence[bool]) -> bool:
    """Tell whether at least one holds."""
    return any(values)


def all_true(values: Sequence[bool]) -> bool:
    """Tell whether each holds."""
    return all(values)


def none_true(values: Sequence[bool]) -> bool:
    """Tell whether not one holds."""
    return not any(values)


def duplicates(values: Sequence[Value]) -> list[Value] | None:
    """List the values that come again, each once, in the order in which they first do."""
    if not values:
        return None
    seen: set[str | bool | date] = set()
    repeated: dict[str | bool | date, Value] = {}
    for value in values:
        key = identity(value)
        if key in seen:
            repeated.setdefault(key, value)
        seen.add(key)
    if len(repeated) > MAX_LIST:
        raise FunctionError(f"more than {MAX_LIST} different values are repeated")
    return list(repeated.values())


def join(values: Sequence[Value], separator: str) -> str | None:
    """Write the values one after the other, *separator* between them."""
    texts = list(map(value_text, values))
    check_length(sum(map(len, texts)) + len(separator) * max(len(texts) - 1, 0))
    return separator.join(texts) or None


def where(column: Column, condition: Column) -> Column:
    """Keep the cells whose condition is true.

    A cell whose condition is unreadable stays as an unreadable one: a sum must not leave out an
    amount silently.
    """
    check_aligned(column, condition)
    kept: list[Value] = []
    kind = column.kind
    for value, holds in zip(column.values, condition.values, strict=True):
        if holds is True:
            kept.append(value)
        elif holds is UNREADABLE:
            kept.append(UNREADABLE)
            kind = None
        elif holds is not False and holds is not None:
            raise FunctionError("the condition of where() must be true or false in each row")
    return Column(kept, None, kind)


def _aggregate(
    name: str,
    call: Any,
    takes: Kind,
    gives: Kind,
    summary: str,
    *examples: Example,
    group: str = "columns",
) -> Function:
    return Function(
        name,
        group,
        (Parameter("x", takes),),
        gives,
        call,
        summary,
        examples,
        Mode.AGGREGATE,
        variadic=True,
        may_be_empty=gives is not Kind.BOOLEAN and call not in (count, count_distinct),
    )


_ORDERED: Final = Kind.NUMBER | Kind.DATE | Kind.TEXT
_SINGLES: Final = Kind.SCALAR

COLUMNS: Final = (
    _aggregate(
        "min", smallest, _ORDERED, _ORDERED,
        "The smallest of numbers, the earliest of dates, or the first of texts.",
        Example("min(3, 1, 2)", Decimal(1)),
        group="number",
    ),
    _aggregate(
        "max", largest, _ORDERED, _ORDERED,
        "The largest of numbers, the latest of dates, or the last of texts.",
        Example("max([3, 1, 2])", Decimal(3)),
        group="number",
    ),
    _aggregate(
        "sum", total, Kind.NUMBER, Kind.NUMBER,
        "The total; empty if there is nothing to add.",
        Example("sum([1, 2.50])", Decimal("3.50")),
        Example("is_empty(sum([]))", True),
    ),
    _aggregate(
        "avg", average, Kind.NUMBER, Kind.NUMBER,
        "The total divided by the count; empties count neither way.",
        Example("avg([1, 2, 6])", Decimal(3)),
    ),
    _aggregate(
        "count", count, SINGLE, Kind.NUMBER,
        "How many values are set.",
        Example('count(["A", "B", "A"])', Decimal(3)),
        Example("count([])", Decimal(0)),
    ),
    _aggregate(
        "count_distinct", count_distinct, _SINGLES, Kind.NUMBER,
        "How many different values there are.",
        Example('count_distinct(["A", "B", "A"])', Decimal(2)),
    ),
    _aggregate(
        "first", first, _SINGLES, _SINGLES,
        "The first value that is set.",
        Example('first(["A", "B"])', "A"),
    ),
    _aggregate(
        "last", last, _SINGLES, _SINGLES,
        "The last value that is set.",
        Example('last(["A", "B"])', "B"),
    ),
    _aggregate(
        "any", any_true, Kind.BOOLEAN, Kind.BOOLEAN,
        "True if at least one condition holds; false over none.",
        Example("any([False, True])", True),
        Example("any([])", False),
    ),
    _aggregate(
        "all", all_true, Kind.BOOLEAN, Kind.BOOLEAN,
        "True if each condition holds; true over none.",
        Example("all([False, True])", False),
        Example("all([])", True),
    ),
    _aggregate(
        "none", none_true, Kind.BOOLEAN, Kind.BOOLEAN,
        "True if no condition holds; true over none.",
        Example("none([False, False])", True),
    ),
    Function(
        "duplicates", "columns", (Parameter("x", _SINGLES),), Kind.LIST, duplicates,
        "The list of the values that are repeated, each once.",
        (
            Example('duplicates(["A", "B", "A", "A"])', ["A"]),
            Example('"B" in duplicates(["A", "B"])', False),
        ),
        Mode.AGGREGATE,
        variadic=True,
        may_be_empty=True,
    ),
    Function(
        "join", "columns",
        (Parameter("x", _SINGLES), Parameter("separator", Kind.TEXT, ", ")),
        Kind.TEXT, join,
        "The values of one column as one text, *separator* between them.",
        (
            Example('join(["A", "B"])', "A, B"),
            Example('join([1, 2.50], " / ")', "1 / 2.50"),
        ),
        Mode.AGGREGATE,
        may_be_empty=True,
    ),
    Function(
        "where", "columns",
        (Parameter("column", Kind.COLUMN), Parameter("condition", Kind.COLUMN)),
        Kind.COLUMN, where,
        "The values of *column* in the rows whose *condition* is true. Where the condition "
        "cannot be read, neither can the value.",
        (Example("sum(where([10, 20, 30], [True, False, True]))", Decimal(40)),),
        Mode.WHOLE,
    ),
    Function(
        "sum_by", "columns",
        (
            Parameter("values", Kind.COLUMN),
            Parameter("keys", Kind.COLUMN),
            Parameter("key", _SINGLES | Kind.COLUMN),
        ),
        Kind.NUMBER | Kind.COLUMN, sum_by,
        "The total of *values* in the rows whose *keys* is *key*: `sum(where(values, keys == "
        "key))`, quick for many keys. Empty if no row has it.",
        (Example('sum_by([10, 20, 30], ["A", "B", "A"], "A")', Decimal(40)),),
        Mode.WHOLE,
        may_be_empty=True,
    ),
    Function(
        "count_by", "columns",
        (Parameter("keys", Kind.COLUMN), Parameter("key", _SINGLES | Kind.COLUMN)),
        Kind.NUMBER | Kind.COLUMN, count_by,
        "How many rows have *key* as *keys*, quick for many keys.",
        (Example('count_by(["A", "B", "A"], "A")', Decimal(2)),),
        Mode.WHOLE,
    ),
)  # fmt: skip
