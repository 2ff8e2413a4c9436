"""The content as rules see it: typed values by schema id, and what rules have written so far.

Language §4, *Values*: the type comes from a declaration, else from the shape of the normalized
values, decided once per column. Law: pure; one object per request, changed only by `write`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from gateway.annotation.column import Column
from gateway.annotation.tree import AddedNode, Node, Table, Tree
from gateway.annotation.values import (
    MAX_TEXT,
    UNREADABLE,
    Kind,
    Value,
    clean_text,
    is_clean,
    parse_date,
    parse_number,
    parse_numbers,
    shape_of,
    value_text,
)

_NULL: Final = "None"  # Published samples spell null as this text.


class Row:
    """A row as a value: it can be counted, and that is all."""

    __slots__ = ("number",)

    def __init__(self, number: int) -> None:
        self.number = number


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
        if schema_id in tree.header:
            return self.column(schema_id).values[0]
        if schema_id in tree.table_of:
            return self.column(schema_id)
        table = tree.table(schema_id)
        if table is None:
            return None
        return Column(list(map(Row, range(1, len(table.rows) + 1))), table)

    def texts(self, schema_id: str) -> Column:
        """Give the values of a column as displayed; what rules wrote as it will be."""
        column = self.column(schema_id)
        if self._kinds[schema_id] is Kind.TEXT and column.kind is Kind.TEXT:
            return column
        texts = self._texts.get(schema_id)
        if texts is None:
            values = self._displayed(self.tree.nodes(schema_id))
            texts = self._texts[schema_id] = Column(values, column.table, _common_kind(values))
        return texts

    def _displayed(self, nodes: Sequence[Node | None]) -> list[Value]:
        sweeps = not self.written and not self._placeholders
        texts = _clean_texts(nodes) if sweeps else None
        return texts or [None if node is None else self.displayed(node) for node in nodes]

    def displayed(self, node: Node) -> str | None:
        """Give a datapoint's value as displayed; None when it is empty."""
        if isinstance(node, AddedNode):
            return value_text(node.cells[node.schema_id]) or None
        written = self.written.get(node.id)
        if written is not None:
            text = value_text(written.value)
        else:
            text = (node.content.value if node.content is not None else "") or ""
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
            self._columns[schema_id] = Column(values, column.table, _common_kind(values))
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
        self.tree.forget_places()

    def _keep(self, schema_id: str, values: list[Value], table: Table) -> None:
        self._columns[schema_id] = Column(values, table, _common_kind(values))
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
            return None if empty else _parse(value, self._kinds[schema_id])
        if self._declared.get(schema_id) is Kind.TEXT:
            return value_text(value)
        return value

    def _read(self, schema_id: str) -> Column:
        nodes = self.tree.nodes(schema_id)
        table = self.tree.table_of.get(schema_id)
        kind = self._declared.get(schema_id)
        if len(nodes) == 1 and nodes[0] is not None:
            return self._read_only(schema_id, nodes[0].content, table)
        column = None if self._placeholders else _read_clean(nodes, table, kind)
        if column is not None:
            assert column.kind is not None  # noqa: S101 - what a clean column promises.
            self._kinds[schema_id] = column.kind
            return column
        contents = [None if node is None else node.content for node in nodes]
        kind = kind or _shape(contents)
        self._kinds[schema_id] = kind
        values = [self._cell(content, kind) for content in contents]
        return Column(values, table, _common_kind(values))

    def _read_only(self, schema_id: str, content: Any, table: Table | None) -> Column:
        """Read a column of one cell: that of nearly every field outside tables."""
        kind = self._declared.get(schema_id)
        if kind is None:
            normalized = content.normalized_value if content is not None and content.value else None
            kind = shape_of(normalized) if normalized and normalized != _NULL else Kind.TEXT
        self._kinds[schema_id] = kind
        value = self._cell(content, kind)
        return Column([value], table, _KINDS.get(value.__class__))

    def _cell(self, content: Any, kind: Kind) -> Value:
        text = None if content is None else content.value
        if not text or text in self._placeholders:
            return None
        if kind is Kind.TEXT or kind is Kind.BOOLEAN:
            return _parse(text, kind)
        normalized = content.normalized_value
        if normalized is None or normalized == _NULL:
            return UNREADABLE
        return _parse(normalized, kind)


def _parse(text: str, kind: Kind) -> Value:
    parse = _PARSERS.get(kind)
    if parse is None:
        return clean_text(text)
    value = parse(text)
    return UNREADABLE if value is None else value


def _parse_boolean(text: str) -> bool | None:
    return {"true": True, "false": False}.get(text.lower())


_PARSERS: Final[Mapping[Kind, Callable[[str], Value]]] = {
    Kind.NUMBER: parse_number,
    Kind.DATE: parse_date,
    Kind.BOOLEAN: _parse_boolean,
}


def _shape(contents: Sequence[Any]) -> Kind:
    """Decide a column's kind: all normalized values agree on number or date, else text."""
    shapes = {
        shape_of(content.normalized_value)
        for content in contents
        if content is not None
        and content.value
        and content.normalized_value
        and content.normalized_value != _NULL
    }
    return shapes.pop() if len(shapes) == 1 else Kind.TEXT


def _read_clean(nodes: Sequence[Any], table: Table | None, kind: Kind | None) -> Column | None:
    """Read a column whose cells are all set and readable in one sweep; None if they are not."""
    try:
        contents = [node.content for node in nodes]
        texts = [content.value for content in contents]
        if not texts or not all(texts):
            return None
        if kind is not Kind.TEXT:
            normalized = [content.normalized_value for content in contents]
            numbers = parse_numbers(normalized, strict=kind is None)
            if numbers is not None:
                return Column(numbers, table, Kind.NUMBER) if kind in _NUMERIC else None
            if kind is not None or any(normalized):
                return None
    except AttributeError:  # A missing cell or ``content: null``.
        return None
    return Column(texts, table, Kind.TEXT) if _are_clean(texts) else None


def _clean_texts(nodes: Sequence[Any]) -> list[str] | None:
    """List what is displayed in cells that are all set; None if one is not, or is not clean."""
    try:
        texts = [node.content.value for node in nodes]
    except AttributeError:
        return None
    return texts if all(texts) and _are_clean(texts) else None


def _are_clean(texts: list[str]) -> bool:
    """Whether `clean_text` leaves all texts as they are."""
    joined = "".join(texts)
    return is_clean(joined) and (len(joined) <= MAX_TEXT or max(map(len, texts)) <= MAX_TEXT)


def is_same(before: Value, after: Value) -> bool:
    """Whether two values are one text, one number or one date."""
    return (
        before.__class__ is after.__class__
        and before.__class__ in _COMPARABLE
        and bool(before == after)
    )


_COMPARABLE: Final = frozenset((str, Decimal, date))
_NUMERIC: Final = (None, Kind.NUMBER)

_KINDS: Final = {str: Kind.TEXT, Decimal: Kind.NUMBER, date: Kind.DATE, bool: Kind.BOOLEAN}


def _common_kind(values: Sequence[Value]) -> Kind | None:
    classes = {value.__class__ for value in values}
    return _KINDS.get(classes.pop()) if len(classes) == 1 else None
