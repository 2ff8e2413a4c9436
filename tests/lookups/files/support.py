"""Tables of files made for a test, and their rows as plain data."""

from gateway.lookups.files.reading import FileTable, Format, read_table
from gateway.lookups.layout import Layout
from gateway.lookups.table import Table


def records(table: Table) -> list[dict[str, object]]:
    return [dict(table.record(row)) for row in range(table.size)]


def read(raw: bytes | str, form: str = "csv", **options: object) -> Table:
    """Read with options of the layout, but for `delimiter` and `sheet`."""
    of_file = {key: options.pop(key) for key in ("delimiter", "sheet") if key in options}
    layout = Layout(**options)
    data = raw.encode() if isinstance(raw, str) else raw
    return read_table(data, FileTable(Format(form), layout, **of_file))
