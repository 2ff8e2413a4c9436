"""Files made into tables: what is refused, with its line and advice, and what is read, exactly."""

import io
import json
import zipfile
from datetime import date, datetime
from decimal import Decimal

import openpyxl
import pyarrow as pa
import pytest
from pyarrow import parquet

from gateway.annotation.values import Kind
from gateway.lookups.files.mistake import FileMistake, PackageMissing
from gateway.lookups.files.reading import Format, format_of
from gateway.lookups.files.xlsx import MAX_UNPACKED
from gateway.lookups.layout import ColumnRule
from gateway.lookups.table import MAX_COLUMNS
from gateway.rules.context import LOCALES
from gateway.rules.functions.dateformat import compile_format
from tests.lookups.files.support import read, records

D = Decimal
NUMBER = {"amount": ColumnRule(Kind.NUMBER)}
DATE = {"since": ColumnRule(Kind.DATE)}
GERMAN = ColumnRule(Kind.DATE, form=compile_format("%d.%m.%Y"))


def workbook(*rows: list[object], sheet: str = "Vendors") -> bytes:
    book = openpyxl.Workbook()
    book.active.title = sheet
    for row in rows:
        book.active.append(row)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def parquet_file(**columns: object) -> bytes:
    written = io.BytesIO()
    parquet.write_table(pa.table(columns), written)
    return written.getvalue()


@pytest.mark.parametrize(
    ("raw", "options", "line", "message", "hint"),
    [
        (b"", {}, 1, "the file is empty", "its first line has the names"),
        (b"\xef\xbb\xbf", {}, 1, "the file is empty", "its first line"),
        (b"id\nV\xec\n", {}, 2, "the file is not UTF-8 text", "save it as UTF-8"),
        (b"\xff\xfei\x00d\x00", {}, 1, "the file is not UTF-8 text", "save it"),
        ("id\nV1\0\n", {}, 2, "a NUL character", None),
        ("\nid\n", {}, 1, "the first line is empty", "names of the columns"),
        ("id,,name\n", {}, 1, "column 2 has no name", None),
        ("id,name,id\n", {}, 1, "two columns are called 'id'", None),
        ("Id Nr,id_nr,Id-Nr\n", {}, 1, "called 'Id_Nr': 'Id Nr' and 'Id-Nr'", "{from: Id-Nr}"),
        ("id,2024\n", {}, 1, "no name for rules can be made of '2024'", "{from: 2024}"),
        ("id;name\nV1;A\n", {}, 1, "the header is one column: 'id;name'", 'delimiter: ";"'),
        ("id\tname\n", {}, 1, "the header is one column", 'delimiter: "\\t"'),
        ("id,name\nV1,A\nV2\n", {}, 3, "the line has 1 field, the header 2 fields", "in quotes"),
        ("id,name\nV1,A,b\n", {}, 2, "the line has 3 fields, the header 2 fields", "in quotes"),
        ("id,name\nV1,A\n\nV2,B\n", {}, 3, "the line has nothing", "an empty field"),
        ('id,name\nV1,"A\nV2,B\n', {}, 2, "never closed", "written twice"),
        ('id,name\nV1,"A"x\n', {}, 2, "something follows a closing quote", "written twice"),
        ("id\n" + "x" * 140_000, {}, 2, "a field that is too long", "not closed?"),
        ("id\n" + "x" * 70_000, {}, 2, "'id': a text of more than 65536 characters", None),
        (",".join(f"c{at}" for at in range(MAX_COLUMNS + 1)), {}, 1, "more than 512 columns", None),
        (
            "id,amount\nV1,1\nV2,1.234,\n".replace(",\n", "\n"),
            {"rules": NUMBER, "separators": LOCALES["cs"]},
            *(3, "'amount': not a number of this `locale`: '1.234'", None),
        ),
        ('amount\n1\n"1,5"\n', {"rules": NUMBER}, 3, "not a plain number: '1,5'", None),
        ("amount\n1e99\n", {"rules": NUMBER}, 2, "not a plain number", None),
        ("since\n31.1.2024\n", {"rules": DATE}, 2, "not a date: '31.1.2024'; `format`", None),
        ("since\n2024-01-31\n", {"rules": {"since": GERMAN}}, 2, "not a date: '2024-01-31'", None),
        ("ok\nyes\n", {"rules": {"ok": ColumnRule(Kind.BOOLEAN)}}, 2, "neither true nor", None),
        ("id\nV1\n", {"rules": {"nr": ColumnRule(Kind.TEXT)}}, 1, "no column 'nr'", "it has id"),
        (
            "name\nV1\n",
            {"keep": ("nmae",)},
            1,
            "'nmae', which `keep` names",
            "did you mean 'name'?",
        ),
        ("name\nV1\n", {"key": ("id",)}, 1, "no column 'id', which `key` names", "it has name"),
        (
            "id\nV1\n",
            {"rules": {"nr": ColumnRule(source="Number")}},
            *(1, "no column 'Number', which `columns` names", "it has id"),
        ),
        ("id\nV1\nV2\nV1\n", {"key": ("id",)}, 4, "two rows have the same 'id'", None),
        pytest.param(
            'id,note\nV1,"a\nb"\nV1,c\n',
            {"key": ("id",)},
            *(4, "two rows have the same 'id'", None),
            id="a field of two lines is counted",
        ),
    ],
)
def test_csv_that_is_not_strictly_a_table_is_refused_with_its_line(
    raw, options, line, message, hint
):
    with pytest.raises(FileMistake) as caught:
        read(raw, **options)

    assert message in caught.value.message
    assert caught.value.line == line
    assert (hint is None) == (caught.value.hint is None)
    assert hint is None or hint in caught.value.hint


