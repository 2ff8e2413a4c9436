"""Literals of expressions: exact numbers, texts, true and false.

Language §4. Law: pure; a number is read from its digits, never from a float.
"""

from __future__ import annotations

import ast
from typing import Any

from gateway.annotation.values import Kind, parse_number
from gateway.rules.expressions.checked import Literal
from gateway.rules.expressions.mistakes import ASK_EMPTY, Mistakes, span_of


def constant(node: ast.Constant, mistakes: Mistakes) -> Literal:
    """Read a literal.

    Raises:
    Refused: after reporting that it is none of the language.
    """
    value: Any = node.value
    at = span_of(node)
    written = mistakes.written(at)
    if isinstance(value, bool):
        return Literal(value, Kind.BOOLEAN, at)
    if isinstance(value, str):
        _check_text(node, written, mistakes)
        return Literal(value, Kind.TEXT, at)
    if value is None:
        mistakes.refuse("R303", node, "nothing is compared with None", ASK_EMPTY)
    number = parse_number(written) if isinstance(value, int | float) else None
    if number is None:
        advice = "write plain digits, at most 18 on each side of the point"
        mistakes.refuse("R206", node, f"{written!r} is not a number here", advice)
    return Literal(number, Kind.NUMBER, at)


def _check_text(node: ast.Constant, written: str, mistakes: Mistakes) -> None:
    quote = min((written.find(sign) for sign in "\"'" if sign in written), default=0)
    prefix = written[:quote].lower()
    if prefix not in ("", "r"):
        mistakes.refuse("R206", node, f"a text has no prefix {written[:quote]!r} here")
    if prefix == "" and "\\" in written:
        advice = f"write r{written} if the backslash is meant"
        mistakes.refuse("R206", node, "a backslash needs a text that begins with r", advice)
