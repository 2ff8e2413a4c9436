"""Names of datapoints as people write them: ``amount_total``, ``line_items[2].item_amount``.

Law: pure; a datapoint of a payload has one address, and an address leads to one datapoint.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from gateway.annotation.values import Kind
from gateway.cases.case import DOCUMENT, Address
from gateway.config.configuration import Queue
from gateway.rules.queue_schema import QueueSchema

_ADDRESS: Final = re.compile(
    r"(?P<name>[^\s\[\].]+)(?:\[(?P<row>[1-9][0-9]{0,5})\](?:\.(?P<column>[^\s\[\].]+))?)?"
)


class AddressError(Exception):
    """A text that is no address, or names a field that the queue does not have."""

    def __init__(self, text: str, unknown: str | None) -> None:
        """Keep the *text*, and the name in it that is *unknown*, if that is what is wrong."""
        super().__init__(text, unknown)
        self.text = text
        self.unknown = unknown

    def __str__(self) -> str:
        if self.unknown is not None:
            return f"unknown field {self.unknown!r}"
        return f"not a field or cell: {self.text!r}"


@dataclass(frozen=True, slots=True)
class Names:
    """The names of one queue: what its rules and tests say, and what its documents say."""

    #: Schema ids by the names that rules use, where they differ.
    aliases: Mapping[str, str]
    kinds: Mapping[str, Kind]
    schema: QueueSchema | None

    @classmethod
    def of(cls, queue: Queue) -> Names:
        """Give the names of a queue."""
        fields = queue.context.fields.items()
        aliases = {name: one.schema_id for name, one in fields if name != one.schema_id}
        return cls(aliases, queue.rules.kinds, queue.context.schema)

    def schema_id(self, name: str) -> str:
        """Give the schema id of what rules call *name*.

        Raises:
            AddressError: the queue's schema has no such field.
        """
        found = self.aliases.get(name, name)
        if self.schema is not None and found not in self.schema.fields:
            raise AddressError(name, name)
        return found

    def address(self, text: str) -> Address:
        """Write an address in schema ids; ``document`` stays.

        Raises:
            AddressError: it is none.
        """
        if text == DOCUMENT:
            return text
        found = _ADDRESS.fullmatch(text)
        if found is None:
            raise AddressError(text, None)
        name, row, column = self.schema_id(found["name"]), found["row"], found["column"]
        if row is None:
            return name
        return f"{name}[{row}]" + (f".{self.schema_id(column)}" if column else "")

    @property
    def known(self) -> Sequence[str]:
        """Every name that may be written; empty without a schema."""
        return [*self.aliases, *self.schema.fields] if self.schema is not None else []

    def row_id(self, table: str) -> str:
        """Give the schema id of a table's rows: the schema's, or the table's without its ``s``."""
        if self.schema is not None:
            for one in self.schema.fields.values():
                if one.category == "tuple" and one.table == table:
                    return one.schema_id
        return table.removesuffix("s") if table.endswith("s") else f"{table}_row"

    def value_id(self, table: str) -> str:
        """Give the schema id of the values of a simple list."""
        if self.schema is not None:
            for one in self.schema.fields.values():
                if one.category == "datapoint" and one.table == table:
                    return one.schema_id
        return table.removesuffix("s") if table.endswith("s") else f"{table}_value"


class Places:
    """The datapoints of one payload by address, and their addresses by id."""

    def __init__(self, content: Any, files: Mapping[int | str, str] | None = None) -> None:
        """Index the list of sections *content*, which may be any JSON; *files* have names."""
        #: Files of an e-mail or upload: names by what the event calls them.
        self.files = files or {}
        #: Datapoints by address; of a simple list by ``name[number]``.
        self.nodes: dict[Address, dict[str, Any]] = {}
        #: Rows of tables by address, such as ``line_items[2]``.
        self.rows: dict[Address, dict[str, Any]] = {}
        #: Tables by schema id; of two with one schema id the first.
        self.tables: dict[Address, dict[str, Any]] = {}
        self._seen: dict[Address, int] = {}
        for section in _nodes(content):
            for node in _nodes(section.get("children")):
                # What has no list of children is a datapoint, as for rules.
                if isinstance(node.get("children"), list):
                    self._index_table(node)
                else:
                    self._keep(node["schema_id"], node)

    def _index_table(self, table: dict[str, Any]) -> None:
        name = table["schema_id"]
        self.tables.setdefault(name, table)
        for number, row in enumerate(_nodes(table["children"]), start=1):
            place = f"{name}[{number}]"
            if not isinstance(row.get("children"), list):
                self.nodes[place] = row
                continue
            self.rows[place] = row
            for cell in _nodes(row["children"]):
                self._keep(f"{place}.{cell['schema_id']}", cell)

    def _keep(self, address: Address, node: dict[str, Any]) -> None:
        """Keep a datapoint; a second one with the same address gets a number."""
        count = self._seen[address] = self._seen.get(address, 0) + 1
        self.nodes[address if count == 1 else f"{address}[{count}]"] = node

    @cached_property
    def by_id(self) -> Mapping[int | str, Address]:
        """Addresses by the ids of their datapoints, rows, tables and files."""
        return {
            **self.files,
            **self._nodes_by_id(),
        }

    def _nodes_by_id(self) -> Mapping[int | str, Address]:
        return {
            node["id"]: address
            for named in (self.tables, self.rows, self.nodes)
            for address, node in named.items()
            if isinstance(node.get("id"), int | str)
        }

    @cached_property
    def by_schema_id(self) -> Mapping[str, Sequence[Address]]:
        """The addresses of all datapoints with a schema id, and of all below a table's."""
        found: dict[str, list[Address]] = {}
        for address, node in self.nodes.items():
            found.setdefault(node["schema_id"], []).append(address)
            table = address.partition("[")[0]
            if table not in (node["schema_id"], address):
                found.setdefault(table, []).append(address)
        return found

    def address(self, node_id: int | str | None) -> Address:
        """Name a datapoint, row or table; ``document`` for none."""
        if node_id is None:
            return DOCUMENT
        return self.by_id.get(node_id, f"#{node_id}")

    def all_at(self, address: Address) -> Sequence[Address]:
        """List the datapoints that an address means: of a column, all cells."""
        if address in self.nodes:
            return (address,)
        return self.by_schema_id.get(address, ())


def _nodes(data: Any) -> list[dict[str, Any]]:
    if not isinstance(data, list):
        return []
    return [
        node for node in data if isinstance(node, dict) and isinstance(node.get("schema_id"), str)
    ]
