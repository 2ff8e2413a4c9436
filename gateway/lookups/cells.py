"""Values of files and databases made into values of the language, a column at a time.

Language §4, *Values*; security reference §4. Law: pure; a number is exact or refused, never a
binary approximation; a column is of one kind.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final

from gateway.annotation.values import (
    CONTEXT,
    MAX_DIGITS,
    MAX_TEXT,
    Kind,
    Value,
    is_clean,
    kind_name,
    kind_of,
    parse_number,
    parse_numbers,
    parse_timestamp_date,
    value_text,
)
from gateway.lookups.layout import ColumnRule, ContentError
from gateway.rules.context import Separators
from gateway.rules.functions.dateformat import parse_with

_NONE: Final = type(None)
_LARGEST: Final = Decimal(1).scaleb(MAX_DIGITS)
_SMALLEST: Final = Decimal(1).scaleb(-MAX_DIGITS)
_BOOLEANS: Final = {"true": True, "false": False}
#: So many texts tell whether a column repeats itself.
_SAMPLE: Final = 1_000
#: A value is quoted as far as that.
_QUOTED: Final = 40


class CellError(Exception):
    """A value that cannot be used. Its text is the sentence."""


def value_of(raw: object) -> Value:
    """Make one value of what a parser or a driver gave; None when it is empty.

    Raises:
        CellError: it is none of the language.
    """
    match raw:
        case None | bool():
            return raw
        case str():
            return _text(raw)
        case int() | Decimal() | float():
            return _number(raw)
        case datetime():
            return raw.date()
        case date():
            return raw
        case time():
            return raw.isoformat()
        case dict() | list() | tuple():
            raise CellError("it holds a list or a mapping, not a single value")
        case _:
            from uuid import UUID

            if isinstance(raw, UUID):
                return str(raw)
            raise CellError("it holds a value that is no text, number, date, true or false")


def column_of(
    raw: Sequence[Any], name: str, rule: ColumnRule, separators: Separators | None
) -> Sequence[Value]:
    """Make the values of one column, all of the kind that is declared, else of one kind.

    Raises:
        ContentError: a value cannot be used; with its row.
    """
    types = set(map(type, raw)) - {_NONE}
    values = _texts(raw) if types == {str} else None
    if values is None:
        values = _each(raw, name, value_of)
    if rule.kind is None:
        _check_uniform(values, name)
        return values
    if rule.kind is Kind.NUMBER and separators is None and types == {str} and None not in values:
        numbers = parse_numbers(values, strict=False)
        if numbers is not None:
            return numbers
    return _each(values, name, _reading(rule, separators))


def _texts(raw: Sequence[str | None]) -> list[Any] | None:
    """Take a column of nothing but ordinary texts at once; where many are equal, as one object."""
    values: list[Any]
    distinct: Collection[str]
    first = raw[:_SAMPLE]
    if len(set(first)) > len(first) // 2:
        values = [text or None for text in raw]
        distinct = [text for text in values if text is not None]
    else:
        same: dict[str, str | None] = {"": None}
        values = [None if text is None else same.setdefault(text, text) for text in raw]
        distinct = same.keys()
    for text in distinct:
        if len(text) > MAX_TEXT or text.isspace():
            return None
    return values if is_clean("".join(distinct)) else None


def _each(raw: Sequence[Any], name: str, make: Callable[[Any], Value]) -> list[Any]:
    values = []
    for row, one in enumerate(raw):
        try:
            values.append(make(one))
        except CellError as error:
            hint = f"`keep` lists the columns that are wanted; this one is {name!r}"
            is_nested = isinstance(one, (dict, list, tuple, bytes))
            raise ContentError(
                f"the column {name!r}: {error}", row=row, hint=hint if is_nested else None
            ) from None
    return values


def _check_uniform(values: Sequence[Value], name: str) -> None:
    if len(set(map(type, values)) - {_NONE}) < 2:
        return
    first: Kind | None = None
    for row, value in enumerate(values):
        kind = kind_of(value)
        if kind is first or kind is None:
            continue
        if first is not None:
            raise ContentError(
                f"the column {name!r} is {kind_name(first)} above and {kind_name(kind)} here",
                row=row,
                hint=f"declare what it is, such as `columns: {{{name}: text}}`",
            )
        first = kind


def _text(text: str) -> str | None:
    if not text or text.isspace():
        return None
    if len(text) > MAX_TEXT:
        raise CellError(f"a text of more than {MAX_TEXT} characters")
    if not is_clean(text):
        raise CellError("a text with a NUL or half a character in it")
    return text


def _number(raw: int | float | Decimal) -> Decimal:
    # The shortest text that gives this very float is what was meant: 0.1 without its 55th digit.
    number = Decimal(repr(raw)) if isinstance(raw, float) else Decimal(raw)
    if not number.is_finite():
        raise CellError("a number that is infinite or none")
    if number.copy_abs() >= _LARGEST:
        raise CellError(f"a number of more than {MAX_DIGITS} digits; declare the column as text")
    exponent = number.as_tuple().exponent
    if isinstance(exponent, int) and exponent < -MAX_DIGITS:
        rounded = number.quantize(_SMALLEST, context=CONTEXT)
        if rounded != number and not isinstance(raw, float):
            raise CellError(f"a number of more than {MAX_DIGITS} decimals; round it")
        number = rounded
    return number if number else Decimal(0)


def _reading(rule: ColumnRule, separators: Separators | None) -> Callable[[Value], Value]:
    """Choose how values are read as what is declared."""
    if rule.kind is Kind.TEXT:
        return lambda value: None if value is None else value_text(value)
    if rule.kind is Kind.NUMBER:
        pattern = None if separators is None else _pattern(separators)
        return lambda value: _as_number(value, pattern, separators)
    if rule.kind is Kind.DATE:
        # A column has far more dates than there are days in it.
        return lru_cache(maxsize=4096)(lambda value: _as_date(value, rule.form))
    return _as_boolean


def _pattern(separators: Separators) -> re.Pattern[str]:
    mark = re.escape(separators.thousands)
    # Programs write an ordinary blank where typography has a narrow or unbreakable one.
    groups = "[ \u00a0\u2009\u202f]" if separators.thousands.isspace() else mark
    grouped = rf"[0-9]{{1,3}}(?:{groups}[0-9]{{3}})+|" if mark else ""
    return re.compile(rf"-?(?:{grouped}[0-9]+)(?:{re.escape(separators.decimal)}[0-9]+)?")


def _as_number(
    value: Value, pattern: re.Pattern[str] | None, separators: Separators | None
) -> Decimal | None:
    if value is None or isinstance(value, Decimal):
        return value
    if not isinstance(value, str):
        raise CellError(f"{kind_name(kind_of(value) or Kind.TEXT)}, not a number")
    text = value.strip()
    if pattern is not None and separators is not None and pattern.fullmatch(text):
        sign = separators.decimal
        text = re.sub(f"[^-0-9{re.escape(sign)}]", "", text).replace(sign, ".")
    elif pattern is not None:
        raise CellError(f"not a number of this `locale`: {value[:_QUOTED]!r}")
    number = parse_number(text)
    if number is None:
        raise CellError(f"not a plain number: {value[:_QUOTED]!r}; `locale` says how it is written")
    return number


def _as_date(value: Value, form: re.Pattern[str] | None) -> date | None:
    if value is None or isinstance(value, date):
        return value
    if not isinstance(value, str):
        raise CellError(f"{kind_name(kind_of(value) or Kind.TEXT)}, not a date")
    day = parse_timestamp_date(value.strip()) if form is None else parse_with(value, form)
    if isinstance(day, date):
        return day
    advice = "; `format` says how it is written" if form is None else ""
    raise CellError(f"not a date: {value[:_QUOTED]!r}{advice}")


def _as_boolean(value: Value) -> bool | None:
    if value is None or isinstance(value, bool):
        return value
    found = _BOOLEANS.get(value.strip().lower()) if isinstance(value, str) else None
    if found is None:
        raise CellError(f"neither true nor false: {value_text(value)[:_QUOTED]!r}")
    return found
