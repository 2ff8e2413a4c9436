"""A table in memory: columns of plain values, and the indexes that questions need.

Language §6. Law: a table never changes; an index is made once, by whoever needs it first.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final, TypeAlias, TypeVar

from gateway.annotation.values import Kind, Value, kind_of
from gateway.engine.tables import How, Record
from gateway.rules.tables import TableShape

#: What an index is called: the columns that it is about, and how each is compared.
IndexKey: TypeAlias = tuple[tuple[str, How], ...]

_Index = TypeVar("_Index")

MAX_ROWS: Final = 1_000_000
MAX_COLUMNS: Final = 512
#: Rows times columns: a cell costs eight bytes and, if no other cell has it too, its value.
MAX_CELLS: Final = 10_000_000


class Table:
    """Rows of values of the language; each column has one kind."""

    __slots__ = ("_indexes", "_lock", "columns", "kinds", "size")

    def __init__(self, columns: Mapping[str, Sequence[Value]], size: int) -> None:
        """Keep *columns*, each of *size* values; None is an empty one."""
        # The collector does not look into tuples of plain values, but into lists.
        self.columns: Mapping[str, tuple[Value, ...]] = MappingProxyType(
            {name: tuple(values) for name, values in columns.items()}
        )
        self.kinds: Mapping[str, Kind | None] = MappingProxyType(
            {name: _kind(values) for name, values in self.columns.items()}
        )
        self.size = size
        self._indexes: dict[IndexKey, Any] = {}
        self._lock = threading.Lock()

    @property
    def index_keys(self) -> tuple[IndexKey, ...]:
        """What has been asked for so far: whoever replaces the table can prepare the same."""
        return tuple(self._indexes)

    def record(self, row: int) -> Record:
        """Give one row."""
        return {name: values[row] for name, values in self.columns.items()}

    def index(self, key: IndexKey, make: Callable[[Table, IndexKey], _Index]) -> _Index:
        """Give the index *key*, made by *make* if nobody has asked for it before."""
        found: _Index | None = self._indexes.get(key)
        if found is None:
            with self._lock:
                found = self._indexes.get(key)
                if found is None:
                    found = self._indexes[key] = make(self, key)
        return found

    def shape(self, name: str) -> TableShape:
        """Say what the rules may know of it, under its *name*."""
        return TableShape(name, self.kinds)


def table_of(records: Iterable[Mapping[str, Value]]) -> Table:
    """Make a table of records, whose columns are all the names that appear."""
    rows = list(records)
    names = dict.fromkeys(name for row in rows for name in row)
    return Table({name: [row.get(name) for row in rows] for name in names}, len(rows))


def _kind(values: Sequence[Value]) -> Kind | None:
    """Give the kind of a column's values, which have been found to be of one."""
    return next((kind_of(value) for value in values if value is not None), None)
