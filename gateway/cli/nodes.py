"""What the ids of a stored payload stand for, so that an answer can be told to a person.

Law: pure; takes any JSON, however odd, and never raises.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from gateway.hooks.file_names import file_names


@dataclass(frozen=True, slots=True)
class Node:
    """A node of the content tree, as a person would call it."""

    #: ``amount_total``, or ``item_amount[2]`` for the second row's.
    name: str
    #: None for what is no datapoint.
    value: str | None
    #: Whether it is a file of an e-mail or upload.
    is_file: bool = False


def nodes_of(payload: Any) -> dict[str, Node]:
    """Find the nodes of a payload by their ids, written as text."""
    found = {str(key): Node(name, None, True) for key, name in file_names(payload).items()}
    pending: list[tuple[Any, int | None]] = [(node, None) for node in _content(payload)]
    while pending:
        node, row = pending.pop()
        if not isinstance(node, dict):
            continue
        if "id" in node:
            found[str(node["id"])] = Node(_name(node, row), _value(node))
        numbered = node.get("category") == "multivalue"
        pending.extend(
            (child, number if numbered else row)
            for number, child in enumerate(_children(node), start=1)
        )
    return found


def _content(payload: Any) -> Iterator[Any]:
    annotation = payload.get("annotation") if isinstance(payload, dict) else None
    content = annotation.get("content") if isinstance(annotation, dict) else None
    if isinstance(content, list):
        yield from content


def _children(node: dict[str, Any]) -> list[Any]:
    children = node.get("children")
    return children if isinstance(children, list) else []


def _name(node: dict[str, Any], row: int | None) -> str:
    name = str(node.get("schema_id", f"#{node['id']}"))
    return name if row is None else f"{name}[{row}]"


def _value(node: dict[str, Any]) -> str | None:
    if "children" in node:
        return None
    content = node.get("content")
    value = content.get("value") if isinstance(content, dict) else None
    return "" if value is None else str(value)
