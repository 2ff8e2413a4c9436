"""Tables in CSV and TSV, read strictly.

Security reference §8 *Tables*: equal widths, distinct names, closed quotes, a field limit. Law:
pure; every mistake has its line.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from typing import TYPE_CHECKING, Final

from gateway.lookups.files.mistake import FileMistake, decoded
from gateway.lookups.layout import ContentError, Layout
from gateway.lookups.making import make_table
from gateway.lookups.table import MAX_ROWS, Table

if TYPE_CHECKING:
    from _csv import Reader

#: Other delimiters that a header may have been written with.
_OTHERS: Final = (";", "\t", "|", ",")
#: Rows that are read before they are taken apart into columns.
_AT_ONCE: Final = 5_000
_NAMES: Final = {"\t": '"\\t"', ",": '","', ";": '";"', "|": '"|"'}


def read_delimited(raw: bytes, layout: Layout, delimiter: str) -> Table:
    """Make a table of delimited text, whose first line has the names of the columns.

    Raises:
        FileMistake: it is not strictly that, or a value is not what is declared.
    """
    decoded(raw)
    if b"\0" in raw:
        line = raw.count(b"\n", 0, raw.index(b"\0")) + 1
        raise FileMistake("a NUL character, which no text has", line=line)
    try:
        header, columns = _read(raw, delimiter)
    except csv.Error as error:
        raise _malformed(error, raw, delimiter) from None

    def column(at: int) -> list[str]:
        taken, columns[at] = columns[at], []
        return taken

    try:
        return make_table(header, column, len(columns[0]), layout)
    except ContentError as error:
        lines = [] if error.row is None else list(_lines(raw, delimiter))
        raise FileMistake(
            error.message,
            line=1 if error.row is None else lines[error.row + 1],
            other=None if error.other is None else lines[error.other + 1],
            hint=error.hint,
        ) from None


def _read(raw: bytes, delimiter: str) -> tuple[list[str], list[list[str]]]:
    """Give the header and the columns; rows are taken apart before the next ones are read."""
    reader = _reader(raw, delimiter)
    header = next(reader, [])
    if not header and next(filter(None, reader), None) is None:
        raise FileMistake("the file is empty", hint="its first line has the names of the columns")
    _check_header(header, delimiter)
    columns: list[list[str]] = [[] for _ in header]
    while rows := list(islice(reader, _AT_ONCE)):
        if set(map(len, rows)) != {len(header)}:
            _check_widths(raw, delimiter)
            rows = [row for row in rows if row]  # Only empty lines, at the end of the file.
        for at, values in enumerate(zip(*rows, strict=True)):
            columns[at] += values
        if len(columns[0]) > MAX_ROWS:
            raise FileMistake(f"more than {MAX_ROWS:,} rows", line=reader.line_num)
    return header, columns


def _reader(raw: bytes, delimiter: str) -> Reader:
    text = io.TextIOWrapper(io.BytesIO(raw), encoding="utf-8-sig", newline="")
    return csv.reader(text, delimiter=delimiter, strict=True)


def _malformed(error: csv.Error, raw: bytes, delimiter: str) -> FileMistake:
    said, line = str(error), 1
    with suppress(csv.Error):
        for line in _lines(raw, delimiter):  # noqa: B007  # the last one begins what is wrong
            pass
    if "end of data" in said:
        message = "a quote that begins here or in a field after it is never closed"
        hint = 'a quote inside a field is written twice: `""`'
        return FileMistake(message, line=line, hint=hint)
    if "field larger" in said:
        return FileMistake("a field that is too long", line=line, hint="is a quote not closed?")
    hint = 'a quote inside a field is written twice: `""`, and the field in quotes'
    return FileMistake("something follows a closing quote", line=line, hint=hint)


def _check_header(header: list[str], delimiter: str) -> None:
    if not header:
        raise FileMistake("the first line is empty", hint="it has the names of the columns")
    for at, name in enumerate(header, 1):
        if not name.strip():
            raise FileMistake(f"column {at} has no name")
    found = [other for other in _OTHERS if other != delimiter and other in header[0]]
    if len(header) == 1 and found:
        hint = f"declare `delimiter: {_NAMES[found[0]]}`"
        raise FileMistake(f"the header is one column: {header[0][:40]!r}", hint=hint)


def _check_widths(raw: bytes, delimiter: str) -> None:
    """Find the line that has more or fewer fields than the header; empty ones may end the file."""
    reader = _reader(raw, delimiter)
    width = len(next(reader))
    empty: int | None = None
    for row, line in zip(reader, islice(_lines(raw, delimiter), 1, None), strict=False):
        if not row:
            empty = empty or line
        elif empty is not None or len(row) != width:
            what = _fields(len(row)) if empty is None else "nothing"
            message = f"the line has {what}, the header {_fields(width)}"
            hint = "an empty field is written too; a field with a delimiter in it is in quotes"
            raise FileMistake(message, line=empty or line, hint=hint)


def _fields(count: int) -> str:
    return f"{count} field" if count == 1 else f"{count} fields"


def _lines(raw: bytes, delimiter: str) -> Iterator[int]:
    """Give the line on which each row begins: a field in quotes may have several."""
    reader = _reader(raw, delimiter)
    start = 1
    while True:
        yield start
        if next(reader, None) is None:
            return
        start = reader.line_num + 1
