"""Which selectors an index can answer: over any content, its answer is that of the search."""

from __future__ import annotations

import jmespath
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.rules.selectors.path import Shape, compile_path

CELLS = [
    "[].children[].children[].children[?schema_id=='x'][]",
    "[].children[].children[].children[?schema_id=='x'] | []",
    "[].children[].children[].children[?'x'==schema_id][]",
    '[].children[].children[].children[?schema_id==`"x"`][]',
    "[].children[].children[].children[?@.schema_id=='x'][]",
    "[].children[].children[].children[?(schema_id=='x')][][]",
    "[].children[].children[].children[] | [?schema_id=='x']",
    "[].children[].children[].children[] | [?schema_id=='x'][]",
    "[].children[].children[].children | [] | [?schema_id=='x']",
    "[][].children[].children[].children[?schema_id=='x'][]",
    "[*].children[].children[].children[?schema_id=='x'][]",
    "[*].children[*].children[*].children[?schema_id=='x'][][][]",
    "[*].children[*].children[*].children[*][][][] | [?schema_id=='x']",
    "[*].children[].children[*].children[?schema_id=='x'][][]",
    "@[].children[].children[].children[?schema_id=='x'][]",
    "[] | [].children | [].children | [].children[] | [?schema_id=='x'][] | [?schema_id=='x']",
    "([].children[].children[].children)[] | [?schema_id=='x']",
]
HEADER = [
    "[].children[?schema_id=='x'][]",
    "[].children[?schema_id=='x'] | []",
    "[].children[] | [?schema_id=='x']",
    "[*].children[?schema_id=='x'][]",
    "[*].children | [] | [?schema_id=='x']",
    "[*].children[*] | [] | [?schema_id=='x'] | [*]",
]
REFUSED = [
    pytest.param("[?schema_id=='x']", id="sections"),
    pytest.param("[].children[].children[?schema_id=='x'][]", id="tuples and simple lists"),
    pytest.param("[].children[?schema_id=='x']", id="a list for each section"),
    pytest.param("[].children[].children[].children[?schema_id=='x']", id="a list for each row"),
    pytest.param("[*].children[*].children[*].children[?schema_id=='x'][][]", id="one level left"),
    pytest.param("[].children[?schema_id=='x'].{n: id}", id="keys in a list for each section"),
    pytest.param("[?schema_id=='s'].children[?schema_id=='x'][]", id="one section"),
    pytest.param("[?schema_id=='x'].children[]", id="what is below the id"),
    pytest.param("[].children[?schema_id=='s'][].children[].children[?schema_id=='x'][]",
                 id="one table"),
    pytest.param("[0].children[?schema_id=='x']", id="the first section"),
    pytest.param("[:1].children[?schema_id=='x'][]", id="a slice"),
    pytest.param("[].children[?schema_id=='x'][] | [0]", id="the first result"),
    pytest.param("[].children[?schema_id=='x'][].content.value", id="values"),
    pytest.param("[].children[?schema_id=='x'][].[id]", id="lists"),
    pytest.param("[].children[?schema_id=='x'][].{n: id || `1`}", id="computed keys"),
    pytest.param("[].children[?schema_id=='x'][].{n: id, n: schema_id}", id="a key twice"),
    pytest.param("[].children[?schema_id=='x'][].{n: @}", id="the node as a key"),
    pytest.param("[].children[?schema_id=='x'][].{schema_id: id}[?schema_id=='x']",
                 id="keys filtered"),
    pytest.param("[].children[?schema_id=='x'][].{children: id}.children", id="below keys"),
    pytest.param("[].children[].{n: id}", id="no id"),
    pytest.param("[].children[?schema_id=='x'][] | [?schema_id=='y']", id="two ids"),
    pytest.param("[].children[?schema_id!='x'][]", id="not the id"),
    pytest.param("[].children[?schema_id==`1`][]", id="no text"),
    pytest.param("[].children[?schema_id==id][]", id="two fields"),
    pytest.param("[].children[?category=='x'][]", id="another field"),
    pytest.param("[].children[?schema_id=='x' && id][]", id="a second condition"),
    pytest.param("[].children[].children[].children[].children[?schema_id=='x'][]", id="too deep"),
    pytest.param("children[?schema_id=='x']", id="a list has no children"),
    pytest.param("*.children[?schema_id=='x'][]", id="values of a mapping"),
    pytest.param("[?[].schema_id=='x']", id="a condition that is no path"),
    pytest.param("length([].children[?schema_id=='x'][])", id="a count"),
    pytest.param("[][?schema_id=='x'].children", id="children of sections"),
    pytest.param("[].children[].missing[]", id="no such lists"),
    pytest.param("missing[] | [].a", id="nothing"),
    pytest.param("@ | missing | @[]", id="nothing through pipes"),
]  # fmt: skip


