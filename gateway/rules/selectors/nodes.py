"""Selectors over decoded nodes: what they read of a node, and the tree that reads just that.

A node is decoded with the keys that somebody reads; most selectors need no more than a few, and a
look at their tree says which. A part that may look at all keys of a node is given the plain data
of that node instead. Law: reads trees of selectors only. What a tree made here gives over nodes is
what the selector gives over the plain data that they were decoded from.

Trees made here have more types: ``attribute`` (a key of a node or of its content), ``whole`` (what
nodes were decoded from), ``sure`` (a content asked whether it is there) and those of lists that
many selectors go through, ``shared`` and ``of_schema_id``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from keyword import iskeyword
from typing import Final

from gateway.rules.selectors.kinds import (
    CONTENT,
    CURRENT,
    NULL,
    PLAIN,
    SECTIONS,
    Kind,
    Typed,
    WholeNodesError,
    common,
    holds_mapping,
    needs_whole_nodes,
    node,
    result_kind,
)
from gateway.rules.selectors.tree import Tree, field_path, text_equality, walk

#: Always decoded.
_OF_NODES: Final = frozenset(("id", "schema_id", "content", "children", "hidden"))
_OF_CONTENTS: Final = frozenset(("value", "normalized_value"))
_CELL: Final = 3
_LOGIC: Final = ("and_expression", "or_expression", "not_expression")


@dataclass(frozen=True, slots=True)
class Keys:
    """What a selector reads of nodes and of their contents, besides what is always decoded."""

    node: frozenset[str] = frozenset()
    content: frozenset[str] = frozenset()

    def __le__(self, other: Keys) -> bool:
        """Whether *other* has all of these."""
        return self.node <= other.node and self.content <= other.content


@dataclass(frozen=True, slots=True)
class OverNodes:
    """A selector as it is evaluated over decoded nodes."""

    tree: Tree
    keys: Keys
    #: Whether its results are nodes; else they are plain data.
    gives_nodes: bool
    #: Whether it asks for what nodes were decoded from.
    asks_whole: bool


def over_nodes(tree: Tree) -> OverNodes:
    """Rewrite a selector over the list of sections."""
    reader = _Reader()
    found = reader.after(tree, Typed(CURRENT, SECTIONS, at_root=True))
    kind = found.kind
    gives_nodes = kind.what == "node" and kind.nesting <= 1 and kind.level > 0
    if not gives_nodes:
        found = reader.whole(found)
    keys = Keys(frozenset(reader.node_keys), frozenset(reader.content_keys))
    return OverNodes(found.tree, keys, gives_nodes, reader.asks_whole)


@dataclass(slots=True)
class _Reader:
    """Goes through one selector and notes what it reads."""

    node_keys: set[str] = field(default_factory=set)
    content_keys: set[str] = field(default_factory=set)
    asks_whole: bool = False

    def after(self, tree: Tree, subject: Typed) -> Typed:
        """Give what *tree* gives of a subject."""
        if subject.is_plain:
            return self._then(subject, tree, PLAIN)
        try:
            return _STEPS[tree["type"]](self, tree, subject)
        except WholeNodesError:
            return self._then(self.whole(subject), tree, PLAIN)

    def whole(self, subject: Typed) -> Typed:
        """Give what nodes were decoded from."""
        if subject.is_plain:
            return subject
        self.asks_whole = True
        return replace(subject, tree=node("whole", [subject.tree]), kind=PLAIN)

    # Steps ------------------------------------------------------------------------------------

    def _then(self, subject: Typed, tree: Tree, kind: Kind) -> Typed:
        """Apply *tree*, which is over the subject's value."""
        both = tree if subject.tree is CURRENT else node("pipe", [subject.tree, tree])
        return replace(subject, tree=both, kind=kind)

    def _null(self, subject: Typed) -> Typed:
        return self._then(subject, NULL, PLAIN)

    def _same(self, _: Tree, subject: Typed) -> Typed:
        return subject

    def _literal(self, tree: Tree, subject: Typed) -> Typed:
        return self._then(subject, tree, PLAIN)

    def _chain(self, tree: Tree, subject: Typed) -> Typed:
        steps = tree["children"]
        for number, step in enumerate(steps):
            if subject.is_plain:
                return self._then(subject, node(tree["type"], steps[number:]), PLAIN)
            subject = self.after(step, subject)
        return subject

    def _field(self, tree: Tree, subject: Typed) -> Typed:
        name, kind = tree["value"], subject.kind
        if subject.is_list:
            return self._null(subject)
        if kind.what == "content":
            self._note(name, self.content_keys, _OF_CONTENTS)
            found = PLAIN
        elif name == "children":
            if kind.level == _CELL:
                return self._null(subject)
            found = Kind("node", kind.level + 1, 1)
        elif name == "content":
            found = CONTENT
        else:
            self._note(name, self.node_keys, _OF_NODES)
            found = PLAIN
        return replace(subject, tree=node("attribute", [subject.tree], name), kind=found)

    def _note(self, name: str, keys: set[str], always: frozenset[str]) -> None:
        if not name.isidentifier() or name.startswith("_") or iskeyword(name):
            needs_whole_nodes()
        if name not in always:
            keys.add(name)

    def _part(self, tree: Tree, subject: Typed) -> Typed:
        if not subject.is_list:
            return self._null(subject)
        return self._then(subject, tree, subject.kind.within(-1 if tree["type"] == "index" else 0))

    def _flatten(self, tree: Tree, subject: Typed) -> Typed:
        (inner,) = tree["children"]
        base = self._filtered_lists(inner, subject) or self.after(inner, subject)
        if base.is_plain:
            return replace(base, tree=node("flatten", [base.tree]))
        if not base.is_list:
            return self._null(base)
        kind = base.kind if base.kind.nesting == 1 else base.kind.within(-1)
        return replace(base, tree=node("flatten", [base.tree]), kind=kind).shared()

    def _filtered_lists(self, inner: Tree, subject: Typed) -> Typed | None:
        """Filter one list instead of many: ``[].children[?…][]`` is ``[].children[] | [?…]``."""
        if inner["type"] != "projection" or inner["children"][1]["type"] != "filter_projection":
            return None
        left, (source, then, condition) = inner["children"][0], inner["children"][1]["children"]
        if field_path(then) != ():
            return None
        lists = self.after(node("projection", [left, source]), subject)
        if lists.kind.what != "node" or lists.kind.nesting != 2:
            return None
        flat = replace(lists, tree=node("flatten", [lists.tree]), kind=lists.kind.within(-1))
        return self._kept(flat.shared(), then, condition)

    def _projection(self, tree: Tree, subject: Typed) -> Typed:
        left, right = tree["children"]
        return self._each(self.after(left, subject), right)

    def _each(self, base: Typed, right: Tree) -> Typed:
        if base.is_plain:
            return replace(base, tree=node("projection", [base.tree, right]))
        if not base.is_list:
            return self._null(base)
        found = self.after(right, Typed(CURRENT, base.kind.within(-1)))
        made = node("projection", [base.tree, found.tree])
        return replace(base, tree=made, kind=found.kind.within(1)).shared()

    def _values(self, tree: Tree, subject: Typed) -> Typed:
        left, right = tree["children"]
        base = self.after(left, subject)
        if base.is_plain:
            return replace(base, tree=node("value_projection", [base.tree, right]))
        return self._null(base) if base.is_list else needs_whole_nodes()

    # Filters ----------------------------------------------------------------------------------

    def _filter(self, tree: Tree, subject: Typed) -> Typed:
        left, then, condition = tree["children"]
        return self._kept(self.after(left, subject), then, condition)

    def _kept(self, base: Typed, then: Tree, condition: Tree) -> Typed:
        if base.is_plain:
            return replace(base, tree=node("filter_projection", [base.tree, then, condition]))
        if not base.is_list:
            return self._null(base)
        base, left = _by_schema_id(base, condition)
        if left is not None:
            held = self._truth(left, Typed(CURRENT, base.kind.within(-1)))
            base = replace(base, tree=node("filter_projection", [base.tree, CURRENT, held]))
        return self._each(base, then)

    def _truth(self, tree: Tree, subject: Typed) -> Tree:
        """Give a tree that is false to a condition where *tree* is."""
        if tree["type"] in _LOGIC:
            return node(tree["type"], [self._truth(one, subject) for one in tree["children"]])
        found = self.after(tree, subject)
        # Without any key a content is false, and nodes do not tell how many keys there were.
        return node("sure", [found.tree]) if found.kind == CONTENT else found.tree

    # What asks for several parts --------------------------------------------------------------

    def _parts(self, trees: list[Tree], subject: Typed) -> list[Typed]:
        """Give what several trees give of the subject's value, which is found once."""
        inner = subject if subject.tree is CURRENT else Typed(CURRENT, subject.kind)
        return [self.after(one, inner) for one in trees]

    def _logic(self, tree: Tree, subject: Typed) -> Typed:
        """Give the value of ``&&``, ``||`` or ``!``, where it is of one kind."""
        inner = Typed(CURRENT, subject.kind)
        if tree["type"] == "not_expression":
            return self._then(subject, self._truth(tree, inner), PLAIN)
        first, second = self._parts(tree["children"], subject)
        kind = second.kind
        # A node or a content that is false is null, which is of every kind.
        if tree["type"] == "or_expression" or first.is_plain or first.is_list:
            kind = common([first, second])
        tested = node("sure", [first.tree]) if first.kind == CONTENT else first.tree
        return self._then(subject, node(tree["type"], [tested, second.tree]), kind)

    def _comparator(self, tree: Tree, subject: Typed) -> Typed:
        left, right = self._parts(tree["children"], subject)
        if tree["value"] in ("eq", "ne") and not (left.is_plain and right.is_plain):
            literal = left.tree if left.is_plain else right.tree
            if literal["type"] != "literal" or holds_mapping(literal["value"]):
                needs_whole_nodes()
        made = node("comparator", [left.tree, right.tree], tree["value"])
        return self._then(subject, made, PLAIN)

    def _list(self, tree: Tree, subject: Typed) -> Typed:
        parts = self._parts(tree["children"], subject)
        made = node("multi_select_list", [one.tree for one in parts])
        return self._then(subject, made, common(parts).within(1))

    def _mapping(self, tree: Tree, subject: Typed) -> Typed:
        parts = self._parts([pair["children"][0] for pair in tree["children"]], subject)
        if not all(one.is_plain for one in parts):
            needs_whole_nodes()
        pairs = [
            node("key_val_pair", [one.tree], pair["value"])
            for one, pair in zip(parts, tree["children"], strict=True)
        ]
        return self._then(subject, node("multi_select_dict", pairs), PLAIN)

    def _call(self, tree: Tree, subject: Typed) -> Typed:
        if any(one["type"] == "expref" for one in tree["children"]):
            return self._call_by_reference(tree, subject)
        parts = self._parts(tree["children"], subject)
        made = node("function_expression", [one.tree for one in parts], tree["value"])
        return self._then(subject, made, result_kind(tree["value"], parts))

    def _call_by_reference(self, tree: Tree, subject: Typed) -> Typed:
        name = tree["value"]
        first, second = tree["children"]
        leads = first["type"] == "expref"
        (given,) = self._parts([second if leads else first], subject)
        if not given.is_plain and not given.is_list:
            needs_whole_nodes()
        element = given.kind.within(-1)
        reference = (first if leads else second)["children"][0]
        found = self.after(reference, Typed(CURRENT, element))
        if name != "map" and not found.is_plain:
            needs_whole_nodes()
        expref = node("expref", [found.tree])
        both = [expref, given.tree] if leads else [given.tree, expref]
        kinds = {"map": found.kind.within(1), "sort_by": given.kind}
        made = node("function_expression", both, name)
        return self._then(subject, made, kinds.get(name, element))


