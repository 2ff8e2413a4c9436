"""A queue's names and tables as its documents show them.

Law: pure; any content gives an answer. Of two elements with one id the first counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from types import MappingProxyType
from typing import Any, Final, cast

from gateway.rules.queue_schema import Category, QueueSchema, SchemaField

#: Deeper than any content.
_DEEPEST: Final = 8
_CATEGORIES: Final = ("section", "multivalue", "tuple", "datapoint")


def schema_of_contents(contents: Sequence[Sequence[Any]]) -> QueueSchema:
    """Unite the schema ids of all *contents*."""
    fields: dict[str, SchemaField] = {}
    tables: dict[str, bool] = {}
    for content in contents:
        for field, has_rows in _fields(content, None, _DEEPEST):
            fields.setdefault(field.schema_id, field)
            if field.category == "multivalue":
                tables[field.schema_id] = tables.get(field.schema_id, False) or has_rows
    unseen = tuple(name for name, has_rows in tables.items() if not has_rows)
    return QueueSchema(MappingProxyType(fields), from_payloads=True, unseen=unseen)


def _fields(
    nodes: Sequence[Any], table: str | None, deepest: int
) -> Iterator[tuple[SchemaField, bool]]:
    """Yield every element, and whether there is something in it."""
    for node in nodes if deepest else ():
        if not isinstance(node, dict):
            continue
        schema_id, category = node.get("schema_id"), node.get("category")
        children = node.get("children")
        inner = children if isinstance(children, list) else []
        if isinstance(schema_id, str) and category in _CATEGORIES:
            yield _field(schema_id, cast(Category, category), table), bool(inner)
        below = schema_id if category == "multivalue" and isinstance(schema_id, str) else table
        yield from _fields(inner, below, deepest - 1)


def _field(schema_id: str, category: Category, table: str | None) -> SchemaField:
    return SchemaField(
        schema_id=schema_id,
        label="",
        kind=None,
        category=category,
        table=table,
        hidden=False,
        formula=False,
        options=(),
        max_length=None,
        type="",
    )
