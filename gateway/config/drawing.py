"""Diagnostics drawn as text: position, excerpt with carets, advice.

Law: pure; the same diagnostic and source give the same drawing. No character of a file reaches a
terminal that could move its cursor.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from typing import Final

from gateway.diagnostic import Diagnostic
from gateway.formats.findings import page_of
from gateway.rules.yaml.source import LINE_BREAK

#: An excerpt is at most this many columns wide.
_WIDTH: Final = 100
#: How many columns of a long line are shown before the marked place.
_BEFORE: Final = 30
_SECRET: Final = re.compile(r"(?P<key>\bsecret[\"']?\s*:\s)(?P<value>.*)")


def draw(diagnostic: Diagnostic, source: str | None) -> str:
    """Draw one diagnostic in at most six lines; without an excerpt when *source* is None."""
    return _drawn(diagnostic, None if source is None else _lines(source))


def _lines(source: str) -> list[str]:
    return LINE_BREAK.split(source.removeprefix("\ufeff"))


def _drawn(diagnostic: Diagnostic, source: list[str] | None) -> str:
    span = diagnostic.span
    place = f"{span.file}:{span.line}:{span.column}"
    lines = [f"{place}: {diagnostic.severity}[{diagnostic.code}]: {diagnostic.message}"]
    if source is not None:
        lines += _excerpt(diagnostic, source)
    gutter = " " * _gutter(diagnostic)
    if diagnostic.hint:
        lines.append(f"{gutter} = {diagnostic.hint}")
    if diagnostic.related:
        other = diagnostic.related
        lines.append(f"{gutter} = see also {other.file}:{other.line}:{other.column}")
    lines.append(f"{gutter} = {page_of(diagnostic.code)}")
    return "\n".join(visible(line) for line in lines)


def draw_all(
    report: Iterable[Diagnostic], sources: Mapping[str, str], most: int | None = None
) -> str:
    """Draw all diagnostics, or the worst of them, and one summary line; nothing for none."""
    found = list(report)
    if not found:
        return ""
    lines = {file: _lines(source) for file, source in sources.items()}
    shown = found
    if most is not None and len(found) > most:
        worst = sorted(found, key=lambda diagnostic: diagnostic.severity)[:most]
        shown = sorted(worst, key=lambda diagnostic: diagnostic.sort_key)
    drawings = [_drawn(diagnostic, lines.get(diagnostic.span.file)) for diagnostic in shown]
    if len(shown) < len(found):
        left = len(found) - len(shown)
        drawings.append(f"… and {left} more, which --format json tells as well")
    return "\n\n".join([*drawings, summary(found)])


def summary(found: Collection[Diagnostic]) -> str:
    """Count errors, warnings and files."""
    errors = sum(diagnostic.severity == "error" for diagnostic in found)
    counts = [(errors, "error"), (len(found) - errors, "warning")]
    listed = ", ".join(_counted(count, noun) for count, noun in counts if count)
    return f"{listed} in {_counted(len({diagnostic.span.file for diagnostic in found}), 'file')}"


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _gutter(diagnostic: Diagnostic) -> int:
    return max(5, len(str(diagnostic.span.line)))


def _excerpt(diagnostic: Diagnostic, lines: list[str]) -> list[str]:
    span = diagnostic.span
    if span.line > len(lines):
        return []
    line = _SECRET.sub(_hidden, lines[span.line - 1])
    start = min(span.column - 1, len(line))
    end = span.end_column - 1 if span.end_line == span.line else len(line.rstrip())
    end = max(end, start + 1)
    line, start, end = _window(line, start, end)
    width = _gutter(diagnostic)
    carets = " " * columns(line[:start]) + "^" * max(1, columns(line[start:end]))
    return [f"{span.line:>{width}} | {line}".rstrip(), f"{'':>{width}} | {carets}"]


def _hidden(found: re.Match[str]) -> str:
    """Write a dot for each character of a secret that is not a reference."""
    return found["key"] + re.sub(r"\$\{[^}]*\}|[^\s,\[\]'\"]", _dotted, found["value"])


def _dotted(found: re.Match[str]) -> str:
    return found.group() if found.group().startswith("${") else "•"


def _window(line: str, start: int, end: int) -> tuple[str, int, int]:
    """Cut a long line to the part around the marked place."""
    if len(line) <= _WIDTH and columns(line) <= _WIDTH:
        return line, start, end
    first = max(0, start - _BEFORE)
    last, taken = first, 0
    while last < len(line) and taken < _WIDTH - 2:
        taken += columns(line[last])
        last += 1
    left = "…" if first else ""
    right = "…" if last < len(line) else ""
    start, end = start - first + len(left), min(end, last) - first + len(left)
    return left + line[first:last] + right, start, end


def columns(text: str) -> int:
    """Count the columns of a terminal that *text* takes."""
    if text.isascii():
        return len(text)
    return sum(_columns_of(sign) for sign in text)


def _columns_of(sign: str) -> int:
    if unicodedata.combining(sign):
        return 0
    return 2 if unicodedata.east_asian_width(sign) in "WF" else 1


def visible(line: str) -> str:
    """Show tabs as one blank, and what is no visible character as a dot."""
    if line.isascii() and line.isprintable():
        return line
    return "".join(_shown(sign) for sign in line)


def _shown(sign: str) -> str:
    if sign in "\t\n":
        return " "
    return sign if sign.isprintable() or unicodedata.category(sign) == "Zs" else "·"
