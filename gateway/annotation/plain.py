"""Decoded JSON as values of the rule language: facts of a request, results of selectors.

Security reference §4. Law: pure; bounds whatever it is given.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from gateway.annotation.values import UNREADABLE, Value, clean_text, parse_number


def from_json(data: Any) -> Value:
    """Turn decoded JSON into a value: exact numbers, ``""`` and null empty, the rest bounded."""
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
            return [from_json(item) for item in data]
        case _:
            return data
