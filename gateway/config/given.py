"""The keys of a node in the types that its JSON Schema promises.

Law: asks for no key that is not there; what has another form than was asked for is left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from gateway.annotation.values import Kind
from gateway.diagnostic import Report
from gateway.rules.context import LOCALES, separators
from gateway.rules.yaml.source import List, Map, Node, Scalar, Text

_KINDS: Final = {
    "text": Kind.TEXT,
    "number": Kind.NUMBER,
    "date": Kind.DATE,
    "boolean": Kind.BOOLEAN,
}


@dataclass(frozen=True, slots=True)
class Given:
    """A mapping that was written."""

    node: Map

    def text(self, key: str) -> Text | None:
        """Give a single value as it is written."""
        node = self.node.get(key)
        return node.text if isinstance(node, Scalar) else None

    def word(self, key: str) -> str | None:
        """Give a single value without its place."""
        text = self.text(key)
        return text.value if text else None

    def texts(self, key: str) -> list[Text]:
        """Give the values of a list, or the only one that stands for it."""
        node = self.node.get(key)
        items = node.items if isinstance(node, List) else (node,)
        return [item.text for item in items if isinstance(item, Scalar)]

    def flag(self, key: str) -> bool:
        """Say whether it is true."""
        node = self.node.get(key)
        return isinstance(node, Scalar) and node.data is True

    def whole(self, key: str) -> int | None:
        """Give a whole number."""
        node = self.node.get(key)
        return node.data if isinstance(node, Scalar) and isinstance(node.data, int) else None

    def inner(self, key: str) -> Given | None:
        """Give a mapping within it."""
        node = self.node.get(key)
        return Given(node) if isinstance(node, Map) else None

    def entries(self, key: str) -> Iterator[tuple[Text, Node]]:
        """Go through a mapping within it."""
        inner = self.inner(key)
        for entry in inner.node.entries.values() if inner else ():
            yield entry.key, entry.value


def kind_of(text: Text | None) -> Kind | None:
    """Give the type of values that *text* names."""
    return _KINDS.get(text.value) if text else None


def read_locale(given: Given, report: Report) -> str | None:
    """Read the key ``locale``; None if it is not there, or after reporting that it is unknown."""
    text = given.text("locale")
    if text is not None and separators(text.value) is None:
        known = ", ".join(LOCALES)
        report.error("R139", f"unknown locale {text.value!r}", text.span, hint=f"one of {known}")
        return None
    return text.value if text else None
