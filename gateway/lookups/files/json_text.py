"""Tables in JSON, a list of objects, and in JSON Lines, an object on each line.

Law: pure; numbers are taken as they are written, never through a binary float.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final, TypeAlias

import msgspec

from gateway.lookups.files.mistake import FileMistake, decoded
from gateway.lookups.layout import ContentError, Layout
from gateway.lookups.making import check_size, make_table
from gateway.lookups.table import MAX_ROWS, Table

_Row: TypeAlias = dict[str, Any]


def read_json(raw: bytes, layout: Layout) -> Table:
    """Make a table of a list of objects.

    Raises:
        FileMistake: it is something else, or a value is not what is declared.
    """
    decoded(raw)
    decoder = msgspec.json.Decoder(list[_Row], float_hook=_exact)
    try:
        rows = decoder.decode(raw.removeprefix(b"\xef\xbb\xbf"))
    except (msgspec.DecodeError, RecursionError) as error:
        hint = 'a list of objects, one for each row: `[{"id": 1}, {"id": 2}]`'
        raise FileMistake(_sentence(error), hint=hint) from None
    try:
        return _table(rows, layout)
    except ContentError as error:
        raise FileMistake(f"{_numbered(error)}{error.message}", hint=error.hint) from None


def read_json_lines(raw: bytes, layout: Layout) -> Table:
    """Make a table of lines with an object on each; empty ones are passed over.

    Raises:
        FileMistake: a line is something else, or a value is not what is declared.
    """
    decoder = msgspec.json.Decoder(_Row, float_hook=_exact)
    rows: list[_Row] = []
    lines: list[int] = []
    for number, line in enumerate(decoded(raw).split("\n"), 1):
        if not line.strip():
            continue
        if len(rows) > MAX_ROWS:
            break
        try:
            rows.append(decoder.decode(line))
        except (msgspec.DecodeError, RecursionError) as error:
            hint = 'an object on each line: `{"id": 1}`'
            raise FileMistake(_sentence(error), line=number, hint=hint) from None
        lines.append(number)
    try:
        return _table(rows, layout)
    except ContentError as error:
        raise FileMistake(
            error.message,
            line=1 if error.row is None else lines[error.row],
            other=None if error.other is None else lines[error.other],
            hint=error.hint,
        ) from None


def _exact(number: str) -> Decimal:
    return Decimal(number)


def _table(rows: Sequence[_Row], layout: Layout) -> Table:
    check_size(len(rows), 1)
    headers = list(dict.fromkeys(name for row in rows for name in row))
    return make_table(headers, lambda at: [row.get(headers[at]) for row in rows], len(rows), layout)


def _numbered(error: ContentError) -> str:
    if error.row is None:
        return ""
    other = "" if error.other is None else f" and {error.other + 1}"
    return f"object {error.row + 1}{other}: "


def _sentence(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "nested too deeply"
    said = str(error).replace("JSON is malformed: ", "not JSON: ")
    said, _, place = said.partition(" - at ")
    at = re.match(r"`\$\[([0-9]+)\]", place)
    said = re.sub("`([a-z]+)`", lambda found: _TYPES.get(found[1], found[1]), said)
    return said if at is None else f"object {int(at[1]) + 1}: {said}"


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
