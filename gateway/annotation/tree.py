"""The content tree as it arrived, and its index: schema id to datapoints, tables to columns.

Webhook reference §7. A node is anything with the attributes of `Node`; the wire floor decodes
requests into structs that have just the attributes somebody reads.
Law: pure; never changes a node; walks with loops, so that depth costs nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count, repeat
from operator import attrgetter
from typing import Any, Final, Protocol, TypeAlias

MAX_NODES = 200_000
#: Of one table's columns together, gaps included.
MAX_CELLS = 4 * MAX_NODES

_id_of: Final = attrgetter("id")


class Content(Protocol):
    """What was captured for one datapoint."""

    value: str | None
    normalized_value: str | None


class Node(Protocol):
    """A section, multivalue, tuple or datapoint; the first three have ``children``."""

    id: int | str
    schema_id: str
    content: Any
    children: Any
    hidden: Any


class TooManyNodesError(Exception):
    """The tree holds more nodes than a request may."""

    def __str__(self) -> str:
        return f"more than {MAX_NODES} nodes"


@dataclass(slots=True)
class Table:
    """A multivalue: its rows, and its columns aligned to them."""

    schema_id: str
    node: Node
    #: Tuples, or the datapoints of a simple list.
    rows: Sequence[Node]
    #: Cells by schema id, one per row; None where a row lacks the column.
    columns: dict[str, Sequence[Node | None]]
    #: The schema id of the rows; None for a simple list and for a table without rows.
    row_id: str | None
    #: Whether its rows are datapoints themselves; None for a table without rows.
    is_list: bool | None = None
    #: How many rows at the end rules have added: they have values, and no ids yet.
    added: int = 0

    @property
    def arrived(self) -> int:
        """How many rows came with the request and are still there: they come first."""
        return len(self.rows) - self.added


class AddedNode:
    """A row, or a cell of one, that a rule has added: it has a value and no id."""

    __slots__ = ("cells", "children", "content", "hidden", "id", "schema_id")

    def __init__(self, schema_id: str, cells: dict[str, Any], children: Any = None) -> None:
        """Be a cell of the row with these *cells*; the row itself, if there are *children*."""
        #: No id of the platform's is a text without characters.
        self.id: int | str = ""
        self.schema_id = schema_id
        self.content: Any = None
        self.hidden: Any = None
        #: The row's values by column, which later rules may change.
        self.cells = cells
        self.children = children


@dataclass(slots=True)
class Tree:
    """The index of one content tree. Built once per request by `index`."""

    #: Datapoints outside tables.
    header: dict[str, list[Node]] = field(default_factory=dict)
    #: Tables by the schema id of their multivalue.
    tables: dict[str, Table] = field(default_factory=dict)
    #: Tables by the schema id of a column.
    table_of: dict[str, Table] = field(default_factory=dict)
    #: Tables by the schema id of their rows.
    table_of_row: dict[str, Table] = field(default_factory=dict)
    _places: dict[int | str, Place] | None = None

    def table(self, name: str) -> Table | None:
        """Find a table by the schema id of its multivalue or of its tuple."""
        return self.tables.get(name) or self.table_of_row.get(name)

    def nodes(self, schema_id: str) -> Sequence[Node | None]:
        """List the datapoints with this schema id, rows that lack the column as None."""
        table = self.table_of.get(schema_id)
        if table is not None:
            return table.columns[schema_id]
        return self.header.get(schema_id, ())

    def all_nodes(self, name: str) -> Sequence[Node | None]:
        """List the datapoints with a schema id; of a table, itself with all rows and cells."""
        table = None if name in self.table_of else self.table(name)
        if table is None:
            return self.nodes(name)
        cells = [cell for column in table.columns.values() for cell in column]
        return [table.node, *table.rows, *cells]

    def forget_places(self) -> None:
        """Look places up anew: rows have come or gone."""
        self._places = None

    def places(self) -> Mapping[int | str, Place]:
        """Map ids of datapoints and rows to where they stand."""
        if self._places is None:
            self._places = self._all_places()
        return self._places

    def _all_places(self) -> dict[int | str, Place]:
        found: dict[int | str, Place] = {}
        for nodes in self.header.values():
            found.update(_numbered(nodes, None))
        for table in self.tables.values():
            found.update(_numbered(table.rows, table))
            for cells in table.columns.values():
                found.update(_numbered(cells, table))
        return found


#: Where a datapoint or row stands: the node, its table if it has one, and its row there from 0;
#: outside tables its position among the datapoints with the same schema id.
Place: TypeAlias = tuple[Node, Table | None, int]


def _numbered(
    nodes: Sequence[Node | None], table: Table | None
) -> Iterable[tuple[int | str, Place]]:
    if None in nodes:
        return [
            (node.id, (node, table, number))
            for number, node in enumerate(nodes)
            if node is not None
        ]
    there: Sequence[Any] = nodes
    return zip(map(_id_of, there), zip(there, repeat(table), count(), strict=False), strict=True)


def is_row(place: Place) -> bool:
    """Whether it is a row itself, not a datapoint."""
    node, table, _ = place
    return table is not None and node.children is not None


def index(sections: Sequence[Node]) -> Tree:
    """Index a content tree in one walk.

    A node's category follows from its place and from having ``children``, since ``category`` may
    be missing. Deeper nodes than a cell are not datapoints of the platform and are left out.

    Raises:
        TooManyNodesError: the tree is larger than a request may be.
    """
    tree = Tree()
    header = tree.header
    left = MAX_NODES - len(sections)
    for section in sections:
        children = section.children or ()
        left -= len(children)
        for node in children:
            if node.children is None:
                name = node.schema_id
                if name in header:
                    header[name].append(node)
                else:
                    header[name] = [node]
            else:
                table, size = _table(node)
                left -= size
                if table.schema_id not in tree.tables:
                    tree.tables[table.schema_id] = table
                    if table.row_id is not None:
                        tree.table_of_row.setdefault(table.row_id, table)
                    for name in table.columns:
                        tree.table_of.setdefault(name, table)
        if left < 0:
            raise TooManyNodesError
    return tree


def _table(multivalue: Node) -> tuple[Table, int]:
    rows: Sequence[Node] = multivalue.children
    if not rows:
        return Table(multivalue.schema_id, multivalue, rows, {}, None), 0
    first = rows[0]
    if first.children is None:
        columns = _simple_columns(rows, first.schema_id)
        return Table(multivalue.schema_id, multivalue, rows, columns, None, True), len(rows)
    columns, size = _regular_columns(rows) or _ragged_columns(rows)
    return Table(multivalue.schema_id, multivalue, rows, columns, first.schema_id, False), size


def _simple_columns(rows: Sequence[Node], schema_id: str) -> dict[str, Sequence[Node | None]]:
    """Take the children of a simple list; what is no datapoint of its schema id is no value."""
    suits = [row.children is None and row.schema_id == schema_id for row in rows]
    if all(suits):
        return {schema_id: rows}
    return {schema_id: [row if one else None for row, one in zip(rows, suits, strict=True)]}


def _regular_columns(
    rows: Sequence[Node],
) -> tuple[dict[str, Sequence[Node | None]], int] | None:
    """Turn rows that all have the same cells in the same order; None when they have not."""
    try:
        names = [cell.schema_id for cell in rows[0].children]
        cells = [row.children for row in rows]
        for row in cells:
            if [cell.schema_id for cell in row] != names:
                return None
    except TypeError:  # A row without children.
        return None
    columns = dict(zip(names, zip(*cells, strict=True), strict=True))
    return (columns, len(rows) * (1 + len(names))) if len(columns) == len(names) else None


def _ragged_columns(rows: Sequence[Node]) -> tuple[dict[str, Sequence[Node | None]], int]:
    """Align cells to rows; of two cells with one schema id in a row, the first counts."""
    columns: dict[str, list[Node | None]] = {}
    size = 0
    for number, row in enumerate(rows):
        cells = row.children or ()
        size += len(cells) + 1
        for cell in cells:
            column = columns.get(cell.schema_id)
            if column is None:
                # Before it is built: a few rows of many columns are a grid of very many cells.
                if len(columns) * len(rows) > MAX_CELLS:
                    raise TooManyNodesError
                column = columns[cell.schema_id] = [None] * len(rows)
            if column[number] is None:
                column[number] = cell
    if size > MAX_NODES:
        raise TooManyNodesError
    return dict(columns), size
