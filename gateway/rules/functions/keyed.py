"""Aggregates by key, over an index that is built once and asked for each row.

Language §4, *Functions*, columns. Law: pure; an index answers for one column object only, which
nobody changes.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Final

from gateway.annotation.column import Column
from gateway.annotation.values import (
    CONTEXT,
    UNREADABLE,
    Kind,
    Value,
    kind_name,
    kind_of,
    number_text,
)
from gateway.rules.function import FunctionError
from gateway.rules.functions.bounds import calculated

_ZERO: Final = Decimal(0)


def sum_by(values: Column, keys: Column, key: Value) -> Value:
    """Add up the values of the rows with one key; a column of keys gives a column of sums."""
    if isinstance(key, Column):
        return Column([sum_by(values, keys, one) for one in key.values], key.table)
    check_aligned(values, keys)
    return _ask(_sums(_Same(values), _Same(keys)), key, None)


def count_by(keys: Column, key: Value) -> Value:
    """Count the rows with one key; a column of keys gives a column of counts."""
    if isinstance(key, Column):
        return Column([count_by(keys, one) for one in key.values], key.table)
    return _ask(_counts(_Same(keys)), key, _ZERO)


def check_aligned(one: Column, other: Column) -> None:
    """Check that two columns are of the same rows.

    Raises:
        FunctionError: they are of different tables or differ in length.
    """
    if one.table is not other.table or len(one) != len(other):
        raise FunctionError("the columns are of different tables; only one table's rows combine")


def identity(value: Value) -> str | bool | date:
    """Give what equal values share, and others do not.

    Numbers as text: the hashes of decimals can be made to collide, those of texts cannot.
    """
    if value.__class__ is Decimal:
        return number_text(value.normalize(CONTEXT)) if value else "0"
    return value  # type: ignore[no-any-return]  # a number has left


class _Same:
    """Equal to another if both hold the same column, not an equal one."""

    __slots__ = ("column",)

    def __init__(self, column: Column) -> None:
        self.column = column

    def __hash__(self) -> int:
        return id(self.column)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.column is other.column


def _kind_of_key(key: Value) -> Kind | None:
    kind = kind_of(key)
    if kind is not None and kind not in Kind.SCALAR:
        raise FunctionError(f"a key is a single value, this is {kind_name(kind)}")
    return kind


class _Index:
    """Answers by key; an unreadable key could be any, so it makes all answers unreadable."""

    __slots__ = ("answers", "kind", "unreadable")

    def __init__(self, keys: Iterable[Value]) -> None:
        kinds = {_kind_of_key(key) for key in keys}
        kinds.discard(None)
        if len(kinds) > 1:
            names = " and ".join(sorted(kind_name(kind) for kind in kinds if kind))
            raise FunctionError(f"the keys must be of one kind, these are {names}")
        self.kind = kinds.pop() if kinds else None
        self.answers: dict[str | bool | date, Value] = {}
        self.unreadable = False


# The cache holds the columns it answers for, so their identities are not given to others.
@lru_cache(maxsize=8)
def _sums(values: _Same, keys: _Same) -> _Index:
    index = _Index(keys.column.values)
    answers = index.answers
    for value, key in zip(values.column.values, keys.column.values, strict=True):
        if key is UNREADABLE:
            index.unreadable = True
        elif key is not None and value is not None:
            known = identity(key)
            answers[known] = _added(answers.get(known, _ZERO), value)
    return index


@lru_cache(maxsize=8)
def _counts(keys: _Same) -> _Index:
    index = _Index(keys.column.values)
    answers = index.answers
    for key in keys.column.values:
        if key is UNREADABLE:
            index.unreadable = True
        elif key is not None:
            known = identity(key)
            answers[known] = answers.get(known, 0) + 1
    for known, found in answers.items():
        answers[known] = Decimal(found)
    return index


def _added(so_far: Value, value: Value) -> Value:
    if so_far is UNREADABLE or value is UNREADABLE:
        return UNREADABLE
    if value.__class__ is not Decimal:
        raise FunctionError("sum_by() adds up numbers only; write number(…) for texts")
    return calculated(CONTEXT.add, so_far, value)


def _ask(index: _Index, key: Value, absent: Value) -> Value:
    if key is None or key is UNREADABLE:
        return key
    if index.unreadable:
        return UNREADABLE
    kind = _kind_of_key(key)
    if index.kind is not None and kind is not None and kind is not index.kind:
        raise FunctionError(
            f"the keys are {kind_name(index.kind)}, the one asked for is {kind_name(kind)}"
        )
    return index.answers.get(identity(key), absent)
