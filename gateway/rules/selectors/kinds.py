"""What the parts of a selector give over decoded nodes: nodes, contents, or plain data.

Law: knows trees of selectors only. Where it cannot be known what a part gives, or it can be a node
as much as plain data, the part is for plain data.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import Final, Literal, NoReturn, TypeAlias

from gateway.rules.selectors.tree import Tree

What: TypeAlias = Literal["plain", "node", "content"]


@dataclass(frozen=True, slots=True)
class Kind:
    """What a value can be besides null: lists *nesting* deep of nodes, of contents; plain data."""

    what: What
    #: Of nodes. Sections have level 0, cells 3.
    level: int = 0
    nesting: int = 0

    def within(self, lists: int) -> Kind:
        """Give the kind of a list of these, or with -1 that of the elements."""
        return self if self is PLAIN else replace(self, nesting=self.nesting + lists)


PLAIN: Final = Kind("plain")
CONTENT: Final = Kind("content")
SECTIONS: Final = Kind("node", 0, 1)
CURRENT: Final[Tree] = {"type": "current", "children": []}
NULL: Final[Tree] = {"type": "literal", "value": None, "children": []}


@dataclass(frozen=True, slots=True)
class Typed:
    """A tree over some current value, and the kind of what it gives."""

    tree: Tree
    kind: Kind
    #: Whether the current value is the list of sections, so that what it gives can be kept.
    at_root: bool = False

    @property
    def is_list(self) -> bool:
        """Whether it is a list of what is not plain."""
        return self.kind.nesting > 0

    @property
    def is_plain(self) -> bool:
        """Whether it is plain data."""
        return self.kind is PLAIN

    def shared(self) -> Typed:
        """Keep what it gives for other selectors of the same request."""
        if not self.at_root or self.tree is CURRENT:
            return self
        # Equal trees have the same name, whichever selector they stand in.
        key = blake2b(repr(self.tree).encode(), digest_size=16).hexdigest()
        return replace(self, tree=node("shared", [self.tree], key))


class WholeNodesError(Exception):
    """A part of the selector needs nodes with all their keys."""


def node(kind: str, children: list[Tree], value: object = None) -> Tree:
    """Make a part of a selector."""
    return {"type": kind, "children": children, "value": value}


def needs_whole_nodes() -> NoReturn:
    """Give up.

    Raises:
        WholeNodesError: always.
    """
    raise WholeNodesError


def common(parts: list[Typed]) -> Kind:
    """Give the one kind that all parts have.

    Raises:
        WholeNodesError: they have not.
    """
    plain = [one.tree for one in parts if one.is_plain]
    others = {one.kind for one in parts if not one.is_plain}
    if not others:
        return PLAIN
    (kind,) = others if len(others) == 1 else needs_whole_nodes()
    # Null can be anything, and a list that is empty a list of anything.
    if all(one == NULL or (kind.nesting and _is_empty_list(one)) for one in plain):
        return kind
    return needs_whole_nodes()


def _is_empty_list(tree: Tree) -> bool:
    return bool(tree["type"] == "literal" and tree["value"] == [])


def holds_mapping(value: object) -> bool:
    """Whether a literal is or holds a mapping, which a node might equal."""
    if isinstance(value, list):
        return any(holds_mapping(one) for one in value)
    return isinstance(value, dict)


def result_kind(name: str, parts: list[Typed]) -> Kind:
    """Give the kind of what a function makes of its arguments.

    Raises:
        WholeNodesError: it may look at all keys of a node.
    """
    if name == "not_null":
        return common(parts)
    first = parts[0]
    if all(one.is_plain for one in parts):
        return PLAIN
    if name == "to_array":
        return first.kind if first.is_list else first.kind.within(1)
    if not first.is_list or len(parts) > 1:
        needs_whole_nodes()
    if name in ("length", "type"):
        return PLAIN
    return first.kind if name == "reverse" else needs_whole_nodes()
