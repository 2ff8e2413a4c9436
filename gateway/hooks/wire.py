"""The shapes of a hook request, decoded as far as somebody reads them.

Webhook reference §5 to §7; design §7: keys that no rule reads are skipped by the decoder, which is
what makes a request cheap. Law: pure; types only, and the decoders made of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import msgspec

Id: TypeAlias = int | str


class Content(msgspec.Struct, gc=False):
    """What was captured for a datapoint: what every rule may need."""

    value: str | None = None
    normalized_value: str | None = None


class Node(msgspec.Struct, gc=False):
    """A section, multivalue, tuple or datapoint."""

    id: Id
    schema_id: str
    content: Any = None
    children: Any = None
    hidden: bool | None = None


@dataclass(frozen=True, slots=True)
class Reads:
    """What the rules of some queues read of a request besides values."""

    #: Keys of a datapoint's ``content``.
    content: frozenset[str] = frozenset()
    #: Keys of a datapoint.
    node: frozenset[str] = frozenset()
    #: Keys of ``annotation`` and ``document``.
    annotation: frozenset[str] = frozenset()
    document: frozenset[str] = frozenset()
    #: Side-loads and other keys of the envelope.
    envelope: frozenset[str] = frozenset()
    #: Whether all of the content is read in any case.
    whole: bool = False

    def __or__(self, other: Reads) -> Reads:
        """Combine what two queues read."""
        return Reads(
            self.content | other.content,
            self.node | other.node,
            self.annotation | other.annotation,
            self.document | other.document,
            self.envelope | other.envelope,
            # What one of two reads whole, it decodes on demand: the other shall not pay for it.
            self.whole and other.whole,
        )


_NODE_TYPES: Final[dict[str, Any]] = {
    "validation_sources": list[str],
    "options": list[dict[str, Any]],
}
_CONTENT_TYPES: Final[dict[str, Any]] = {
    "page": int,
    "rir_text": str,
    # Both, because selectors tell 1 from 1.0.
    "rir_confidence": int | float,
}


def request_type(reads: Reads) -> type[msgspec.Struct]:
    """Make the type of a request that has just what *reads* names, and what every answer needs."""
    content = msgspec.defstruct(
        "Content",
        _optional(reads.content, _CONTENT_TYPES),
        bases=(Content,),
        gc=False,
    )
    node = _node_type(content, reads)
    annotation = msgspec.defstruct(
        "Annotation",
        [
            ("id", Any, None),
            ("queue", str | None, None),
            ("content", list[node] | str | None, None),  # type: ignore[valid-type]  # made above
            *_open(reads.annotation - {"id", "queue", "content"}),
        ],
        gc=False,
    )
    document = msgspec.defstruct("Document", _open(reads.document), gc=False)
    return msgspec.defstruct(
        "Request",
        [
            ("event", str),
            ("action", str),
            ("request_id", str | None, None),
            ("annotation", annotation | None, None),
            ("document", document | str | None, None),
            ("updated_datapoints", list[Id] | None, None),
            *_open(reads.envelope - _ALWAYS - {"schemas"}),
            *_schemas(reads),
        ],
        gc=False,
    )


def _schemas(reads: Reads) -> list[Any]:
    """Keep schemas as they are written, unless all is decoded anyway."""
    if "schemas" not in reads.envelope:
        return []
    return [("schemas", Any, None) if reads.whole else ("schemas", msgspec.Raw, _NO_SCHEMAS)]


_NO_SCHEMAS: Final = msgspec.Raw(b"null")
_ALWAYS: Final = frozenset(
    ("event", "action", "request_id", "annotation", "document", "updated_datapoints")
)


def _optional(keys: frozenset[str], types: dict[str, Any]) -> list[Any]:
    """Make fields of keys: those that only selectors read can be anything."""
    return [(key, types[key] | None if key in types else Any, None) for key in sorted(keys)]


def _open(keys: frozenset[str]) -> list[Any]:
    return [(key, Any, None) for key in sorted(keys) if key.isidentifier()]


def _node_type(content: type[msgspec.Struct], reads: Reads) -> type[msgspec.Struct]:
    """Make the node's type: of sections, whose children's children's children have none."""
    attributes = _optional(reads.node, _NODE_TYPES)
    below: Any = None
    for level in ("Cell", "Row", "Child", "Section"):
        # Anything else, null included, is for the lenient reader, which looks at categories too.
        children = ("children", None if below is None else list[below], None)
        below = msgspec.defstruct(
            level,
            [("content", content | None, None), *attributes, children],
            bases=(Node,),
            gc=False,
        )
    made: type[msgspec.Struct] = below
    return made
