"""What rules do to a document: the values that an evaluation ends in.

Language §5. Law: values only; written to the wire in `hooks`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias


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
    #: The datapoint or file it stands at, in the type received; None: the document.
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
    """What changes of one datapoint; None: that stays."""

    node_id: int | str
    #: As the wire takes it; ``""`` clears.
    value: str | None = None
    hidden: bool | None = None
    #: Values and labels, instead of those that were there.
    options: tuple[tuple[str, str], ...] | None = None
    validation_sources: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Add:
    """A row for a table; for a simple list, the one value of a new child."""

    node_id: int | str
    #: Values by schema id, as the wire takes them.
    cells: tuple[tuple[str, str], ...]
    is_simple: bool


@dataclass(frozen=True, slots=True)
class Remove:
    """A row, or a child of a simple list, to take out."""

    node_id: int | str


@dataclass(frozen=True, slots=True)
class FileAnswer:
    """What becomes of one file of an e-mail or an upload."""

    #: As the event names it: an attachment's ``id``, an uploaded file's ``document``.
    name: int | str
    imported: bool
    #: Initial values of fields, by name.
    values: tuple[tuple[str, str], ...]
    #: Each stands at the file's name.
    messages: tuple[Message, ...]


@dataclass(frozen=True, slots=True)
class Sender:
    """Who an e-mail is really from."""

    email: str
    name: str | None


Operation: TypeAlias = Replace | Add | Remove


class Form(StrEnum):
    """How a destination wants the body of what it is sent."""

    JSON = "json"
    #: ``application/x-www-form-urlencoded``
    FORM = "form"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Deliver:
    """Something that another system is to be told."""

    #: The name that the configuration gives it.
    destination: str
    form: Form
    #: As it will be sent.
    body: bytes
    rule: str
    #: The row or field it is about; empty: the document.
    run: str
    #: What the author says makes the fact; None: all that is known of it, the body included.
    key: str | None = None
