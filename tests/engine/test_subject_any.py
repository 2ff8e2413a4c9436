"""Any JMESPath selector, on any well-formed tree: nodes and plain data give the same."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.annotation.content import Content
from gateway.engine.selection import select
from gateway.hooks.request import Request
from gateway.rules.rule import ByPath
from gateway.rules.selectors.path import Path, PathSyntaxError, SelectorError, compile_path
from tests.documents import Document
from tests.subjects import decoded, found_by_library, found_over, subject_of, told

pytestmark = pytest.mark.filterwarnings("ignore:deprecated string literal")

LISTS = ["[].children[]", "[].children[].children[]", "[].children[].children[].children[]"]
FIELDS = st.sampled_from(
    ["schema_id", "id", "children", "content", "content.value", "content.normalized_value",
     "content.page", "content.rir_confidence", "category", "hidden", "options", "missing"]
)  # fmt: skip
LITERALS = st.sampled_from(["'x'", "''", "`1`", "`null`", "`true`", "`[]`", "`{}`", "'datapoint'"])


def longer(inner):
    return st.one_of(
        st.builds("{}.{}".format, inner, FIELDS),
        st.builds("{}.children[]".format, inner),
        st.builds("{}[]".format, inner),
        st.builds("{}[{}]".format, inner, st.sampled_from(["0", "-1", ":1", "*", "::-1"])),
        st.builds("{}[?{}=={}]".format, inner, FIELDS, LITERALS),
        st.builds("{}[?schema_id=='x' && {}]".format, inner, inner),
        st.builds("{}[?{}]".format, inner, inner),
        st.builds("{}[?{}].{}".format, inner, inner, inner),
        st.builds("{} | {}".format, inner, inner),
        st.builds("{} && {}".format, inner, inner),
        st.builds("{} || {}".format, inner, inner),
        st.builds("!{}".format, inner),
        st.builds("{} == {}".format, inner, inner),
        st.builds("{}.{{id: {}, v: {}}}".format, inner, inner, inner),
        st.builds("{}.[{}, {}]".format, inner, inner, inner),
        st.builds("{}({})".format, st.sampled_from(["length", "reverse", "to_array", "type",
                  "keys", "to_string", "sort", "max", "values"]), inner),
        st.builds("not_null({}, {})".format, inner, inner),
        st.builds("map(&{}, {})".format, inner, inner),
        st.builds("{}({}, &{})".format, st.sampled_from(["sort_by", "min_by"]), inner, inner),
        st.builds("contains({}, {})".format, inner, inner),
    )  # fmt: skip


SELECTORS = st.recursive(
    st.one_of(FIELDS, LITERALS, st.sampled_from(["@", "[]", *LISTS, *LISTS, "[0].children"])),
    longer,
    max_leaves=6,
)
SCHEMA_IDS = st.sampled_from(["x", "y", "z"])
TEXTS = st.sampled_from([None, "", "x", "1"])
CONTENTS = st.one_of(
    st.none(),
    st.fixed_dictionaries(
        {},
        optional={
            "value": TEXTS,
            "normalized_value": TEXTS,
            "page": st.sampled_from([None, 1, 2]),
            "rir_confidence": st.sampled_from([None, 0, 1, 0.5, 1.0]),
        },
    ),
)


def node_of(level: int) -> st.SearchStrategy[dict[str, Any]]:
    optional: dict[str, Any] = {
        "category": st.sampled_from(["datapoint", "tuple", None, 7]),
        "hidden": st.sampled_from([None, True, False]),
        "options": st.sampled_from([None, [], [{"value": "x", "label": "X"}]]),
    }
    if level:
        optional["content"] = CONTENTS
    if level < 3:
        optional["children"] = st.one_of(st.none(), st.lists(node_of(level + 1), max_size=3))
    return st.fixed_dictionaries({"id": st.just(0), "schema_id": SCHEMA_IDS}, optional=optional)


@st.composite
def payloads(draw: st.DrawFn) -> Any:
    """A request, its nodes numbered, some of them with the number of another."""
    sections = draw(st.lists(node_of(0), max_size=3))
    for position, node in enumerate(_all(sections)):
        node["id"] = position if draw(st.integers(0, 9)) else draw(st.integers(0, 9))
    return {**Document().payload(), "annotation": {"content": sections}}


def _all(nodes: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for node in nodes:
        yield node
        yield from _all(node.get("children") or [])


@settings(max_examples=150, deadline=None)
@given(text=SELECTORS, payload=payloads())
def test_any_selector_finds_over_nodes_what_the_library_finds(text, payload):
    try:
        path = compile_path(text)
    except PathSyntaxError:
        return
    subject, _ = subject_of(payload, path)
    try:
        nodes = subject.nodes(path)
    except SelectorError:
        nodes = None

    assert found_over(subject, path) == found_by_library(payload, path, nodes is not None)


@settings(max_examples=150, deadline=None)
@given(text=SELECTORS, payload=payloads())
def test_any_selector_selects_over_nodes_what_it_selects_over_plain_data(text, payload):
    try:
        path = compile_path(text)
    except PathSyntaxError:
        return
    request, body = decoded(payload, path)

    over_nodes = selected(path, request)
    # Without keys that its nodes are promised to have, a request is searched as plain data.
    over_plain = selected(path, Request(request._decoded, body))

    assert over_nodes == over_plain


def selected(path: Path, request: Request) -> Any:
    assert request.tree is not None
    facts = request.at(datetime(2025, 1, 31, tzinfo=UTC), lambda: False)
    try:
        found = select(ByPath(path), Content(request.tree, {}), facts)
    except SelectorError:
        return "failed"
    return [
        (
            [None if node is None else id(node) for node in one.nodes],
            None if one.table is None else id(one.table.node),
            list(one.rows),
            one.is_whole,
            one.schema_id,
            told(one.results),
        )
        for one in found
    ]
