"""How captured texts become values, and how writes are seen."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.annotation.content import Content
from gateway.annotation.tree import index
from gateway.annotation.values import MAX_TEXT, UNREADABLE, Kind
from tests.annotation.nodes import Captured, Node, cell, row, section, table

D = Decimal


def column_of(*captured, kind=None, placeholders=()):
    rows = [row(Node("x", None if one is None else Captured(*one))) for one in captured]
    content = Content(
        index([section(table(*rows))]), {"x": kind} if kind else {}, frozenset(placeholders)
    )
    return content.column("x")


def read(value, normalized, kind=None, placeholders=()):
    content = Content(
        index([section(cell("x", value, normalized))]), {"x": kind} if kind else {},
        frozenset(placeholders),
    )  # fmt: skip
    return content.value("x")


@pytest.mark.parametrize(
    ("value", "normalized", "result"),
    [
        ("1 234,50", "1234.50", D("1234.50")), ("-5", "-5", D(-5)), ("0", "0", D(0)),
        ("1e3", "1e3", "1e3"), ("007", "007", "007"),
        ("31/1/2025", "2025-01-31", date(2025, 1, 31)),
        ("a", "2025-02-31", UNREADABLE), ("text", None, "text"), ("text", "", "text"),
        ("text", "None", "text"),
        ("", "5", None), (None, "5", None), (None, None, None), ("CZ", "CZ", "CZ"),
        ("1", "1" * 19, "1"),
        ("a\0b", None, "a\ufffdb"), ("\ud800", None, "\ufffd"),
        ("x" * (MAX_TEXT + 5), None, "x" * MAX_TEXT),
        (" ", None, " "),
    ],
)  # fmt: skip
def test_without_a_declaration_the_shape_decides(value, normalized, result):
    assert read(value, normalized) == result


@pytest.mark.parametrize(
    ("kind", "value", "normalized", "result"),
    [
        (Kind.NUMBER, "1 000", "1000", D(1000)), (Kind.NUMBER, "007", "007", D(7)),
        (Kind.NUMBER, "1e3", "1e3", D(1000)), (Kind.NUMBER, "12", None, UNREADABLE),
        (Kind.NUMBER, "12", "None", UNREADABLE), (Kind.NUMBER, "n/a", "", UNREADABLE),
        (Kind.NUMBER, "ZERO", "ZERO", UNREADABLE), (Kind.NUMBER, "", "1", None),
        (Kind.DATE, "1.2.2025", "2025-02-01", date(2025, 2, 1)),
        (Kind.DATE, "1.2.", "1.2.", UNREADABLE),
        (Kind.TEXT, "007", "7", "007"), (Kind.TEXT, "1,5", "1.5", "1,5"),
        (Kind.BOOLEAN, "true", None, True), (Kind.BOOLEAN, "False", None, False),
        (Kind.BOOLEAN, "yes", None, UNREADABLE),
    ],
)  # fmt: skip
def test_a_declaration_decides(kind, value, normalized, result):
    assert read(value, normalized, kind) == result


@pytest.mark.parametrize(
    ("captured", "kind", "values"),
    [
        ([("1", "1"), ("2", "2.50")], Kind.NUMBER, [D(1), D("2.50")]),
        ([("1", "1"), ("", "")], None, [D(1), None]),
        ([("1", "1"), None], None, [D(1), None]),
        ([("1", "1"), ("x", None)], None, [D(1), UNREADABLE]),
        ([("1", "1"), ("x", "None")], None, [D(1), UNREADABLE]),
        ([("1", "1"), ("007", "007")], Kind.TEXT, ["1", "007"]),
        ([("a", "2025-01-31"), ("1", "1")], Kind.TEXT, ["a", "1"]),
        ([("a", "2025-01-31"),
        ("b", "2025-02-01")], Kind.DATE, [date(2025, 1, 31), date(2025, 2, 1)]),
        ([("a", None), ("b", None)], Kind.TEXT, ["a", "b"]),
        ([("a", None), ("b\0", None)], Kind.TEXT, ["a", "b\ufffd"]),
        ([("a", None), ("b\ud800č", None)], Kind.TEXT, ["a", "b\ufffdč"]),
        ([("x" * MAX_TEXT, None),
        ("y" * (MAX_TEXT + 1), None)], Kind.TEXT, ["x" * MAX_TEXT, "y" * MAX_TEXT]),
        ([None, None], None, [None, None]),
    ],
)  # fmt: skip
def test_the_type_is_decided_once_per_column(captured, kind, values):
    found = column_of(*captured)

    assert found.values == values
    assert found.kind is kind


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        (Kind.NUMBER, [D(1), D(7)]),
        (Kind.TEXT, ["1", "007"]),
        (Kind.DATE, [UNREADABLE, UNREADABLE]),
        (Kind.BOOLEAN, [UNREADABLE, UNREADABLE]),
    ],
)
def test_a_declared_column_is_read_as_declared(kind, values):
    found = column_of(("1", "1"), ("007", "007"), kind=kind)

    assert found.values == values
    assert found.kind is (kind if UNREADABLE not in values else None)


@pytest.mark.parametrize("kind", [None, Kind.NUMBER, Kind.TEXT])
def test_placeholders_count_as_empty(kind):
    assert column_of(("N/A", "N/A"), ("5", "5"), kind=kind, placeholders=["N/A"]).values[0] is None
    assert read("N/A", None, kind, ["N/A"]) is None


CAPTURED = st.one_of(
    st.none(),
    st.tuples(
        st.sampled_from([None, "", "1", "007", "a", "N/A", "x\0"]),
        st.sampled_from([None, "", "None", "1", "2.5", "007", "2025-01-31", "a", "1e3"]),
    ),
)


@given(
    st.lists(CAPTURED, min_size=1, max_size=4),
    st.sampled_from([None, Kind.NUMBER, Kind.TEXT, Kind.DATE, Kind.BOOLEAN]),
)
def test_a_column_read_in_one_sweep_has_the_values_of_its_cells(captured, kind):
    swept = column_of(*captured, kind=kind)
    # A placeholder that is nowhere makes each cell be read alone.
    alone = column_of(*captured, kind=kind, placeholders=["nowhere"])

    assert list(map(repr, swept.values)) == list(map(repr, alone.values))
    assert swept.kind is alone.kind


def lines():
    tree = index([section(
        cell("note", "x"), cell("note", "y"), table(row(cell("a", "1", "1"), cell("b", "b")),
         row(cell("a", "2", "2"))),
    )])  # fmt: skip
    return Content(tree, {})


def test_names_outside_rows():
    content = lines()

    assert content.value("note") == "x"
    assert content.value("a").values == [D(1), D(2)]
    assert content.value("b").values == ["b", None]
    assert [one.number for one in content.value("lines").values] == [1, 2]
    assert [one.number for one in content.value("line").values] == [1, 2]
    assert content.value("absent") is None
    assert content.column("absent").values == []


def test_rows_that_lack_a_cell_are_aligned():
    content = lines()

    assert content.column("b").table is content.column("a").table
    assert content.texts("b").values == ["b", None]


def test_texts_are_as_displayed():
    tree = index([section(table(row(cell("a", "1,0", "1.0")), row(cell("a", "N/A", "1"))))])

    assert Content(tree, {}).texts("a").values == ["1,0", "N/A"]
    assert Content(tree, {}, frozenset(["N/A"])).texts("a").values == ["1,0", None]


def test_texts_of_cells_that_are_empty_or_null():
    tree = index([section(table(row(cell("a", "1,0", "1.0")), row(Node("a")), row(cell("a"))))])

    assert Content(tree, {}).texts("a").values == ["1,0", None, None]


@pytest.mark.parametrize(
    ("value", "seen", "text"),
    [
        (D("2.5"), D("2.5"), "2.5"), ("3", D(3), "3"), ("x", UNREADABLE, "x"), (None, None, None),
        ("", None, None),
        ("N/A", None, None),
    ],
)  # fmt: skip
def test_later_reads_see_what_was_written(value, seen, text):
    tree = index([section(table(row(cell("a", "1,0", "1.0")), row(cell("a", "2", "2"))))])
    content = Content(tree, {"a": Kind.NUMBER}, frozenset(["N/A"]))
    assert content.texts("a").values == ["1,0", "2"]

    content.write("a", {0: value})

    assert content.column("a").values == [seen, D(2)]
    assert content.texts("a").values == [text, "2"]
    assert list(content.written) == [tree.nodes("a")[0].id]


def test_a_cell_that_is_not_there_is_not_written():
    content = lines()

    content.write("b", {0: "new", 1: "nowhere"})

    assert content.column("b").values == ["new", None]
    assert len(content.written) == 1


def test_a_column_of_one_kind_again_is_known_as_such():
    tree = index([section(table(row(cell("a", "", "")), row(cell("a", "2", "2"))))])
    content = Content(tree, {"a": Kind.NUMBER})

    content.write("a", {0: D(1)})

    assert content.column("a").kind is Kind.NUMBER


def test_a_number_written_to_a_text_field_is_its_text():
    content = Content(index([section(cell("t", "a"))]), {"t": Kind.TEXT})

    content.write("t", {0: D("1.50")})

    assert content.value("t") == "1.50"


@pytest.mark.parametrize(
    ("kind", "value", "normalized", "written", "same"),
    [
        (Kind.NUMBER, "1,50", "1.5", D("1.50"), True), (Kind.NUMBER, "1,50", "1.5", "1.5", True),
        (Kind.NUMBER, "1,50", "1.5", D("1.51"), False),
        (Kind.DATE, "31.1.", "2025-01-31", date(2025, 1, 31), True),
        (Kind.TEXT, "1,50", "1.5", "1.5", False), (Kind.TEXT, "a", None, "a", True),
        (Kind.NUMBER, "x", None, "x", True),
        (Kind.TEXT, "", None, None, True), (Kind.TEXT, None, None, "", True),
        (Kind.TEXT, "a", None, None, False),
        (Kind.BOOLEAN, "true", None, True, True), (Kind.NUMBER, "", None, D(0), False),
    ],
)  # fmt: skip
def test_no_operation_is_needed_for_what_is_already_there(kind, value, normalized, written, same):
    tree = index([section(cell("x", value, normalized))])
    content = Content(tree, {"x": kind})

    assert content.is_unchanged("x", tree.nodes("x")[0], written) is same


def test_a_datapoint_without_content_is_unchanged_by_nothing():
    tree = index([section(Node("x"))])

    assert Content(tree, {}).is_unchanged("x", tree.nodes("x")[0], None)
    assert not Content(tree, {}).is_unchanged("x", tree.nodes("x")[0], "a")