def test_of_two_rows_with_one_key_the_first_is_named_too():
    with pytest.raises(FileMistake) as caught:
        read("id\nV1\nV2\nV1\n", key=("id",))

    assert caught.value.other == 2


@pytest.mark.parametrize(
    ("raw", "options", "rows"),
    [
        ("id,name\nV1,A\n", {}, [{"id": "V1", "name": "A"}]),
        (b"\xef\xbb\xbfid\nV1", {}, [{"id": "V1"}]),
        ("id\r\nV1\r\n\r\n\r\n", {}, [{"id": "V1"}]),
        ("id\n", {}, []),
        ('id\n"a ""b"", c"\n', {}, [{"id": 'a "b", c'}]),
        ("id,name\n007, \n,x\n", {}, [{"id": "007", "name": None}, {"id": None, "name": "x"}]),
        ("id;name\nV1;a,b\n", {"delimiter": ";"}, [{"id": "V1", "name": "a,b"}]),
        (
            "Číslo dodavatele,VAT-Nr.\n1,2\n",
            {},
            [{"Cislo_dodavatele": "1", "VAT_Nr": "2"}],
        ),
        (
            "Vendor Name,x\nA,1\n",
            {"rules": {"name": ColumnRule(source="Vendor Name")}, "keep": ("name",)},
            [{"name": "A"}],
        ),
        pytest.param(
            "id,name,x\n1,A,2\n",
            {"keep": ("name",), "key": ("id",)},
            [{"id": "1", "name": "A"}],
            id="a key is kept",
        ),
        ("amount\n1\n-2.50\n", {"rules": NUMBER}, [{"amount": D(1)}, {"amount": D("-2.50")}]),
        ("x,amount\n1, 1.5 \n2,\n", {"rules": NUMBER, "keep": ("amount",)},
         [{"amount": D("1.5")}, {"amount": None}]),
        (
            'amount\n"1 234,5"\n1\u00a0234\n-5\n',
            {"rules": NUMBER, "separators": LOCALES["cs"]},
            [{"amount": D("1234.5")}, {"amount": D(1234)}, {"amount": D(-5)}],
        ),
        (
            "amount\n1.234.567\n1.5\n".replace("1.5\n", ""),
            {"rules": NUMBER, "separators": LOCALES["de"]},
            [{"amount": D(1234567)}],
        ),
        (
            "since\n2024-01-31\n2024-02-01T10:00:00\n",
            {"rules": DATE},
            [{"since": date(2024, 1, 31)}, {"since": date(2024, 2, 1)}],
        ),
        ("since\n31.1.2024\n", {"rules": {"since": GERMAN}}, [{"since": date(2024, 1, 31)}]),
        ("ok\nTRUE\nfalse\n", {"rules": {"ok": ColumnRule(Kind.BOOLEAN)}},
         [{"ok": True}, {"ok": False}]),
    ],
)  # fmt: skip
def test_csv_is_read_as_it_is_written(raw, options, rows):
    assert records(read(raw, **options)) == rows


