"""The fewest operations that turn the rows of a table into others.

Language §5, ``table``. The platform appends what is added, so the rows that stay come first, in
order. Law: pure; numbers of rows in, numbers of rows out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from gateway.annotation.values import Value

#: A row: what its cells are known by, by column.
Cells: TypeAlias = dict[str, Value]


class Missing:
    """The type of ``MISSING``."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "missing"


#: In place of a value: the row has no such cell, so nothing can be written there.
MISSING: Final[Any] = Missing()

#: Above so many pairs of rows, rows are matched by those that stay as they are.
_MAX_PAIRS: Final = 40_000
#: More than all other costs together.
_IMPOSSIBLE: Final = 10**9


@dataclass(frozen=True, slots=True)
class Difference:
    """How a table becomes another."""

    #: Rows that stay: number before, number in the wanted rows.
    kept: tuple[tuple[int, int], ...]
    removed: tuple[int, ...]
    #: Numbers of wanted rows to append.
    added: tuple[int, ...]


def difference(before: Sequence[Cells], wanted: Sequence[Cells]) -> Difference:
    """Match the rows of *before* to a beginning of *wanted*, so that little has to change."""
    start = 0
    while start < min(len(before), len(wanted)) and not _changes(before[start], wanted[start]):
        start += 1
    same = [(number, number) for number in range(start)]
    old, new = before[start:], wanted[start:]
    pairs = _cheapest(old, new) if len(old) * len(new) <= _MAX_PAIRS else _nearest(old, new)
    kept = (*same, *((start + one, start + other) for one, other in pairs))
    staying = {one for one, _ in kept}
    return Difference(
        kept,
        tuple(number for number in range(len(before)) if number not in staying),
        tuple(range(len(kept), len(wanted))),
    )


def changed_cells(before: Cells, wanted: Cells) -> Cells:
    """Give the cells of *wanted* that *before* does not have."""
    return {name: value for name, value in wanted.items() if _differs(before[name], value)}


def _differs(before: Value, wanted: Value) -> bool:
    return bool(before != wanted) and not (before is MISSING and wanted is None)


def _changes(before: Cells, wanted: Cells) -> int:
    """Count the cells to replace."""
    changes = 0
    for name, value in wanted.items():
        if _differs(before[name], value):
            changes += _IMPOSSIBLE if before[name] is MISSING else 1
    return changes


def _cheapest(before: Sequence[Cells], wanted: Sequence[Cells]) -> list[tuple[int, int]]:
    """Choose the rows to keep: removing, adding and replacing a cell cost one each."""
    rows, columns = len(before), len(wanted)
    # costs[i][j]: what it takes to turn before[i:] into wanted[j:]. Where a row is kept that
    # cannot be, it is more than removing and adding all of them.
    costs = [[0] * (columns + 1) for _ in range(rows + 1)]
    for j in range(columns + 1):
        costs[rows][j] = columns - j
    for i in range(rows - 1, -1, -1):
        costs[i][columns] = rows - i
        for j in range(columns - 1, -1, -1):
            keep = _changes(before[i], wanted[j]) + costs[i + 1][j + 1]
            costs[i][j] = min(keep, 1 + costs[i + 1][j])
    pairs = []
    i = j = 0
    while i < rows and j < columns:
        keep = _changes(before[i], wanted[j]) + costs[i + 1][j + 1]
        if costs[i][j] == keep:
            pairs.append((i, j))
            j += 1
        i += 1
    return pairs


def _nearest(before: Sequence[Cells], wanted: Sequence[Cells]) -> list[tuple[int, int]]:
    """Keep rows that are as wanted, and between them in order, in time that grows by the rows."""
    names = list(wanted[0])
    places: dict[tuple[Value, ...], list[int]] = {}
    for number in range(len(before) - 1, -1, -1):
        places.setdefault(tuple(before[number][name] for name in names), []).append(number)
    pairs = []
    i = 0
    for j, row in enumerate(wanted):
        same = places.get(tuple(row[name] for name in names), [])
        while same and same[-1] < i:
            same.pop()
        if same:
            i = same[-1]
        while i < len(before) and _changes(before[i], row) >= _IMPOSSIBLE:
            i += 1
        if i == len(before):
            break
        pairs.append((i, j))
        i += 1
    return pairs
