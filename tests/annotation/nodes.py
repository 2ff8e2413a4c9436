"""Nodes of a content tree, made by hand."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count
from typing import Any

_IDS = count(1)


@dataclass
class Captured:
    value: str | None = None
    normalized_value: str | None = None


@dataclass
class Node:
    schema_id: str
    content: Any = None
    children: Any = None
    id: int | str = field(default_factory=lambda: next(_IDS))
    hidden: bool | None = None


def cell(schema_id, value=None, normalized=None):
    return Node(schema_id, Captured(value, normalized))


def row(*cells, schema_id="line"):
    return Node(schema_id, None, list(cells))


def table(*rows, schema_id="lines"):
    return Node(schema_id, None, list(rows))


def section(*nodes):
    return Node("section", None, list(nodes))
