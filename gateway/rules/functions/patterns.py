"""Functions with patterns.

Language §4, *Functions*, text. Law: pure; patterns and replacements are compiled at load.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any, Final

from gateway.annotation.values import Kind
from gateway.rules.function import Example, Function, Parameter
from gateway.rules.functions.bounds import check_length, or_empty
from gateway.rules.functions.regex import Pattern, compile_pattern

#: Literal texts and groups in turn; texts are at even places.
Replacement = tuple[str | int, ...]

_GROUP: Final = re.compile(r"\\(?:([0-9]{1,2})|g<([A-Za-z0-9_]+)>|(\\)|(.?))", re.DOTALL)


def matches(text: str, pattern: Pattern) -> bool:
    """Tell whether the whole text is as the pattern says."""
    return pattern.matches(text)


def prepare_find(pattern: str, group: Decimal | str, ignore_case: bool) -> tuple[Pattern, int]:
    """Compile a pattern and find out which group is asked for."""
    compiled = compile_pattern(pattern, ignore_case)
    return compiled, _group(compiled, str(group))


def find(text: str, prepared: tuple[Pattern, int]) -> str | None:
    """Give the first stretch that is as the pattern says, or a group of it."""
    pattern, group = prepared
    pattern.check(text)
    found = pattern.regex.search(text)
    return None if found is None else found[group] or None


def prepare_substitute(pattern: str, by: str, ignore_case: bool) -> tuple[Pattern, Replacement]:
    """Compile a pattern and what takes the place of its hits."""
    compiled = compile_pattern(pattern, ignore_case)
    pieces: list[str | int] = []
    start = 0
    literal = ""
    for found in _GROUP.finditer(by):
        literal += by[start : found.start()]
        start = found.end()
        name = found[1] or found[2]
        if name:
            pieces += [literal, _group(compiled, name)]
            literal = ""
        elif found[3]:
            literal += "\\"
        else:
            raise ValueError(rf"{found[0]!r} is no reference such as \1 or \g<name>")
    return compiled, (*pieces, literal + by[start:])


def _group(pattern: Pattern, name: str) -> int:
    number = int(name) if name.isdecimal() else pattern.regex.groupindex.get(name, -1)
    if not 0 <= number <= pattern.groups:
        raise ValueError(f"the pattern has no group {name!r}")
    return number


def substitute(text: str, prepared: tuple[Pattern, Replacement]) -> str | None:
    """Replace every stretch that is as the pattern says."""
    pattern, pieces = prepared
    written: list[str] = []
    size = end = 0
    for found in pattern.finditer(text):
        parts = [text[end : found.start()], *_filled(pieces, found)]
        end = found.end()
        size += sum(map(len, parts))
        check_length(size)
        written += parts
    check_length(size + len(text) - end)
    return or_empty("".join(written) + text[end:])


def _filled(pieces: Replacement, found: Any) -> list[str]:
    return [piece if isinstance(piece, str) else found[piece] or "" for piece in pieces]


_X: Final = Parameter("x", Kind.TEXT)
_PATTERN: Final = Parameter("pattern", Kind.TEXT, literal=True)
_CASE: Final = Parameter("ignore_case", Kind.BOOLEAN, False, literal=True)

PATTERNS: Final = (
    Function(
        "matches", "text", (_X, _PATTERN, _CASE), Kind.BOOLEAN, matches,
        "True if the whole of *x* is as *pattern* says.",
        (
            Example(r'matches("CZ25123891", r"[A-Z]{2}\d{8}")', True),
            Example('matches("inv-17", "INV-[0-9]+", ignore_case=True)', True),
        ),
        prepare=compile_pattern,
    ),
    Function(
        "find", "text",
        (
            _X,
            _PATTERN,
            Parameter("group", Kind.NUMBER | Kind.TEXT, Decimal(0), literal=True),
            _CASE,
        ),
        Kind.TEXT, find,
        "The first stretch of *x* that is as *pattern* says, or a *group* of it, by number or "
        "name; empty if there is none.",
        (
            Example(r'find("Order 4711 of May", r"\d+")', "4711"),
            Example(r'find("PO: 4711", r"PO:\s*(\d+)", 1)', "4711"),
            Example(r'is_empty(find("none", r"\d+"))', True),
        ),
        may_be_empty=True, prepare=prepare_find,
    ),
    Function(
        "substitute", "text",
        (_X, _PATTERN, Parameter("by", Kind.TEXT, literal=True), _CASE),
        Kind.TEXT, substitute,
        r"*x* with *by* in the place of every stretch that is as *pattern* says. In *by*, `\1` "
        r"and `\g<name>` are groups of it and `\\` is a backslash.",
        (
            Example(r'substitute("31.1.2025", r"(\d+)\.(\d+)\.(\d+)", r"\3-\2-\1")', "2025-1-31"),
            Example(r'substitute("12 345", r"\s", "")', "12345"),
        ),
        may_be_empty=True, prepare=prepare_substitute,
    ),
)  # fmt: skip
