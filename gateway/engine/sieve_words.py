"""The words of a sieve's source: what it reads with, and what it asks of what it has read.

Law: pure. A word that cannot tell raises `ApartError`: the general path must look.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import repeat
from typing import Any, Final, Literal, TypeAlias

from gateway.annotation.column import Column
from gateway.annotation.content import Content, is_same
from gateway.annotation.tree import Table, Tree
from gateway.annotation.values import UNREADABLE, Kind, Value, kind_of
from gateway.engine.frame import FAILURES, Frame, Same
from gateway.engine.outcome import Outcome
from gateway.engine.program import Source
from gateway.engine.written import MAX_VALUE
from gateway.rules.expressions.emit import CLASSES


class ApartError(Exception):
    """Values that the general path must look at."""


#: Where a rule runs: in the rows of a table, once, nowhere, or where only the general path knows.
Stand: TypeAlias = Table | Literal["once", "apart"] | None


def stand(tree: Tree, selected: str) -> Stand:
    """Find where a rule runs that selects a schema id."""
    table = tree.table_of.get(selected)
    if table is not None:
        return table
    nodes = tree.header.get(selected)
    if nodes is not None:
        return "once" if len(nodes) == 1 else "apart"
    table = tree.table(selected)
    if table is None or not table.rows:
        return None
    return "apart" if table.is_list else table


def stand_in_cells(tree: Tree, selected: str) -> Stand:
    """Find where a rule runs that selects the cells with a schema id by their path."""
    table = tree.table_of.get(selected)
    return None if table is None or table.is_list else table


def stand_in_header(tree: Tree, selected: str) -> Stand:
    """Find where a rule runs that selects the fields outside tables by their path."""
    nodes = tree.header.get(selected)
    if nodes is None:
        return "apart" if selected in tree.tables else None
    return "once" if len(nodes) == 1 else "apart"


def only(frame: Frame, source: Source) -> Value:
    """Give what is the same in each run, seen from the document."""
    lane = frame.lane(source)
    value = lane.value if isinstance(lane, Same) else lane.values[0]
    if value.__class__ is Column and value.table is None:
        raise ApartError
    return value


def kind_in(value: Value) -> Kind | None:
    """Give the kind of a value that is the same in each run, as `frame.lane_kind` does."""
    return None if value == "" else kind_of(value)


def along(column: Column, table: Table) -> Any:
    """Give the values of a column of *table*, or of a field outside tables, row by row."""
    if column.table is table:
        return column.values
    if column.table is not None or len(column.values) != 1:
        raise ApartError
    return repeat(column.values[0])


def is_full(table: Table, selected: str) -> bool:
    """Whether a rule runs in every row."""
    cells = table.columns.get(selected)
    return cells is None or None not in cells


def is_there(content: Content, target: str, value: Value) -> bool:
    """Whether the only datapoint with a schema id has the value that a rule would give it."""
    tree = content.tree
    if target in tree.table_of or len(tree.header.get(target, ())) != 1:
        return False
    before = content.value(target)
    return is_same(before, value) and (value.__class__ is not str or len(value) <= MAX_VALUE)


def are_there(column: Column, values: list[Value]) -> bool:
    """Whether all cells of a column have the values that a rule would give them."""
    if column.kind not in _PLAIN or column.values != values:
        return False
    if column.kind is Kind.TEXT and max(map(len, values)) > MAX_VALUE:
        return False
    return set(map(type, values)) == {CLASSES[column.kind]}


#: Kinds whose equal values are the same to the platform.
_PLAIN: Final = (Kind.TEXT, Kind.NUMBER, Kind.DATE)


@lru_cache(maxsize=4096)
def passed(rule: str, runs: int) -> Outcome:
    """Say that all runs of a rule have passed."""
    return Outcome(rule, runs=runs, passed=runs)


@lru_cache(maxsize=4096)
def fired(rule: str, runs: int) -> Outcome:
    """Say that all runs of a rule have fired, and changed nothing."""
    return Outcome(rule, runs=runs, fired=runs)


#: What the source is run with.
WORDS: Final[dict[str, Any]] = {
    "__builtins__": {},
    "FAILURES": (*FAILURES, TypeError, ApartError),
    "SINGLE": (Kind.TEXT, Kind.NUMBER, Kind.DATE, Kind.BOOLEAN),
    "Table": Table,
    "UNREADABLE": UNREADABLE,
    "along": along,
    "are_there": are_there,
    "fired": fired,
    "is_full": is_full,
    "is_there": is_there,
    "kind_in": kind_in,
    "len": len,
    "only": only,
    "passed": passed,
    "repeat": repeat,
    "stand": stand,
    "stand_in_cells": stand_in_cells,
    "stand_in_header": stand_in_header,
}
