"""A table's file, of whatever format its name says.

Language §6. Law: pure; bytes in, a table or its mistake out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from gateway.lookups.layout import Layout
from gateway.lookups.table import Table


class Format(StrEnum):
    """What a file's name says of its content."""

    CSV = "csv"
    TSV = "tsv"
    JSON = "json"
    LINES = "jsonl"
    XLSX = "xlsx"
    PARQUET = "parquet"


#: By the ending of the name.
FORMATS: Final[Mapping[str, Format]] = MappingProxyType(
    {
        ".csv": Format.CSV,
        ".tsv": Format.TSV,
        ".json": Format.JSON,
        ".jsonl": Format.LINES,
        ".ndjson": Format.LINES,
        ".xlsx": Format.XLSX,
        ".parquet": Format.PARQUET,
    }
)


@dataclass(frozen=True, slots=True)
class FileTable:
    """A table in a file, as it is declared."""

    form: Format
    layout: Layout = field(default_factory=Layout)
    #: Between the fields of CSV.
    delimiter: str = ","
    #: Of a workbook; None: the first.
    sheet: str | None = None


def format_of(name: str) -> Format | None:
    """Say what format a file's name promises."""
    return FORMATS.get(name[name.rfind(".") :].lower()) if "." in name else None


def read_table(raw: bytes, declared: FileTable) -> Table:
    """Make the table of a file.

    Raises:
        FileMistake: no table can be made of it.
        PackageMissing: the format needs a package that is not installed.
    """
    # A reader is imported when there is something for it to read: most folders have no table.
    match declared.form:
        case Format.CSV | Format.TSV:
            from gateway.lookups.files.delimited import read_delimited

            delimiter = declared.delimiter if declared.form is Format.CSV else "\t"
            return read_delimited(raw, declared.layout, delimiter)
        case Format.JSON:
            from gateway.lookups.files.json_text import read_json

            return read_json(raw, declared.layout)
        case Format.LINES:
            from gateway.lookups.files.json_text import read_json_lines

            return read_json_lines(raw, declared.layout)
        case Format.XLSX:
            from gateway.lookups.files.xlsx import read_xlsx

            return read_xlsx(raw, declared.layout, declared.sheet)
        case Format.PARQUET:
            from gateway.lookups.files.parquet import read_parquet

            return read_parquet(raw, declared.layout)