def test_tsv_has_tabs_between_its_fields():
    assert records(read("id\tname\nV1\ta,b\n", "tsv")) == [{"id": "V1", "name": "a,b"}]


@pytest.mark.parametrize(
    ("raw", "form", "line", "message"),
    [
        ("", "json", 1, "truncated"),
        ('{"id": 1}', "json", 1, "Expected a list, got an object"),
        ("[1]", "json", 1, "object 1: Expected an object, got a number"),
        ('[{"id": 1}', "json", 1, "truncated"),
        ("[" * 100_000, "json", 1, "nested too deeply"),
        ('[{"id": 1}, {"id": [1]}]', "json", 1, "object 2: the column 'id': it holds a list"),
        ('[{"id": 1}, {"id": "1"}]', "json", 1, "object 2: the column 'id' is number above"),
        ('[{"a": NaN}]', "json", 1, "not JSON"),
        ('[{"a": "\\ud800"}]', "json", 1, "truncated"),
        ('[{"a": "x\\u0000"}]', "json", 1, "object 1: the column 'a': a text with a NUL"),
        ('[{"a": 1e30}]', "json", 1, "a number of more than 18 digits; declare"),
        ('[{"a": 12345678901234567890}]', "json", 1, "more than 18 digits"),
        ('[{"a": 0.1234567890123456789}]', "json", 1, "more than 18 decimals; round it"),
        ('{"id": 1}\n\n[1]\n', "jsonl", 3, "Expected an object, got"),
        ('{"id": 1}\n{"id": true}\n', "jsonl", 2, "is number above and true or false here"),
        ('{"id": 1}\n{"id": 2}\n{"id"', "jsonl", 3, "truncated"),
    ],
)
def test_json_that_is_no_table_is_refused(raw, form, line, message):
    with pytest.raises(FileMistake) as caught:
        read(raw, form)

    assert message in caught.value.message
    assert caught.value.line == line


@pytest.mark.parametrize("form", ["json", "jsonl"])
@pytest.mark.parametrize(
    ("objects", "rows"),
    [
        ('{"id": "V1", "n": 1}', [{"id": "V1", "n": D(1)}]),
        ('{"id": null, "n": ""}', [{"id": None, "n": None}]),
        pytest.param('{"n": 0.1}', [{"n": D("0.1")}], id="no binary float"),
        pytest.param('{"n": 100000000000000000.5}', [{"n": D("100000000000000000.5")}]),
        pytest.param('{"a": 1}\n{"b": 2}', [{"a": D(1), "b": None}, {"a": None, "b": D(2)}]),
        ('{"ok": true}', [{"ok": True}]),
    ],
)
def test_json_keeps_its_types_and_its_digits(form, objects, rows):
    raw = objects if form == "jsonl" else f"[{objects}]".replace("\n", ",")

    assert [repr(row) for row in records(read(raw, form))] == [repr(row) for row in rows]


@pytest.mark.parametrize("form", ["json", "jsonl"])
def test_an_empty_list_is_a_table_without_columns(form):
    assert read("[]" if form == "json" else "", form).size == 0


def test_declared_types_are_made_of_what_is_there():
    rules = {
        "id": ColumnRule(Kind.TEXT),
        "amount": ColumnRule(Kind.NUMBER),
        "since": ColumnRule(Kind.DATE),
    }
    raw = json.dumps([{"id": 7, "amount": "1.50", "since": "2024-01-31"}])

    (row,) = records(read(raw, "json", rules=rules))

    assert row == {"id": "7", "amount": D("1.50"), "since": date(2024, 1, 31)}


def test_a_nested_column_can_be_left_out():
    raw = '[{"id": 1, "address": {"city": "Brno"}}]'

    with pytest.raises(FileMistake) as caught:
        read(raw, "json")
    assert "`keep`" in str(caught.value.hint)
    assert records(read(raw, "json", keep=("id",))) == [{"id": D(1)}]


