"""What an expression can speak of: the document's values and the request's facts.

Language §4, *Names*. A compiled expression is a function of its references' values; the engine
gives them, run by run or once. Law: values only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Literal, TypeAlias

from gateway.annotation.values import Kind
from gateway.rules.question import Question


@dataclass(frozen=True, slots=True)
class FieldValue:
    """A bare name: the field's value, in a row its cell, outside its row the column."""

    schema_id: str


@dataclass(frozen=True, slots=True)
class FieldText:
    """A bare name where only text is of use and no type was declared: as displayed."""

    schema_id: str


@dataclass(frozen=True, slots=True)
class WholeColumn:
    """``column.NAME``: the whole column, also inside a row."""

    schema_id: str


@dataclass(frozen=True, slots=True)
class Attribute:
    """``field.NAME.text`` or, without a schema id, ``this.text``."""

    schema_id: str | None
    name: str


@dataclass(frozen=True, slots=True)
class RowFact:
    """``row.number``, ``row.first``, ``row.last``."""

    name: str


@dataclass(frozen=True, slots=True)
class Neighbor:
    """``row.previous.NAME`` (-1) or ``row.next.NAME`` (+1)."""

    offset: Literal[-1, 1]
    schema_id: str


@dataclass(frozen=True, slots=True)
class Selected:
    """``value``: the selected datapoint's value, or the selector's result."""


@dataclass(frozen=True, slots=True)
class SelectedText:
    """``value`` where only text is of use and no type was declared."""


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact of the request, such as ``annotation.status`` or ``payload.settings.x``."""

    path: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Clock:
    """The time of the evaluation, in the queue's zone."""


@dataclass(frozen=True, slots=True, eq=False)
class Ahead:
    """A part of a row's expression that is the same in every row: computed once for all."""

    expression: object


class Take(StrEnum):
    """What is taken of a table's answer, by the function that takes it."""

    #: The only record; empty for none and for several.
    ONE = "lookup"
    #: All records, as a column of them.
    ALL = "lookup_all"
    #: Whether there is one.
    ANY = "exists"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a table answers to keys that each run computes."""

    question: Question
    take: Take
    #: Names the keys: what asks the same is the same.
    said: str
    #: Expressions, one for each criterion of the question.
    keys: tuple[object, ...] = field(compare=False)


@dataclass(frozen=True, slots=True)
class Hit:
    """``hit``: the record that ``match`` has found, or a candidate; with its score."""


@dataclass(frozen=True, slots=True)
class Hits:
    """``hits``: all records that ``match`` has found, as a column of them."""


Reference: TypeAlias = (
    FieldValue
    | FieldText
    | WholeColumn
    | Attribute
    | RowFact
    | Neighbor
    | Selected
    | SelectedText
    | Fact
    | Clock
    | Ahead
    | Asked
    | Hit
    | Hits
)

#: Attributes of ``field.NAME`` and ``this`` with the kinds of their values.
ATTRIBUTES: Final[Mapping[str, Kind]] = {
    "value": Kind.SCALAR,
    "text": Kind.TEXT,
    "extracted": Kind.TEXT,
    "confidence": Kind.NUMBER,
    "page": Kind.NUMBER,
    "hidden": Kind.BOOLEAN,
    "options": Kind.LIST,
    "validation_sources": Kind.LIST,
    "id": Kind.NUMBER | Kind.TEXT,
    "edited": Kind.BOOLEAN,
    "schema_id": Kind.TEXT,
}

ROW_FACTS: Final[Mapping[str, Kind]] = {
    "number": Kind.NUMBER,
    "first": Kind.BOOLEAN,
    "last": Kind.BOOLEAN,
}

_TIMES = ("created", "assigned", "modified", "confirmed", "exported", "export_failed")

#: What only an e-mail event knows of its e-mail: headers that the e-mail object does not have.
MAIL_HEADERS: Final = frozenset(("reply_to", "date", "message_id", "authentication_results"))

#: The facts whose keys are checked (webhook reference §6 and §9). ``metadata`` is open.
FACT_KEYS: Final[Mapping[str, frozenset[str]]] = {
    "annotation": frozenset(
        [
            "id",
            "url",
            "status",
            "previous_status",
            "queue",
            "schema",
            "document",
            "organization",
            "modifier",
            "creator",
            "pages",
            "messages",
            "metadata",
            "automated",
            "automation_blocker",
            "labels",
            "assignees",
            "relations",
            "email",
            "time_spent",
            "rejected_at",
            "deleted_at",
            "purged_at",
            "rejected_by",
            "deleted_by",
            "purged_by",
            "rir_poll_id",
            "related_emails",
            "has_email_thread_with_replies",
            "has_email_thread_with_new_replies",
            "automatically_rejected",
            "einvoice",
            "arrived_at",
            "restricted_access",
            "prediction",
            "training_enabled",
        ]
    )
    | {f"{name}_at" for name in _TIMES}
    | {f"{name}_by" for name in _TIMES},
    "document": frozenset(
        [
            "id",
            "url",
            "mime_type",
            "original_file_name",
            "arrived_at",
            "created_at",
            "content",
            "email",
            "parent",
            "creator",
            "s3_name",
            "attachment_status",
            "metadata",
            "annotations",
        ]
    ),
    "queue": frozenset(
        [
            "id",
            "name",
            "url",
            "metadata",
            "settings",
            "workspace",
            "schema",
            "inbox",
            "users",
            "locale",
            "automation_enabled",
            "automation_level",
            "default_score_threshold",
            "connector",
            "session_timeout",
            "counts",
            "description",
            "status",
            "dedicated_engine",
            "generic_engine",
            "use_confirmed_state",
            "document_lifetime",
            "rir_url",
            "rir_params",
            "webhooks",
            "hooks",
            "workflows",
            "training_enabled",
        ]
    ),
    "email": frozenset(
        [
            "id",
            "url",
            "queue",
            "inbox",
            "parent",
            "email_thread",
            "created_at",
            "last_thread_email_created_at",
            "subject",
            "from",
            "to",
            "cc",
            "bcc",
            "body_text_plain",
            "body_text_html",
            "type",
            "metadata",
            "annotations",
            "documents",
            "related_annotations",
            "related_documents",
            "creator",
            "filtered_out_document_count",
            "content",
            "labels",
            "annotation_counts",
        ]
    )
    | MAIL_HEADERS,
}

#: Names of what ``match`` has found, where it has found something.
HIT, HITS = "hit", "hits"

#: Names that are no fields; a field of this name is reached as ``field.NAME.value``.
RESERVED: Final = frozenset(
    [
        "value",
        "this",
        "row",
        "field",
        "column",
        "params",
        "annotation",
        "document",
        "queue",
        "email",
        "event",
        "action",
        "payload",
    ]
)
