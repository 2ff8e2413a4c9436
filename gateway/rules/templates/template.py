"""Templates: plain text with ``{expression}`` and ``{expression:format}`` in it.

Language §4, *Templates*; security reference §5. Law: pure; a value never becomes a format, and no
width comes from a value.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from gateway.annotation.column import Column
from gateway.annotation.values import MAX_TEXT, UNREADABLE, Kind, Value, kind_name, value_text
from gateway.diagnostic import Report
from gateway.rules.expressions import kinds
from gateway.rules.expressions.expression import Expression, compile_expression
from gateway.rules.expressions.mistakes import refuse_comment
from gateway.rules.expressions.scope import Scope
from gateway.rules.function import FunctionError
from gateway.rules.functions import FUNCTIONS
from gateway.rules.functions.tables import TABLE_FUNCTIONS
from gateway.rules.templates.formats import Format, FormatError, parse_format
from gateway.rules.yaml.source import Style, Text

#: More would take long to compile, and no message has as many.
_MOST_HOLES: Final = 100


@dataclass(frozen=True, slots=True)
class Hole:
    """One ``{expression:format}``."""

    expression: Expression
    format: Format | None


@dataclass(frozen=True, slots=True)
class Template:
    """A checked template: texts and holes in order."""

    text: Text
    parts: tuple[str | Hole, ...]

    @property
    def holes(self) -> tuple[Hole, ...]:
        """The expressions in it."""
        return tuple(part for part in self.parts if isinstance(part, Hole))

    @property
    def lone(self) -> Hole | None:
        """The one expression that the template is, if it is nothing else and has no format."""
        if len(self.parts) == 1 and isinstance(self.parts[0], Hole):
            hole = self.parts[0]
            return hole if hole.format is None else None
        return None


class _Broken(Exception):
    def __init__(self, message: str, start: int, length: int, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.start = start
        self.length = length
        self.hint = hint


def compile_template(text: Text, scope: Scope, report: Report) -> Template | None:
    """Take a text apart and check each expression and format in it.

    Returns:
        The template, or None after reporting what is wrong with it.
    """
    refuse_comment(text, report, scope.rule)
    parts: list[str | Hole] = []
    sound = True
    try:
        pieces = _split(_without_last_breaks(text))
        _refuse_too_many(pieces)
        for piece in pieces:
            if isinstance(piece, str):
                parts.append(piece)
                continue
            hole = _hole(text, piece, scope, report)
            sound = sound and hole is not None
            if hole is not None:
                parts.append(hole)
    except _Broken as broken:
        place = text.at(broken.start, broken.length)
        report.error("R211", broken.message, place, hint=broken.hint, rule=scope.rule)
        return None
    if not parts or parts == [""]:
        parts = [""]
    if sound and all(isinstance(part, str) for part in parts):
        sound = not _refuse_forgotten_braces(text, scope, report)
    return Template(text, tuple(parts)) if sound else None


def _refuse_too_many(pieces: Sequence[str | _Braces]) -> None:
    braces = [piece for piece in pieces if isinstance(piece, _Braces)]
    if len(braces) > _MOST_HOLES:
        start = braces[_MOST_HOLES].start - 1
        raise _Broken(f"a template has at most {_MOST_HOLES} expressions", start, 1)


def _without_last_breaks(text: Text) -> str:
    """Give a text without the line break that YAML leaves behind a block scalar's last line."""
    is_block = text.style in (Style.LITERAL, Style.FOLDED)
    return text.value.rstrip("\n") if is_block else text.value


@dataclass(frozen=True, slots=True)
class _Braces:
    """What stands in one pair of braces: the expression's and the format's stretch."""

    start: int
    end: int
    format_start: int | None
    close: int


def _split(value: str) -> Sequence[str | _Braces]:
    """Divide a template into texts, with ``{{`` and ``}}`` undone, and braces."""
    pieces: list[str | _Braces] = []
    plain: list[str] = []
    at = 0
    while at < len(value):
        sign = value[at]
        if value.startswith(("{{", "}}"), at):
            plain.append(sign)
            at += 2
        elif sign == "{":
            if plain:
                pieces.append("".join(plain))
                plain = []
            braces = _scan(value, at)
            pieces.append(braces)
            at = braces.close + 1
        elif sign == "}":
            raise _Broken("a single } in a template", at, 1, "write }} for a brace")
        else:
            plain.append(sign)
            at += 1
    if plain:
        pieces.append("".join(plain))
    return pieces


_OPENING: Final = {"(": ")", "[": "]", "{": "}"}


