"""The content as rules see it: typed values by schema id, and what rules have written so far.

Language §4, *Values*: the type comes from a declaration, else from the shape of the normalized
values, decided once per column. Law: pure; one object per request, changed only by `write`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from gateway.annotation.column import Column
from gateway.annotation.reading import (
    clean_texts,
    common_kind,
    displayed,
    parse,
    read_column,
    read_single,
    shape,
)
from gateway.annotation.tree import AddedNode, Node, Table, Tree
from gateway.annotation.values import (
    Kind,
    Value,
    clean_text,
    value_text,
)


class Row:
    """A row as a value: it can be counted, and that is all."""

    __slots__ = ("number",)

    def __init__(self, number: int) -> None:
        self.number = number


#: The rows of most tables.
_FIRST_ROWS: Final[list[Value]] = list(map(Row, range(1, 1025)))


def _rows(count: int) -> list[Value]:
    if count <= len(_FIRST_ROWS):
        return _FIRST_ROWS[:count]
    return list(map(Row, range(1, count + 1)))


@dataclass(frozen=True, slots=True)
class Write:
    """A value that a rule gave to a datapoint."""

    node: Node
    value: Value


#: What the platform calls a validation by an extension.
CONNECTOR: Final = "connector"


@dataclass(slots=True)
class State:
    """What rules did to a datapoint besides its value; None: nothing."""

    node: Node
    hidden: bool | None = None
    #: Values and labels.
    options: tuple[tuple[str, str], ...] | None = None
    validated: bool = False


class Content:
    """Values of one request's datapoints, read on demand and kept."""

    __slots__ = (
        "_columns",
        "_declared",
        "_kinds",
        "_placeholders",
        "_texts",
        "added",
        "gone",
        "removed",
        "states",
        "touched",
        "tree",
        "written",
    )

    def __init__(
        self, tree: Tree, declared: Mapping[str, Kind], placeholders: frozenset[str] = frozenset()
    ) -> None:
        """Read *tree*; *declared* kinds decide types, *placeholders* count as empty."""
        self.tree = tree
        self.written: dict[int | str, Write] = {}
        self.states: dict[int | str, State] = {}
        #: Rows that rules added, with their tables; and rows that they removed.
        self.added: list[tuple[Table, AddedNode]] = []
        self.removed: dict[int | str, Node] = {}
        #: The ids of removed rows and of their cells.
        self.gone: set[int | str] = set()
        #: The schema ids whose values rules have changed.
        self.touched: set[str] = set()
        self._declared = declared
        self._placeholders = placeholders
        self._columns: dict[str, Column] = {}
        self._texts: dict[str, Column] = {}
        self._kinds: dict[str, Kind] = {}

    def column(self, schema_id: str) -> Column:
        """Give the values of a column, one per row; or those of datapoints outside tables."""
        column = self._columns.get(schema_id)
        if column is None:
            column = self._columns[schema_id] = self._read(schema_id)
        return column

    def value(self, schema_id: str) -> Value:
        """Give what a bare name means outside rows: a single value, a column, rows, or empty."""
        tree = self.tree
        if schema_id in tree.table_of:
            return self.column(schema_id)
        nodes = tree.header.get(schema_id)
        if nodes is not None:
            if len(nodes) == 1 and schema_id not in self._columns:
                kind = self._declared.get(schema_id)
                return read_single(nodes[0].content, kind, self._placeholders)[0]
            return self.column(schema_id).values[0]
        table = tree.table(schema_id)
        if table is None:
            return None
        return Column(_rows(len(table.rows)), table, Kind.COLUMN)

    def text(self, schema_id: str) -> Value:
        """Give what a bare name means outside rows where it is read as displayed."""
        if schema_id in self.tree.table_of:
            return self.texts(schema_id)
        nodes = self.tree.header.get(schema_id)
        return self.value(schema_id) if nodes is None else self.displayed(nodes[0])

    def texts(self, schema_id: str) -> Column:
        """Give the values of a column as displayed; what rules wrote as it will be."""
        column = self.column(schema_id)
        if self._kinds[schema_id] is Kind.TEXT and column.kind is Kind.TEXT:
            return column
        texts = self._texts.get(schema_id)
        if texts is None:
            values = self._displayed(self.tree.nodes(schema_id))
            texts = self._texts[schema_id] = Column(values, column.table, common_kind(values))
        return texts

    def _displayed(self, nodes: Sequence[Node | None]) -> list[Value]:
        sweeps = not self.written and not self._placeholders
        texts = clean_texts(nodes) if sweeps else None
        return texts or [None if node is None else self.displayed(node) for node in nodes]

    def displayed(self, node: Node) -> str | None:
        """Give a datapoint's value as displayed; None when it is empty."""
        if isinstance(node, AddedNode):
            return value_text(node.cells[node.schema_id]) or None
        written = self.written.get(node.id)
        if written is not None:
            text = value_text(written.value)
        else:
            return displayed(node.content, self._placeholders)
        return None if not text or text in self._placeholders else clean_text(text)

    def kind(self, schema_id: str) -> Kind:
        """Give the kind as which the datapoints with this schema id are read."""
        self.column(schema_id)
        return self._kinds[schema_id]

    def write(self, schema_id: str, cells: Mapping[int, Value]) -> bool:
        """Set values by position in the column; later reads see them.

        Returns:
            Whether any of them was not there already.
        """
        column = self.column(schema_id)
        nodes = self.tree.nodes(schema_id)
        values = list(column.values)
        changed = False
        for position, value in cells.items():
            node = nodes[position]
            typed = self.typed(schema_id, value)
            if node is None or is_same(values[position], typed):
                continue
            values[position] = typed
            if isinstance(node, AddedNode):
                node.cells[schema_id] = value
            else:
                self.written[node.id] = Write(node, value)
            changed = True
        if changed:
            self.touched.add(schema_id)
            self._columns[schema_id] = Column(values, column.table, common_kind(values))
            self._texts.pop(schema_id, None)
        return changed

    def state(self, node: Node) -> State:
        """Give what rules did to a datapoint, to be changed."""
        return self.states.setdefault(node.id, State(node))

    def add_rows(self, table: Table, rows: Sequence[Mapping[str, Value]]) -> None:
        """Add rows at the end of a table; their columns are those of their cells."""
        named = dict.fromkeys(name for cells in rows for name in cells)
        for name in named:
            self.column(name)  # Decides the column's kind before the new values have a say.
        row_id = table.row_id or table.schema_id
        added = [AddedNode(row_id, dict(cells), children=()) for cells in rows]
        count = len(table.rows)
        table.rows = [*table.rows, *added]
        for name in {**table.columns, **named}:
            before = table.columns.get(name, (None,) * count)
            new = [AddedNode(name, row.cells) if name in row.cells else None for row in added]
            table.columns[name] = [*before, *new]
            self.tree.table_of.setdefault(name, table)
            column = self._columns.get(name)
            if column is not None:
                padded = [*column.values, *(None,) * (count - len(column.values))]
                typed = [self.typed(name, row.cells.get(name)) for row in added]
                self._keep(name, [*padded, *typed], table)
        table.added += len(added)
        self.added.extend((table, row) for row in added)
        self.tree.forget_places()

    def remove_rows(self, table: Table, numbers: Collection[int]) -> None:
        """Take rows out of a table; later rules neither see nor select them."""
        gone = set(numbers)
        kept = [number for number in range(len(table.rows)) if number not in gone]
        for number in sorted(gone):
            row = table.rows[number]
            if isinstance(row, AddedNode):
                table.added -= 1
                self.added = [one for one in self.added if one[1] is not row]
            else:
                self.removed[row.id] = row
                self.gone.update(node.id for node in (row, *(row.children or ())))
        table.rows = [table.rows[number] for number in kept]
        for name, cells in table.columns.items():
            table.columns[name] = [cells[number] for number in kept]
            if name in self._columns:
                values = self._columns[name].values
                self._keep(name, [values[number] for number in kept], table)
                self._decide_again(name, table)
        self.tree.forget_places()

    def _decide_again(self, schema_id: str, table: Table) -> None:
        """Read a column as if the rows that are gone had never come: they may decide its kind."""
        nodes = table.columns[schema_id]
        contents = [node.content for node in nodes if node is not None and node.content]
        kind = self._declared.get(schema_id) or (shape(contents) if contents else None)
        if kind is None or kind is self._kinds[schema_id]:
            return
        self._kinds[schema_id] = kind
        self._keep(schema_id, [self._current(schema_id, node) for node in nodes], table)

    def _current(self, schema_id: str, node: Node | None) -> Value:
        if node is None:
            return None
        if isinstance(node, AddedNode):
            return self.typed(schema_id, node.cells.get(schema_id))
        written = self.written.get(node.id)
        if written is not None:
            return self.typed(schema_id, written.value)
        return self._cell(node.content, self._kinds[schema_id])

    def _keep(self, schema_id: str, values: list[Value], table: Table) -> None:
        self._columns[schema_id] = Column(values, table, common_kind(values))
        self._texts.pop(schema_id, None)

    def is_unchanged(self, schema_id: str, node: Node, value: Value) -> bool:
        """Whether *node* arrived with what *value* would be read as."""
        kind = self.kind(schema_id)
        content = node.content
        text = (content.value if content is not None else "") or ""
        before = self._cell(content, kind)
        after = self.typed(schema_id, value)
        if isinstance(before, Decimal | date) and before.__class__ is after.__class__:
            return bool(before == after)
        return text == value_text(value)

    def typed(self, schema_id: str, value: Value) -> Value:
        """Read a written value as the kind of its field; without one it keeps its own."""
        if value is None or value == "":
            return None
        if value.__class__ is str:
            empty = value in self._placeholders
            return None if empty else parse(value, self._kinds[schema_id])
        if self._declared.get(schema_id) is Kind.TEXT:
            return value_text(value)
        return value

    def _read(self, schema_id: str) -> Column:
        table = self.tree.table_of.get(schema_id)
        nodes = self.tree.header.get(schema_id, ()) if table is None else table.columns[schema_id]
        kind = self._declared.get(schema_id)
        if len(nodes) == 1 and nodes[0] is not None:
            return self._read_only(schema_id, nodes[0].content, table)
        read = read_column(nodes, table, kind, self._placeholders)
        if read is not None:
            self._kinds[schema_id] = read[1]
            return read[0]
        contents = [None if node is None else node.content for node in nodes]
        kind = kind or shape(contents)
        self._kinds[schema_id] = kind
        values = [self._cell(content, kind) for content in contents]
        return Column(values, table, common_kind(values))

    def _read_only(self, schema_id: str, content: Any, table: Table | None) -> Column:
        """Read a column of one cell: that of nearly every field outside tables."""
        declared = self._declared.get(schema_id)
        value, self._kinds[schema_id] = read_single(content, declared, self._placeholders)
        return Column([value], table, common_kind((value,)))

    def _cell(self, content: Any, kind: Kind) -> Value:
        return read_single(content, kind, self._placeholders)[0]


def is_same(before: Value, after: Value) -> bool:
    """Whether two values are one text, one number or one date."""
    return (
        before.__class__ is after.__class__
        and before.__class__ in _COMPARABLE
        and bool(before == after)
    )


_COMPARABLE: Final = frozenset((str, Decimal, date))
