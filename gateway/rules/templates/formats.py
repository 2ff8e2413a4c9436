"""Formats of values in templates: a small part of Python's for numbers, of ``strftime`` for dates.

Language §4, *Templates*; security reference §5: alignment and a width of two digits, a thousands
separator, two digits of precision; single date letters. Law: pure; a format is checked at load.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Final, TypeAlias

from gateway.annotation.values import CONTEXT, Kind, Value, kind_name, kind_of
from gateway.rules.context import Separators, separators
from gateway.rules.function import FunctionError


class FormatError(Exception):
    """A format that is not of the language."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


_HINT: Final = "write .2f, ,.2f, 05d, >10 for numbers and texts, %d.%m.%Y for dates"
_NUMBER: Final = re.compile(
    r"(?:(?P<fill>.)?(?P<align>[<>^]))?(?P<sign>[+ ]?)(?P<zero>0?)(?P<width>[0-9]{0,2})"
    r"(?P<group>,?)(?:\.(?P<precision>[0-9]{1,2}))?(?P<type>[fd%]?)"
)
_DATE: Final = re.compile(r"(?:%[dmYyBbAaj%]|[^%{}])+")
_MONTHS: Final = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
_DAYS: Final = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]


@dataclass(frozen=True, slots=True)
class NumberFormat:
    """Alignment, sign, separators and decimals."""

    fill: str
    align: str
    sign: str
    width: int
    grouped: bool
    #: Decimals, rounded half up; None: as the number has them.
    precision: int | None
    percent: bool
    separators: Separators
    kinds: Kind

    def write(self, value: Value) -> str:
        """Write a number; a text is only aligned."""
        if isinstance(value, str) and Kind.TEXT in self.kinds:
            return self._aligned(value, self.align or "<")
        if not isinstance(value, Decimal):
            advice = "; write number(...)" if isinstance(value, str) else ""
            raise FunctionError(f"this format is for a number, not for {_named(value)}{advice}")
        return self._aligned(self._number(value), self.align or ">")

    def _number(self, value: Decimal) -> str:
        if self.percent:
            value = CONTEXT.multiply(value, Decimal(100))
        if self.precision is not None:
            step = Decimal(1).scaleb(-self.precision)
            value = value.quantize(step, ROUND_HALF_UP, _WIDE)
        text = format(value.copy_abs(), ",f" if self.grouped else "f")
        whole, _, decimals = text.partition(".")
        whole = whole.replace(",", self.separators.thousands)
        number = f"{whole}{self.separators.decimal}{decimals}" if decimals else whole
        sign = "-" if value.is_signed() and value else self.sign
        if self.fill == "0" and self.align == "=":
            number = number.rjust(self.width - len(sign), "0")
        return f"{sign}{number}{'%' if self.percent else ''}"

    def _aligned(self, text: str, align: str) -> str:
        match align:
            case "<":
                return text.ljust(self.width, self.fill)
            case "^":
                return text.center(self.width, self.fill)
            case _:
                return text.rjust(self.width, self.fill) if align == ">" else text


#: Wide enough for every number of 31 digits with 99 decimals.
_WIDE: Final = CONTEXT.copy()
_WIDE.prec = 140
_WIDE.Emax = 200
_WIDE.Emin = -200


@dataclass(frozen=True, slots=True)
class DateFormat:
    """Letters of ``strftime``, names of months and days in English."""

    pattern: str
    kinds: Kind = Kind.DATE

    def write(self, value: Value) -> str:
        """Write a date."""
        if not isinstance(value, date):
            advice = "; write date(...)" if isinstance(value, str) else ""
            raise FunctionError(f"this format is for a date, not for {_named(value)}{advice}")
        return re.sub("%(.)", lambda found: _letter(found[1], value), self.pattern)


Format: TypeAlias = NumberFormat | DateFormat


def _letter(letter: str, day: date) -> str:
    month, weekday = _MONTHS[day.month - 1], _DAYS[day.weekday()]
    return {
        "d": f"{day.day:02d}",
        "m": f"{day.month:02d}",
        "Y": f"{day.year:04d}",
        "y": f"{day.year % 100:02d}",
        "B": month,
        "b": month[:3],
        "A": weekday,
        "a": weekday[:3],
        "j": f"{day.timetuple().tm_yday:03d}",
        "%": "%",
    }[letter]


def _named(value: Value) -> str:
    kind = kind_of(value)
    return kind_name(kind) if kind else "an empty value"


def parse_format(written: str, locale: str) -> Format:
    """Read a format.

    Raises:
        FormatError: it is none of the language's.
    """
    if "%" in written.rstrip("%") or written == "%%":
        if _DATE.fullmatch(written) is None:
            letters = "%d %m %Y %y %B %b %A %a %j"
            raise FormatError(f"{written!r} is no date format", f"the letters are {letters}")
        return DateFormat(written)
    found = _NUMBER.fullmatch(written)
    if found is None or not written:
        raise FormatError(f"{written!r} is no format", _HINT)
    whole = found["type"] == "d"
    if whole and found["precision"]:
        raise FormatError(f"{written!r} asks for decimals of a whole number", "write f for d")
    numeric = bool(found["group"] or found["precision"] or found["type"] or found["sign"])
    zero = bool(found["zero"])
    precision = 0 if whole else int(found["precision"]) if found["precision"] else None
    if found["type"] == "f" and precision is None:
        precision = 6
    known = separators(locale)
    assert known is not None  # noqa: S101 - the queue's settings were checked.
    return NumberFormat(
        fill=found["fill"] or ("0" if zero else " "),
        align=found["align"] or ("=" if zero else ""),
        sign=found["sign"],
        width=int(found["width"] or 0),
        grouped=bool(found["group"]),
        precision=precision,
        percent=found["type"] == "%",
        separators=known,
        kinds=Kind.NUMBER if numeric or zero else Kind.NUMBER | Kind.TEXT,
    )
