"""What a queue tells the compiler about itself: params, names and types of fields, its habits.

Language §1. Law: values only; read by `compile`, made by the configuration's loader.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from gateway.annotation.values import Kind
from gateway.diagnostic import Span
from gateway.effects import Form
from gateway.rules.queue_schema import QueueSchema
from gateway.rules.tables import TableShape
from gateway.rules.yaml.source import List, Map


@dataclass(frozen=True, slots=True)
class Param:
    """A named value from a file."""

    #: Text, ``Decimal``, bool, or a list or dict of them; every number is a ``Decimal``.
    value: Any
    #: The name, where it was given.
    place: Span


@dataclass(frozen=True, slots=True)
class FieldDeclaration:
    """One line of a queue's ``fields``: what a name of the rules is in this queue."""

    schema_id: str
    #: None when only the name was declared.
    kind: Kind | None
    place: Span


@dataclass(frozen=True, slots=True)
class Receiver:
    """A destination, as far as rules know it."""

    form: Form
    #: Whether the rules of this queue may send there.
    is_granted: bool = True


@dataclass(frozen=True, slots=True)
class QueueContext:
    """Everything of one queue that its rules are compiled against."""

    #: The queue file's name without ``.queue.yaml``.
    name: str
    #: Those of ``gateway.yaml``, overlaid by the queue's.
    params: Mapping[str, Param]
    #: The names given in the queue file itself: one that no rule uses is an error.
    own_params: frozenset[str]
    #: By the name that rules use.
    fields: Mapping[str, FieldDeclaration]
    #: The node of ``change``.
    change: Map | None
    schema: QueueSchema | None
    #: As written: a key of `LOCALES`, or a tag that begins with one (``en-GB``).
    locale: str
    timezone: str
    #: Texts that count as empty, such as ``N/A``.
    placeholders: tuple[str, ...]
    on_failure: str
    #: The tables that the queue may read, by name.
    tables: Mapping[str, TableShape] = field(default_factory=dict)
    #: The tables of the folder that are not for this queue.
    ungranted: frozenset[str] = frozenset()
    #: The destinations of the folder, by name; also those that are not for this queue.
    receivers: Mapping[str, Receiver] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RulesFile:
    """A rules file that was read and whose structure is right."""

    path: str
    root: Map


def rules_of(root: Map) -> Iterator[Map]:
    """Yield the rules of a rules file, those in groups included."""
    rules = root.get("rules")
    for node in rules.items if isinstance(rules, List) else ():
        if isinstance(node, Map):
            if node.get("group") is None:
                yield node
            else:
                yield from rules_of(node)


@dataclass(frozen=True, slots=True)
class Separators:
    """How a locale writes numbers."""

    thousands: str
    decimal: str


_NARROW: Final = Separators("\N{NO-BREAK SPACE}", ",")
_POINT: Final = Separators(".", ",")
_COMMA: Final = Separators(",", ".")
_SWISS: Final = Separators("'", ".")

#: Every locale that a queue may name; ``iso`` groups no digits.
LOCALES: Final[Mapping[str, Separators]] = MappingProxyType(
    {
        **dict.fromkeys(("en", "he", "ja", "ko", "th", "zh"), _COMMA),
        **dict.fromkeys(("bg", "cs", "et", "fi", "fr", "hu", "lt", "lv", "nb", "nn"), _NARROW),
        **dict.fromkeys(("no", "pl", "sk", "sv", "uk"), _NARROW),
        **dict.fromkeys(("da", "de", "el", "es", "hr", "id", "it", "nl", "pt", "ro"), _POINT),
        **dict.fromkeys(("sl", "sr", "tr", "vi"), _POINT),
        **dict.fromkeys(("ch", "de-ch", "de-li", "it-ch", "rm"), _SWISS),
        "fr-ch": _NARROW,
        "es-mx": _COMMA,
        "iso": Separators("", "."),
    }
)

DEFAULT_LOCALE: Final = "en"
DEFAULT_TIMEZONE: Final = "UTC"
DEFAULT_ON_FAILURE: Final = "warn"


def separators(locale: str) -> Separators | None:
    """Say how *locale* writes numbers, ``en-GB`` as ``en`` does; None for an unknown one."""
    tag = locale.replace("_", "-").lower()
    return LOCALES.get(tag) or LOCALES.get(tag.partition("-")[0])


#: A queue that declares nothing: what is wrong for it is wrong for all.
PLAIN: Final = QueueContext(
    name="",
    params={},
    own_params=frozenset(),
    fields={},
    change=None,
    schema=None,
    locale=DEFAULT_LOCALE,
    timezone=DEFAULT_TIMEZONE,
    placeholders=(),
    on_failure=DEFAULT_ON_FAILURE,
)
