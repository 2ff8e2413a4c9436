"""Tables in Excel workbooks.

Law: openpyxl reads, with limits set before; formulas count as the value that Excel has kept.
"""

from __future__ import annotations

import io
import warnings
import zipfile
from typing import Any, Final

from gateway.lookups.files.mistake import FileMistake, PackageMissing
from gateway.lookups.layout import ContentError, Layout
from gateway.lookups.making import make_table
from gateway.lookups.table import MAX_COLUMNS, MAX_ROWS, Table

#: A workbook is a compressed archive, and a small one can hold very much.
MAX_UNPACKED: Final = 64 << 20
_HINT: Final = "save it as .xlsx, or as CSV"


def read_xlsx(raw: bytes, layout: Layout, sheet: str | None) -> Table:
    """Make a table of one sheet, the first if none is named; its first row has the names.

    Raises:
        FileMistake: there is no such table in it.
        PackageMissing: openpyxl is not installed.
    """
    rows = _rows(raw, sheet)
    while rows and all(value is None for value in rows[-1]):
        rows.pop()
    if not rows:
        raise FileMistake("the sheet is empty", hint="its first row has the names of the columns")
    headers = ["" if name is None else str(name).strip() for name in rows[0]]
    while headers and not headers[-1]:
        headers.pop()
    width = len(headers)
    for number, row in enumerate(rows[1:], 2):
        if any(value is not None for value in row[width:]):
            raise FileMistake("a value in a column without a name", line=number)
    if "" in headers:
        raise FileMistake(f"column {headers.index('') + 1} has no name")
    del rows[0]
    try:
        return make_table(
            headers,
            lambda at: [row[at] if at < len(row) else None for row in rows],
            len(rows),
            layout,
        )
    except ContentError as error:
        raise FileMistake(
            error.message,
            line=1 if error.row is None else error.row + 2,
            other=None if error.other is None else error.other + 2,
            hint=error.hint,
        ) from None


def _rows(raw: bytes, sheet: str | None) -> list[tuple[Any, ...]]:
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
                return _values(book, sheet)
            finally:
                book.close()
        except (FileMistake, MemoryError):
            raise
        except Exception:  # noqa: BLE001 - it raises whatever the XML inside leads it to
            raise FileMistake("the workbook cannot be read", hint=_HINT) from None


def _values(book: Any, sheet: str | None) -> list[tuple[Any, ...]]:
    if sheet is not None and sheet not in book.sheetnames:
        names = ", ".join(map(repr, book.sheetnames[:10]))
        raise FileMistake(f"the workbook has no sheet {sheet!r}", hint=f"it has {names}")
    found: list[tuple[Any, ...]] = []
    chosen = book[sheet] if sheet is not None else book.worksheets[0]
    for row in chosen.iter_rows(values_only=True, max_col=MAX_COLUMNS + 1):
        found.append(row)
        if len(found) > MAX_ROWS + 1:
            raise FileMistake(f"more than {MAX_ROWS:,} rows")
    return found


def _check_unpacked(raw: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            size = sum(part.file_size for part in archive.infolist())
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        raise FileMistake("not an Excel workbook", hint=_HINT) from None
    if size > MAX_UNPACKED:
        raise FileMistake(f"more than {MAX_UNPACKED >> 20} MB when unpacked", hint=_HINT)
