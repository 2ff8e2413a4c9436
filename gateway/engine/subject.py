"""What JMESPath selectors search: one request, as decoded nodes and as plain data.

Language §3. Law: pure; what a selector finds does not depend on which of the two it is given.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from copy import copy
from typing import Any, Final

from gateway.annotation.tree import Node
from gateway.rules.selectors.path import Keys, Path, UnsureError

_UNSURE: Final = object()


class Subject:
    """The list of sections as it arrived; of events without content, the whole payload."""

    __slots__ = ("_kept", "_keys", "_left", "_nodes", "_origins", "plain")

    def __init__(
        self,
        plain: Callable[[], Any],
        nodes: Sequence[Node] | None = None,
        keys: Keys | None = None,
    ) -> None:
        """Be what *plain* gives; *nodes* are the same sections decoded, with these *keys*."""
        #: Gives all of it as plain data.
        self.plain = plain
        self._nodes = nodes
        self._keys = keys or Keys()
        #: What selectors over the nodes keep for one another.
        self._kept: dict[str, Any] = {}
        self._origins: _Origins | None = None
        self._left: tuple[int, Subject] | None = None

    def without(self, gone: set[int | str]) -> Subject:
        """Leave out the rows that rules have removed, of which there are only ever more."""
        if not gone:
            return self
        if self._left is None or self._left[0] != len(gone):
            whole = self.plain
            nodes = None if self._nodes is None else [_without(one, gone) for one in self._nodes]
            left = Subject(lambda: _plain_without(whole(), gone), nodes, self._keys)
            self._left = (len(gone), left)
        return self._left[1]

    def nodes(self, path: Path) -> list[Node] | None:
        """Give the nodes that a selector finds; None where only plain data can tell.

        Raises:
            SelectorError: it cannot be applied to this document.
        """
        if path.over_nodes is None or not path.over_nodes.gives_nodes:
            return None
        found = self._over_nodes(path)
        if found is _UNSURE:
            return None
        nodes = found if found.__class__ is list else [] if found is None else [found]
        # Without either, the node may have arrived as a mapping that does not look like one.
        sure = [one is not None and (one.content or one.children) is not None for one in nodes]
        return nodes if all(sure) else None

    def search(self, path: Path) -> Any:
        """Give what a selector finds, as plain data.

        Raises:
            SelectorError: it cannot be applied to this document.
        """
        found = _UNSURE
        if path.over_nodes is not None and not path.over_nodes.gives_nodes:
            found = self._over_nodes(path)
        return path.search(self.plain()) if found is _UNSURE else found

    def _over_nodes(self, path: Path) -> Any:
        over = path.over_nodes
        if over is None or self._nodes is None or not over.keys <= self._keys:
            return _UNSURE
        try:
            return over.search(self._nodes, self._kept, self._whole)
        except UnsureError:
            return _UNSURE

    def _whole(self, value: Any) -> Any:
        """Give what a node or a content was decoded from."""
        if self._origins is None:
            self._origins = _Origins(self._nodes or (), self.plain())
        return self._origins.of(value)


class _Origins:
    """Plain data by the node, or the content, that was decoded from it."""

    __slots__ = ("_by_id", "_lists")

    def __init__(self, nodes: Sequence[Node], plain: Any) -> None:
        self._lists = list(_lists(nodes, plain))
        self._by_id: dict[int, Any] = {}
        for some, decoded_from in self._lists:
            self._by_id.update(zip(map(id, some), decoded_from, strict=True))

    def of(self, value: Any) -> Any:
        found = self._by_id.get(id(value))
        return self._of_content(value) if found is None else found

    def _of_content(self, value: Any) -> Any:
        """Look contents up too, which are asked for seldom."""
        for nodes, plain in self._lists:
            for node, one in zip(nodes, plain, strict=True):
                if node.content is not None:
                    self._by_id[id(node.content)] = one["content"]
        return self._by_id[id(value)]


def _lists(nodes: Sequence[Node], plain: Any) -> Iterator[tuple[Sequence[Node], Any]]:
    """Go through the lists of nodes and of their plain data at once."""
    pending = [(nodes, plain)]
    while pending:
        nodes, plain = pending.pop()
        yield nodes, plain
        pending += [
            (node.children, one["children"])
            for node, one in zip(nodes, plain, strict=True)
            if node.children
        ]


def _without(section: Node, gone: set[int | str]) -> Node:
    """Copy a section without what is gone from its tables."""

    def table(node: Node) -> Node:
        return _with(node, [row for row in node.children or () if row.id not in gone])

    return _with(section, [table(one) for one in section.children or ()])


def _with(node: Node, children: list[Node]) -> Node:
    if node.children is None:
        return node
    copied = copy(node)
    copied.children = children
    return copied


def _plain_without(nodes: Any, gone: set[int | str]) -> Any:
    """Leave out the same rows of plain data, whatever it looks like."""
    if not isinstance(nodes, list):
        return nodes

    def left(rows: list[Any]) -> list[Any]:
        return [row for row in rows if not _is_gone(row, gone)]

    return [
        _plain_with(section, lambda tables: [_plain_with(one, left) for one in tables])
        for section in nodes
    ]


def _plain_with(node: Any, change: Callable[[list[Any]], list[Any]]) -> Any:
    children = node.get("children") if isinstance(node, dict) else None
    return {**node, "children": change(children)} if isinstance(children, list) else node


def _is_gone(row: Any, gone: set[int | str]) -> bool:
    node_id = row.get("id") if isinstance(row, dict) else None
    return isinstance(node_id, int | str) and node_id in gone
