"""The index of a content tree."""

from __future__ import annotations

import pytest

from gateway.annotation.tree import MAX_NODES, TooManyNodesError, index, is_row
from tests.annotation.nodes import Node, cell, row, section, table


def names(tree, schema_id):
    return [None if node is None else node.content.value for node in tree.nodes(schema_id)]


def test_datapoints_outside_tables_are_found_by_schema_id():
    tree = index([section(cell("a", "1"), cell("b", "2")), section(cell("a", "3"))])

    assert names(tree, "a") == ["1", "3"]
    assert names(tree, "absent") == []


def test_regular_rows_become_columns():
    tree = index(
        [section(table(row(cell("a", "1"), cell("b", "2")), row(cell("a", "3"), cell("b", "4"))))]
    )

    assert (names(tree, "a"), names(tree, "b")) == (["1", "3"], ["2", "4"])
    assert tree.table("lines") is tree.table("line") is tree.table_of["a"]


@pytest.mark.parametrize(
    ("rows", "a", "b"),
    [
        ([row(cell("a", "1")), row(cell("b", "2"))], ["1", None], [None, "2"]),
        ([row(cell("a", "1"), cell("b", "2")), row(cell("b", "3"), cell("a", "4"))], ["1", "4"],
         ["2", "3"]),
        ([row(), row(cell("a", "1"), cell("b", "2"))], [None, "1"], [None, "2"]),
        ([row(cell("a", "1"), cell("b", "2")), Node("line")], ["1", None], ["2", None]),
        ([row(cell("a", "1"), cell("a", "9"), cell("b", "2"))], ["1"], ["2"]),
    ],
)  # fmt: skip
def test_ragged_rows_are_aligned_and_the_first_of_two_cells_counts(rows, a, b):
    tree = index([section(table(*rows))])

    assert (names(tree, "a"), names(tree, "b")) == (a, b)


def test_a_simple_list_is_a_table_of_one_column():
    tree = index([section(table(cell("po", "1"), cell("po", "2"), schema_id="orders"))])

    assert names(tree, "po") == ["1", "2"]
    assert tree.table("orders").row_id is None


def test_what_is_no_datapoint_of_a_simple_list_is_no_value():
    tree = index([section(table(cell("po", "1"), row(), cell("other", "2"), schema_id="orders"))])

    assert names(tree, "po") == ["1", None, None]


def test_a_table_without_rows_is_a_table():
    tree = index([section(table())])

    assert tree.table("lines").rows == []
    assert tree.table("line") is None


@pytest.mark.parametrize("children", [None, []])
def test_a_section_may_be_empty(children):
    assert index([Node("section", None, children)]).header == {}


def test_of_two_tables_with_one_schema_id_the_first_counts():
    tree = index([section(table(row(cell("a", "1"))), table(row(cell("a", "2"))))])

    assert names(tree, "a") == ["1"]


@pytest.mark.parametrize("identity", ["abc", 10**30, -1, 0])
def test_any_id_is_found_again(identity):
    node = Node("a", None, None, identity)
    tree = index([section(node)])

    assert tree.places() == {identity: (node, None, 0)}


def test_places_tell_rows_from_datapoints():
    header, one, two = cell("h"), row(cell("a")), row(cell("a"), cell("b"))
    tree = index([section(header, table(one, two))])
    places = tree.places()

    assert places[header.id] == (header, None, 0)
    assert places[two.id] == (two, tree.tables[places[two.id][1].schema_id], 1)
    assert places[two.children[1].id][2] == 1
    assert {node_id for node_id, place in places.items() if is_row(place)} == {one.id, two.id}


def test_the_values_of_a_simple_list_are_no_rows():
    value = cell("po")

    assert not is_row(index([section(table(value))]).places()[value.id])


@pytest.mark.parametrize(
    "nodes",
    [
        pytest.param([cell("a")] * (MAX_NODES + 1), id="header"),
        pytest.param([table(*[cell("a")] * (MAX_NODES + 1))], id="simple list"),
        pytest.param([table(*[row(*[cell(str(n)) for n in range(20)])] * (MAX_NODES // 20 + 1))],
         id="regular"),
        pytest.param([table(row(cell("a")), *[row()] * MAX_NODES)], id="ragged"),
        pytest.param(
            [table(*[row(cell(str(n))) for n in range(1000)])] * 1, id="a grid of gaps"
        ),
    ],
)  # fmt: skip
def test_a_tree_that_is_too_large_is_refused(nodes):
    with pytest.raises(TooManyNodesError) as raised:
        index([section(*nodes)])

    assert str(raised.value) == "more than 200000 nodes"
