"""Dates in written formats: the letters of ``strftime`` that mean the same everywhere.

Law: pure; no locale; a format becomes a pattern of our own making, linear by construction.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from gateway.annotation.values import UNREADABLE, Value

_MAX_FORMAT: Final = 100
_PARTS: Final = {
    "d": "(?P<d>[0-9]{1,2})",
    "m": "(?P<m>[0-9]{1,2})",
    "Y": "(?P<Y>[0-9]{4})",
    "y": "(?P<y>[0-9]{2})",
    "H": "(?P<H>[01]?[0-9]|2[0-3])",
    "M": "(?P<M>[0-5]?[0-9])",
    "S": "(?P<S>[0-5]?[0-9])",
    "%": "%",
}
_LETTERS: Final = "%d %m %Y %y %H %M %S %%"


def compile_format(format: str) -> re.Pattern[str]:
    """Turn a format into a pattern with a group for each of its letters."""
    if len(format) > _MAX_FORMAT:
        raise ValueError(f"a format has at most {_MAX_FORMAT} characters")
    pattern = []
    used: set[str] = set()
    for piece in re.findall("%.?|[^%]+", format, re.DOTALL):
        letter = piece[1:]
        if piece[0] != "%":
            pattern.append(re.escape(piece))
        elif letter not in _PARTS:
            raise ValueError(f"{piece!r} is not one of {_LETTERS}")
        elif letter in used:
            raise ValueError(f"{piece!r} is there twice")
        else:
            pattern.append(_PARTS[letter])
            used |= {letter} - {"%"}
    if not {"d", "m"} <= used or len(used & {"Y", "y"}) != 1:
        raise ValueError("a format needs %d, %m and one of %Y and %y")
    return re.compile("".join(pattern))


def parse_with(text: str, pattern: re.Pattern[str]) -> Value:
    """Read a date by a compiled format; what does not match is unreadable."""
    found = pattern.fullmatch(text.strip())
    if found is None:
        return UNREADABLE
    parts = found.groupdict()
    year = int(parts["Y"]) if "Y" in parts else _century(int(parts["y"]))
    try:
        return date(year, int(parts["m"]), int(parts["d"]))
    except ValueError:
        return UNREADABLE


def _century(year: int) -> int:
    """Complete a year of two digits as POSIX does."""
    return year + (2000 if year <= 68 else 1900)
