"""What rules change in a document besides values, and how the changes are made.

Language §5. Law: pure; changes the request's `Content` and nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from gateway.annotation.content import Content
from gateway.annotation.tree import Node, Table
from gateway.annotation.values import Value
from gateway.engine.known import column_known_by, known_by


@dataclass(frozen=True, slots=True)
class SetHidden:
    """Datapoints shown or hidden."""

    nodes: Sequence[Node]
    hidden: bool


@dataclass(frozen=True, slots=True)
class SetOptions:
    """Datapoints with other options: values and labels."""

    nodes: Sequence[Node]
    options: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class SetValidated:
    """Datapoints marked as validated by an extension."""

    nodes: Sequence[Node]


@dataclass(frozen=True, slots=True)
class NewRow:
    """A row for a table, unless one with the same *key* is there."""

    table: Table
    cells: dict[str, Value]
    #: Columns by which it is known; none: it is added in any case.
    key: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GoneRow:
    """A row to take out."""

    table: Table
    row: Node


Change: TypeAlias = SetHidden | SetOptions | SetValidated | NewRow | GoneRow


def apply_changes(content: Content, changes: Sequence[Change]) -> bool:
    """Make the changes of one rule.

    Returns:
        Whether rows came or went.
    """
    new: dict[str, tuple[Table, list[NewRow]]] = {}
    gone: dict[str, tuple[Table, set[int]]] = {}
    for change in changes:
        match change:
            case NewRow(table):
                new.setdefault(table.schema_id, (table, []))[1].append(change)
            case GoneRow(table, row):
                gone.setdefault(table.schema_id, (table, set()))[1].add(id(row))
            case _:
                _set_state(content, change)
    came = [_add(content, table, rows) for table, rows in new.values()]
    for table, rows in gone.values():
        numbers = [number for number, row in enumerate(table.rows) if id(row) in rows]
        content.remove_rows(table, numbers)
    return any(came) or bool(gone)


def _set_state(content: Content, change: SetHidden | SetOptions | SetValidated) -> None:
    for node in change.nodes:
        state = content.state(node)
        match change:
            case SetHidden():
                state.hidden = change.hidden
            case SetOptions():
                state.options = change.options
            case SetValidated():
                state.validated = True


def _add(content: Content, table: Table, rows: Sequence[NewRow]) -> bool:
    """Add the rows that are not there; of several with one key the first."""
    there: dict[tuple[str, ...], set[tuple[Value, ...]]] = {}
    added = []
    for row in rows:
        if row.key:
            keys = there.get(row.key)
            if keys is None:
                keys = there[row.key] = _keys(content, table, row.key)
            key = tuple(known_by(content, name, row.cells.get(name)) for name in row.key)
            if key in keys:
                continue
            keys.add(key)
        added.append(row.cells)
    if added:
        content.add_rows(table, added)
    return bool(added)


def _keys(content: Content, table: Table, names: tuple[str, ...]) -> set[tuple[Value, ...]]:
    """List what the rows of a table are known by."""
    missing = [None] * len(table.rows)
    columns = [
        column_known_by(content, name) if name in table.columns else missing for name in names
    ]
    return set(zip(*columns, strict=True))
