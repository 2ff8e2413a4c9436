"""A node together with the key it stands behind.

Law: values only; says where to point and how to call a thing, never what is wrong with it.
"""

from __future__ import annotations

from dataclasses import dataclass

from gateway.diagnostic import Span
from gateway.rules.yaml.source import List, Map, Node, Text


@dataclass(frozen=True, slots=True)
class Located:
    """A node with the key it stands behind, or behind whose key its list stands."""

    key: Text | None
    #: What it is an item of.
    within: List | None
    node: Node

    def step(self, step: str | int) -> Located:
        """Go to the value of a key, or to an item."""
        match self.node:
            case Map() if isinstance(step, str):
                entry = self.node.entries[step]
                return Located(entry.key, None, entry.value)
            case List() if isinstance(step, int):
                return Located(self.key, self.node, self.node.items[step])
        raise LookupError(step)

    @property
    def mark(self) -> Span:
        """What to mark: the value, or the key of a value that is empty or of several lines."""
        span = self.node.span
        is_empty = (span.line, span.column) == (span.end_line, span.end_column)
        if span.line != span.end_line or is_empty:
            if self.key is not None and self.within is None:
                return self.key.span
            return Span(span.file, span.line, span.column, span.line, span.column + 1)
        return span

    @property
    def is_secret(self) -> bool:
        """Whether its value must not be repeated in a sentence."""
        return self.key is not None and self.key.value in ("secret", "database")

    @property
    def name(self) -> str:
        """Name it: the key in quotes, an item of it, or the file."""
        if self.key is None:
            return "the file"
        name = repr(self.key.value)
        return name if self.within is None else f"an item of {name}"

    def line(self, value: str) -> str:
        """Write the line anew with another value."""
        if self.within is not None:
            return f"- {value}"
        return value if self.key is None else f"{self.key.value}: {value}"
