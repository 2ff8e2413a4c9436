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
from gateway.lookups.making import check_size, make_table
from gateway.lookups.table import MAX_ROWS, Table

if TYPE_CHECKING:
    from _csv import Reader

#: Other delimiters that a header may have been written with.
_OTHERS: Final = (";", "\t", "|", ",")
_NAMES: Final = {"\t": '"\\t"', ",": '","', ";": '";"', "|": '"|"'}


def read_delimited(raw: bytes, layout: Layout, delimiter: str) -> Table:
    """Make a table of delimited text, whose first line has the names of the columns.

    Raises:
        FileMistake: it is not strictly that, or a value is not what is declared.
    """
    text = decoded(raw)
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise FileMistake("a NUL character, which no text has", line=line)
    rows = _rows(text, delimiter)
    if not rows:
        raise FileMistake("the file is empty", hint="its first line has the names of the columns")
    header = rows[0]
    _check_header(header, delimiter)
    _check_widths(rows, text, delimiter)
    del rows[0]
    try:
        check_size(len(rows), 1)
        columns = list(zip(*rows, strict=True)) if rows else [()] * len(header)
        return make_table(header, columns.__getitem__, len(rows), layout)
    except ContentError as error:
        lines = None if error.row is None else list(_lines(text, delimiter))
        raise FileMistake(
            error.message,
            line=1 if lines is None or error.row is None else lines[error.row + 1],
            other=None if lines is None or error.other is None else lines[error.other + 1],
            hint=error.hint,
        ) from None


def _rows(text: str, delimiter: str) -> list[list[str]]:
    try:
        rows = list(islice(_reader(text, delimiter), MAX_ROWS + 2))
    except csv.Error as error:
        raise _malformed(error, text, delimiter) from None
    while rows and not rows[-1]:
        rows.pop()
    return rows


def _reader(text: str, delimiter: str) -> Reader:
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)


def _malformed(error: csv.Error, text: str, delimiter: str) -> FileMistake:
    said, line = str(error), 1
    with suppress(csv.Error):
        for line in _lines(text, delimiter):  # noqa: B007  # the last one begins what is wrong
            pass
    if "end of data" in said:
        message = "a quote that begins here or in a field after it is never closed"
        return FileMistake(message, line=line, hint='a quote inside a field is written twice: `""`')
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


def _check_widths(rows: list[list[str]], text: str, delimiter: str) -> None:
    width = len(rows[0])
    if set(map(len, rows)) == {width}:
        return
    for row, line in zip(rows, _lines(text, delimiter), strict=False):
        if len(row) != width:
            what = "nothing" if not row else _fields(len(row))
            hint = "an empty field is written too; a field with a delimiter in it is in quotes"
            raise FileMistake(
                f"the line has {what}, the header {_fields(width)}", line=line, hint=hint
            )


def _fields(count: int) -> str:
    return f"{count} field" if count == 1 else f"{count} fields"


def _lines(text: str, delimiter: str) -> Iterator[int]:
    """Give the line on which each row begins: a field in quotes may have several."""
    reader = _reader(text, delimiter)
    start = 1
    while True:
        yield start
        if next(reader, None) is None:
            return
        start = reader.line_num + 1
