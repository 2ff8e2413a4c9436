"""An expression drawn with the value of each part under it.

Tooling conventions §5. Law: a pure function of an expression and its references' values; values
are for whoever looks into one document, never for a log.
"""

from __future__ import annotations

import decimal
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from gateway.annotation.values import CONTEXT, Value
from gateway.config.drawing import columns, visible
from gateway.explain.values import shown
from gateway.rules.expressions.checked import (
    Choice,
    Junction,
    Literal,
    Operand,
    Operation,
    Part,
    Tree,
)
from gateway.rules.expressions.expression import Expression
from gateway.rules.expressions.watching import Watched, watched
from gateway.rules.expressions.wording import Written, written_parts
from gateway.rules.yaml.source import LINE_BREAK, Text


@dataclass(frozen=True, slots=True)
class Mark:
    """What stands under one character of a text."""

    text: Text
    offset: int
    value: str


def draw_expression(
    expression: Expression, operands: Sequence[Value], absent: AbstractSet[int] = frozenset()
) -> list[str]:
    """Draw an expression on the values of its references, those in *absent* marked so.

    ``and``, ``or`` and ``if`` have no value of their own under them, nor has what was not needed.
    The names of ``let`` are drawn once more below, each as ``name: expression``.
    """
    return draw_text(expression.text, marks(expression, operands, absent), expression)


def marks(
    expression: Expression, operands: Sequence[Value], absent: AbstractSet[int] = frozenset()
) -> list[Mark]:
    """Say what stands under an expression, and under those of ``let`` that it uses."""
    with decimal.localcontext(CONTEXT.copy()):
        found = watched(expression, operands)
    marked: dict[tuple[int, int], Mark] = {}
    for part in written_parts(expression):
        offset = _offset(part)
        value = _value(part, found, operands, absent)
        if offset is not None and value is not None:
            marked.setdefault((id(part.text), offset), Mark(part.text, offset, value))
    return list(marked.values())


def draw_text(text: Text, found: Sequence[Mark], *expressions: Expression) -> list[str]:
    """Draw a text of one or more *expressions* with its marks, then the names of ``let``."""
    lines = list(_drawn("", text, found))
    used = dict.fromkeys(
        part.let for one in expressions for part in written_parts(one) if part.let is not None
    )
    for name in used:
        let = next(one.lets[name] for one in expressions if name in one.lets)
        lines.extend(_drawn(f"{name}: ", let, found))
    return lines


def _value(
    part: Written, found: Watched, operands: Sequence[Value], absent: AbstractSet[int]
) -> str | None:
    tree = part.tree
    if isinstance(tree, Operand):
        return "absent" if tree.index in absent else shown(operands[tree.index])
    if isinstance(tree, Literal):
        return shown(tree.value)
    if tree is found.culprit:
        return "failed"
    return shown(found.values[id(tree)]) if id(tree) in found.values else None


def _offset(part: Written) -> int | None:
    """Choose the character under which the value of a part stands; None to leave it out."""
    tree, (start, end) = part.tree, part.at
    if part.let is not None:
        return start
    match tree:
        case Literal():
            return start if part.words.startswith("params.") else None
        case Junction() | Choice():
            return None
        case Operation(name="cut"):
            return part.text.value.index("[", tree.operands[0].at[1])
        case Operation(operands=(left, right)):
            return _sign(part.text.value, left, right)
        case Part():
            return start if tree.value.at == tree.at else end - len(tree.key)
        case _:
            return _first(part.text.value, start)


def _sign(text: str, left: Tree, right: Tree) -> int:
    """Find the operator between two operands, either of which may stand in brackets."""
    offset = left.at[1]
    while offset < right.at[0] and (text[offset] == ")" or text[offset].isspace()):
        offset += 1
    return offset


def _first(text: str, offset: int) -> int:
    """Skip brackets around a whole expression."""
    while offset < len(text) - 1 and (text[offset] == "(" or text[offset].isspace()):
        offset += 1
    return offset


def _drawn(prefix: str, text: Text, found: Iterable[Mark]) -> Iterator[str]:
    own = [mark for mark in found if mark.text is text]
    start = 0
    for line in _lines(text.value):
        end = start + len(line)
        stripped = line.rstrip()
        if stripped:
            yield prefix + visible(stripped)
            here = [
                (columns(prefix + line[: mark.offset - start]), mark.value)
                for mark in own
                if start <= mark.offset < end
            ]
            yield from _rows(sorted(here))
            prefix = " " * columns(prefix)
        start = end


def _lines(value: str) -> Iterator[str]:
    """Divide a text into lines, their line breaks included."""
    start = 0
    for found in LINE_BREAK.finditer(value):
        yield value[start : found.end()]
        start = found.end()
    yield value[start:]


def _rows(left: list[tuple[int, str]]) -> Iterator[str]:
    """Hang values under their columns, in as few rows as leave a blank between them."""
    if left:
        yield _row((column, "|") for column, _ in left)
    while left:
        row: list[tuple[int, str]] = []
        waiting: list[tuple[int, str]] = []
        limit: int | None = None
        for column, value in reversed(left):
            if limit is None or column + columns(value) < limit:
                row.append((column, value))
            else:
                row.append((column, "|"))
                waiting.append((column, value))
            limit = column
        yield _row(reversed(row))
        left = waiting[::-1]


def _row(items: Iterable[tuple[int, str]]) -> str:
    line, width = "", 0
    for column, value in items:
        line += " " * (column - width) + value
        width = column + columns(value)
    return visible(line)
