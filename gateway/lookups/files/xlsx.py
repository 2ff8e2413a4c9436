"""Tables in Excel workbooks.

Law: openpyxl reads, with limits set before; formulas count as the value that Excel has kept.
"""

from __future__ import annotations

import io
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from typing import Any, Final

from gateway.lookups.files.mistake import FileMistake, PackageMissing
from gateway.lookups.layout import ContentError, Layout
from gateway.lookups.making import make_table
from gateway.lookups.table import MAX_COLUMNS, MAX_ROWS, Table

#: A workbook is a compressed archive, and a small one can hold very much.
MAX_UNPACKED: Final = 32 << 20
_HINT: Final = "save it as .xlsx, or as CSV"


def read_xlsx(raw: bytes, layout: Layout, sheet: str | None) -> Table:
    """Make a table of one sheet, the first if none is named; its first row has the names.

    Raises:
        FileMistake: there is no such table in it.
        PackageMissing: openpyxl is not installed.
    """
    headers, columns = _read(raw, sheet)
    size = max(map(len, columns), default=0)

    def column(at: int) -> list[Any]:
        taken, columns[at] = columns[at], []
        return taken + [None] * (size - len(taken))

    try:
        return make_table(headers, column, size, layout)
    except ContentError as error:
        raise FileMistake(
            error.message,
            line=1 if error.row is None else error.row + 2,
            other=None if error.other is None else error.other + 2,
            hint=error.hint,
        ) from None


def _read(raw: bytes, sheet: str | None) -> tuple[list[str], list[list[Any]]]:
    """Give the header and the columns, each as far as its last value."""
    try:
        import openpyxl
    except ImportError:
        raise PackageMissing("openpyxl") from None
    _check_unpacked(raw)
    with warnings.catch_warnings():
        # It warns of what it passes over, such as styles, and that is no matter here.
        warnings.simplefilter("ignore")
        try:
            book = openpyxl.load_workbook(io.BytesIO(raw), read_only=True, data_only=True)
            try:
                return _taken_apart(_rows(book, sheet))
            finally:
                book.close()
        except (FileMistake, MemoryError):
            raise
        except Exception:  # noqa: BLE001 - it raises whatever the XML inside leads it to
            raise FileMistake("the workbook cannot be read", hint=_HINT) from None


def _rows(book: Any, sheet: str | None) -> Iterator[Sequence[Any]]:
    if sheet is not None and sheet not in book.sheetnames:
        names = ", ".join(map(repr, book.sheetnames[:10]))
        raise FileMistake(f"the workbook has no sheet {sheet!r}", hint=f"it has {names}")
    chosen = book[sheet] if sheet is not None else book.worksheets[0]
    rows: Iterator[Sequence[Any]] = chosen.iter_rows(values_only=True, max_col=MAX_COLUMNS + 1)
    return rows


def _taken_apart(rows: Iterator[Sequence[Any]]) -> tuple[list[str], list[list[Any]]]:
    headers = ["" if name is None else str(name).strip() for name in next(rows, ())]
    while headers and not headers[-1]:
        headers.pop()
    if "" in headers:
        raise FileMistake(f"column {headers.index('') + 1} has no name")
    columns: list[list[Any]] = [[] for _ in headers]
    for number, row in enumerate(rows):
        if number >= MAX_ROWS:
            raise FileMistake(f"more than {MAX_ROWS:,} rows", line=number + 2)
        for at, value in enumerate(row):
            if value is None:
                continue
            if at >= len(columns):
                raise FileMistake("a value in a column without a name", line=number + 2)
            column = columns[at]
            column += [None] * (number - len(column))
            column.append(value)
    if not headers:
        hint = "its first row has the names of the columns"
        raise FileMistake("the sheet is empty", hint=hint)
    return headers, columns


def _check_unpacked(raw: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            size = sum(part.file_size for part in archive.infolist())
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        raise FileMistake("not an Excel workbook", hint=_HINT) from None
    if size > MAX_UNPACKED:
        raise FileMistake(f"more than {MAX_UNPACKED >> 20} MB when unpacked", hint=_HINT)
