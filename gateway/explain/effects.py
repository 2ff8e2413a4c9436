"""What one run did, told in the names of fields instead of ids.

Law: pure; tells the engine's own effects, also those that are not answered.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from gateway.annotation.tree import Tree
from gateway.annotation.values import value_text
from gateway.engine.effects import RunEffects
from gateway.engine.selection import Selection
from gateway.rules.events import BLOCKING
from gateway.rules.rule import Effect as Declared
from gateway.rules.rule import Mode, Overwrite, Put, Rule

#: Where an effect goes that changes no value.
NOWHERE: Final = "nothing"


@dataclass(frozen=True, slots=True)
class Effect:
    """One effect of one run."""

    #: ``error``, ``warning`` or ``info`` for a message; ``block``; ``replace``.
    verb: str
    #: ``amount_total``, ``item_code[2]``, ``document``, or ``nothing``.
    at: str
    #: What is said, or the new value.
    text: str
    #: Why it is not answered; None when it is.
    kept: str | None = None


@dataclass(frozen=True, slots=True)
class Places:
    """Names for the nodes of one document."""

    tree: Tree | None

    def node(self, node_id: int | str | None) -> str:
        """Name the datapoint with this id."""
        place = None if node_id is None or self.tree is None else self.tree.place(node_id)
        if place is None:
            return "document" if node_id is None else f"#{node_id}"
        name = place.node.schema_id
        return name if place.table is None else f"{name}[{place.row + 1}]"

    def cell(self, schema_id: str, position: int) -> str:
        """Name a datapoint by its position among those of its schema id."""
        count = 1 if self.tree is None else len(self.tree.nodes(schema_id))
        single = count == 1 and (self.tree is None or schema_id not in self.tree.table_of)
        return schema_id if single else f"{schema_id}[{position + 1}]"

    def run(self, selection: Selection, number: int) -> str | None:
        """Name the place of a run; None where there is only one."""
        if selection.table is not None:
            return f"row {selection.rows[number] + 1}"
        if len(selection) == 1:
            return None
        node = selection.nodes[number]
        if node is None:
            return f"result {number + 1}"
        return self.cell(node.schema_id, selection.rows[number])


def effects_told(
    rule: Rule, meant: Sequence[Declared], done: RunEffects, places: Places, action: str
) -> tuple[Effect, ...]:
    """Tell what one run did of the effects that its rule has for it."""
    return tuple(_effects(rule, meant, done, places, action))


def _effects(
    rule: Rule, meant: Sequence[Declared], done: RunEffects, places: Places, action: str
) -> Iterator[Effect]:
    kept = "the rule is in shadow" if rule.mode is Mode.SHADOW else None
    for message in done.messages:
        yield Effect(message.level.value, places.node(message.node_id), message.content, kept)
    for block in done.blocks:
        unheard = None if action in BLOCKING else f"{action} carries no blocker"
        yield Effect("block", places.node(block.node_id), block.content, kept or unheard)
    for schema_id, position, value in done.writes:
        yield Effect("replace", places.cell(schema_id, position), value_text(value), kept)
    if not done.writes and any(isinstance(one, Put) for one in meant):
        yield Effect("replace", NOWHERE, "", _unwritten(rule))


def _unwritten(rule: Rule) -> str:
    if rule.overwrite is Overwrite.ALWAYS:
        return "the new value is empty"
    return f"the new value is empty, or overwrite: {rule.overwrite} keeps the old one"
