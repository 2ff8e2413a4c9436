"""Names for what stands in one document, as it arrived.

Law: pure; a name stays what it is when rules take rows away.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from gateway.annotation.tree import AddedNode, Tree
from gateway.engine.selection import Selection


@dataclass(frozen=True, slots=True)
class Names:
    """Names for the nodes of one document, or for the files of an e-mail or upload."""

    #: ``amount_total``, ``item_code[2]``, ``line_items[2]``, ``invoice.pdf``.
    by_id: Mapping[int | str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, tree: Tree, files: Mapping[int | str, str] | None = None) -> Names:
        """Name what stands in *tree* now; *files* have names."""
        return cls({**dict(_named(tree)), **(files or {})})

    def node(self, node_id: int | str | None) -> str:
        """Name the node with this id; ``document`` for none."""
        return "document" if node_id is None else self.by_id.get(node_id, f"#{node_id}")

    def cell(self, tree: Tree, schema_id: str, position: int) -> str:
        """Name a datapoint by its position now; a cell of an added row is named by it."""
        node = tree.nodes(schema_id)[position]
        if node is None or isinstance(node, AddedNode):
            return f"{schema_id}[{position + 1}]"
        return self.node(node.id)

    def run(self, selection: Selection, number: int) -> str | None:
        """Name the place of a run; None where there is only one."""
        if selection.table is not None:
            return f"row {selection.rows[number] + 1}"
        if len(selection) == 1:
            return None
        node = selection.nodes[number]
        if node is not None:
            return self.node(node.id)
        return self._file(selection, number) or f"result {number + 1}"

    def _file(self, selection: Selection, number: int) -> str | None:
        """Name the file that is selected, or whose document is."""
        result = selection.results[number] if selection.results is not None else None
        if not isinstance(result, dict):
            return None
        for key in ("id", "document", "url"):
            found = result.get(key)
            if isinstance(found, int | str) and found in self.by_id:
                return self.by_id[found]
        return None


def _named(tree: Tree) -> Iterator[tuple[int | str, str]]:
    for name, nodes in tree.header.items():
        for number, node in enumerate(nodes, start=1):
            yield node.id, name if len(nodes) == 1 else f"{name}[{number}]"
    for table in tree.tables.values():
        yield table.node.id, table.schema_id
        for number, row in enumerate(table.rows, start=1):
            yield row.id, f"{table.schema_id}[{number}]"
        # The values of a simple list are rows and cells; as cells they have their own name.
        for name, cells in table.columns.items():
            for number, cell in enumerate(cells, start=1):
                if cell is not None:
                    yield cell.id, f"{name}[{number}]"
