"""YAML read strictly: bytes in, nodes with places out, mistakes into the report.

One pass over the parser's events builds the nodes, so that limits hold before anything is built
and nothing recurses. What YAML reads differently from what people see is refused by name.

Law: no file access; no exception for any bytes; time and memory linear in their number.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, Final

import yaml

from gateway.diagnostic import Report, Span
from gateway.rules.yaml.quoting import cut, quote, replaced
from gateway.rules.yaml.scalars import Ambiguous, resolve
from gateway.rules.yaml.source import LINE_BREAK, Entry, List, Map, Node, Scalar, Style, Text
from gateway.rules.yaml.syntax import Mistake, explain

MAX_BYTES: Final = 1_000_000
MAX_DEPTH: Final = 40
MAX_NODES: Final = 200_000
#: Nobody reads more of them, and keeping them would cost more than the file.
MAX_MISTAKES: Final = 100

_Loader: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_STYLES: Final[dict[str | None, Style]] = {
    "'": Style.SINGLE,
    '"': Style.DOUBLE,
    "|": Style.LITERAL,
    ">": Style.FOLDED,
}
_FORBIDDEN: Final = re.compile(
    "[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
_COMMENT: Final = re.compile("[ \t]+(#[^\n\r\x85\u2028\u2029]*)")
_TOKEN: Final = re.compile(r"[^\s,\[\]{}]*")


def read_yaml(raw: bytes, file: str, report: Report) -> Map | None:
    """Read a YAML file that holds one mapping.

    After a mistake that leaves the rest readable, the mapping is returned all the same, with the
    text as it was written in the place of the value.

    Returns:
        The mapping, or None after reporting why there is none.
    """
    text = _decode(raw, file, report)
    if text is None:
        return None
    root = _Reader(text, file, report).read()
    if isinstance(root, Map):
        return root
    if root is not None:
        report.error(
            "R107",
            "the file must hold a mapping: keys with a colon, such as 'version: 1'",
            _first_line(root.span),
        )
    return None


def _decode(raw: bytes, file: str, report: Report) -> str | None:
    start = Span(file, 1, 1, 1, 2)
    if len(raw) > MAX_BYTES:
        message = f"the file has {len(raw):,} bytes; at most {MAX_BYTES:,} are read"
        report.error("R106", message, start, hint="divide it into several files")
        return None
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = raw[: error.start].decode("utf-8-sig", "replace")
        report.error("R101", "the file is not UTF-8", _end_of(before, file), hint=_SAVE)
        return None
    forbidden = _FORBIDDEN.search(text)
    if forbidden is None:
        return text
    message = f"the character U+{ord(forbidden.group()):04X} must not be in a YAML file"
    place = _end_of(text[: forbidden.start()], file)
    report.error("R101", message, place, hint="delete it, or write it as an escape in quotes")
    return None


_SAVE: Final = "save it with the encoding UTF-8"


def _end_of(text: str, file: str) -> Span:
    breaks = list(LINE_BREAK.finditer(text))
    line, begin = len(breaks) + 1, breaks[-1].end() if breaks else 0
    column = len(text) - begin + 1
    return Span(file, line, column, line, column + 1)


def _first_line(span: Span) -> Span:
    if span.end_line == span.line:
        return span
    return Span(span.file, span.line, span.column, span.line, span.column + 1)


class _Unreadable(Exception):
    """What follows cannot be read; the reason is in the report."""


class _Open:
    """A collection whose end has not been read."""

    __slots__ = ("end", "entries", "event", "items", "key")

    def __init__(self, event: Any, *, mapping: bool) -> None:
        self.event = event
        self.entries: dict[str, Entry] | None = {} if mapping else None
        self.items: list[Node] = []
        self.key: Text | None = None
        self.end: tuple[int, int] = (event.end_mark.line + 1, event.end_mark.column + 1)


class _Reader:
    """Builds the nodes of one file from the parser's events."""

    def __init__(self, text: str, file: str, report: Report) -> None:
        self._text = text
        self._lines = LINE_BREAK.split(text)
        self._file = file
        self._report = report
        self._open: list[_Open] = []
        self._root: Node | None = None
        self._count = 0
        self._mistakes = 0
        self._documents = 0

    def read(self) -> Node | None:
        """Read the one document; None after reporting why there is none."""
        takers: dict[type[yaml.Event], Callable[[Any], None]] = {
            yaml.ScalarEvent: self._scalar,
            yaml.MappingStartEvent: self._begin,
            yaml.SequenceStartEvent: self._begin,
            yaml.MappingEndEvent: self._end,
            yaml.SequenceEndEvent: self._end,
            yaml.AliasEvent: self._alias,
            yaml.DocumentStartEvent: self._begin_document,
        }
        try:
            for event in self._events():
                take = takers.get(event.__class__)
                if take is not None:
                    take(event)
        except _Unreadable:
            return None
        if self._root is None:
            message = "the file is empty" if not self._text.strip() else "the file has no content"
            self._report.error("R107", message, Span(self._file, 1, 1, 1, 2))
        return self._root

    def _events(self) -> Iterator[Any]:
        try:
            yield from yaml.parse(self._text, Loader=_Loader)
        except (yaml.YAMLError, ValueError, OverflowError) as error:
            in_flow = any(level.event.flow_style for level in self._open)
            self._refuse(explain(error, self._lines, in_flow=in_flow))

    def _refuse(self, mistake: Mistake) -> None:
        place = Span(self._file, mistake.line, mistake.column, mistake.line, mistake.end_column)
        self._report.error(mistake.code, mistake.message, place, hint=mistake.hint)
        raise _Unreadable

    def _alias(self, event: Any) -> None:
        self._count_one(event)
        self._refuse_token(event, "a reference to an anchor (an alias)")
        written = f"*{event.anchor}"
        self._place(Scalar(Text(written, self._span(event), Style.PLAIN, None), written))

    def _begin_document(self, event: Any) -> None:
        self._documents += 1
        line = event.start_mark.line + 1
        if self._documents > 1:
            hint = "put it into a file of its own"
            message = "a second document begins here; one file holds one"
            self._refuse(Mistake("R105", message, line, 1, 4, hint))
        if event.version or event.tags:
            at = next(at for at, text in enumerate(self._lines, 1) if text.startswith("%"))
            end = len(self._lines[at - 1]) + 1
            message = "directives (lines that begin with '%') are not allowed"
            self._refuse(Mistake("R105", message, at, 1, end, "delete the line"))

    def _begin(self, event: Any) -> None:
        self._count_one(event)
        if len(self._open) >= MAX_DEPTH:
            self._limit(event, f"nested more than {MAX_DEPTH} levels deep")
        self._refuse_properties(event)
        self._open.append(_Open(event, mapping=isinstance(event, yaml.MappingStartEvent)))

    def _end(self, event: Any) -> None:
        level = self._open.pop()
        start, end = level.event.start_mark, level.end
        flow = None
        if level.event.flow_style:
            mark = event.end_mark
            end = (mark.line + 1, mark.column + 1)
            if mark.line == start.line:
                flow = self._text[start.index : mark.index]
        span = Span(self._file, start.line + 1, start.column + 1, *end)
        if level.entries is None:
            self._place(List(tuple(level.items), span, flow))
        else:
            self._place(Map(level.entries, span, flow))

    def _scalar(self, event: Any) -> None:
        self._count_one(event)
        self._refuse_properties(event)
        top = self._open[-1] if self._open else None
        if top is not None and top.entries is not None and top.key is None:
            top.key = self._key(event)
            return
        text = self._text_of(event)
        if text.style is not Style.PLAIN or text.raw == "":
            self._place(Scalar(text, text.value))
            return
        data = resolve(text.value)
        if isinstance(data, Ambiguous):
            secret = top is not None and top.key is not None and top.key.value == "secret"
            self._ambiguous(text, data, secret=secret)
            data = text.value
        self._place(Scalar(text, data))

    def _key(self, event: Any) -> Text:
        text = self._text_of(event)
        if text.style is Style.PLAIN and text.value in ("", "<<"):
            if text.value:
                message, code = "merge keys ('<<') are not allowed", "R105"
            else:
                message, code = "a key is missing here", "R102"
            self._error(code, message, text.at(0), "write the keys themselves")
        return text

    def _place(self, node: Node) -> None:
        if not self._open:
            self._root = node
            return
        top = self._open[-1]
        top.end = (node.span.end_line, node.span.end_column)
        if top.entries is None:
            top.items.append(node)
        elif top.key is not None:
            self._enter(top.entries, Entry(top.key, node))
            top.key = None
        else:
            self._report.error(
                "R102",
                "a list or a mapping cannot be a key",
                _first_line(node.span),
                hint=self._advice(node.span.line),
            )
            raise _Unreadable

    def _enter(self, entries: dict[str, Entry], entry: Entry) -> None:
        first = entries.setdefault(entry.key.value, entry)
        if first is not entry:
            message = f"the key {entry.key.value!r} is here for the second time"
            hint = "keep one of the two"
            self._error("R104", message, entry.key.span, hint, first.key.span)

    def _text_of(self, event: Any) -> Text:
        start, end, value = event.start_mark.index, event.end_mark.index, event.value
        span = self._span(event)
        style = _STYLES.get(event.style)
        if style is not None:
            return Text(value, span, style, None, self._text[start:end])
        raw = None if end - start == len(value) else self._text[start:end]
        comment = None
        if value and self._text[end : end + 1] in (" ", "\t"):
            comment = self._comment(span, end)
        return Text(value, span, Style.PLAIN, comment, raw)

    def _comment(self, scalar: Span, end: int) -> Span | None:
        """Find the comment behind a plain scalar that ends at the offset *end*."""
        found = _COMMENT.match(self._text, end)
        if found is None:
            return None
        start, behind = (scalar.end_column + offset - end for offset in found.span(1))
        return Span(self._file, scalar.end_line, start, scalar.end_line, behind)

    def _span(self, event: Any) -> Span:
        start, end = event.start_mark, event.end_mark
        return Span(self._file, start.line + 1, start.column + 1, end.line + 1, end.column + 1)

    def _count_one(self, event: Any) -> None:
        self._count += 1
        if self._count > MAX_NODES:
            self._limit(event, f"the file holds more than {MAX_NODES:,} values")

    def _error(
        self, code: str, message: str, span: Span, hint: str | None, related: Span | None = None
    ) -> None:
        self._report.error(code, message, span, hint=hint, related=related)
        self._mistakes += 1
        if self._mistakes >= MAX_MISTAKES:
            message = f"{MAX_MISTAKES} mistakes; the file is not read further than this"
            self._report.error("R106", message, span)
            raise _Unreadable

    def _limit(self, event: Any, message: str) -> None:
        mark = event.start_mark
        line, column = mark.line + 1, mark.column + 1
        self._refuse(Mistake("R106", message, line, column, column + 1, None))

    def _refuse_properties(self, event: Any) -> None:
        if event.anchor is None and event.tag is None:
            return
        name = "a tag" if event.anchor is None else "an anchor"
        is_scalar = isinstance(event, yaml.ScalarEvent)
        self._refuse_token(event, name, None if is_scalar else "delete it")

    def _refuse_token(self, event: Any, name: str, hint: str | None = None) -> None:
        mark = event.start_mark
        token = _TOKEN.match(self._text, mark.index)
        length = max(1, token.end() - token.start() if token else 1)
        line, column = mark.line + 1, mark.column + 1
        written = self._text[mark.index : mark.index + min(length, 40)]
        message = f"YAML reads {written!r} as {name}; that is not allowed here"
        place = Span(self._file, line, column, line, column + length)
        self._error("R105", message, place, hint or self._advice(line))

    def _advice(self, line: int) -> str:
        parts = cut(self._lines[line - 1])
        if parts is None:
            return "if it is meant as text, put it in quotes"
        return f"if it is meant as text, write: {parts.quoted()}"

    def _ambiguous(self, text: Text, found: Ambiguous, *, secret: bool) -> None:
        span = text.span
        hint = "put it in quotes"
        if span.line == span.end_line and not secret:
            line = self._lines[span.line - 1]
            written = replaced(line, span.column - 1, span.end_column - 1, quote(text.value))
            hint = f"quote it: {written}" if written else hint
        if found.instead:
            hint += f" (or write {found.instead})"
        what = "this secret" if secret else repr(text.value)
        message = f"{what} is {found.reading} to some readers of YAML and a text to others"
        self._error("R103", message, span, hint)
