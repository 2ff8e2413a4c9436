"""Tables in JSON, a list of objects, and in JSON Lines, an object on each line.

Law: pure; numbers are taken as they are written, never through a binary float.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final, TypeAlias

import msgspec

from gateway.lookups.files.mistake import FileMistake, decoded
from gateway.lookups.layout import ContentError, Layout
from gateway.lookups.making import check_size, make_table
from gateway.lookups.table import MAX_COLUMNS, MAX_ROWS, Table

_Row: TypeAlias = dict[str, Any]
_MALFORMED: Final = (msgspec.DecodeError, RecursionError)
#: UTF-8's byte order mark.
_MARK: Final = b"\xef\xbb\xbf"


def read_json(raw: bytes, layout: Layout) -> Table:
    """Make a table of a list of objects.

    Raises:
        FileMistake: it is something else, or a value is not what is declared.
    """
    decoded(raw)
    if raw.count(b"{") > 2 * MAX_ROWS:  # Before each takes twenty times its bytes in memory.
        raise FileMistake(f"more than {MAX_ROWS:,} rows")
    decoder = msgspec.json.Decoder(_Row, float_hook=Decimal)
    hint = 'a list of objects, one for each row: `[{"id": 1}, {"id": 2}]`'
    try:
        objects = msgspec.json.decode(raw.removeprefix(_MARK), type=list[msgspec.Raw])
    except _MALFORMED as error:
        raise FileMistake(_sentence(error), hint=hint) from None
    columns = _Columns()
    # Each by itself: decoded, all of them at once are many times what the columns are.
    for number, one in enumerate(objects, 1):
        try:
            columns.add(decoder.decode(one))
        except _MALFORMED as error:
            raise FileMistake(f"object {number}: {_sentence(error)}", hint=hint) from None
    try:
        return columns.table(layout)
    except ContentError as error:
        raise FileMistake(f"{_numbered(error)}{error.message}", hint=error.hint) from None


def read_json_lines(raw: bytes, layout: Layout) -> Table:
    """Make a table of lines with an object on each; empty ones are passed over.

    Raises:
        FileMistake: a line is something else, or a value is not what is declared.
    """
    decoded(raw)
    decoder = msgspec.json.Decoder(_Row, float_hook=Decimal)
    columns = _Columns()
    for number, line in _lines(raw):
        try:
            columns.add(decoder.decode(line))
        except _MALFORMED as error:
            hint = 'an object on each line: `{"id": 1}`'
            raise FileMistake(_sentence(error), line=number, hint=hint) from None
        if columns.size > MAX_ROWS:
            raise FileMistake(f"more than {MAX_ROWS:,} rows", line=number)
    try:
        return columns.table(layout)
    except ContentError as error:
        numbers = [] if error.row is None else [number for number, _ in _lines(raw)]
        raise FileMistake(
            error.message,
            line=1 if error.row is None else numbers[error.row],
            other=None if error.other is None else numbers[error.other],
            hint=error.hint,
        ) from None


class _Columns:
    """Rows taken apart as they come; what a row does not have is empty in it."""

    def __init__(self) -> None:
        self.size = 0
        self._columns: dict[str, list[Any]] = {}

    def add(self, row: _Row) -> None:
        columns, size = self._columns, self.size
        for name, value in row.items():
            column = columns.get(name)
            if column is None:
                if len(columns) > MAX_COLUMNS:
                    continue  # There are too many already, which is said of the whole.
                column = columns[name] = []
            if len(column) < size:
                column += [None] * (size - len(column))
            column.append(value)
        self.size += 1

    def table(self, layout: Layout) -> Table:
        """Make the table.

        Raises:
            ContentError: there is no such table; with the row where one is to blame.
        """
        check_size(self.size, 1)
        headers = list(self._columns)

        def column(at: int) -> list[Any]:
            found = self._columns.pop(headers[at])
            return found + [None] * (self.size - len(found))

        return make_table(headers, column, self.size, layout)


def _lines(raw: bytes) -> Iterator[tuple[int, bytes]]:
    """Give the lines that are not empty, with their numbers."""
    for number, line in enumerate(io.BytesIO(raw.removeprefix(_MARK)), 1):
        if line.strip():
            yield number, line


def _numbered(error: ContentError) -> str:
    if error.row is None:
        return ""
    other = "" if error.other is None else f" and {error.other + 1}"
    return f"object {error.row + 1}{other}: "


def _sentence(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "nested too deeply"
    said = str(error).replace("JSON is malformed: ", "not JSON: ")
    return re.sub("`([a-z]+)`", lambda found: _TYPES.get(found[1], found[1]), said)


#: What the decoder calls a thing, and what its author does.
_TYPES: Final = {
    "array": "a list",
    "bool": "true or false",
    "float": "a number",
    "int": "a number",
    "null": "nothing",
    "object": "an object",
    "str": "a text",
}
