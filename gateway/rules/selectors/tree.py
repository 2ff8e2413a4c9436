"""Trees of selectors as jmespath's parser makes them, and what can be read off them.

Law: reads trees, never changes one: the parser keeps them in a cache that all callers share.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, TypeAlias

Tree: TypeAlias = dict[str, Any]

_CHAINS = frozenset({"subexpression", "pipe", "index_expression"})
_STEPPING = _CHAINS | {"projection", "value_projection", "filter_projection", "flatten"}
_ALTERNATIVES = frozenset({"or_expression", "and_expression"})
_GATHERING = frozenset({"multi_select_list", "multi_select_dict", "function_expression"})


def children(tree: Tree) -> list[Tree]:
    """Return the sub-trees in the order in which they are written."""
    match tree["type"]:
        case "slice":
            return []
        case "filter_projection":
            base, then, condition = tree["children"]
            return [base, condition, then]
        case _:
            return list(tree["children"])


def walk(tree: Tree) -> Iterator[Tree]:
    """Yield all nodes in the order in which they are written, parents first."""
    pending = [tree]
    while pending:
        one = pending.pop()
        yield one
        pending.extend(reversed(children(one)))


def depth(tree: Tree) -> int:
    """Count the levels, those of literals included."""
    deepest = 0
    pending = [(tree, 1)]
    while pending:
        one, level = pending.pop()
        if one["type"] == "literal":
            level += _literal_depth(one["value"])
        deepest = max(deepest, level)
        pending.extend((child, level + 1) for child in children(one))
    return deepest


def _literal_rows(value: Any) -> Iterator[list[Any]]:
    """Yield the values of each level of a literal."""
    row = [value]
    while row:
        yield row
        inner = (one.values() if isinstance(one, dict) else one for one in row if _is_open(one))
        row = [child for values in inner for child in values]


def _is_open(value: Any) -> bool:
    return isinstance(value, list | dict)


def _literal_depth(value: Any) -> int:
    return sum(any(map(_is_open, row)) for row in _literal_rows(value))


def _literal_size(value: Any) -> int:
    return sum(map(len, _literal_rows(value)))


def weight(tree: Tree) -> int:
    """Count the nodes: what one visit of *tree* costs, apart from the lists it goes through.

    Those of literals count: each visit copies them.
    """
    return sum(_literal_size(one["value"]) if one["type"] == "literal" else 1 for one in walk(tree))


def copies(tree: Tree) -> int:
    """Bound how many times a part of the data can stand in the result.

    ``[@, @] | [@, @]`` holds everything four times, in hardly any memory.
    """
    kind = tree["type"]
    counts = _copies_below(tree)
    if kind in _STEPPING:
        return math.prod(counts)
    if kind in _ALTERNATIVES:
        return max(counts)
    if kind in _GATHERING:
        return sum(counts) or 1
    return counts[0] if kind in ("key_val_pair", "expref") else 1


def _copies_below(tree: Tree) -> list[int]:
    if tree["type"] == "filter_projection":
        return [copies(one) for one in tree["children"][:2]]
    if tree["type"] != "function_expression":
        return [copies(one) for one in children(tree)]
    references = [copies(one) for one in tree["children"] if one["type"] == "expref"]
    factor = math.prod(references)
    return [factor * copies(one) for one in tree["children"] if one["type"] != "expref"]


def field_path(tree: Tree) -> tuple[str, ...] | None:
    """Return the names of a plain path such as ``content.value``; None if it is none.

    The path of ``@`` is empty.
    """
    match tree["type"]:
        case "current" | "identity":
            return ()
        case "field":
            return (tree["value"],)
        case "subexpression" | "pipe":
            path: tuple[str, ...] = ()
            for child in tree["children"]:
                names = field_path(child)
                if names is None:
                    return None
                path += names
            return path
        case _:
            return None


def text_equality(tree: Tree) -> tuple[tuple[str, ...], str] | None:
    """Return path and text of a condition such as ``schema_id == 'x'``; None if it is none."""
    if tree["type"] != "comparator" or tree["value"] != "eq":
        return None
    left, right = tree["children"]
    if left["type"] == "literal":
        left, right = right, left
    path = field_path(left)
    if not path or right["type"] != "literal" or not isinstance(right["value"], str):
        return None
    return path, right["value"]


def result_keys(tree: Tree) -> frozenset[str] | None:
    """List the keys that each result has, if it is a mapping made in braces and no node."""
    match tree["type"]:
        case "multi_select_dict":
            keys = frozenset(pair["value"] for pair in tree["children"])
            is_node = "schema_id" in keys and keys & {"content", "children"}
            return None if is_node else keys
        case "projection" | "filter_projection" | "value_projection":
            return result_keys(tree["children"][1])
        case "pipe" | "subexpression":
            return result_keys(tree["children"][-1])
        case _:
            return None


def id_key(tree: Tree) -> str:
    """Find the key under which results carry their node's id: the last ``{key: id}``, or ``id``."""
    found = "id"
    for one in walk(tree):
        if one["type"] == "multi_select_dict":
            for pair in one["children"]:
                if field_path(pair["children"][0]) == ("id",):
                    found = pair["value"]
    return found