def test_a_workbook_keeps_its_types():
    raw = workbook(
        ["id", "Amount due", "since", "ok", None],
        ["V1", 0.1, date(2024, 1, 31), True, None],
        ["V2", 12, datetime.fromisoformat("2024-01-31T10:30"), None, None],
        [None, None, None, None, None],
    )

    assert records(read(raw, "xlsx")) == [
        {"id": "V1", "Amount_due": D("0.1"), "since": date(2024, 1, 31), "ok": True},
        {"id": "V2", "Amount_due": D(12), "since": date(2024, 1, 31), "ok": None},
    ]


def bomb() -> bytes:
    """Make an archive of few bytes that says it unpacks to very many."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        piece = b"\0" * (1 << 20)
        with archive.open("xl/workbook.xml", "w", force_zip64=True) as part:
            for _ in range((MAX_UNPACKED >> 20) + 1):
                part.write(piece)
    return written.getvalue()


def plain_archive() -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        archive.writestr("notes.txt", "nothing")
    return written.getvalue()


@pytest.mark.parametrize(
    ("raw", "sheet", "line", "message"),
    [
        (lambda: b"id,name\n", None, 1, "not an Excel workbook"),
        (lambda: workbook()[:-100], None, 1, "not an Excel workbook"),
        (plain_archive, None, 1, "the workbook cannot be read"),
        (bomb, None, 1, "more than 32 MB when unpacked"),
        (workbook, None, 1, "the sheet is empty"),
        (lambda: workbook(["id"]), "Orders", 1, "the workbook has no sheet 'Orders'"),
        (lambda: workbook(["id", None, "x"]), None, 1, "column 2 has no name"),
        (lambda: workbook(["id"], ["V1"], ["V2", 3]), None, 3, "a value in a column without"),
        (lambda: workbook(["id"], ["V1"], [2]), None, 3, "is text above and number here"),
    ],
)
def test_a_workbook_without_the_table_is_refused(raw, sheet, line, message):
    with pytest.raises(FileMistake) as caught:
        read(raw(), "xlsx", sheet=sheet)

    assert message in caught.value.message
    assert caught.value.line == line


def test_a_sheet_is_chosen_by_name():
    assert read(workbook(["id"], ["V1"], sheet="Orders"), "xlsx", sheet="Orders").size == 1


def test_parquet_keeps_its_types():
    raw = parquet_file(
        id=["V1", None],
        amount=pa.array([D("1.50"), None], pa.decimal128(38, 20)),
        rate=pa.array([0.1, 0.2], pa.float32()),
        exact=pa.array([0.1, 1e-7], pa.float64()),
        since=[date(2024, 1, 31), None],
        at=pa.array([1706700000123456789, None], pa.timestamp("ns")),
        ok=[True, False],
    )

    assert records(read(raw, "parquet"))[0] == {
        "id": "V1",
        "amount": D("1.50"),
        "rate": D("0.1"),
        "exact": D("0.1"),
        "since": date(2024, 1, 31),
        "at": date(2024, 1, 31),
        "ok": True,
    }


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (lambda: b"PAR1", "not Parquet, or not whole"),
        (lambda: parquet_file(id=["V1"])[:-10], "not Parquet, or not whole"),
        (lambda: parquet_file(id=[["V1"]]), "row 1: the column 'id': it holds a list"),
        (lambda: parquet_file(a=[float("nan")]), "row 1: the column 'a': a number that is"),
        (lambda: parquet_file(a=[b"x"]), "row 1: the column 'a': it holds a value that is no"),
    ],
)
def test_a_broken_parquet_file_is_refused(raw, message):
    with pytest.raises(FileMistake) as caught:
        read(raw(), "parquet")

    assert message in caught.value.message


@pytest.mark.parametrize(("form", "package"), [("xlsx", "openpyxl"), ("parquet", "pyarrow")])
def test_a_package_that_is_missing_is_named_with_the_command(monkeypatch, form, package):
    monkeypatch.setitem(__import__("sys").modules, package, None)

    with pytest.raises(PackageMissing, match=f"{package}: pip install 'rules-gateway\\[tables\\]'"):
        read(b"", form)


@pytest.mark.parametrize(
    ("name", "form"),
    [("a.csv", "csv"), ("a.b/C.CSV", "csv"), ("a.ndjson", "jsonl"), ("a.txt", None), ("csv", None)],
)
def test_the_ending_says_what_a_file_is(name, form):
    assert format_of(name) == (None if form is None else Format(form))
