"""How much all rules together may say and write in one request.

Security reference §2 and §10: each text has its limit, but a document of ten megabytes has rows
enough for an answer of hundreds. A run that finds no room fails as any other does, alone and with
its mark. Law: pure.
"""

from __future__ import annotations

from typing import Final

from gateway.annotation.values import Value
from gateway.engine.changes import Change, NewRow, SetOptions
from gateway.engine.run_effects import RunEffects
from gateway.rules.function import FunctionError

#: Characters, and bytes of what others are told.
MAX_SAID: Final = 10_000_000
#: What a message, a value or a change takes besides its text.
_EACH: Final = 40


class FullError(FunctionError):
    """The answer holds no more."""

    def __init__(self) -> None:
        super().__init__(f"the answer would be longer than {MAX_SAID:,} characters")


class Room:
    """What is left for one request."""

    __slots__ = ("_left",)

    def __init__(self) -> None:
        """Begin a request."""
        self._left = MAX_SAID

    def take(self, found: RunEffects) -> None:
        """Make room for what one run does.

        Raises:
            FullError: there is not so much left; what is left is for others.
        """
        size = size_of(found)
        if size > self._left:
            raise FullError
        self._left -= size


def size_of(found: RunEffects) -> int:
    """Count roughly the characters of what a run does."""
    size = _EACH * found.count
    for said in found.messages:
        size += len(said.content)
    for said in found.blocks:
        size += len(said.content)
    for _, _, value in found.writes:
        size += _length(value)
    for change in found.changes:
        size += _size_of_change(change)
    for told in found.deliveries:
        size += len(told.body)
    return size


def _size_of_change(change: Change) -> int:
    match change:
        case NewRow():
            return sum(_EACH + _length(value) for value in change.cells.values())
        case SetOptions():
            written = sum(_EACH + len(value) + len(label) for value, label in change.options)
            return written * len(change.nodes)
        case _:
            return 0


def _length(value: Value) -> int:
    return len(value) if isinstance(value, str) else 0
