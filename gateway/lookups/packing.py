"""A table as bytes, from the process that loads it to those that are asked for it.

Law: pure; what is packed and unpacked is the same table, value by value.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final

import msgspec

from gateway.annotation.values import Kind, Value, number_text
from gateway.lookups.table import Table


class _Packed(msgspec.Struct, array_like=True, frozen=True):
    size: int
    #: Name, number of the kind, and values as texts or booleans.
    columns: list[tuple[str, int, list[Any]]]


def pack(table: Table) -> bytes:
    """Write *table* as bytes; equal tables are equal bytes."""
    columns = []
    for name, values in table.columns.items():
        kind = table.kinds[name]
        write = _WRITERS.get(kind) if kind is not None else None
        written = list(values) if write is None else _mapped(write, values)
        columns.append((name, 0 if kind is None else kind.value, written))
    return msgspec.msgpack.encode(_Packed(table.size, columns))


def unpack(packed: bytes) -> Table:
    """Read what `pack` has written."""
    found = _decode(packed)
    columns: dict[str, Sequence[Value]] = {}
    for name, kind, values in found.columns:
        read = _READERS.get(Kind(kind)) if kind else None
        columns[name] = values if read is None else _mapped(read, values)
    return Table(columns, found.size)


_decode: Final = msgspec.msgpack.Decoder(_Packed).decode
_WRITERS: Final[Mapping[Kind, Callable[[Any], str]]] = {
    Kind.NUMBER: number_text,
    Kind.DATE: date.isoformat,
}
_READERS: Final[Mapping[Kind, Callable[[Any], Value]]] = {
    Kind.NUMBER: Decimal,
    Kind.DATE: date.fromisoformat,
}


def _mapped(convert: Callable[[Any], Any], values: Sequence[Any]) -> list[Any]:
    return [None if value is None else convert(value) for value in values]
