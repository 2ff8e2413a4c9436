"""What a plain scalar is: YAML 1.2's numbers and words, exactly, and nothing that is ambiguous.

Law: pure; bounded on any text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, TypeAlias

from gateway.annotation.values import MAX_DIGITS

Data: TypeAlias = str | int | Decimal | bool | None


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """A plain scalar that YAML's versions, or programs, read differently."""

    #: What some read it as: ``a date``.
    reading: str
    #: What to write when that is meant; None where only the text can be meant.
    instead: str | None = None


_WORDS: Final[dict[str, bool | None]] = {
    "": None,
    "~": None,
    "null": None,
    "true": True,
    "false": False,
}
_TRUTHS: Final = {"y": "true", "yes": "true", "n": "false", "no": "false"}
_INTEGER: Final = re.compile(r"-?(?:0|[1-9][0-9]*)")
_DECIMAL: Final = re.compile(r"-?(?:0|[1-9][0-9]*)\.[0-9]+")
#: Nothing else can be a number, a word or a date: most texts are told by their first character.
_SUSPICIOUS: Final = re.compile(r"[-+.0-9~]|(?:y|n|yes|no|true|false|null)$", re.IGNORECASE)
_READINGS: Final = (
    (re.compile(r"[-+]?0[xX][0-9a-fA-F_]+"), "a hexadecimal number"),
    (re.compile(r"[-+]?0[oO]?[0-7_]+"), "an octal number"),
    (re.compile(r"[-+]?0[bB][01_]+"), "a binary number"),
    (re.compile(r"[-+]?\.(?:inf|nan)", re.IGNORECASE), "a number that is not finite"),
    (re.compile(r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?"), "a number to base 60"),
    (re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt \t].*)?"), "a date"),
    (re.compile(r"[-+]?[0-9][0-9_]*(?:\.[0-9_]*)?[eE][-+]?[0-9]+"), "a number with an exponent"),
    (re.compile(r"[-+]?(?:[0-9][0-9_]*\.?|\.(?=[0-9]))[0-9_]*"), "a number"),
)


def resolve(written: str) -> Data | Ambiguous:
    """Read a plain scalar."""
    if written in _WORDS:
        return _WORDS[written]
    if not _SUSPICIOUS.match(written):
        return written
    if _INTEGER.fullmatch(written):
        return int(written) if _is_short(written) else Ambiguous("a number that is too long")
    if _DECIMAL.fullmatch(written):
        return Decimal(written) if _is_short(written) else Ambiguous("a number that is too long")
    return _ambiguous(written) or written


def _is_short(number: str) -> bool:
    return all(len(digits) <= MAX_DIGITS for digits in number.lstrip("-").split("."))


def _ambiguous(written: str) -> Ambiguous | None:
    word = written.lower()
    if word in _TRUTHS:
        return Ambiguous("true or false", _TRUTHS[word])
    if word in _WORDS:
        return Ambiguous("nothing" if word == "null" else "true or false", word)
    for pattern, reading in _READINGS:
        if pattern.fullmatch(written):
            return Ambiguous(reading)
    return None
