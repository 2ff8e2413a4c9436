"""Patterns on a whole column at once: one text of all texts, each ended by a mark.

Design *Figures*: asking RE2 once costs a twentieth of asking it for each row. It is right only if
the pattern cannot reach across a mark, so patterns are taken that plainly have nothing that
matches the mark. Law: pure; a yes is certain, a no says nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from gateway.annotation.values import MAX_TEXT

#: No text that rules see has it (`gateway.annotation.values.clean_text`).
MARK: Final = "\0"

#: Letters that stand for classes without the mark, or for places.
_CLASSES: Final = frozenset("dwsbB")
_GROUPS: Final = frozenset(("(", "(?:"))


def is_sweepable(parts: Iterable[tuple[str, bool]]) -> bool:
    """Whether a pattern, taken apart, has nothing that matches the mark."""
    return all(_is_safe(part, inside) for part, inside in parts)


def _is_safe(part: str, inside: bool) -> bool:
    if part[0] == "\\":
        return len(part) == 2 and (part[1] in _CLASSES or not part[1].isalnum())
    if inside:
        # Ranges go up from their first character, which is a printable one.
        return len(part) == 1 and part >= " "
    if part[0] == "(":
        return part in _GROUPS
    return part == "[" or (part >= " " and part not in (".", "^", "$") and part[0] != "[")


def swept(translated: str) -> str:
    """Give the pattern of the joined texts."""
    return rf"(?:(?:{translated})\x00)+"


def joined(texts: Sequence[str]) -> str | None:
    """Join texts with marks; None if one of them has the mark in it."""
    text = MARK.join(texts) + MARK
    return text if text.count(MARK) == len(texts) else None


def lacking(sought: str, change: str | None = None) -> Callable[[Sequence[str]], bool]:
    """Make what tells that none of several texts has *sought* in it, after a *change* of case.

    The mark is no letter: what stands around it does not change how letters are changed.
    """

    def lacks(texts: Sequence[str]) -> bool:
        text = MARK.join(texts)
        # No letter becomes more than three; what grows beyond the bounds fails its run.
        if 3 * len(text) > MAX_TEXT and 3 * max(map(len, texts)) > MAX_TEXT:
            return False
        changed = text.upper() if change == "upper" else text.lower() if change else text
        return sought not in changed

    return lacks
