"""What a JMESPath selector finds over decoded nodes is what it finds over the plain request."""

import pytest

from gateway.engine.subject import Subject
from gateway.rules.selectors.path import compile_path
from tests.documents import Document, number
from tests.subjects import found_by_library, found_over, subject_of

pytestmark = pytest.mark.filterwarnings("ignore:deprecated string literal")

DOCUMENT = Document(
    {"vendor": "ACME", "total": number("7"), "empty": ""},
    {
        "line_items": [
            {"code": "A", "amount": number("1"), "unit": "kg"},
            {"code": "B", "amount": number("2"), "unit": ""},
            {"code": "B", "amount": number("3")},
        ],
        "taxes": [{"rate": number("21"), "base": number("3")}],
        "remarks": ["one", "two"],
        "nothing": [],
    },
    marks={"amount": {"validation_sources": ["human", "score"], "hidden": True}},
).payload()
CELLS = "[].children[].children[].children[]"


NODES = [
    "[].children[?schema_id=='line_items'].children[] | []",
    "[?schema_id=='lines'].children[].children[]",
    f"{CELLS} | [?schema_id=='amount' && content]",
    "[].children[].children[].children[?schema_id=='unit' && content.value!=''][]",
    "[].children[].children[].children[?ends_with(schema_id, 'ount')][]",
    "[].children[].children[].children[?schema_id=='code' && category=='datapoint'][]",
    "[].children[].children[].children[?content.value && schema_id=='code'][]",
    "[].children[].children[].children[?starts_with(url, 'https') && schema_id=='code'][]",
    "[].children[] | [?schema_id=='vendor'] | [0]",
    "[0].children[0]",
    "[0].children[-1]",
    "[0].children[:2]",
    "[1].children[0].children[1].children",
    "[].children[?!children][]",
    "[].children[?children==`null`][]",
    "[].children[].children[?children!=`[]`][]",
    "[].children[].children[?length(children) > `2`][]",
    "[].children[].children[?children[?schema_id=='unit' && content.value=='']][]",
    "[].children[].children[?contains(children[].schema_id, 'rate')][]",
    "[].children[].children[].children[?hidden][]",
    "[].children[].children[].children[?contains(validation_sources, 'human')][]",
    "[].children[].children[].children[?content.page > `0`][]",
    f"reverse({CELLS})",
    f"sort_by({CELLS}, &content.value)",
    f"max_by({CELLS}, &content.value)",
    f"map(&@, {CELLS})",
    "map(&children, [].children[].children[])[]",
    f"not_null({CELLS}, `null`)",
    "to_array([0].children[0])",
    "[].children[].children[?@.schema_id][].children[]",
    "[[0].children[0], [0].children[1]]",
    "map(&(children || `[]`), [].children[].children[])[]",
    "[].children[].children[].[children[0]][]",
    "[0].children[?id && content][]",
    "[0].children[0] | (content && @)",
    "[0].children[?!(content.value=='ACME') && !(content && hidden)]",
    f"{CELLS} | [?schema_id!='code']",
    f"{CELLS}[][]",
    "(children || @)[0].children[0]",
]
VALUES = [
    f"{CELLS}.content.value",
    f"{CELLS}.[schema_id, content.value]",
    f"{CELLS}.{{id: id, v: content.value, u: url}}",
    f"{CELLS}.{{id: id}} | [?id > `1010`]",
    f"length({CELLS})",
    "length(@)",
    "type(@)",
    "[].schema_id",
    "[].children[].content.normalized_value | [0]",
    "[].children[].content.rir_text",
    f"{CELLS}.validation_sources[]",
    f"map(&(content.normalized_value || content.value), {CELLS})",
    f"join(', ', {CELLS}.content.value)",
    f"sort({CELLS}.content.value)",
    f"{CELLS}.id.foo",
    f"{CELLS}.schema_id.length(@)",
    "foo",
    "'' && schema_id",
    "[].foo.bar",
    "*",
    "[].children[].children[].children[].children",
    "[0] == `1` || 'x'",
    "[].children | [0] | foo",
    '`{"id": 1001}`',
    "abs('x').foo",
    "min_by(@, &[])[]",
    "[].children[].options[].value",
    "[?content].schema_id",
    "@.children",
]
WHOLE = [
    "@",
    "[]",
    "[].children",
    "[].children[].children[].children",
    f"{CELLS}.content",
    f"{CELLS}.keys(@)",
    f"{CELLS}.*",
    f"{CELLS}.to_string(@)",
    f"{CELLS}.{{node: @}}",
    f"{CELLS}.[id, content]",
    f"{CELLS} | [?content==`{{}}`]",
    f"({CELLS} | [?@==@]).id",
    f"{CELLS} | [?contains([@], @)].schema_id",
    f"{CELLS}.content | [0]",
    "[?contains(keys(@), 'id')] | [0].children[0].[@, content, content.value]",
    "[0].children[0].merge(@, `{}`)",
    f"{CELLS} | sort_by(@, &content)",
    "[0] || 'x'",
    f'{CELLS}."sub-key"',
    f"{CELLS}.class",
    f"{CELLS}.type(@)",
    "map(&@, [0].children[0])",
    "[0].children[0].length(@)",
    "[0] == [0]",
    "'' && [].children[]",
    f"not_null({CELLS}, [].children[])",
]  # fmt: skip


