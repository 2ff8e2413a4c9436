"""Where messages stand: at what a person will see when all rules have run.

Language §5: a message at a field that is hidden after this answer would never be seen, so it goes
to the document, with the field's name in front. Law: pure.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from gateway.annotation.content import Content
from gateway.annotation.tree import AddedNode, Node
from gateway.effects import Level
from gateway.engine.frame import Frame
from gateway.rules.effect import At
from gateway.rules.function import FunctionError
from gateway.rules.rule import RuleSet

#: What the platform shows of a message (webhook reference §10).
MAX_MESSAGE: Final = 4_096

_CONTROLS: Final = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f]")


@dataclass(frozen=True, slots=True)
class Place:
    """The datapoints that an effect names."""

    #: The first that can be seen is the one.
    nodes: Sequence[Node | None] = ()
    #: The schema id that is told when none can be seen; None: the document is meant.
    name: str | None = None


DOCUMENT: Final = Place()


@dataclass(frozen=True, slots=True)
class Said:
    """A message, or the text of a blocker, before it is known where a person can see it."""

    #: None for a blocker.
    level: Level | None
    content: str
    place: Place
    rule: str

    @property
    def node_id(self) -> int | str | None:
        """The datapoint that is meant, seen or not."""
        return next((node.id for node in self.place.nodes if node is not None), None)


class Places:
    """Finds the places that the effects of one rule name; keeps what all its runs share."""

    def __init__(self, rules: RuleSet) -> None:
        """Know the fields of *rules*."""
        self.rules = rules
        self._shared: dict[str, Place] = {}

    def find(self, at: At | None, frame: Frame, run: int) -> Sequence[Place]:
        """Give the places of a message in one run.

        Raises:
            FunctionError: the document lacks a field that is named.
        """
        if at is None:
            node = frame.selection.nodes[run]
            if node is None or node.children is not None:
                return (DOCUMENT,)
            return (Place((node,), node.schema_id),)
        if not at.fields:
            return (DOCUMENT,)
        return [self._field(name, frame, run) for name in at.fields]

    def _field(self, schema_id: str, frame: Frame, run: int) -> Place:
        if frame.has_column(schema_id):
            cells = frame.content.tree.table_of[schema_id].columns[schema_id]
            return Place((cells[frame.selection.rows[run]],), schema_id)
        place = self._shared.get(schema_id)
        if place is None:
            place = self._shared[schema_id] = self._outside(schema_id, frame)
        return place

    def _outside(self, schema_id: str, frame: Frame) -> Place:
        """Find the place of a field, column or table that is not of the run's row."""
        tree = frame.content.tree
        nodes = tree.nodes(schema_id)
        if nodes:
            return Place(nodes, schema_id)
        table = tree.table(schema_id)
        if table is not None:
            rows = zip(*table.columns.values(), strict=True)
            return Place([cell for row in rows for cell in row], schema_id)
        if schema_id not in tree.table_of and schema_id not in (self.rules.known or ()):
            raise FunctionError(f"the document has no field {schema_id}")
        return Place((), schema_id)


@dataclass(slots=True)
class Sight:
    """What a person sees of the document after this answer."""

    content: Content
    rules: RuleSet

    def of(self, place: Place) -> tuple[int | str | None, str]:
        """Give the datapoint to show a text at, and what to write in front of the text."""
        for node in place.nodes:
            if node is not None and self._is_seen(node):
                return node.id, ""
        if place.name is None:
            return None, ""
        return None, f"{self.rules.labels.get(place.name, place.name)}: "

    def _is_seen(self, node: Node) -> bool:
        if isinstance(node, AddedNode) or node.id in self.content.gone:
            return False
        state = self.content.states.get(node.id)
        hidden = node.hidden if state is None or state.hidden is None else state.hidden
        return not (node.schema_id in self.rules.hidden if hidden is None else hidden)


def message_text(text: str) -> str:
    """Drop control characters but line breaks, and cut at what the platform shows."""
    text = _CONTROLS.sub("", text)
    return text if len(text) <= MAX_MESSAGE else text[: MAX_MESSAGE - 1] + "…"
