"""Tables in Parquet files.

Law: pyarrow reads, after its own description of the file has been found within the limits.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any, Final

from gateway.lookups.files.mistake import FileMistake, PackageMissing
from gateway.lookups.layout import ContentError, Layout
from gateway.lookups.making import check_size, kept_columns, make_table
from gateway.lookups.table import Table

MAX_UNPACKED: Final = 256 << 20


def read_parquet(raw: bytes, layout: Layout) -> Table:
    """Make a table of a Parquet file.

    Raises:
        FileMistake: there is no such table in it.
        PackageMissing: pyarrow is not installed.
    """
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError:
        raise PackageMissing("pyarrow") from None
    try:
        with parquet.ParquetFile(io.BytesIO(raw)) as opened:
            described = opened.metadata
            groups = range(described.num_row_groups)
            if sum(described.row_group(at).total_byte_size for at in groups) > MAX_UNPACKED:
                raise FileMistake(f"more than {MAX_UNPACKED >> 20} MB when unpacked")
            kept = kept_columns(opened.schema_arrow.names, layout)
            check_size(described.num_rows, len(kept))
            content = opened.read()
        return make_table(
            content.column_names,
            lambda at: _values(pyarrow, content.column(at)),
            content.num_rows,
            layout,
        )
    except ContentError as error:
        other = "" if error.other is None else f" and {error.other + 1}"
        where = "" if error.row is None else f"row {error.row + 1}{other}: "
        raise FileMistake(f"{where}{error.message}", hint=error.hint) from None
    except (pyarrow.ArrowException, OSError, ValueError, NotImplementedError):
        raise FileMistake("the file is not Parquet, or not whole") from None


def _values(pyarrow: Any, column: Any) -> Sequence[Any]:
    types = pyarrow.types
    if types.is_timestamp(column.type):
        column = column.cast(pyarrow.date32(), safe=False)
    if types.is_float16(column.type) or types.is_float32(column.type):
        # As written with its own few digits; Python would show those of 64 bits.
        texts = column.cast(pyarrow.string()).to_pylist()
        return [None if text is None else float(text) for text in texts]
    values: Sequence[Any] = column.to_pylist()
    return values
