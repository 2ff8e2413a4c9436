import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.annotation.values import Kind
from gateway.diagnostic import Report
from gateway.rules.queue_schema import MAX_ELEMENTS, queue_schema_from, read_queue_schema


def datapoint(id_, type_="string", **more):
    return {"category": "datapoint", "id": id_, "label": id_.title(), "type": type_, **more}


def section(id_, *children):
    return {"category": "section", "id": id_, "label": "", "children": list(children)}


def table(id_, *columns):
    row = {"category": "tuple", "id": f"{id_}_row", "children": list(columns)}
    return {"category": "multivalue", "id": id_, "label": "Lines", "children": row}


SCHEMA = [
    section(
        "amounts",
        datapoint("amount_total", "number", constraints={"length": {"max": 12}}),
        datapoint("date_issue", "date", hidden=True),
        datapoint("currency", "enum", options=[{"value": "eur", "label": "€"}, {"label": "?"}, 1]),
        datapoint("checked", "boolean", constraints={"length": {"max": 9, "exact": 4}}),
        datapoint("send", "button"),
        datapoint("novel", "hologram"),
        datapoint("sum", "number", formula="field.amount_total"),
        datapoint("tax", "number", ui_configuration={"type": "formula"}),
    ),
    section(
        "lines",
        table("line_items", datapoint("item_amount", "number"), datapoint("item_code")),
        {"category": "multivalue", "id": "notes", "children": datapoint("note")},
    ),
]


def read(content):
    report = Report()
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    return read_queue_schema(raw, "acme.schema.json", report), list(report)


@pytest.mark.parametrize(
    ("raw", "code", "message"),
    [
        (b"", "R121", "not JSON"),
        (b"{", "R121", "not JSON"),
        (b'{"content": [1,]}', "R121", "not JSON"),
        (b"[NaN]", "R121", "not JSON"),
        (b'["\xff"]', "R121", "not JSON"),
        pytest.param(b"[" * 200_000, "R121", "nested too deeply", id="deep"),
        ("text", "R122", "no list of sections"),
        (None, "R122", "no list of sections"),
        ([], "R122", "no list of sections"),
        ({"content": "https://x/api/v1/schemas/1"}, "R122", "no list of sections"),
        ({"results": []}, "R122", "no list of sections"),
        ([7], "R122", "element 1 is not an object"),
        ([datapoint("x")], "R122", "'datapoint' cannot stand here"),
        ([section("s", section("t"))], "R122", "'section' cannot stand here"),
        ([{"category": "section", "children": []}], "R122", "has no id"),
        (
            [
                section("s", datapoint("")),
            ],
            "R122",
            "has no id",
        ),
        ([{"category": "section", "id": "s"}], "R122", "the children of section 's'"),
        (
            [section("s", {"category": "multivalue", "id": "m", "children": None})],
            "R122",
            "the children of multivalue 'm' are not an object",
        ),
        ([section("s", datapoint("s"))], "R123", "two elements of the schema have the id 's'"),
    ],
)
def test_a_bad_export_is_refused(raw, code, message):
    schema, mistakes = read(raw)

    assert schema is None
    assert [mistake.code for mistake in mistakes] == [code]
    assert message in mistakes[0].message


@pytest.mark.parametrize("content", [SCHEMA, {"id": 7, "name": "x", "content": SCHEMA}])
def test_the_object_and_the_bare_list_are_the_same(content):
    schema, mistakes = read(content)

    assert not mistakes
    assert schema == queue_schema_from(content) == queue_schema_from(SCHEMA)


