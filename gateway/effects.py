"""What rules do to a document: the values that an evaluation ends in.

Language §5. Law: values only; written to the wire in `hooks`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How serious a message is: errors block confirmation, the others block nothing."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Message:
    """A text for the person in front of the document."""

    level: Level
    content: str
    #: The datapoint it stands at, in the type received; None: the document.
    node_id: int | str | None
    rule: str


@dataclass(frozen=True, slots=True)
class Block:
    """An automation blocker: stops automatic confirmation without disturbing anybody."""

    content: str
    node_id: int | str | None
    rule: str


@dataclass(frozen=True, slots=True)
class Replace:
    """A new value for a datapoint, as the wire takes it; ``""`` clears."""

    node_id: int | str
    value: str
