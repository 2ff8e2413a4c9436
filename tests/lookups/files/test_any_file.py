"""Whatever a file holds is a table or a mistake with its line."""

import csv
import io

from hypothesis import given
from hypothesis import strategies as st

from gateway.lookups.files.mistake import FileMistake
from gateway.lookups.files.reading import FileTable, Format, read_table
from tests.lookups.files.support import read, records


@given(st.binary(max_size=200), st.sampled_from(list(Format)))
def test_any_bytes_are_a_table_or_a_mistake(raw, form):
    try:
        table = read_table(raw, FileTable(form))
    except FileMistake as mistake:
        line = mistake.line
    else:
        line = 1
        assert all(len(column) == table.size for column in table.columns.values())

    assert 1 <= line <= raw.count(b"\n") + 1


@given(
    st.lists(
        st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"),
                         max_size=6), min_size=2, max_size=2),
        max_size=6,
    )
)  # fmt: skip
def test_whatever_is_written_as_csv_is_read_back(rows):
    written = io.StringIO(newline="")
    writer = csv.writer(written)
    writer.writerow(["id", "name"])
    writer.writerows(rows)

    table = read(written.getvalue())

    wanted = [[cell if cell.strip() else None for cell in row] for row in rows]
    assert [list(row.values()) for row in records(table)] == wanted
