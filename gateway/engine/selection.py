"""What a rule runs on: its runs, and where each of them stands.

Language §3. Law: pure; the same selection by schema id and by JMESPath gives the same runs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import count, groupby
from operator import eq
from typing import Any

from gateway.annotation.content import Content
from gateway.annotation.tree import Node, Place, Table, Tree, is_row
from gateway.engine.facts import Facts
from gateway.rules.rule import ByPath, BySchemaId, Selector
from gateway.rules.selectors.path import Path, Shape


@dataclass(frozen=True, slots=True)
class Selection:
    """Runs in document order that stand in one table, or outside tables."""

    #: A datapoint or row for each run; None where the run has none.
    nodes: Sequence[Node | None]
    table: Table | None
    #: The row of each run, from 0; outside tables the position among those of its schema id.
    rows: Sequence[int]
    #: The schema id that all datapoints have; None for rows, and for results that differ.
    schema_id: str | None
    #: What each run of a JMESPath selector found, if it is not simply the node.
    results: Sequence[Any] | None = None

    def __len__(self) -> int:
        return len(self.nodes)

    @property
    def is_whole(self) -> bool:
        """Whether it is all of a column, or every row of a table, in order."""
        return isinstance(self.rows, range)

    def part(self, runs: Sequence[int]) -> Selection:
        """Keep some of the runs."""
        return Selection(
            [self.nodes[run] for run in runs],
            self.table,
            [self.rows[run] for run in runs],
            self.schema_id,
            None if self.results is None else [self.results[run] for run in runs],
        )


#: The one run of a rule without ``select``.
ANNOTATION = Selection((None,), None, (0,), None)


def select(selector: Selector, content: Content, facts: Facts) -> Sequence[Selection]:
    """Find what a rule runs on; empty selections are left out.

    Raises:
        SelectorError: a JMESPath selector cannot be applied to this document.
    """
    match selector:
        case None:
            return (ANNOTATION,)
        case BySchemaId(schema_id):
            found = _by_schema_id(schema_id, content.tree)
            return (found,) if found is not None and len(found) else ()
        case ByPath(path):
            return _by_path(path, content, facts)


def _by_schema_id(schema_id: str, tree: Tree) -> Selection | None:
    table = tree.table_of.get(schema_id)
    if table is not None:
        return _cells(schema_id, table)
    nodes = tree.header.get(schema_id)
    if nodes is not None:
        return Selection(nodes, None, range(len(nodes)), schema_id)
    table = tree.table(schema_id)
    if table is None:
        return None
    if table.is_list:  # Each row is a datapoint.
        return _cells(next(iter(table.columns)), table)
    return _rows(table)


def _rows(table: Table) -> Selection:
    """Select the rows that have an id: those that rules have added are only counted."""
    rows = range(table.arrived)
    if table.added:
        return Selection(table.rows[: table.arrived], table, list(rows), None)
    return Selection(table.rows, table, rows, None)


def _cells(schema_id: str, table: Table) -> Selection:
    cells = table.columns[schema_id][: table.arrived]
    if None not in cells and not table.added:
        return Selection(cells, table, range(len(cells)), schema_id)
    rows = [row for row, cell in enumerate(cells) if cell is not None]
    return Selection([cells[row] for row in rows], table, rows, schema_id)


def _by_path(path: Path, content: Content, facts: Facts) -> Sequence[Selection]:
    if path.shape is not None and path.shape.is_indexed:
        found = _by_shape(path.shape, content.tree)
        return (found,) if found is not None and len(found) else ()
    subject = facts.subject().without(content.gone)
    nodes = subject.nodes(path)
    if nodes is not None:
        places = content.tree.places()
        stand = [place for node in nodes if (place := places.get(node.id)) is not None]
        if len(stand) == len(nodes):
            return _of_nodes(stand)
    results = subject.search(path)
    if results is None:
        return ()
    if not isinstance(results, list):
        results = [results]
    tree = content.tree
    placed = [(result, _place(result, path.id_key, tree)) for result in results]
    return [_stretch(list(group)) for _, group in groupby(placed, _group_key)]


def _of_nodes(places: Sequence[Place]) -> Sequence[Selection]:
    """Tell stretches of nodes apart as `_group_key` does."""
    if not places:
        return ()
    nodes, tables, _ = zip(*places, strict=True)
    if (
        len({node.schema_id for node in nodes}) == 1
        and len(set(map(id, tables))) == 1
        and len({node.children is None for node in nodes}) == 1
    ):
        return (_one_stretch(places),)
    return [_one_stretch(list(group)) for _, group in groupby(places, _place_key)]


def _place_key(place: Place) -> object:
    node, table, _ = place
    return (id(table), node.schema_id, is_row(place))


def _one_stretch(places: Sequence[Place]) -> Selection:
    node, table, _ = places[0]
    schema_id = None if is_row(places[0]) else node.schema_id
    nodes, _, rows = zip(*places, strict=True)
    return Selection(nodes, table, _whole(rows, table), schema_id)


def _whole(rows: Sequence[int], table: Table | None) -> Sequence[int]:
    """Make a range of rows that are all of a table's, in order."""
    if table is not None and len(rows) == len(table.rows) and all(map(eq, rows, count())):
        return range(len(rows))
    return rows


def _place(result: Any, id_key: str, tree: Tree) -> Place | None:
    """Find the node that a result is, or whose id it carries."""
    if not isinstance(result, dict):
        return None
    found = result.get(id_key)
    if not isinstance(found, int | str) or isinstance(found, bool):
        return None
    return tree.places().get(found)


def _group_key(found: tuple[Any, Place | None]) -> object:
    """Tell stretches apart: each stands in one table, its datapoints are of one schema id."""
    result, place = found
    return None if place is None else (_place_key(place), _is_node(result))


def _is_node(result: Any) -> bool:
    return "schema_id" in result and ("content" in result or "children" in result)


def _stretch(found: Sequence[tuple[Any, Place | None]]) -> Selection:
    result, first = found[0]
    places = [place for _, place in found if place is not None]
    if first is not None and _is_node(result):
        return _one_stretch(places)
    results = [one for one, _ in found]
    if first is None:
        return Selection([None] * len(found), None, [0] * len(found), None, results)
    return replace(_one_stretch(places), schema_id=None, results=results)


def _by_shape(shape: Shape, tree: Tree) -> Selection | None:
    """Answer a common JMESPath shape from the index."""
    found = _at_place(shape, tree)
    if found is None or shape.keys is None:
        return found
    results = [{name: _read(node, key) for name, key in shape.keys} for node in found.nodes if node]
    if shape.id_key is None:
        return Selection([None] * len(results), None, [0] * len(results), None, results)
    return replace(found, results=results)


def _at_place(shape: Shape, tree: Tree) -> Selection | None:
    name = shape.schema_id
    if shape.place == "cells":
        table = tree.table_of.get(name)
        return None if table is None or table.is_list else _cells(name, table)
    nodes = tree.header.get(name)
    if nodes is not None:
        return Selection(nodes, None, range(len(nodes)), name)
    table = tree.tables.get(name)
    return None if table is None else Selection((table.node,), None, (0,), None)


def _read(node: Node, key: tuple[str, ...]) -> Any:
    match key:
        case ("id",):
            return node.id
        case ("schema_id",):
            return node.schema_id
        case _:
            return None if node.content is None else node.content.value
