"""A whole table made from the rows of another, or of itself.

Language §5, ``table``. Law: pure; says which cells to write, which rows to add and to remove, so
that a second run on the result finds nothing to do.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from operator import itemgetter
from typing import Any

from gateway.annotation.column import Column
from gateway.annotation.content import Content
from gateway.annotation.tree import Table
from gateway.annotation.values import Value, kind_of
from gateway.engine.changes import Change, GoneRow, NewRow
from gateway.engine.conditions import Budget
from gateway.engine.difference import MISSING, Cells, changed_cells, difference
from gateway.engine.frame import Frame, Lane, Same
from gateway.engine.known import column_known_by, known_by
from gateway.engine.program import LinkedEffect, Source
from gateway.engine.rows import Evaluate, counted, whole_table
from gateway.engine.selection import Selection
from gateway.engine.written import cell_value
from gateway.rules.effect import Derive
from gateway.rules.expressions.logic import truth
from gateway.rules.expressions.references import Attribute, FieldText, FieldValue
from gateway.rules.function import FunctionError


class Derivation:
    """One ``table`` effect in one request."""

    def __init__(
        self,
        effect: Derive,
        linked: LinkedEffect,
        frame: Frame,
        budget: Budget,
        computed: Set[str],
    ) -> None:
        """Derive as *effect* says; *frame* is that of the annotation.

        What the platform computes by itself, *computed*, moves with its row.
        """
        self._computed = computed
        self._effect = effect
        self._linked = linked
        self._frame = frame
        self._content = frame.content
        self._budget = budget
        self._into = table_of(frame.content, effect.into)
        self._source = table_of(frame.content, effect.source)
        self._names = [name for name, _ in effect.cells]
        check_columns(frame.content, self._into, self._names)
        check_columns(frame.content, self._source, effect.by)

    def run(self, evaluate: Evaluate) -> tuple[list[tuple[str, int, Value]], list[Change]]:
        """Find the writes, and the rows that come and go."""
        self._check_own_columns()
        values = self._ordered(self._wanted(evaluate))
        content = self._content
        wanted = [
            {name: known_by(content, name, value) for name, value in row.items()} for row in values
        ]
        before = self._before()
        found = difference(before, wanted)
        writes = [
            (name, row, values[other][name])
            for row, other in found.kept
            for name in changed_cells(before[row], wanted[other])
        ]
        changes: list[Change] = [GoneRow(self._into, self._into.rows[row]) for row in found.removed]
        changes.extend(NewRow(self._into, values[at], ()) for at in found.added)
        return [(name, row, "" if value is None else value) for name, row, value in writes], changes

    def _check_own_columns(self) -> None:
        """Refuse to move only some cells of the rows of one table."""
        if self._into is self._source:
            left = sorted(set(self._into.columns) - set(self._names) - self._computed)
            if left:
                raise FunctionError(f"cells must name every column, and {left[0]} is missing")

    def _wanted(self, evaluate: Evaluate) -> list[Cells]:
        table = self._source
        count = len(table.rows)
        self._budget.spend(count * (1 + len(self._effect.cells)))
        frame = whole_table(table, self._frame)
        evaluate = counted(evaluate, self._budget)
        rows = list(range(count))
        where = self._linked.condition
        if where is not None:
            frame.ask(where, rows)
            rows = [row for row in rows if truth(evaluate(frame, where, row)) is True]
        if not self._effect.by:
            for hole in (hole for template in self._linked.templates for hole in template.holes):
                frame.ask(hole, rows)
            return [self._cells(frame, row, evaluate) for row in rows]
        return [
            self._cells(_GroupFrame(frame, table, self._effect.by, group), 0, evaluate)
            for group in self._groups(rows)
        ]

    def _groups(self, rows: Sequence[int]) -> list[list[int]]:
        """Divide rows by their values in the grouping columns, in order of appearance."""
        there = [name for name in self._effect.by if name in self._source.columns]
        columns = [self._content.column(name).values for name in there]
        groups: dict[tuple[Any, ...], list[int]] = {}
        for row in rows:
            key = tuple((kind_of(values[row]), values[row]) for values in columns)
            groups.setdefault(key, []).append(row)
        return list(groups.values())

    def _cells(self, frame: Frame, run: int, evaluate: Evaluate) -> Cells:
        found: Cells = {}
        for (name, _), template in zip(self._effect.cells, self._linked.templates, strict=True):
            values = [evaluate(frame, hole, run) for hole in template.holes]
            found[name] = cell_value(template.template, values)
        return found

    def _ordered(self, rows: Sequence[Cells]) -> Sequence[Cells]:
        """Sort the wanted rows, the least significant column first; empties come last."""
        for name, descends in reversed(self._effect.order):
            self._content.column(name)  # Decides the column's kind.
            typed = [(self._content.typed(name, row[name]), row) for row in rows]
            filled = [one for one in typed if one[0] is not None]
            kinds = {kind_of(value) for value, _ in filled}
            if len(kinds) > 1 or None in kinds:
                raise FunctionError(f"{name} holds values of several kinds; they have no order")
            filled.sort(key=itemgetter(0), reverse=descends)
            rows = [row for _, row in (*filled, *(one for one in typed if one[0] is None))]
        return rows

    def _before(self) -> list[Cells]:
        table = self._into
        missing = [MISSING] * len(table.rows)
        columns = [
            self._cells_before(name) if name in table.columns else missing for name in self._names
        ]
        return [dict(zip(self._names, row, strict=True)) for row in zip(*columns, strict=True)]

    def _cells_before(self, name: str) -> list[Value]:
        cells = self._into.columns[name]
        known = column_known_by(self._content, name)
        return [MISSING if cell is None else one for cell, one in zip(cells, known, strict=True)]


def table_of(content: Content, name: str) -> Table:
    """Find the table that an effect names.

    Raises:
        FunctionError: the document does not have it.
    """
    table = content.tree.tables.get(name)
    if table is None:
        raise FunctionError(f"the document has no table {name}")
    return table


def check_columns(content: Content, table: Table, names: Iterable[str]) -> None:
    """Check that *names* are columns of *table*, or may be since the document has them nowhere.

    Raises:
        FunctionError: one of them stands elsewhere.
    """
    tree = content.tree
    for name in names:
        if name in tree.header or tree.table_of.get(name, table) is not table:
            raise FunctionError(f"{name} is no column of {table.schema_id}")


class _GroupFrame(Frame):
    """One group of rows as one run: columns of the table are the group's."""

    __slots__ = ("_by", "_rows", "_whole")

    def __init__(self, whole: Frame, table: Table, by: Sequence[str], rows: list[int]) -> None:
        super().__init__(
            Selection((table.rows[rows[0]],), table, (rows[0],), None),
            whole.content,
            whole.facts,
            whole.asker,
        )
        self._whole = whole
        self._by = by
        self._rows = rows

    def lane(self, source: Source) -> Lane:
        """Give a column of the group as one value; a grouping column as what is equal in it."""
        match source.what:
            case FieldValue(name) | FieldText(name) | Attribute(name) if self._is_of_group(name):
                return Same(self._of_rows(self._whole.lane(source)))
            case FieldValue(name) if self.content.tree.table(name) is self.selection.table:
                # The table itself: ``count(line_items)`` is how many rows the group has.
                return Same(self._of_rows(self._whole.lane(source)))
            case _:
                return super().lane(source)

    def _is_of_group(self, name: str | None) -> bool:
        return name is not None and name not in self._by and self.has_column(name)

    def _of_rows(self, lane: Lane) -> Column:
        column = lane.value if isinstance(lane, Same) else lane
        assert isinstance(column, Column)  # noqa: S101 - it has a value for each row.
        return Column([column.values[row] for row in self._rows], self, column.kind)
