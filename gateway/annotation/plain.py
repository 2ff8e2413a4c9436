"""Decoded JSON as values of the rule language: facts of a request, results of selectors.

Security reference §4. Law: pure; bounds whatever it is given.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from gateway.annotation.values import UNREADABLE, Value, clean_text, parse_number

#: Lists and mappings inside each other that are looked into: deeper ones mean harm.
MAX_DEPTH: Final = 20


def from_json(data: Any, depth: int = MAX_DEPTH) -> Value:
    """Turn decoded JSON into a value: exact numbers, ``""`` and null empty, the rest bounded.

    The parts of a mapping are turned when they are asked for. What is more than *depth* deep is
    unreadable: a list from there on, a mapping as a whole.
    """
    match data:
        case None | "":
            return None
        case bool():
            return data
        case str():
            return clean_text(data)
        case int():
            return Decimal(data) if abs(data) < 10**18 else UNREADABLE
        case float():
            number = parse_number(repr(data))
            return UNREADABLE if number is None else number
        case list() | tuple():
            return [from_json(item, depth - 1) for item in data] if depth else UNREADABLE
        case _:
            return data if _is_flat(data, depth) else UNREADABLE


def _is_flat(data: Any, depth: int) -> bool:
    """Whether nothing in *data* is deeper than *depth*."""
    level = [data]
    for _ in range(depth + 1):
        below: list[Any] = []
        for one in level:
            if isinstance(one, dict):
                below += one.values()
            elif isinstance(one, list):
                below += one
        if not below:
            return True
        level = below
    return False