@pytest.mark.parametrize("text", REFUSED)
def test_what_an_index_cannot_answer_has_no_shape(text):
    assert compile_path(text).shape is None


@pytest.mark.parametrize("text", CELLS)
def test_the_spellings_of_cells_are_recognized(text):
    assert compile_path(text).shape == Shape("x", "cells", None)


@pytest.mark.parametrize("text", HEADER)
def test_the_spellings_of_header_fields_are_recognized(text):
    assert compile_path(text).shape == Shape("x", "header", None)


@pytest.mark.parametrize(
    ("keys", "read", "id_key"),
    [
        (
            "{node_id: id, node_value: content.value}",
            (("node_id", ("id",)), ("node_value", ("content", "value"))),
            "node_id",
        ),
        ("{v: content.value}", (("v", ("content", "value")),), None),
        ("{a: @.id, b: id}", (("a", ("id",)), ("b", ("id",))), "a"),
    ],
)
@pytest.mark.parametrize("end", ["", "[]", " | []", " | [*]"])
def test_last_keys_belong_to_the_shape(keys, read, id_key, end):
    for text in (CELLS[0], CELLS[5], CELLS[11], HEADER[0]):
        shape = compile_path(f"{text}.{keys}{end}").shape

        assert shape is not None
        assert (shape.keys, shape.id_key) == (read, id_key)


def test_nodes_have_no_id_key():
    assert compile_path(HEADER[0]).shape.id_key is None


# Any content ---------------------------------------------------------------------------------

IDS = st.sampled_from(["x", "x", "y", "s"])


def node(category, below=None):
    always = {"id": st.integers(1, 99), "schema_id": IDS}
    sometimes = {
        "category": st.just(category),
        "content": st.none()
        | st.fixed_dictionaries({}, optional={"value": st.none() | st.sampled_from(["", "1"])}),
        "schema": st.none(),
    }
    if below is not None:
        sometimes["children"] = st.none() | st.lists(below, max_size=3)
    whole = st.fixed_dictionaries(always, optional=sometimes)
    return whole | st.fixed_dictionaries({}, optional={**always, **sometimes})


DATAPOINT = node("datapoint")
MULTIVALUE = node("multivalue", node("tuple", DATAPOINT)) | node("multivalue", DATAPOINT)
CONTENT = st.lists(node("section", DATAPOINT | MULTIVALUE), max_size=3)


def below(node):
    return node.get("children") or []


def indexed(shape, content):
    """Answer a shape by walking the content."""
    header = [node for section in content for node in below(section)]
    cells = [cell for node in header for row in below(node) for cell in below(row)]
    nodes = {"header": header, "cells": cells}[shape.place]
    found = [node for node in nodes if node.get("schema_id") == shape.schema_id]
    return found if shape.keys is None else [read(node, shape.keys) for node in found]


def read(node, keys):
    taken = {}
    for name, path in keys:
        value = node
        for step in path:
            value = value.get(step) if isinstance(value, dict) else None
        taken[name] = value
    return taken


STEPS = st.sampled_from(
    ["[]", "[*]", "[].children", "[*].children", "[].children[]", "[].children[?schema_id=='x']",
     "[?schema_id=='x']", " | [?schema_id=='x']", " | []", " | [*]", ".{n: id, v: content.value}",
     "[].{n: id}", ".children", ".children[?schema_id=='x']", " | @", "[?schema_id=='y']"]
)  # fmt: skip
CHAINS = st.builds("@{}".format, st.lists(STEPS, min_size=2, max_size=9).map("".join))


@settings(max_examples=60, deadline=None)
@given(content=CONTENT)
def test_every_recognized_spelling_gives_what_the_search_gives(content):
    for text in CELLS + HEADER:
        for keys in ("", ".{node_id: id, node_value: content.value}"):
            path = compile_path(text + keys)

            found = jmespath.compile(text + keys).search(content)

            assert indexed(path.shape, content) == found == path.search(content), text + keys


@settings(max_examples=400, deadline=None)
@given(text=CHAINS, content=CONTENT)
def test_a_shape_is_never_claimed_wrongly(text, content):
    path = compile_path(text)
    found = jmespath.compile(text).search(content)

    assert path.search(content) == found
    if path.shape is not None:
        assert indexed(path.shape, content) == found
