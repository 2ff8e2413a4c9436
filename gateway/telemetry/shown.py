"""Which values of a decision record may be seen: JSON pointers, and what they leave covered.

Tooling conventions §10. Law: pure. Everything is covered that no pointer uncovers.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

#: Stands where a value is covered.
MASK: Final = "***"
#: In a pointer, any index or key.
ANY: Final = "*"

Path: TypeAlias = tuple[str, ...]

#: The parts of a record that hold captured values, or texts with such values in them.
PARTS: Final = (
    "given",
    "messages",
    "automation_blockers",
    "operations",
    "notifications",
    "files",
    "extracted_original_sender",
    "response",
)


class PointerError(ValueError):
    """A text that is no pointer into a decision record."""

    def __init__(self, text: str, reason: str) -> None:
        super().__init__(text, reason)
        self.text = text
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.text!r} {self.reason}"


@dataclass(frozen=True, slots=True)
class Shown:
    """The values that may be seen: those at some places, with all below them."""

    paths: tuple[Path, ...] = ()

    def covers(self, path: Path) -> bool:
        """Whether nothing at *path*, and nothing below it, may be seen."""
        return not any(_agree(one, path) for one in self.paths)

    def shows(self, path: Path) -> bool:
        """Whether all that is at *path* may be seen."""
        return any(len(one) <= len(path) and _agree(one, path) for one in self.paths)

    def cover(self, value: Any, path: Path, covered: set[str]) -> Any:
        """Give *value*, which stands at *path*, without what may not be seen.

        The pointers of what is covered are added to *covered*, with ``*`` for every index.
        """
        if self.shows(path):
            return value
        if isinstance(value, dict) and value and not self.covers(path):
            return {key: self.cover(one, (*path, key), covered) for key, one in value.items()}
        if isinstance(value, list) and value and not self.covers(path):
            return [self.cover(one, (*path, ANY), covered) for one in value]
        covered.add(pointer_to(path))
        return MASK


def shown_by(pointers: Iterable[str]) -> Shown:
    """Read JSON pointers (RFC 6901), in which ``*`` stands for any index or key.

    Raises:
        PointerError: one of them is none, or leads nowhere in a record.
    """
    return Shown(tuple(_path(one) for one in pointers))


def pointer_to(path: Path) -> str:
    """Write a path as a JSON pointer."""
    return "".join("/" + part.replace("~", "~0").replace("/", "~1") for part in path)


def _path(pointer: str) -> Path:
    if not pointer.startswith("/"):
        raise PointerError(pointer, "is no JSON pointer: it begins with a slash")
    first, *rest = [part.replace("~1", "/").replace("~0", "~") for part in pointer[1:].split("/")]
    if first not in PARTS:
        known = ", ".join(f"/{part}" for part in PARTS)
        raise PointerError(pointer, f"leads to no values; begin with one of {known}")
    return first, *(ANY if part.isascii() and part.isdigit() else part for part in rest)


def _agree(one: Path, other: Path) -> bool:
    """Whether one of two paths leads on from the other, or both are the same."""
    return all(a == b or ANY in (a, b) for a, b in zip(one, other, strict=False))
