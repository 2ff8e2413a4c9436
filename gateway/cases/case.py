"""A case: what is given, and what must be answered.

Language §8. Law: values only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final, Protocol, TypeAlias

from gateway.diagnostic import Span
from gateway.lookups.offline import GivenTable
from gateway.rules.events import CONTENT
from gateway.rules.functions.regex import Pattern

#: Where a case takes place that does not say when: fixed, so that it never depends on the day.
DEFAULT_NOW: Final = datetime(2025, 1, 31, 12, tzinfo=UTC)
#: The document has just arrived: every effect of this event is answered.
DEFAULT_ACTION: Final = "initialize"
#: The place of what stands at no field.
DOCUMENT: Final = "document"

#: ``amount_total``, ``line_items[2].item_amount`` or ``pages[1]``, in schema ids.
Address: TypeAlias = str


@dataclass(frozen=True, slots=True)
class Cell:
    """One given value."""

    #: None: as it was, or empty.
    value: str | None
    #: Whether *normalized* was given; otherwise it follows from the value and the field's type.
    is_normalized: bool = False
    normalized: str | None = None
    #: More keys of the datapoint, and of its content, as the wire has them.
    node: Mapping[str, Any] = field(default_factory=dict)
    content: Mapping[str, Any] = field(default_factory=dict)


Row: TypeAlias = Mapping[str, Cell] | Cell


@dataclass(frozen=True, slots=True)
class Given:
    """What a case is given, names as schema ids."""

    #: As rules name it in ``on``: a content event's action, another event's full name.
    action: str = DEFAULT_ACTION
    #: None: that of *payload*, else the default.
    now: datetime | None = None
    fields: Mapping[str, Cell] = field(default_factory=dict)
    tables: Mapping[str, Sequence[Row]] = field(default_factory=dict)
    #: Tables that rules ask, by name, instead of those of the folder.
    lookups: Mapping[str, GivenTable] = field(default_factory=dict, repr=False)
    #: A stored hook request, instead of *fields* and *tables*.
    payload: bytes | None = field(default=None, repr=False)
    #: More keys of the request, such as those of whoever invokes the hook.
    keys: Mapping[str, Any] = field(default_factory=dict)
    #: Whether the case itself gives the event, which then replaces that of *payload*.
    has_event: bool = False
    changes: Mapping[Address, Cell] = field(default_factory=dict)
    edited: tuple[Address, ...] = ()
    #: By root (``annotation``, ``document``, ``queue``, ``email``): keys of it.
    facts: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def event(self) -> tuple[str, str]:
        """The event and action as the platform names them."""
        event, _, action = self.action.rpartition(".")
        return event or CONTENT, action


class Matcher(Protocol):
    """What a text, or another part of an answer, must be."""

    def fits(self, answered: Any, /) -> bool:
        """Whether *answered* is so."""

    def __str__(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Exactly:
    """This very text."""

    text: str

    def fits(self, text: str) -> bool:
        """Whether *text* is this one."""
        return text == self.text

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Containing:
    """A text with this part."""

    part: str

    def fits(self, text: str) -> bool:
        """Whether *text* has the part."""
        return self.part in text

    def __str__(self) -> str:
        return f"… {self.part} …"


@dataclass(frozen=True, slots=True)
class Matching:
    """A text that a pattern matches as a whole."""

    written: str
    pattern: Pattern

    def fits(self, text: str) -> bool:
        """Whether all of *text* matches."""
        return self.pattern.regex.fullmatch(text) is not None

    def __str__(self) -> str:
        return f"/{self.written}/"


@dataclass(frozen=True, slots=True)
class AllOf:
    """A text that is all of these."""

    matchers: tuple[Matcher, ...]

    def fits(self, text: str) -> bool:
        """Whether *text* is all of them."""
        return all(matcher.fits(text) for matcher in self.matchers)

    def __str__(self) -> str:
        return " and ".join(map(str, self.matchers))


@dataclass(frozen=True, slots=True)
class Wanted:
    """One expected effect: the keys that it is told by."""

    keys: Mapping[str, Matcher]
    place: Span

    def fits(self, item: Mapping[str, Any]) -> bool:
        """Whether *item* is meant."""
        return all(matcher.fits(item[key]) for key, matcher in self.keys.items())


@dataclass(frozen=True, slots=True)
class Written:
    """Where an expectation is written."""

    #: The case that it belongs to.
    case: Span
    #: The word ``expect``.
    key: Span
    #: What stands behind it.
    value: Span


@dataclass(frozen=True, slots=True)
class Expected:
    """What must be answered."""

    #: By effect; an effect that is absent was not listed.
    effects: Mapping[str, Sequence[Wanted]] = field(default_factory=dict)
    #: More may be answered.
    subset: bool = False
    #: Where it is written; None where there is none to write anew.
    written: Written | None = None
    #: Cases of a table may share one.
    shared: bool = False


@dataclass(frozen=True, slots=True)
class Case:
    """One case of a test file."""

    name: str
    place: Span
    #: The name of the queue file.
    queue: str
    given: Given
    expected: Expected
    #: Why it is not run; None: it is.
    skip: str | None = None
