"""Selectors that mean "the nodes with this schema id", recognized.

Law: reads trees of selectors only. A shape is claimed when, over every well-formed list of
sections, the index gives the very list that the search would.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, Literal, TypeAlias

from gateway.rules.selectors.tree import Tree, field_path, text_equality

Keys: TypeAlias = tuple[tuple[str, tuple[str, ...]], ...]
Place: TypeAlias = Literal["header", "cells", "any"]


#: What the index knows of a node, whatever the rules read.
_INDEXED: Final = frozenset((("id",), ("schema_id",), ("content", "value")))


@dataclass(frozen=True, slots=True)
class Shape:
    """All nodes with one schema id that stand at one place, in document order."""

    schema_id: str
    #: ``header``: directly in a section, datapoints and multivalues alike. ``cells``: in a tuple.
    #: No selector reaches both in document order, so that ``any`` is never recognized.
    place: Place
    #: Of a last ``.{node_id: id, …}``: each name with its path in the node. None: the nodes.
    keys: Keys | None

    @property
    def id_key(self) -> str | None:
        """The name under which each result carries its node's id."""
        return next((name for name, path in self.keys or () if path == ("id",)), None)

    @property
    def is_indexed(self) -> bool:
        """Whether the index alone answers it."""
        return _INDEXED.issuperset(path for _, path in self.keys or ())


@dataclass(frozen=True, slots=True)
class _Nodes:
    """What is known of a value: lists *nesting* deep of nodes that are *level* below the root.

    Sections have level 0; tuples, and the datapoints of a simple list, level 2; cells level 3.
    """

    nesting: int
    level: int
    schema_id: str | None = None
    keys: Keys | None = None


_PLACES: Final[dict[int, Place]] = {1: "header", 3: "cells"}
_CELLS: Final = 3


def recognize(tree: Tree) -> Shape | None:
    """Return the shape of a selector over the list of sections; None if it has none."""
    nodes = _after(tree, _Nodes(1, 0))
    if nodes is None or nodes.nesting != 1 or nodes.schema_id is None:
        return None
    place = _PLACES.get(nodes.level)
    return Shape(nodes.schema_id, place, nodes.keys) if place else None


def _after(tree: Tree, subject: _Nodes) -> _Nodes | None:
    match tree["type"]:
        case "identity" | "current":
            return subject
        case "field":
            return _children(tree["value"], subject)
        case "subexpression" | "pipe":
            return _chain(tree["children"], subject)
        case "flatten":
            return _flat(_after(tree["children"][0], subject))
        case "projection":
            left, right = tree["children"]
            return _each(_after(left, subject), right)
        case "filter_projection":
            left, right, condition = tree["children"]
            return _each(_with_id(_after(left, subject), condition), right)
        case "multi_select_dict":
            return _with_keys(tree, subject)
        case _:
            return None


def _chain(steps: list[Tree], subject: _Nodes) -> _Nodes | None:
    found: _Nodes | None = subject
    for step in steps:
        if found is None:
            return None
        found = _after(step, found)
    return found


def _children(name: str, node: _Nodes) -> _Nodes | None:
    plain = node.schema_id is None and node.keys is None
    if name != "children" or node.nesting or node.level == _CELLS or not plain:
        return None
    return _Nodes(1, node.level + 1)


def _flat(nodes: _Nodes | None) -> _Nodes | None:
    if nodes is None or not nodes.nesting:
        return None
    # Flattening a list of nodes leaves it as it is.
    return replace(nodes, nesting=max(1, nodes.nesting - 1))


def _each(nodes: _Nodes | None, step: Tree) -> _Nodes | None:
    if nodes is None or not nodes.nesting:
        return None
    found = _after(step, replace(nodes, nesting=nodes.nesting - 1))
    return None if found is None else replace(found, nesting=found.nesting + 1)


def _with_id(nodes: _Nodes | None, condition: Tree) -> _Nodes | None:
    equality = text_equality(condition)
    if nodes is None or nodes.nesting != 1 or nodes.keys is not None or equality is None:
        return None
    path, schema_id = equality
    if path != ("schema_id",) or nodes.schema_id not in (None, schema_id):
        return None
    return replace(nodes, schema_id=schema_id)


def _with_keys(tree: Tree, node: _Nodes) -> _Nodes | None:
    if node.nesting or node.keys is not None:
        return None
    keys: dict[str, tuple[str, ...]] = {}
    for pair in tree["children"]:
        path = field_path(pair["children"][0])
        if not path or pair["value"] in keys:
            return None
        keys[pair["value"]] = path
    return replace(node, keys=tuple(keys.items()))
