"""Columns under the names of their source made into a table.

Law: pure; knows nothing of files and databases.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from gateway.annotation.values import Value
from gateway.lookups.cells import column_of
from gateway.lookups.layout import ColumnRule, ContentError, Layout, column_name
from gateway.lookups.table import MAX_CELLS, MAX_COLUMNS, MAX_ROWS, Table
from gateway.spelling import closest


def make_table(
    headers: Sequence[str],
    column: Callable[[int], Sequence[Any]],
    size: int,
    layout: Layout,
) -> Table:
    """Make a table of *size* rows; *column* gives the raw values behind a header's position.

    Raises:
        ContentError: there is no such table; with the row where one is to blame.
    """
    kept = kept_columns(headers, layout)
    check_size(size, len(kept))
    columns = {
        name: column_of(column(at), name, layout.rules.get(name, _ANY), layout.separators)
        for name, at in kept.items()
    }
    _check_key(columns, layout.key)
    return Table(columns, size)


_ANY = ColumnRule()


def check_size(rows: int, columns: int) -> None:
    """Refuse a table that is larger than memory should have to hold."""
    if rows > MAX_ROWS:
        raise ContentError(f"more than {MAX_ROWS:,} rows")
    if rows * columns > MAX_CELLS:
        hint = "`keep` lists the columns that are wanted"
        raise ContentError(f"more than {MAX_CELLS:,} values", hint=hint)


def kept_columns(headers: Sequence[str], layout: Layout) -> dict[str, int]:
    """Name the columns that are kept, each with the position of its header."""
    if len(headers) > MAX_COLUMNS:
        raise ContentError(f"more than {MAX_COLUMNS} columns")
    renamed = {rule.source: name for name, rule in layout.rules.items() if rule.source}
    positions: dict[str, int] = {}
    for at, header in enumerate(headers):
        name = renamed.get(header) or column_name(header)
        if name is None:
            hint = f"give it one: `columns: {{name: {{from: {header}}}}}`" if header else None
            raise ContentError(f"no name for rules can be made of {header[:40]!r}", hint=hint)
        if name in positions:
            other = headers[positions[name]]
            hint = f"give one another name: `columns: {{other: {{from: {header}}}}}`"
            what = f"two columns are called {name!r}"
            both = what if other == header else f"{what}: {other[:40]!r} and {header[:40]!r}"
            raise ContentError(both, hint=None if other == header else hint)
        positions[name] = at
    _check_wanted(positions, layout)
    return {name: at for name, at in positions.items() if layout.is_kept(name)}


def _check_wanted(positions: Mapping[str, int], layout: Layout) -> None:
    wanted = {
        **dict.fromkeys(layout.keep or (), "keep"),
        **dict.fromkeys(layout.key, "key"),
        **dict.fromkeys(layout.rules, "columns"),
    }
    for name, where in wanted.items():
        if name not in positions:
            source = layout.rules[name].source if name in layout.rules else None
            sought = source or name
            meant = closest(sought, positions)
            hint = f"did you mean {meant!r}?" if meant else f"it has {_some(positions)}"
            raise ContentError(f"there is no column {sought!r}, which `{where}` names", hint=hint)


def _some(names: Mapping[str, int]) -> str:
    shown = list(names)[:10]
    return ", ".join(shown) + (", …" if len(names) > len(shown) else "")


def _check_key(columns: Mapping[str, Sequence[Value]], key: tuple[str, ...]) -> None:
    if not key:
        return
    seen: dict[tuple[Value, ...], int] = {}
    for row, values in enumerate(zip(*(columns[name] for name in key), strict=True)):
        first = seen.setdefault(values, row)
        if first != row:
            what = " and ".join(repr(name) for name in key)
            message = f"two rows have the same {what}, which `key` says tell them apart"
            raise ContentError(message, row=row, other=first)
