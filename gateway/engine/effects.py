"""The effects of one run: where they go and what they say.

Language §5. Law: pure; collects all effects of a run before any of them counts, so that none is
ever sent half.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final

from gateway.annotation.column import Column
from gateway.annotation.content import Content
from gateway.annotation.tree import Node
from gateway.annotation.values import UNREADABLE, Value, value_text
from gateway.effects import Block, Message
from gateway.engine.frame import Frame
from gateway.engine.program import LinkedEffect, Step
from gateway.rules.expressions.spreading import Deferred, describe
from gateway.rules.function import FunctionError
from gateway.rules.rule import At, Overwrite, Put, RuleSet, Say
from gateway.rules.templates.template import render

#: Wire limits (webhook reference §7 and §10).
MAX_MESSAGE: Final = 4_096
MAX_VALUE: Final = 1_500

_CONTROLS: Final = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f]")


@dataclass(slots=True)
class RunEffects:
    """What one run does."""

    messages: list[Message] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    #: Schema id, position in its column, new value.
    writes: list[tuple[str, int, Value]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Place:
    """A datapoint that an effect names, or what stands for it when there is none to show."""

    node: Node | None
    #: Written in front of a message that must go to the document.
    prefix: str = ""


class EffectRunner:
    """Carries out the effects of one rule in one frame."""

    def __init__(self, step: Step, frame: Frame, rules: RuleSet) -> None:
        """Prepare for the runs of *frame*."""
        self._step = step
        self._frame = frame
        self._rules = rules

    def run(self, run: int, effects: Sequence[LinkedEffect]) -> RunEffects:
        """Collect what *effects* do in one run.

        Raises:
            FunctionError: one of them cannot be carried out.
        """
        found = RunEffects()
        for linked in effects:
            values = self._values(linked, run)
            effect = linked.effect
            if isinstance(effect, Put):
                value = _written(effect, linked, values)
                if value is not None:
                    found.writes.extend(
                        (name, position, value) for name, position in self._targets(effect, run)
                    )
                continue
            text = message_text(render(linked.template, values, escape=True))
            for place in self._places(effect.at, run):
                node_id = None if place.node is None else place.node.id
                said = message_text(place.prefix + text)
                if isinstance(effect, Say):
                    message = Message(effect.level, said, node_id, self._step.rule.id)
                    found.messages.append(message)
                else:
                    found.blocks.append(Block(said, node_id, self._step.rule.id))
        return found

    def _values(self, linked: LinkedEffect, run: int) -> list[Value]:
        values = []
        for hole in linked.holes:
            operands = []
            for reference in hole.references:
                lane = self._frame.lane(reference)
                operands.append(lane.values[run] if isinstance(lane, Column) else lane.value)
            value = hole.run(*operands)
            if value.__class__ is Deferred:
                raise value.error
            values.append(value)
        return values

    # Where values go.

    def _targets(self, effect: Put, run: int) -> Iterator[tuple[str, int]]:
        """Yield the datapoints to write: schema id and position in its column."""
        for schema_id, position, node in self._cells(effect.schema_id, run):
            if self._may_write(schema_id, position, node):
                yield schema_id, position

    def _cells(self, schema_id: str | None, run: int) -> list[tuple[str, int, Node]]:
        selection = self._frame.selection
        if schema_id is None:
            return [self._selected(run)]
        tree = self._frame.content.tree
        if self._frame.has_column(schema_id):
            row = selection.rows[run]
            cell = tree.table_of[schema_id].columns[schema_id][row]
            if cell is None:
                raise FunctionError(f"this row has no {schema_id}")
            return [(schema_id, row, cell)]
        nodes = tree.nodes(schema_id)
        if not nodes:
            raise FunctionError(f"the document has no field {schema_id}")
        return [(schema_id, at, node) for at, node in enumerate(nodes) if node is not None]

    def _selected(self, run: int) -> tuple[str, int, Node]:
        selection = self._frame.selection
        node = selection.nodes[run]
        if node is None:
            raise FunctionError("what is selected is no datapoint and carries no datapoint's id")
        if node.children is not None:
            raise FunctionError(f"{node.schema_id} has no value of its own")
        if selection.table is not None:
            return node.schema_id, selection.rows[run], node
        nodes = self._frame.content.tree.nodes(node.schema_id)
        return node.schema_id, next(at for at, one in enumerate(nodes) if one is node), node

    def _may_write(self, schema_id: str, position: int, node: Node) -> bool:
        match self._step.rule.overwrite:
            case Overwrite.ALWAYS:
                return True
            case Overwrite.EMPTY:
                return self._frame.content.column(schema_id).values[position] is None
            case Overwrite.UNTOUCHED:
                sources = self._frame.facts.attribute(node, "validation_sources")
                return "human" not in (sources or ())

    # Where messages stand.

    def _places(self, at: At | None, run: int) -> list[Place]:
        selection = self._frame.selection
        if at is None:
            node = selection.nodes[run]
            if node is None or node.children is not None:
                return [Place(None)]
            return [self._shown(node.schema_id, [node])]
        if not at.fields:
            return [Place(None)]
        return [self._field_place(name, run) for name in at.fields]

    def _field_place(self, schema_id: str, run: int) -> Place:
        frame = self._frame
        tree = frame.content.tree
        if frame.has_column(schema_id):
            cell = tree.table_of[schema_id].columns[schema_id][frame.selection.rows[run]]
            return self._shown(schema_id, [] if cell is None else [cell])
        nodes = [node for node in tree.nodes(schema_id) if node is not None]
        if nodes:
            return self._shown(schema_id, nodes)
        table = tree.table(schema_id)
        if table is not None:
            cells = [
                cell
                for row in zip(*table.columns.values(), strict=True)
                for cell in row
                if cell is not None
            ]
            return self._shown(schema_id, cells)
        if self._rules.known is None or schema_id not in self._rules.known:
            raise FunctionError(f"the document has no field {schema_id}")
        return self._shown(schema_id, [])

    def _shown(self, schema_id: str, nodes: Sequence[Node]) -> Place:
        """Choose the first datapoint that a person can see; else the document, with the name."""
        for node in nodes:
            hidden = node.hidden
            if not (node.schema_id in self._rules.hidden if hidden is None else hidden):
                return Place(node)
        return Place(None, f"{self._rules.labels.get(schema_id, schema_id)}: ")


def _written(effect: Put, linked: LinkedEffect, values: Sequence[Value]) -> Value:
    """Give what to write: a lone expression's value, or the text; None: nothing."""
    if effect.clears:
        return ""
    value: Value
    if linked.template.lone is not None:
        value = values[0]
        if value is None or value is UNREADABLE:
            return None
        if not isinstance(value, str | Decimal | date | bool):
            raise FunctionError(f"{describe(value)} is no value for a field")
    else:
        value = render(linked.template, values, escape=False)
    length = len(value_text(value))
    if length > MAX_VALUE:
        raise FunctionError(f"a value has at most {MAX_VALUE} characters, this has {length}")
    return value if length else None


def message_text(text: str) -> str:
    """Drop control characters but line breaks, and cut at what the platform shows."""
    text = _CONTROLS.sub("", text)
    return text if len(text) <= MAX_MESSAGE else text[: MAX_MESSAGE - 1] + "…"


def apply_writes(content: Content, writes: Sequence[tuple[str, int, Value]]) -> None:
    """Give datapoints their new values; of several writes to one the last counts."""
    by_field: dict[str, dict[int, Value]] = {}
    for schema_id, position, value in writes:
        by_field.setdefault(schema_id, {})[position] = value
    for schema_id, cells in by_field.items():
        content.write(schema_id, cells)
