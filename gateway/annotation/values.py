"""Values of the rule language: how a text becomes a number or a date, and back.

Language §4, *Values*; security reference §4. Law: pure, bounded in time and size on any text.

A value is ``str``, ``Decimal``, ``date``, ``bool``, ``None`` (*empty*), ``UNREADABLE``, a
``Column`` (see `column`), a ``list`` or a mapping (literals, open facts, records; never changed).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import (
    ROUND_HALF_UP,
    Context,
    Decimal,
    DecimalException,
    DivisionByZero,
    InvalidOperation,
    Overflow,
)
from enum import Flag, auto
from typing import Any, Final, TypeAlias

Value: TypeAlias = Any


class Kind(Flag):
    """What a value can be. Parameters of functions and declared fields use unions of them."""

    TEXT = auto()
    NUMBER = auto()
    DATE = auto()
    BOOLEAN = auto()
    LIST = auto()
    MAPPING = auto()
    COLUMN = auto()
    DURATION = auto()
    SCALAR = TEXT | NUMBER | DATE | BOOLEAN
    ANY = SCALAR | LIST | MAPPING | COLUMN | DURATION

    # There is one object for each; the inherited hash would ask it for its name every time.
    __hash__ = object.__hash__


@dataclass(frozen=True, slots=True)
class Duration:
    """What ``days(n)``, ``months(n)`` and ``years(n)`` give: to add to a date, or to take off."""

    months: int
    days: int

    def __neg__(self) -> Duration:
        return Duration(-self.months, -self.days)


class Unreadable:
    """The type of ``UNREADABLE``: set, but not readable as the type its field has."""

    __slots__ = ()
    _instance: Unreadable | None = None

    def __new__(cls) -> Unreadable:
        """Return the one instance."""
        if cls._instance is None:
            cls._instance = super().__new__(cls)
        return cls._instance

    def __repr__(self) -> str:
        return "unreadable"

    def __bool__(self) -> bool:
        raise TypeError("an unreadable value has no truth")


UNREADABLE: Final = Unreadable()

#: Rules see at most this many characters of a value; no text a rule builds is longer.
MAX_TEXT: Final = 65_536
MAX_DIGITS: Final = 18

#: The one context of all arithmetic: 40 digits, magnitudes below 10^31, no silent infinities.
CONTEXT: Final = Context(
    prec=40,
    rounding=ROUND_HALF_UP,
    Emin=-60,
    Emax=30,
    capitals=1,
    clamp=0,
    flags=[],
    traps=[InvalidOperation, DivisionByZero, Overflow],
)
#: What arithmetic on decimals may raise under `CONTEXT`.
ARITHMETIC_ERRORS: Final = (DecimalException, ArithmeticError)

_NUMBER: Final = re.compile(r"-?[0-9]{1,18}(?:\.[0-9]{1,18})?", re.ASCII)
_EXPONENT: Final = re.compile(r"-?[0-9]{1,18}(?:\.[0-9]{1,18})?[eE][+-]?[0-9]{1,2}", re.ASCII)
# Possessive: with nothing to go back to, a column is read in half the time.
_NUMBERS: Final = re.compile(r"(?:-?+[0-9]{1,18}+(?:\.[0-9]{1,18}+)?+\n)++", re.ASCII)
_NUMBER_SHAPES: Final = re.compile(
    r"(?:-?+(?:0|[1-9][0-9]{0,17}+)(?:\.[0-9]{1,18}+)?+\n)++", re.ASCII
)
_NUMBER_SHAPE: Final = re.compile(r"-?(?:0|[1-9][0-9]{0,17})(?:\.[0-9]{1,18})?", re.ASCII)
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_DATE_TIME: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9:.]{5,15}(?:Z|[+-][0-9:]{2,6})?")
_UNCLEAN: Final = re.compile("[\x00\ud800-\udfff]")


def parse_number(text: str) -> Decimal | None:
    """Read a plain decimal of at most 18 digits on each side of the point; None if it is none.

    An exponent is accepted when the plain form fits in the same bounds (``1e3``, ``2.5E-2``).
    """
    if _NUMBER.fullmatch(text):
        return Decimal(text)
    if _EXPONENT.fullmatch(text):
        plain = format(Decimal(text), "f")
        if _NUMBER.fullmatch(plain):
            return Decimal(plain)
    return None


def parse_numbers(texts: list[str | None], *, strict: bool) -> list[Decimal] | None:
    """Read a whole column of plain decimals at once; None unless every text is one.

    When *strict*, a text with a leading zero (``007``) is none, as in `shape_of`.
    """
    try:
        joined = "\n".join(texts) + "\n"  # type: ignore[arg-type]  # told by the TypeError
    except TypeError:  # None among them.
        return None
    pattern = _NUMBER_SHAPES if strict else _NUMBERS
    if joined.count("\n") != len(texts) or pattern.fullmatch(joined) is None:
        return None
    return list(map(Decimal, texts))  # type: ignore[arg-type]  # none is None here


def parse_date(text: str) -> date | None:
    """Read an ISO date of the years 1 to 9999; None if it is none."""
    if _DATE.fullmatch(text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            return None
    return None


def parse_timestamp_date(text: str) -> date | None:
    """Read the date of an ISO date or of an ISO time stamp; None if it is neither."""
    if _DATE_TIME.fullmatch(text):
        return parse_date(text[:10])
    return parse_date(text)


def shape_of(normalized: str) -> Kind:
    """Guess a kind from a normalized value: ``12.5`` is a number, ``007`` a text."""
    if _NUMBER_SHAPE.fullmatch(normalized):
        return Kind.NUMBER
    if _DATE.fullmatch(normalized):
        return Kind.DATE
    return Kind.TEXT


def is_clean(text: str) -> bool:
    """Whether a text has no lone surrogate and no NUL."""
    return "\0" not in text if text.isascii() else _UNCLEAN.search(text) is None


def clean_text(text: str) -> str:
    """Replace lone surrogates and NUL, and cut at `MAX_TEXT`: what enters is safe to encode."""
    if len(text) > MAX_TEXT:
        text = text[:MAX_TEXT]
    if text.isascii():
        return text.replace("\0", "\ufffd") if "\0" in text else text
    return _UNCLEAN.sub("\ufffd", text)


def number_text(number: Decimal) -> str:
    """Write a number plainly, without an exponent: what the platform is sent."""
    return format(number, "f")


def value_text(value: Value) -> str:
    """Write a single value as the platform takes it: plain decimals, ISO dates; empty is ``""``."""
    if value.__class__ is str:
        return value
    if value.__class__ is Decimal:
        return format(value, "f")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool):
        return "true" if value else "false"
    return ""


def kind_of(value: Value) -> Kind | None:
    """Name the kind of a value; None for empty and unreadable ones."""
    match value:
        case None | Unreadable():
            return None
        case str():
            return Kind.TEXT
        case bool():
            return Kind.BOOLEAN
        case Decimal():
            return Kind.NUMBER
        case date():
            return Kind.DATE
        case list() | tuple():
            return Kind.LIST
        case Duration():
            return Kind.DURATION
        case Mapping():
            return Kind.MAPPING
        case _:
            return Kind.COLUMN


_NAMES: Final = {
    Kind.TEXT: "text",
    Kind.NUMBER: "number",
    Kind.DATE: "date",
    Kind.BOOLEAN: "true or false",
    Kind.LIST: "a list",
    Kind.MAPPING: "a mapping",
    Kind.COLUMN: "a column",
    Kind.DURATION: "a duration",
}


def kind_name(kind: Kind) -> str:
    """Name a kind, or a union of kinds, in the words of the language."""
    return " or ".join(name for one, name in _NAMES.items() if one in kind)