def _scan(value: str, start: int) -> _Braces:
    """Find where an expression ends: the first ``:`` or ``}`` outside brackets and quotes."""
    waiting: list[str] = []
    at = start + 1
    while at < len(value):
        sign = value[at]
        if sign in "\"'":
            end = value.find(sign, at + 1)
            if end < 0:
                raise _Broken("a quote that is not closed in a template", at, 1)
            at = end
        elif sign in _OPENING:
            waiting.append(_OPENING[sign])
        elif waiting:
            if sign == waiting[-1]:
                waiting.pop()
        elif sign == "}":
            return _Braces(start + 1, at, None, at)
        elif sign == ":":
            close = value.find("}", at)
            if close < 0:
                break
            return _Braces(start + 1, at, at + 1, close)
        at += 1
    raise _Broken("a { that is not closed", start, 1, "write {{ for a brace")


def _hole(text: Text, braces: _Braces, scope: Scope, report: Report) -> Hole | None:
    stretch = (braces.start, braces.end)
    if not text.value[slice(*stretch)].strip():
        hint = "write {{}} for braces"
        place = text.at(braces.start - 1, braces.close - braces.start + 2)
        report.error("R211", "nothing in these braces", place, hint=hint, rule=scope.rule)
        return None
    expression = compile_expression(text, scope, report, stretch)
    chosen = None
    if braces.format_start is not None:
        written = text.value[braces.format_start : braces.close]
        try:
            chosen = parse_format(written, scope.context.locale)
        except FormatError as error:
            place = text.at(braces.format_start, max(1, len(written)))
            report.error("R213", str(error), place, hint=error.hint, rule=scope.rule)
            return None
    if expression is None or not _renders(expression, chosen, scope, report):
        return None
    return Hole(expression, chosen)


def _renders(expression: Expression, chosen: Format | None, scope: Scope, report: Report) -> bool:
    start, end = expression.tree.at
    place = expression.text.at(start, end - start)
    kind = expression.kind
    if not kind & (Kind.SCALAR | Kind.LIST):
        if Kind.COLUMN in kind:
            message, hint = "a column in a template", "aggregate it, or select its table"
            report.error("R305", message, place, hint=hint, rule=scope.rule)
        else:
            message = f"{kind_name(kind)} cannot be written into a text"
            report.error("R301", message, place, rule=scope.rule)
        return False
    if chosen is not None and not kind & chosen.kinds:
        wanted = kind_name(chosen.kinds)
        given = kinds.name_of(expression.tree)
        message = f"this format is for {wanted}, the value is {given}"
        report.error("R213", message, place, rule=scope.rule)
        return False
    return True


_FORGOTTEN: Final = re.compile(
    r"[a-z_][\w.]*(?: [-+*/%] | ?\* ?)[\w.]+(?:(?: [-+*/%] | ?\* ?)[\w.]+)*"
    r"|(?:field|row|params|column|annotation|document|queue|email|payload|this)\.[a-z_][\w.]*"
    r"|(?P<call>[a-z_]+)\(.*\)",
    re.ASCII,
)


def _refuse_forgotten_braces(text: Text, scope: Scope, report: Report) -> bool:
    """Refuse a plain text that is a field's name or reads as an expression: it lacks braces."""
    if text.style is not Style.PLAIN:
        return False
    value = text.value.strip()
    if not _reads_as_expression(value, scope):
        return False
    report.error(
        "R215",
        f"this is the text {value!r}, not the value of an expression",
        text.span,
        hint=f'write "{{{value}}}" for the value, or quote it if the text is meant',
        rule=scope.rule,
    )
    return True


def _reads_as_expression(value: str, scope: Scope) -> bool:
    schema = scope.context.schema
    known = {*scope.context.fields, *scope.lets, *(schema.fields if schema else ())}
    if value in known or value in ("value", "row.number"):
        return True
    found = _FORGOTTEN.fullmatch(value)
    if found is None:
        return False
    call = found["call"]
    if call is not None:
        return call in FUNCTIONS or call in TABLE_FUNCTIONS
    return "_" in value or "." in value or "*" in value


def render(template: Template, values: Sequence[Value], *, escape: bool) -> str:
    """Write a template with its holes' *values*, in order.

    Raises:
        FunctionError: the text becomes too long, or a value does not suit its format.
    """
    given = iter(values)
    written: list[str] = []
    for part in template.parts:
        if isinstance(part, str):
            written.append(part)
            continue
        text = _written(next(given), part.format)
        written.append(html.escape(text, quote=False) if escape else text)
    if sum(map(len, written)) > MAX_TEXT:
        raise FunctionError(f"a text of more than {MAX_TEXT} characters")
    return "".join(written)


def _written(value: Value, chosen: Format | None) -> str:
    if value is None or value is UNREADABLE:
        return ""
    if chosen is not None:
        return chosen.write(value)
    if value.__class__ is Column:
        raise FunctionError("a column in a template; aggregate it, or select its table")
    if isinstance(value, list):
        return ", ".join(_written(item, None) for item in value)
    if isinstance(value, Mapping):
        raise FunctionError("a mapping cannot be written into a text")
    return value_text(value)