@pytest.mark.parametrize(
    ("schema_id", "category", "kind", "in_table"),
    [
        ("amounts", "section", None, None),
        ("amount_total", "datapoint", Kind.NUMBER, None),
        ("date_issue", "datapoint", Kind.DATE, None),
        ("currency", "datapoint", Kind.TEXT, None),
        ("checked", "datapoint", Kind.BOOLEAN, None),
        ("send", "datapoint", None, None),
        ("novel", "datapoint", None, None),
        ("line_items", "multivalue", None, None),
        ("line_items_row", "tuple", None, "line_items"),
        ("item_amount", "datapoint", Kind.NUMBER, "line_items"),
        ("note", "datapoint", Kind.TEXT, "notes"),
    ],
)
def test_each_element_knows_its_place_and_kind(schema_id, category, kind, in_table):
    found = queue_schema_from(SCHEMA).fields[schema_id]

    assert (found.schema_id, found.category, found.kind, found.table) == (
        schema_id,
        category,
        kind,
        in_table,
    )


def test_the_details_of_fields_are_read():
    fields = queue_schema_from(SCHEMA).fields

    assert list(fields)[:3] == ["amounts", "amount_total", "date_issue"]
    assert fields["amount_total"].label == "Amount_Total"
    assert [name for name in fields if fields[name].hidden] == ["date_issue"]
    assert [name for name in fields if fields[name].formula] == ["sum", "tax"]
    assert fields["currency"].options == ("eur",)
    assert fields["amount_total"].max_length == 12
    assert fields["checked"].max_length == 4
    assert fields["send"].type == "button"


def test_a_category_that_is_left_out_is_told_by_the_children():
    row = {"id": "row", "children": [{"id": "cell", "type": "number"}]}
    content = [{"id": "s", "children": [{"id": "f"}, {"id": "t", "children": row}]}]

    fields = queue_schema_from(content).fields

    assert {name: (found.category, found.table) for name, found in fields.items()} == {
        "s": ("section", None),
        "f": ("datapoint", None),
        "t": ("multivalue", None),
        "row": ("tuple", "t"),
        "cell": ("datapoint", "t"),
    }


def test_duplicate_ids_are_shown_with_both_places():
    raw = b'[\n {"id": "s", "category": "section", "children": [\n'
    raw += b'  {"category": "datapoint", "id": "total"},\n'
    raw += b'  {"category": "datapoint", "id":  "total"}]}]'

    _, (mistake,) = read(raw)

    assert (mistake.span.line, mistake.span.column, mistake.span.end_column) == (4, 36, 43)
    assert (mistake.related.line, mistake.related.column) == (3, 35)


def test_a_fault_in_json_is_shown_where_it_is():
    _, (mistake,) = read('{\n "a": [1],\n "ž": ?}'.encode())

    assert (mistake.span.line, mistake.span.column) == (3, 7)


def test_a_byte_order_mark_is_no_fault():
    assert read(b"\xef\xbb\xbf" + json.dumps(SCHEMA).encode())[0] == queue_schema_from(SCHEMA)


def test_a_side_load_is_read_as_far_as_it_goes():
    content = [None, section("s", 5, datapoint("a", "date"), {"category": "odd"}, datapoint("a"))]

    assert queue_schema_from(content).fields["a"].kind is Kind.DATE


def test_a_schema_of_very_many_elements_is_cut():
    content = [section("s", *({"id": f"f{n}"} for n in range(MAX_ELEMENTS + 5)))]

    assert len(queue_schema_from(content).fields) == MAX_ELEMENTS


TREES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                [
                    "id",
                    "category",
                    "children",
                    "content",
                    "options",
                    "type",
                    "constraints",
                    "length",
                ]
            ),
            inner
            | st.sampled_from(["section", "multivalue", "tuple", "datapoint", "number", "formula"]),
            max_size=6,
        )
    ),
    max_leaves=25,
)


@given(TREES)
def test_any_tree_gives_a_schema_or_none(tree):
    found = queue_schema_from(tree)

    assert found is None or found.fields


@given(st.one_of(TREES.map(lambda tree: json.dumps(tree).encode()), st.binary(max_size=40)))
def test_any_bytes_give_a_schema_or_a_diagnostic(raw):
    schema, mistakes = read(raw)

    assert (schema is None) == bool(mistakes)
