"""Requests that are not as the platform writes them, read as far as they make sense.

Webhook reference §7, edge cases; security reference §3: a node without what it needs is left out
and counted. Law: pure; walks with loops; raises nothing on plain data.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from gateway.annotation.tree import MAX_NODES, TooManyNodesError
from gateway.hooks.wire import Content, Node

_WITH_CHILDREN: Final = ("section", "multivalue", "tuple")


class LenientContent(Content):
    """A datapoint's content with all that rules can read."""

    page: int | None = None
    rir_text: str | None = None
    rir_confidence: int | float | None = None


class LenientNode(Node):
    """A node with all that rules can read."""

    validation_sources: list[str] | None = None
    options: list[dict[str, Any]] | None = None


@dataclass(slots=True)
class LenientReader:
    """Builds nodes from plain data; counts those that it leaves out."""

    left_out: int = 0
    _nodes: int = field(default=0)

    def sections(self, data: Any) -> list[LenientNode]:
        """Read a list of sections, four levels deep: deeper there are no datapoints."""
        return self._level(data, 4)

    def _level(self, data: Any, levels: int) -> list[LenientNode]:
        if not isinstance(data, list):
            return []
        self._nodes += len(data)
        if self._nodes > MAX_NODES:
            raise TooManyNodesError
        found = []
        for item in data:
            node = self._node(item, levels)
            if node is None:
                self.left_out += 1
            else:
                found.append(node)
        return found

    def _node(self, data: Any, levels: int) -> LenientNode | None:
        if not isinstance(data, Mapping):
            return None
        node_id, schema_id = data.get("id"), data.get("schema_id")
        if not isinstance(node_id, int | str) or isinstance(node_id, bool):
            return None
        if not isinstance(schema_id, str):
            return None
        children = data.get("children")
        hidden = data.get("hidden")
        node = LenientNode(node_id, schema_id)
        node.content = _content(data.get("content"))
        node.hidden = hidden if isinstance(hidden, bool) else None
        node.validation_sources = _texts(data.get("validation_sources"))
        node.options = _mappings(data.get("options"))
        if levels > 1 and isinstance(children, list):
            node.children = self._level(children, levels - 1)
        elif levels > 1 and data.get("category") in _WITH_CHILDREN:
            node.children = []
        return node


def _content(data: Any) -> LenientContent | None:
    if not isinstance(data, Mapping):
        return None
    content = LenientContent()
    content.value = _text(data.get("value"))
    content.normalized_value = _text(data.get("normalized_value"))
    content.rir_text = _text(data.get("rir_text"))
    page = data.get("page")
    content.page = page if isinstance(page, int) and not isinstance(page, bool) else None
    confidence = data.get("rir_confidence")
    if isinstance(confidence, int | float) and not isinstance(confidence, bool):
        content.rir_confidence = confidence
    return content


def _text(data: Any) -> str | None:
    match data:
        case str():
            return data
        case bool():
            return "true" if data else "false"
        case int() if abs(data) < 10**18:
            return str(data)
        case float():
            return repr(data)
        case _:
            return None


def _texts(data: Any) -> list[str]:
    return [item for item in data if isinstance(item, str)] if isinstance(data, list) else []


def _mappings(data: Any) -> list[dict[str, Any]] | None:
    return [item for item in data if isinstance(item, dict)] if isinstance(data, list) else None
