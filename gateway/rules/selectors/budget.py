"""What one search may cost, and how it fails.

Security reference §6. Law: counts only; every piece of a search spends before it works.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeAlias

#: No list that a search makes is longer.
MAX_RESULTS: Final = 50_000
#: What a whole search may do, in visits of a node of the selector to a node of the data.
MAX_STEPS: Final = 1_000_000
#: A text costs one step for so many characters, as a power of two.
TEXT_SHIFT: Final = 6


class SelectorError(Exception):
    """A search that has no answer for this document. Its text is the sentence."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    def __str__(self) -> str:
        return self.reason


#: From a node or a content to the plain data that it was decoded from.
Whole: TypeAlias = Callable[[Any], Any]


def itself(value: Any) -> Any:
    """Give plain data, which is whole."""
    return value


class Budget:
    """The steps that one search has left. Made anew for each search, never shared."""

    __slots__ = ("kept", "left", "whole")

    def __init__(self, kept: dict[str, Any] | None = None, whole: Whole = itself) -> None:
        self.left = MAX_STEPS
        #: What searches over the same nodes have found on their way, for one another.
        self.kept = {} if kept is None else kept
        #: Gives what a node or a content was decoded from.
        self.whole = whole

    def spend(self, steps: int) -> None:
        """Take *steps*.

        Raises:
            SelectorError: there are not as many left.
        """
        self.left -= steps
        if self.left < 0:
            raise SelectorError(f"the selector needs more than {MAX_STEPS} steps")

    def spend_on(self, value: Any) -> None:
        """Take what a function spends that looks at each element, or character, of *value*."""
        if value.__class__ is str:
            self.spend(len(value) >> TEXT_SHIFT)
        elif value.__class__ is list or value.__class__ is dict:
            self.spend(len(value))

    def spend_tree(self, value: Any) -> int:
        """Take a step for every node below *value*, shared ones each time; return how many.

        ``[@, @] | [@, @] | …`` makes trees that are small in memory and endless to walk.
        """
        steps = 0
        pending = [value]
        while pending:
            one = pending.pop()
            steps += 1
            if one.__class__ is list:
                pending += one
            elif one.__class__ is dict:
                pending += one.values()
            # What waits is counted before it is looked at.
            if steps + len(pending) > self.left:
                self.spend(steps + len(pending))
        self.spend(steps)
        return steps


def checked_length(results: list[Any]) -> list[Any]:
    """Return *results*.

    Raises:
        SelectorError: there are more than `MAX_RESULTS`.
    """
    if len(results) > MAX_RESULTS:
        raise SelectorError(f"the selector makes more than {MAX_RESULTS} results")
    return results
