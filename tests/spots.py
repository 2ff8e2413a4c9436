"""Every place in a tree of plain data."""

from collections.abc import Iterator
from typing import Any


def spots(data: Any, start: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the steps that lead to each part, those of a part before those below it."""
    items = (
        data.items()
        if isinstance(data, dict)
        else enumerate(data)
        if isinstance(data, list)
        else ()
    )
    for key, part in items:
        yield (*start, key)
        yield from spots(part, (*start, key))
