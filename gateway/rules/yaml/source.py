"""YAML as nodes that know their places in the file.

Law: values only; reads no file, knows nothing of the rule language.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum, auto
from typing import Any, Final, TypeAlias

from gateway.diagnostic import Span
from gateway.rules.yaml.places import character_places

#: What ends a line in YAML; whoever counts lines of a YAML file splits with this.
LINE_BREAK: Final = re.compile("\r\n|[\n\r\x85\u2028\u2029]")


class Style(Enum):
    """How a scalar was written."""

    PLAIN = auto()
    SINGLE = auto()
    DOUBLE = auto()
    LITERAL = auto()
    FOLDED = auto()


#: The character that begins a scalar of each style.
INDICATORS: Final = {
    Style.PLAIN: "",
    Style.SINGLE: "'",
    Style.DOUBLE: '"',
    Style.LITERAL: "|",
    Style.FOLDED: ">",
}


@dataclass(frozen=True, slots=True)
class Text:
    """A scalar's text that knows where each of its characters stood in the file."""

    #: After YAML's unescaping and folding.
    value: str
    #: The whole scalar, quotes included.
    span: Span
    style: Style
    #: The ``# ...`` that follows a plain scalar on its line.
    comment: Span | None
    #: The scalar as written; None when that is *value* itself.
    raw: str | None = field(default=None, repr=False)

    def at(self, start: int, length: int = 1) -> Span:
        """Say where ``value[start:start + length]`` stands, at least one character wide.

        Returns:
            The exact place, behind the end too; the whole scalar where it cannot be exact.
        """
        start = min(max(start, 0), len(self.value))
        end = start + max(length, 1)
        if self.raw is None:
            return _stretch(self.value, self.span, start, min(end, max(len(self.value), start + 1)))
        places = character_places(self.raw, INDICATORS[self.style], self.value)
        if not places:
            return self.span
        if start < len(places):
            last = places[min(end, len(places)) - 1]
            return _stretch(self.raw, self.span, places[start][0], last[1])
        # Behind a final line break would be on a line that is not the scalar's.
        behind = places[-1][0] if self.value[-1] == "\n" else places[-1][1]
        line, column = _position(self.raw, self.span, behind)
        return Span(self.span.file, line, column, line, column + 1)

    @classmethod
    def inline(cls, value: str, file: str = "<input>") -> Text:
        """Make a text that does not come from YAML: it begins at line 1, column 1."""
        start = Span(file, 1, 1, 1, 1)
        end = _stretch(value, start, 0, len(value))
        return cls(value, end, Style.PLAIN, None)


@dataclass(frozen=True, slots=True)
class Scalar:
    """A single value."""

    text: Text
    data: str | int | Decimal | bool | None

    @property
    def span(self) -> Span:
        """Where it stands."""
        return self.text.span


@dataclass(frozen=True, slots=True)
class Entry:
    """A key with its value."""

    key: Text
    value: Node


@dataclass(frozen=True, slots=True)
class Map:
    """A mapping; its keys are texts."""

    entries: dict[str, Entry]
    span: Span
    #: As written, when it was written in braces on one line.
    flow: str | None = field(default=None, repr=False)

    def get(self, key: str) -> Node | None:
        """Find the value of *key*."""
        entry = self.entries.get(key)
        return entry.value if entry else None


@dataclass(frozen=True, slots=True)
class List:
    """A list."""

    items: tuple[Node, ...]
    span: Span
    #: As written, when it was written in brackets on one line.
    flow: str | None = field(default=None, repr=False)


Node: TypeAlias = Scalar | List | Map


def plain(node: Node) -> Any:
    """Give the data of a node: dictionaries, lists, texts, numbers, booleans and None."""
    match node:
        case Scalar():
            return node.data
        case List():
            return [plain(item) for item in node.items]
        case Map():
            return {key: plain(entry.value) for key, entry in node.entries.items()}


def _stretch(written: str, within: Span, start: int, end: int) -> Span:
    """Place a range of *written*, which begins where *within* begins."""
    first = _position(written, within, start)
    last = _position(written, within, end)
    return Span(within.file, *first, *last)


def _position(written: str, within: Span, offset: int) -> tuple[int, int]:
    line, begin = within.line, 0
    for found in LINE_BREAK.finditer(written, 0, min(offset, len(written))):
        # Between the two characters of a Windows line break is still its line.
        if found.end() <= offset:
            line, begin = line + 1, found.end()
    if line == within.line:
        return line, within.column + offset
    return line, offset - begin + 1
