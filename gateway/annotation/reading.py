"""Texts of datapoints read as values: one by one, and whole columns in one sweep.

Language §4, *Values*. Law: pure; what is read in one sweep is what is read one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence, Set
from datetime import date
from decimal import Decimal
from typing import Any, Final

from gateway.annotation.column import Column
from gateway.annotation.tree import Table
from gateway.annotation.values import (
    MAX_TEXT,
    UNREADABLE,
    Kind,
    Value,
    clean_text,
    is_clean,
    parse_date,
    parse_number,
    parse_numbers,
    shape_of,
)

#: Published samples spell null as this text.
NULL: Final = "None"


def parse(text: str, kind: Kind) -> Value:
    """Read a text as a value of a kind; `UNREADABLE` if it is none."""
    parser = _PARSERS.get(kind)
    if parser is None:
        return clean_text(text)
    value = parser(text)
    return UNREADABLE if value is None else value


def read_single(
    content: Any, kind: Kind | None, placeholders: Collection[str]
) -> tuple[Value, Kind]:
    """Read one datapoint as a kind, or as the kind that its own normalized value has."""
    text = None if content is None else content.value
    if not text:
        return None, kind or Kind.TEXT
    normalized = content.normalized_value
    if normalized == NULL:
        normalized = None
    if kind is None:
        kind = shape_of(normalized) if normalized else Kind.TEXT
    if placeholders and text in placeholders:
        return None, kind
    if kind is Kind.TEXT:
        return clean_text(text), kind
    if kind is Kind.BOOLEAN:
        return parse(text, kind), kind
    return (UNREADABLE if normalized is None else parse(normalized, kind)), kind


def displayed(content: Any, placeholders: Collection[str]) -> str | None:
    """Give a datapoint's value as displayed; None when it is empty."""
    text = None if content is None else content.value
    return None if not text or text in placeholders else clean_text(text)


def _parse_boolean(text: str) -> bool | None:
    return {"true": True, "false": False}.get(text.lower())


_PARSERS: Final[Mapping[Kind, Callable[[str], Value]]] = {
    Kind.NUMBER: parse_number,
    Kind.DATE: parse_date,
    Kind.BOOLEAN: _parse_boolean,
}


def shape(contents: Sequence[Any]) -> Kind:
    """Decide a column's kind: all normalized values agree on number or date, else text."""
    shapes = {
        shape_of(content.normalized_value)
        for content in contents
        if content is not None
        and content.value
        and content.normalized_value
        and content.normalized_value != NULL
    }
    return shapes.pop() if len(shapes) == 1 else Kind.TEXT


def read_column(
    nodes: Sequence[Any], table: Table | None, kind: Kind | None, placeholders: Set[str]
) -> tuple[Column, Kind] | None:
    """Read a column in one sweep, and say as what; None if it must be read cell by cell."""
    if kind is Kind.DATE or kind is Kind.BOOLEAN:
        return None
    try:
        contents = [node.content for node in nodes]
        texts = [content.value for content in contents]
        normalized = [content.normalized_value for content in contents]
    except AttributeError:  # A missing cell or ``content: null``.
        return None
    if placeholders and not placeholders.isdisjoint(texts):
        return None
    if all(texts):
        read = _read_texts(texts, normalized, kind)
        return None if read is None else (Column(read[0], table, read[1]), read[1])
    there = [text for text in texts if text]
    beside = [one for one, text in zip(normalized, texts, strict=True) if text]
    read = _read_texts(there, beside, kind)
    if read is None:
        return None
    values = iter(read[0])
    return Column([next(values) if text else None for text in texts], table), read[1]


def _read_texts(
    texts: list[str], normalized: list[str | None], kind: Kind | None
) -> tuple[list[Value], Kind] | None:
    """Read cells that are all set as numbers, or as texts; None if they are neither."""
    if kind is not Kind.TEXT and any(normalized):
        numbers = parse_numbers(normalized, strict=kind is None)
        return None if numbers is None else (numbers, Kind.NUMBER)
    if kind is Kind.NUMBER and texts:
        return None
    return (texts, kind or Kind.TEXT) if _are_clean(texts) else None


def clean_texts(nodes: Sequence[Any]) -> list[str] | None:
    """List what is displayed in cells that are all set; None if one is not, or is not clean."""
    try:
        texts = [node.content.value for node in nodes]
    except AttributeError:
        return None
    return texts if all(texts) and _are_clean(texts) else None


def _are_clean(texts: list[str]) -> bool:
    """Whether `clean_text` leaves all texts as they are."""
    joined = "".join(texts)
    return is_clean(joined) and (len(joined) <= MAX_TEXT or max(map(len, texts)) <= MAX_TEXT)


_KINDS: Final = {str: Kind.TEXT, Decimal: Kind.NUMBER, date: Kind.DATE, bool: Kind.BOOLEAN}


def common_kind(values: Sequence[Value]) -> Kind | None:
    """Give the kind that all values have; None if one is empty, unreadable or of another."""
    classes = {value.__class__ for value in values}
    return _KINDS.get(classes.pop()) if len(classes) == 1 else None