@pytest.mark.parametrize("text", NODES)
def test_selectors_of_nodes_never_ask_for_plain_data(text):
    path = compile_path(text)
    subject, plain = subject_of(DOCUMENT, path)

    assert found_over(subject, path) == found_by_library(DOCUMENT, path, over_nodes=True)
    assert plain.times == 0


@pytest.mark.parametrize("text", VALUES)
def test_selectors_of_values_never_ask_for_plain_data(text):
    path = compile_path(text)
    subject, plain = subject_of(DOCUMENT, path)

    assert subject.nodes(path) is None
    assert found_over(subject, path) == found_by_library(DOCUMENT, path, over_nodes=False)
    assert plain.times == 0


@pytest.mark.parametrize("text", WHOLE)
def test_selectors_that_look_at_whole_nodes_are_given_what_these_were_decoded_from(text):
    path = compile_path(text)
    subject, plain = subject_of(DOCUMENT, path)

    assert found_over(subject, path) == found_by_library(DOCUMENT, path, over_nodes=False)
    assert plain.times == 1
    assert path.over_nodes is not None
    assert path.over_nodes.asks_whole


def test_nodes_are_found_by_what_only_plain_data_tells():
    path = compile_path(f"{CELLS} | [?schema_id=='amount' && contains(keys(@), 'hidden')]")
    subject, plain = subject_of(DOCUMENT, path)

    assert found_over(subject, path) == found_by_library(DOCUMENT, path, over_nodes=True)
    assert plain.times == 1


@pytest.mark.parametrize(
    ("marks", "text"),
    [
        pytest.param({"content": {}}, "[0].children[?content]", id="a content without keys"),
        pytest.param({"content": {}}, "[0].children[?!content]", id="negated"),
        pytest.param({"content": {}}, "[0] | (children[0].content || `null`).value", id="a value"),
        pytest.param({"content": {}}, "[0].children[?content && id]", id="with another condition"),
        pytest.param({"content": None}, "[0].children[]", id="neither content nor children"),
    ],
)
def test_what_nodes_do_not_tell_is_asked_of_plain_data(marks, text):
    payload = Document({"vendor": "ACME"}, marks={"vendor": marks}).payload()
    path = compile_path(text)
    subject, plain = subject_of(payload, path)

    assert found_over(subject, path) == found_by_library(payload, path, over_nodes=False)
    assert plain.times == 1


def test_lists_that_several_selectors_go_through_are_made_once():
    first, second = compile_path(f"{CELLS} | [?id]"), compile_path(f"{CELLS} | [?hidden]")
    subject, _ = subject_of(DOCUMENT, first)

    assert first.over_nodes is not None
    subject.nodes(first)
    before = dict(subject._kept)
    subject.nodes(second)

    assert all(subject._kept[key] is found for key, found in before.items())
    assert len(subject._kept) < 2 * len(before)


def test_removed_rows_are_found_in_neither():
    path = compile_path(f"{CELLS} | [?id]")
    subject, _ = subject_of(DOCUMENT, path)
    row = DOCUMENT["annotation"]["content"][1]["children"][0]["children"][0]
    gone = {row["id"], *(cell["id"] for cell in row["children"])}
    plain = Subject(subject.plain)

    left = subject.without(gone)

    ids = [node.id for node in left.nodes(path) or ()]
    assert ids == [node["id"] for node in plain.without(gone).search(path)]
    assert not gone & set(ids)
    assert subject.without(gone) is left
    assert subject.without(set()) is subject
    assert [node.id for node in subject.nodes(path) or ()] != ids
