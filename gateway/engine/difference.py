"""The fewest operations that turn the rows of a table into others.

Language §5, ``table``. The platform appends what is added, so the rows that stay come first, in
order. Law: pure; numbers of rows in, numbers of rows out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from gateway.annotation.values import Value

#: A row: its cells by column.
Cells: TypeAlias = dict[str, Value]

#: Above so many pairs of rows, rows are matched by their order alone.
_MAX_PAIRS: Final = 40_000


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
    if len(old) * len(new) > _MAX_PAIRS:
        pairs = [(number, number) for number in range(min(len(old), len(new)))]
    else:
        pairs = _cheapest(old, new)
    kept = (*same, *((start + one, start + other) for one, other in pairs))
    staying = {one for one, _ in kept}
    return Difference(
        kept,
        tuple(number for number in range(len(before)) if number not in staying),
        tuple(range(len(kept), len(wanted))),
    )


def changed_cells(before: Cells, wanted: Cells) -> Cells:
    """Give the cells of *wanted* that *before* does not have."""
    return {name: value for name, value in wanted.items() if before.get(name) != value}


def _changes(before: Cells, wanted: Cells) -> int:
    return sum(before.get(name) != value for name, value in wanted.items())


def _cheapest(before: Sequence[Cells], wanted: Sequence[Cells]) -> list[tuple[int, int]]:
    """Choose the rows to keep: removing, adding and replacing a cell cost one each."""
    rows, columns = len(before), len(wanted)
    # costs[i][j]: what it takes to turn before[i:] into wanted[j:].
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
