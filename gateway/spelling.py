"""The known word that was probably meant.

Law: pure; no suggestion is better than a far-fetched one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

#: Longer words are not compared: the cost is the product of the lengths.
_LONGEST: Final = 64
#: Fewer letters say too little about a longer word.
_SHORTEST: Final = 3


def closest(word: str, known: Iterable[str]) -> str | None:
    """Find the one of *known* that differs from *word* by a slip or two, or has it as a part.

    Returns:
        None if there is none, or if the word is a part of several.
    """
    if len(word) > _LONGEST:
        return None
    known = list(known)
    if not known:
        return None
    limit = max(1 if len(word) < 5 else 2, len(word) // 3)
    near = [
        (distance(word.casefold(), other.casefold()), other)
        for other in known
        if other != word and abs(len(other) - len(word)) <= limit
    ]
    best = min(near, default=None)
    return best[1] if best is not None and best[0] <= limit else _longer(word, known)


def _longer(word: str, known: Sequence[str]) -> str | None:
    """Find the only one that begins with *word*, or holds it: ``tol`` for ``tolerance``."""
    short = _letters(word)
    if len(short) < _SHORTEST:
        return None
    begun = [other for other in known if other != word and _letters(other).startswith(short)]
    if not begun and len(short) > _SHORTEST:
        begun = [other for other in known if other != word and short in _letters(other)]
    return begun[0] if len(begun) == 1 else None


def _letters(word: str) -> str:
    return word.casefold().replace("_", "").replace("-", "")


def distance(left: str, right: str) -> int:
    """Count the insertions, deletions, replacements and swaps of neighbors between two words."""
    before: list[int] = []
    row = list(range(len(right) + 1))
    for at, sign in enumerate(left, 1):
        two_before, before, row = before, row, [at]
        for to, other in enumerate(right, 1):
            cost = min(row[-1] + 1, before[to] + 1, before[to - 1] + (sign != other))
            if at > 1 and to > 1 and left[at - 2 : at] == other + right[to - 2]:
                cost = min(cost, two_before[to - 2] + 1)
            row.append(cost)
    return row[-1]
