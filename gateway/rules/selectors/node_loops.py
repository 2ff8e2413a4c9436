"""What selectors over decoded nodes are made of, besides what plain data has too.

Law: as that of `loops`; a value is a node, a content, or lists of these, as `kinds` says, or null.
"""

from __future__ import annotations

from operator import attrgetter
from typing import Any, Final

from gateway.rules.selectors.budget import Budget
from gateway.rules.selectors.loops import Run

_MISSING: Final = object()


class UnsureError(Exception):
    """The nodes do not tell what the selector asks of this document; its plain data does."""


def attribute(path: tuple[str, ...]) -> Run:
    """Read a key of a node, or of its content."""
    if len(path) == 1:
        first = attrgetter(path[0])
        return lambda node, _: None if node is None else first(node)
    first, *others = map(attrgetter, path)

    def run(value: Any, _: Budget) -> Any:
        if value is None:
            return None
        value = first(value)
        for read in others:
            if value is None:
                return None
            value = read(value)
        return value

    return run


def attribute_of(inner: Run, name: str) -> Run:
    """Read a key of what *inner* gives."""
    read = attrgetter(name)

    def run(value: Any, budget: Budget) -> Any:
        found = inner(value, budget)
        return None if found is None else read(found)

    return run


def mapped_attribute(source: Run, name: str) -> Run:
    """Read a key of each element, and drop what is null."""
    read = attrgetter(name)

    def run(value: Any, budget: Budget) -> Any:
        base = source(value, budget)
        if base is None:
            return None
        budget.spend(len(base))
        return [found for one in base if one is not None and (found := read(one)) is not None]

    return run


def sure(inner: Run) -> Run:
    """Ask whether a content is there.

    One without any key counts as absent. That of a datapoint has a value, if only an empty text.
    """

    def run(value: Any, budget: Budget) -> Any:
        found = inner(value, budget)
        if found is None or found.value is not None or found.normalized_value is not None:
            return found
        raise UnsureError

    return run


def whole(inner: Run) -> Run:
    """Give what nodes, contents or lists of them were decoded from."""

    def run(value: Any, budget: Budget) -> Any:
        return _whole(inner(value, budget), budget)

    return run


def _whole(value: Any, budget: Budget) -> Any:
    if value is None:
        return None
    if value.__class__ is not list:
        return budget.whole(value)
    budget.spend(len(value))
    return [_whole(one, budget) for one in value]


def shared(inner: Run, key: str) -> Run:
    """Find what many selectors go through once for each request."""

    def run(value: Any, budget: Budget) -> Any:
        found = budget.kept.get(key, _MISSING)
        if found is _MISSING:
            found = budget.kept[key] = inner(value, budget)
        return found

    return run


def of_schema_id(inner: Run, key: str, schema_id: str) -> Run:
    """Pick the nodes with a schema id from a list of nodes, grouped once for each request."""

    def run(value: Any, budget: Budget) -> Any:
        groups = budget.kept.get(key, _MISSING)
        if groups is _MISSING:
            groups = budget.kept[key] = _grouped(inner(value, budget), budget)
        return None if groups is None else groups.get(schema_id, [])

    return run


def _grouped(nodes: list[Any] | None, budget: Budget) -> dict[str, list[Any]] | None:
    if nodes is None:
        return None
    budget.spend(len(nodes))
    groups: dict[str, list[Any]] = {}
    for node in nodes:
        if node is not None:
            group = groups.get(node.schema_id)
            if group is None:
                groups[node.schema_id] = [node]
            else:
                group.append(node)
    return groups
