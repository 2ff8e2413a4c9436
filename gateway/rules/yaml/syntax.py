"""YAML's syntax errors in plain words, with the line as it was probably meant.

Law: pure; explains what a parser has already refused, decides nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import yaml

from gateway.rules.yaml.quoting import Line, cut

_READ_AS: Final = {
    '"': "the beginning of a text in quotes, which ends at the next '\"'",
    "'": 'the beginning of a text in quotes, which ends at the next "\'"',
    "[": "the beginning of a list",
    "{": "the beginning of a mapping",
    "]": "the end of a list",
    "}": "the end of a mapping",
    ",": "what divides the items of a list",
    "*": "a reference to an anchor (an alias)",
    "&": "an anchor",
    "!": "a tag",
    "%": "a directive",
    "@": "a reserved character",
    "`": "a reserved character",
    "|": "the beginning of a block of lines",
    ">": "the beginning of a block of lines",
    "-": "an item of a list",
    "?": "a key",
}


@dataclass(frozen=True, slots=True)
class Mistake:
    """A diagnostic to be: one line of the file, 1-based columns."""

    code: str
    message: str
    line: int
    column: int
    end_column: int
    hint: str | None


def explain(error: Exception, lines: Sequence[str], *, in_flow: bool) -> Mistake:
    """Say what a parser's exception means for the author.

    *in_flow* says that the parser was inside of brackets or braces.
    """
    problem = getattr(error, "problem", None) or "the file cannot be read"
    at = _at(getattr(error, "problem_mark", None), lines)
    begun = _at(getattr(error, "context_mark", None), lines)
    found = _Found(problem, getattr(error, "context", None) or "", at, begun, lines, in_flow)
    for explanation in _EXPLANATIONS:
        mistake = explanation(found)
        if mistake is not None:
            return mistake
    return found.mistake(f"YAML cannot read this: {problem}", at)


def _at(mark: Any, lines: Sequence[str]) -> tuple[int, int]:
    if mark is None:
        return 0, 0
    line = min(mark.line, len(lines) - 1)
    return line, min(mark.column, len(lines[line]))


@dataclass(frozen=True, slots=True)
class _Found:
    problem: str
    context: str
    #: 0-based line and column of the problem, and of the beginning of what it is a problem of.
    at: tuple[int, int]
    begun: tuple[int, int]
    lines: Sequence[str]
    in_flow: bool

    @property
    def line(self) -> str:
        return self.lines[self.at[0]]

    def mistake(
        self,
        message: str,
        at: tuple[int, int],
        hint: str | None = None,
        length: int = 1,
        code: str = "R102",
    ) -> Mistake:
        return Mistake(code, message, at[0] + 1, at[1] + 1, at[1] + 1 + length, hint)


def _directive(found: _Found) -> Mistake | None:
    if not found.line.startswith("%"):
        return None
    message = "directives (lines that begin with '%') are not allowed"
    at = (found.at[0], 0)
    return found.mistake(message, at, "delete the line", len(found.line), code="R105")


def _tab(found: _Found) -> Mistake | None:
    line, column = found.at
    text = found.lines[line]
    blank = text[: len(text) - len(text.lstrip())]
    if "\t" not in blank or column > len(blank):
        return None
    at = (line, blank.index("\t"))
    return found.mistake("a tab cannot indent a line in YAML", at, "use blanks")


def _unclosed_quote(found: _Found) -> Mistake | None:
    if "quoted scalar" not in found.context or "end of stream" not in found.problem:
        return None
    line, column = found.begun
    quote = found.lines[line][column : column + 1]
    message = f"the text in quotes that begins here is not closed by another {quote}"
    return found.mistake(message, found.begun)


def _escape(found: _Found) -> Mistake | None:
    if "quoted scalar" not in found.context:
        return None
    line, column = found.at
    text = found.lines[line]
    # The mark is at the backslash or up to nine characters behind it.
    start = text.rfind("\\", max(0, column - 9), column + 1)
    if start < 0:
        return None
    parts = cut(found.lines[line])
    hint = "use single quotes, in which a backslash is itself"
    if parts and parts.value[0] == parts.value[-1] == '"' and len(parts.value) > 1:
        inner = parts.value[1:-1].replace('\\"', '"').replace("'", "''")
        hint += f": {parts.lead.strip()} '{inner}'"
    message = f"{text[start : start + 2]} is not an escape that YAML knows in double quotes"
    return found.mistake(message, (line, start), hint, 2)


def _in_flow(found: _Found) -> Mistake | None:
    if not found.in_flow:
        return None
    if "did not find expected ',' or" in found.problem and found.at[0] != found.begun[0]:
        mark = found.lines[found.begun[0]][found.begun[1] : found.begun[1] + 1]
        name = "list" if mark == "[" else "mapping"
        message = f"the {name} that begins here is not closed, or a comma is missing"
        return found.mistake(message, found.begun)
    hint = "put texts in quotes that hold one of , : { } [ ] # or begin with a special character"
    return found.mistake("YAML cannot read this between brackets or braces", found.at, hint)


def _read_as_something_else(found: _Found) -> Mistake | None:
    parts = cut(found.line)
    if parts is None or not _is_valid(parts.quoted()):
        return None
    column = len(parts.lead)
    sign = parts.value[0]
    hint = f"put the text in quotes: {parts.quoted()}"
    if _is_special(parts, sign):
        message = f"YAML reads {sign!r} here as {_READ_AS[sign]}"
        return found.mistake(message, (found.at[0], column), hint, len(parts.value))
    key, colon, _ = (parts.value + " ").partition(": ")
    if colon and "mapping values" in found.problem and len(key) < len(parts.value):
        message = f"YAML reads {key + ':'!r} here as a second key of the line"
        return found.mistake(message, (found.at[0], column), hint, len(key) + 1)
    return None


def _is_special(parts: Line, sign: str) -> bool:
    if sign in "-?":
        return parts.value[1:2] in ("", " ")
    return sign in _READ_AS


def _is_valid(line: str) -> bool:
    try:
        for _ in yaml.parse(line, Loader=yaml.SafeLoader):
            pass
    except (yaml.YAMLError, ValueError):
        return False
    return True


def _indentation(found: _Found) -> Mistake | None:
    if "mapping values" in found.problem:
        message = "this line is indented deeper than the line above allows"
        hint = "give it the indentation of the keys beside it"
    elif "could not find expected ':'" in found.problem:
        message = "this line is neither a key with a colon nor part of the text above"
        hint = "write 'key: value', or indent it deeper to continue the text above"
        return found.mistake(message, found.begun, hint, _rest(found, found.begun))
    elif "did not find expected key" in found.problem or "'-' indicator" in found.problem:
        message = f"this line does not continue what begins in line {found.begun[0] + 1}"
        hint = "check its indentation"
        if found.at[0] and " #" in found.lines[found.at[0] - 1]:
            hint += "; a '#' ends a text that goes over several lines"
    else:
        return None
    indent = len(found.line) - len(found.line.lstrip())
    at = (found.at[0], min(indent, found.at[1]))
    return found.mistake(message, at, hint, _rest(found, at))


def _rest(found: _Found, at: tuple[int, int]) -> int:
    return max(1, len(found.lines[at[0]].rstrip()) - at[1])


#: Tried in order; the first that knows the mistake explains it.
_EXPLANATIONS: Final[tuple[Callable[[_Found], Mistake | None], ...]] = (
    _directive,
    _unclosed_quote,
    _escape,
    _tab,
    _in_flow,
    _read_as_something_else,
    _indentation,
)
