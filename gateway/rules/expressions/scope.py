"""What the names in an expression mean: the place where it stands, and its queue.

Language §4, *Names*. Law: pure; answers from the queue's declarations, never from a document.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto

from gateway.annotation.values import Kind
from gateway.rules.context import Param, QueueContext
from gateway.rules.queue_schema import SchemaField
from gateway.rules.selectors.path import Path
from gateway.rules.tables import TableShape
from gateway.rules.yaml.source import Text
from gateway.spelling import closest


class Selects(Enum):
    """What the rule around an expression runs on."""

    ANNOTATION = auto()
    #: Datapoints with one schema id, or rows of one table.
    DATAPOINTS = auto()
    ROWS = auto()
    #: Results of a JMESPath expression: nodes, or anything.
    RESULTS = auto()


@dataclass(frozen=True, slots=True)
class Scope:
    """Where an expression stands."""

    context: QueueContext
    params: Mapping[str, Param]
    lets: Mapping[str, Text]
    selects: Selects
    #: The schema id after ``select``, if it is one.
    selected: str | None = None
    #: The JMESPath after ``select``, if it is one.
    path: Path | None = None
    #: The keys that each result may have, where the request's lists are known; else empty.
    part_keys: frozenset[str] = frozenset()
    #: Keys of other objects of the request, with the lists that have them.
    parts_elsewhere: Mapping[str, str] = field(default_factory=dict)
    rule: str | None = None
    #: Where a group of rows is one row: the columns that are equal in it. All others are columns.
    grouped_by: tuple[str, ...] | None = None
    #: In ``match``: what ``hit`` is, one record, and ``hits``, several; None where they are not.
    hit: TableShape | None = None
    hits: TableShape | None = None
    #: The names of params that were used; shared by all expressions of a queue.
    used_params: set[str] = field(default_factory=set)
    #: The expressions of ``let`` that were used; shared as well.
    used_lets: set[Text] = field(default_factory=set)

    def schema_id(self, name: str) -> str:
        """Give the schema id that a name of the rules has in this queue."""
        declared = self.context.fields.get(name)
        return declared.schema_id if declared else name

    def schema_field(self, schema_id: str) -> SchemaField | None:
        """Find what the queue's schema says of a schema id."""
        schema = self.context.schema
        return schema.fields.get(schema_id) if schema else None

    def is_unknown(self, schema_id: str) -> bool:
        """Whether the queue has a schema and it lacks this schema id."""
        schema = self.context.schema
        return schema is not None and not schema.unseen and schema_id not in schema.fields

    def unknown_field(self, name: str) -> str:
        """Say that there is no such field, and how that is known."""
        schema = self.context.schema
        if schema is not None and schema.from_payloads:
            return f'no stored payload has a field "{name}"'
        return f'unknown field "{name}"'

    def unseen(self, name: str) -> str | None:
        """Say why it is not known whether there is a field; None if it is known."""
        schema = self.context.schema
        schema_id = self.schema_id(name)
        if schema is None or not schema.unseen or schema_id in schema.fields:
            return None
        tables = " or ".join(schema.unseen)
        return f"no stored payload has it; it may be a column of {tables}, which has no rows there"

    def declared_kind(self, name: str) -> Kind | None:
        """Give the kind that the schema or ``fields`` declares for a name; None if neither."""
        found = self.schema_field(self.schema_id(name))
        if found is not None and found.kind is not None:
            return found.kind
        declared = self.context.fields.get(name)
        return declared.kind if declared else None

    def in_its_row(self, schema_id: str) -> bool | None:
        """Whether a column is the selected row's, by the schema; None when nothing says so."""
        found = self.schema_field(schema_id)
        if found is None or self.selects is Selects.RESULTS:
            return None
        return found.table is not None and found.table == self.table

    @property
    def table(self) -> str | None:
        """The table whose rows are selected, if the schema tells."""
        if self.selected is None:
            return None
        found = self.schema_field(self.selected)
        if found is None:
            return None
        return found.schema_id if found.category == "multivalue" else found.table

    def suggest(self, name: str) -> str | None:
        """Give the known field that is spelled like *name*."""
        schema = self.context.schema
        known: Iterable[str] = schema.fields if schema else ()
        return closest(name, (*known, *self.context.fields, *self.lets))
