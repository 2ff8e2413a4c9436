"""What one run does, collected before any of it counts.

Law: values; `apply_writes` changes the request's `Content` and nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from gateway.annotation.content import Content
from gateway.annotation.values import Value
from gateway.effects import Deliver, Sender
from gateway.engine.changes import Change
from gateway.engine.conditions import Failed
from gateway.engine.files import FileEffect
from gateway.engine.places import Said
from gateway.engine.tables import Key, Record
from gateway.rules.function import FunctionError
from gateway.rules.question import Question

#: Schema id, position in its column, new value.
Written = tuple[str, int, Value]


@dataclass(frozen=True, slots=True)
class Tried:
    """One step of a ``match``."""

    question: Question
    #: None: a part of it is empty, so nothing was asked.
    key: Key | None
    #: How many records count.
    found: int


@dataclass(frozen=True, slots=True)
class Matched:
    """What a ``match`` has found in one run."""

    table: str
    #: The steps up to the one that has found something.
    tried: tuple[Tried, ...]
    #: With their scores, in order; cut at the table's bound.
    hits: tuple[Record, ...]
    #: How many there are, those cut off included.
    total: int


@dataclass(slots=True)
class RunEffects:
    """What one run does."""

    messages: list[Said] = field(default_factory=list)
    blocks: list[Said] = field(default_factory=list)
    writes: list[Written] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    #: JSON for whoever invoked the hook; the last one counts.
    responses: list[Any] = field(default_factory=list)
    files: list[FileEffect] = field(default_factory=list)
    senders: list[Sender] = field(default_factory=list)
    deliveries: list[Deliver] = field(default_factory=list)
    #: What tables were asked to find; tells, and does nothing.
    matches: list[Matched] = field(default_factory=list)

    @property
    def count(self) -> int:
        """How many effects there are."""
        said = len(self.messages) + len(self.blocks) + len(self.responses)
        arrived = len(self.files) + len(self.senders) + len(self.deliveries)
        return said + len(self.writes) + len(self.changes) + arrived

    def add(self, others: RunEffects) -> None:
        """Add what else the run does."""
        self.messages += others.messages
        self.blocks += others.blocks
        self.writes += others.writes
        self.changes += others.changes
        self.responses += others.responses
        self.files += others.files
        self.senders += others.senders
        self.deliveries += others.deliveries
        self.matches += others.matches


class HoleError(FunctionError):
    """An expression of an effect cannot be evaluated."""

    def __init__(self, failed: Failed) -> None:
        super().__init__(str(failed.error))
        self.failed = failed


def apply_writes(content: Content, writes: Sequence[Written]) -> bool:
    """Give datapoints their new values; of several writes to one the last counts.

    Returns:
        Whether any value is another than before.
    """
    by_field: dict[str, dict[int, Value]] = {}
    for schema_id, position, value in writes:
        by_field.setdefault(schema_id, {})[position] = value
    changed = [content.write(schema_id, cells) for schema_id, cells in by_field.items()]
    return any(changed)
