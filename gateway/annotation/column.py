"""Columns: the values of one schema id over the rows of a table.

Language §4, *Columns are element-wise*. Law: pure values.
"""

from __future__ import annotations

from typing import Any

from gateway.annotation.values import Kind, Value, kind_of


class Column:
    """A sequence of values in row order, with what is known of all of them.

    Never changed after it was made; whoever writes a cell makes a new one.
    """

    __slots__ = ("_apart", "kind", "table", "values")

    def __init__(self, values: list[Value], table: Any = None, kind: Kind | None = None) -> None:
        """Make a column of *values*; *table* says which columns combine with it.

        A *kind* promises that every value is of this kind: none empty, none unreadable.
        """
        self.values = values
        self.table = table
        self.kind = kind
        self._apart: tuple[Kind | None, frozenset[int]] | None = None

    def apart(self) -> tuple[Kind | None, frozenset[int]]:
        """Give the kind of the first value that is there, and the numbers of all unlike it.

        These are empty, unreadable or of another kind; a text without characters counts as empty.
        """
        if self._apart is None:
            self._apart = _told_apart(self.values)
        return self._apart

    def __len__(self) -> int:
        return len(self.values)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Column) and self.values == other.values

    __hash__ = None  # type: ignore[assignment]  # as Python's own lists have it

    def __repr__(self) -> str:
        return f"Column({self.values!r})"


def _told_apart(values: list[Value]) -> tuple[Kind | None, frozenset[int]]:
    for value in values:
        kind = kind_of(value)
        if kind is not None and value != "":
            wanted = value.__class__
            return kind, frozenset(
                number
                for number, one in enumerate(values)
                if one.__class__ is not wanted or one == ""
            )
    return None, frozenset(range(len(values)))