_STEPS: Final[dict[str, Callable[[_Reader, Tree, Typed], Typed]]] = {
    "and_expression": _Reader._logic,
    "comparator": _Reader._comparator,
    "current": _Reader._same,
    "field": _Reader._field,
    "filter_projection": _Reader._filter,
    "flatten": _Reader._flatten,
    "function_expression": _Reader._call,
    "identity": _Reader._same,
    "index": _Reader._part,
    "index_expression": _Reader._chain,
    "literal": _Reader._literal,
    "multi_select_dict": _Reader._mapping,
    "multi_select_list": _Reader._list,
    "not_expression": _Reader._logic,
    "or_expression": _Reader._logic,
    "pipe": _Reader._chain,
    "projection": _Reader._projection,
    "slice": _Reader._part,
    "subexpression": _Reader._chain,
    "value_projection": _Reader._values,
}


def _by_schema_id(base: Typed, condition: Tree) -> tuple[Typed, Tree | None]:
    """Take what of a condition asks for one schema id, and leave the rest."""
    grouped = base.tree is CURRENT or base.tree["type"] == "shared"
    if not base.at_root or not grouped or (base.kind.what, base.kind.nesting) != ("node", 1):
        return base, condition
    asked = _conjuncts(condition)
    for number, one in enumerate(asked):
        equality = text_equality(one)
        if equality is not None and equality[0] == ("schema_id",):
            found = replace(base, tree=node("of_schema_id", [base.tree], equality[1]))
            return found, _conjunction(asked[:number] + asked[number + 1 :])
        if any(part["type"] == "function_expression" for part in walk(one)):
            break  # A call may fail on nodes with another schema id: it is made, as is written.
    return base, condition


def _conjuncts(condition: Tree) -> list[Tree]:
    if condition["type"] != "and_expression":
        return [condition]
    return [part for one in condition["children"] for part in _conjuncts(one)]


def _conjunction(asked: list[Tree]) -> Tree | None:
    if not asked:
        return None
    first, *others = asked
    for one in others:
        first = node("and_expression", [first, one])
    return first
