"""Which known name a misspelled one was meant to be.

Law: pure; gives no hint rather than a far-fetched one.
"""

from __future__ import annotations

from collections.abc import Iterable


def closest(name: str, known: Iterable[str]) -> str | None:
    """Give the known name within two edits of *name*, or within a third of its length."""
    limit = max(2, len(name) // 3)
    best: tuple[int, str] | None = None
    for candidate in known:
        if abs(len(candidate) - len(name)) > limit or candidate == name:
            continue
        edits = _edits(name.lower(), candidate.lower(), limit)
        if edits <= limit and edits < len(name) and (best is None or (edits, candidate) < best):
            best = (edits, candidate)
    return best[1] if best else None


def _edits(left: str, right: str, limit: int) -> int:
    """Count insertions, deletions, replacements and swaps of neighbors, as far as *limit*."""
    before: list[int] = []
    row = list(range(len(right) + 1))
    for i, one in enumerate(left, 1):
        before, previous, row = row, before, [i]
        for j, other in enumerate(right, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (one != other))
            if i > 1 and j > 1 and one == right[j - 2] and left[i - 2] == other:
                cost = min(cost, previous[j - 2] + 1)
            row.append(cost)
        if min(row) > limit:
            return limit + 1
    return row[-1]
