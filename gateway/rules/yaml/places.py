"""Where each character of a scalar's value stood in the scalar as written.

YAML's unescaping and folding are done once more, with the offsets kept, and the result is held
against the value that the parser gave: an offset is exact or not given at all.

Law: pure functions of two texts; what the parser says is right.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final, TypeAlias

#: Start and end of a character of the value, as offsets in the written scalar.
Place: TypeAlias = tuple[int, int]
_Piece: TypeAlias = tuple[str, int, int]
#: Start, text, line break and end of each line.
_Lines: TypeAlias = list[tuple[int, str, str, int]]

_BREAK: Final = r"\r\n|[\n\r\x85\u2028\u2029]"
#: Blanks that no line break follows are taken at once, or long ones would cost their square.
_FOLD: Final = rf"(?P<fold>[ \t]*+(?:{_BREAK})(?:[ \t]|{_BREAK})*+)|(?P<blanks>[ \t]++)"
_REST: Final = r"(?P<rest>.)"
_FLOW_PARTS: Final = {
    "": re.compile(rf"{_FOLD}|{_REST}", re.DOTALL),
    "'": re.compile(rf"{_FOLD}|(?P<twice>'')|{_REST}", re.DOTALL),
    '"': re.compile(
        rf"{_FOLD}|(?P<joined>\\(?:{_BREAK})(?:[ \t]|{_BREAK})*+)"
        rf"|(?P<escape>\\(?:x[0-9A-Fa-f]{{2}}|u[0-9A-Fa-f]{{4}}|U[0-9A-Fa-f]{{8}}|.))|{_REST}",
        re.DOTALL,
    ),
}
_LINE_BREAK: Final = re.compile(_BREAK)
_LINE: Final = re.compile(rf"([^\n\r\x85\u2028\u2029]*)((?:{_BREAK})?)")
_HEADER: Final = re.compile(rf"[|>](?P<signs>[-+1-9]*)[^\n\r\x85\u2028\u2029]*(?:{_BREAK})?")
_BLANKS: Final = " \t"
_ESCAPES: Final = {
    "0": "\0",
    "a": "\a",
    "b": "\b",
    "t": "\t",
    "\t": "\t",
    "n": "\n",
    "v": "\v",
    "f": "\f",
    "r": "\r",
    "e": "\x1b",
    " ": " ",
    '"': '"',
    "/": "/",
    "\\": "\\",
    "N": "\x85",
    "_": "\xa0",
    "L": "\u2028",
    "P": "\u2029",
}


@lru_cache(maxsize=64)
def character_places(raw: str, indicator: str, value: str) -> Sequence[Place] | None:
    """Place every character of *value* in *raw*; None where that cannot be done exactly.

    *indicator* is the character that begins the style: empty for plain, a quote, ``|`` or ``>``.
    """
    if indicator in ("|", ">"):
        candidates = _block(raw, folded=indicator == ">")
    else:
        candidates = [_flow(raw, indicator)]
    for pieces in candidates:
        if "".join(piece[0] for piece in pieces) == value:
            return [(start, end) for _, start, end in pieces]
    return None


def _flow(raw: str, quote: str) -> list[_Piece]:
    inside = len(quote)
    pieces: list[_Piece] = []
    for part in _FLOW_PARTS[quote].finditer(raw, inside, len(raw) - inside):
        written, start, end = part.group(), part.start(), part.end()
        match part.lastgroup:
            case "fold":
                pieces += _fold(_breaks(raw, start, end))
            case "joined":
                # An escaped line break is nothing; only empty lines behind it count.
                pieces += _breaks(raw, start, end)[1:]
            case "escape":
                pieces.append((_unescaped(written), start, end))
            case "twice":
                pieces.append(("'", start, end))
            case _:
                pieces += [(sign, at, at + 1) for at, sign in enumerate(written, start)]
    return pieces


def _unescaped(written: str) -> str:
    if written[1] in "xuU" and len(written) > 2:
        code = int(written[2:], 16)
        return chr(code) if code <= 0x10FFFF else ""
    return _ESCAPES.get(written[1], "")


def _breaks(raw: str, start: int, end: int) -> list[_Piece]:
    return [
        (_normal(found.group()), found.start(), found.end())
        for found in _LINE_BREAK.finditer(raw, start, end)
    ]


def _normal(line_break: str) -> str:
    return line_break if line_break in "\u2028\u2029" else "\n"


def _block(raw: str, *, folded: bool) -> list[list[_Piece]]:
    header = _HEADER.match(raw)
    if header is None:
        return []
    signs = header["signs"]
    lines = [
        (found.start(), found.group(1), found.group(2), found.end())
        for found in _LINE.finditer(raw, header.end())
        if found.group()
    ]
    widths = [len(line) - len(line.lstrip(" ")) for _, line, _, _ in lines]
    return [
        _block_pieces(lines, indent, folded=folded, signs=signs)
        for indent in _indents(lines, widths, explicit=any(sign.isdigit() for sign in signs))
    ]


def _indents(lines: _Lines, widths: list[int], *, explicit: bool) -> list[int]:
    """List the indentations that may have been meant; the right one gives the value."""
    first = next((at for at, line in enumerate(lines) if line[1].strip(" ")), len(lines))
    most = max(widths[: first + 1], default=0)
    # The sign counts from the parent's indentation, which is not in the scalar's text.
    return list(range(min(most, 80) + 1)) if explicit else [most]


def _block_pieces(lines: _Lines, indent: int, *, folded: bool, signs: str) -> list[_Piece]:
    contents: list[list[_Piece]] = []
    breaks: list[list[_Piece]] = [[]]
    for start, line, line_break, end in lines:
        if len(line) > indent:
            text = enumerate(line[indent:], start + indent)
            contents.append([(sign, at, at + 1) for at, sign in text])
            breaks.append([])
        if line_break:
            breaks[-1].append((_normal(line_break), start + len(line), end))
    pieces = list(breaks[0]) if contents else []
    for at, content in enumerate(contents):
        pieces += content
        if at + 1 < len(contents):
            between = breaks[at + 1]
            fold = folded and not _starts_blank(content) and not _starts_blank(contents[at + 1])
            pieces += _fold(between) if fold else between
    return pieces + _chomped(breaks[-1], signs, empty=not contents)


def _starts_blank(content: list[_Piece]) -> bool:
    return content[0][0] in _BLANKS


def _fold(between: list[_Piece]) -> list[_Piece]:
    first, *others = between
    if first[0] != "\n":
        return between
    return others or [(" ", first[1], first[2])]


def _chomped(last: list[_Piece], signs: str, *, empty: bool) -> list[_Piece]:
    if "+" in signs:
        return last
    return [] if "-" in signs or empty else last[:1]
