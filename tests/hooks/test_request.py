"""Bodies that are odd, hostile or broken, and what is made of them."""

import copy

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.annotation.tree import MAX_NODES
from gateway.hooks.request import Decoder, PayloadError
from gateway.hooks.wire import Reads
from gateway.runtime import ForeignSecretError
from tests.documents import UNSIGNED, Document, ask, gateway, number

READS = Reads(
    content=frozenset(("page", "rir_text", "rir_confidence")),
    node=frozenset(("validation_sources", "options")),
    annotation=frozenset(("metadata", "status")),
    document=frozenset(("original_file_name",)),
    envelope=frozenset(("schemas", "settings", "queues")),
)
DOCUMENT = Document(
    {"vendor": "ACME", "amount_total": number("1,200.00", "1200.00")},
    {"line_items": [{"item_code": "A", "item_amount": number("3")}]},
)
#: Says everything that can be known of the fields: what this answers, was read.
RULES = """
  - {id: vendor, select: vendor, message: "vendor {value}"}
  - {id: total, select: amount_total, when: value > 100, message: "total {value}"}
  - {id: rows, select: line_items, message: {at: item_amount, text: "{item_code} {item_amount}"}}
  - id: paths
    select: "[].children[].children[].children[?schema_id=='item_amount'][]"
    message: {type: info, text: "path {value}"}
  - {id: decoded, mode: shadow, select: "[].children[].DECODED", message: Never answered.}
"""
ALL = [
    ("vendor", "vendor ACME"),
    ("amount_total", "total 1200.00"),
    ("item_amount", "A 3"),
    ("item_amount", "path 3"),
]


@pytest.fixture(scope="module", params=["schema_id", "keys(@)"], ids=["in part", "as a whole"])
def made(request):
    return gateway(RULES.replace("DECODED", request.param))


def body(payload=None, **keys):
    return msgspec.json.encode({**(payload or DOCUMENT.payload()), **keys})


def nested(depth, opening="[", closing="]"):
    return (opening * depth + "1" + closing * depth).encode()


BODY = body()


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        (b"", "not JSON"),
        (b"null", "not a JSON object"),
        (b"[]", "not a JSON object"),
        (b'"text"', "not a JSON object"),
        (b"{}", "no event"),
        (BODY + b"x", "not JSON"),
        (BODY[:-1], "not JSON"),
        (b"\xef\xbb\xbf" + BODY, "not JSON"),
        (BODY.decode().encode("utf-16"), "not JSON"),
        (BODY.replace(b"ACME", b"AC\xffME"), "not JSON"),
        (BODY.replace(b"ACME", b"AC\\ud800"), "not JSON"),
        (BODY.replace(b"ACME", b"AC\tME"), "not JSON"),
        (BODY.replace(b'"page":1', b'"page":NaN', 1), "not JSON"),
        (BODY.replace(b'"page":1', b'"page":Infinity', 1), "not JSON"),
        (body(event=None), "no event"),
        (body(event=["annotation_content"]), "no event"),
        (body(action=3), "no action"),
        (body(settings=None).replace(b"null", nested(200_000), 1), "not JSON"),
        pytest.param(
            BODY.replace(b'"id":1001', b'"id":' + b"9" * 5_000), "digits", id="5 000 digits"
        ),
    ],
)
def test_what_is_no_hook_request_is_refused_in_a_sentence(sent, reason):
    with pytest.raises(PayloadError) as raised:
        Decoder(READS).decode(sent)

    assert reason in str(raised.value)
    assert "ACME" not in str(raised.value)


def cell(payload):
    return payload["annotation"]["content"][1]["children"][0]["children"][0]["children"][1]


def table(payload):
    return payload["annotation"]["content"][1]["children"][0]


def changed(change):
    payload = copy.deepcopy(DOCUMENT.payload())
    change(payload)
    return payload


NO_CELL = [*ALL[:2], (None, "A: A ")]


@pytest.mark.parametrize(
    "change",
    [
        lambda payload: None,
        lambda payload: [payload.pop(key) for key in ("timestamp", "hook", "updated_datapoints")],
        lambda payload: payload.update(updated_datapoints=[None, {}, [1], True, 1.5, "x"]),
        lambda payload: payload.update(updated_datapoints={"a": 1}),
        lambda payload: payload.update(document="https://example.com/api/v1/documents/1"),
        lambda payload: payload.update(document=[1]),
        lambda payload: payload.update(request_id=3),
        lambda payload: payload.update(settings=[[]], invented={"a": [1]}),
        lambda payload: payload.update(schemas="https://example.com/api/v1/schemas/1"),
        lambda payload: payload.update(schemas=[{"content": [1, None, {"children": 3}]}]),
        lambda payload: payload["annotation"].update(queue="8199"),
        lambda payload: payload["annotation"].update(queue=8199),
        lambda payload: payload["annotation"].update(queue="https://example.com/q/" + "9" * 5_000),
        lambda payload: payload["annotation"].update(queue="https://example.com/v1/queues/8199/"),
        lambda payload: payload["annotation"].update(metadata=[{"a": None}], messages=None),
        lambda payload: payload["annotation"]["content"].extend([None, 3, "x", [], {}]),
        lambda payload: table(payload)["children"].extend([None, 3, "x", []]),
        lambda payload: [cell(payload).pop(key) for key in ("category", "url")],
        lambda payload: cell(payload).pop("validation_sources"),
        lambda payload: cell(payload).update(validation_sources="human", time_spent="x"),
        lambda payload: cell(payload).update(validation_sources=[1, None]),
        lambda payload: cell(payload).update(options=[1, {"value": 3}, {"value": "x"}, None]),
        lambda payload: cell(payload).update(hidden="yes", category="hologram", grid={"a": 1}),
        lambda payload: cell(payload)["content"].update(page=1.5, rir_confidence="high"),
        lambda payload: cell(payload)["content"].update(page=2**80, rir_confidence=10**40),
        lambda payload: cell(payload)["content"].update(rir_text=["x"], position="None"),
        lambda payload: cell(payload)["content"].update(rir_text="None", page="None"),
        lambda payload: cell(payload)["content"].update(value=3, normalized_value=3),
        lambda payload: table(payload)["children"][0]["children"].reverse(),
        lambda payload: table(payload)["children"][0]["children"].extend([None, {"id": 1}]),
        lambda payload: cell(payload).update(children=[{"id": 1, "schema_id": "deeper"}]),
    ],
)
def test_oddities_beside_the_values_change_nothing(made, change):
    payload = changed(change)

    answered = ask(made, payload)

    assert sorted(answered.said, key=str) == sorted(ALL, key=str)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda one: one.update(content=None), NO_CELL),
        (lambda one: one.pop("content"), NO_CELL),
        (lambda one: one.update(content=[]), NO_CELL),
        (lambda one: one.update(content="None"), NO_CELL),
        (lambda one: one["content"].pop("value"), NO_CELL),
        (lambda one: one["content"].update(value=None), NO_CELL),
        (lambda one: one["content"].update(value={"a": 1}), NO_CELL),
        (lambda one: one.update(id=None), NO_CELL),
        (lambda one: one.update(id=True), NO_CELL),
        (lambda one: one.update(id=1.0), NO_CELL),
        (lambda one: one.update(id=[1]), NO_CELL),
        (lambda one: one.update(schema_id=3), NO_CELL),
        (lambda one: one.pop("schema_id"), NO_CELL),
    ],
)
def test_a_cell_that_says_nothing_is_an_empty_cell_or_none(made, change, expected):
    payload = changed(lambda payload: change(cell(payload)) and None)

    said = ask(made, payload).said

    assert [place for place, _ in said if place is None or "item" not in place] != []
    assert ("vendor", "vendor ACME") in said
    assert not any("3" in text for _, text in said)


@pytest.mark.parametrize(
    "content", [None, "None", "https://example.com/api/v1/annotations/1/content", {}, 3]
)
def test_no_list_of_sections_is_no_content(made, content):
    payload = changed(lambda payload: payload["annotation"].update(content=content))

    assert ask(made, payload).answer.evaluation is None


@pytest.mark.parametrize("annotation", [None, "https://example.com/api/v1/annotations/1", [], {}])
def test_no_annotation_is_no_content(made, annotation):
    answered = ask(made, {**DOCUMENT.payload(), "annotation": annotation})

    assert answered.answer.evaluation is None
    assert answered.json == {"messages": [], "operations": []}


@pytest.mark.parametrize(
    ("children", "rows"),
    [
        pytest.param([], 0, id="no rows"),
        pytest.param(None, 0, id="null"),
        pytest.param({}, 0, id="an object"),
        pytest.param("None", 0, id="a text"),
        pytest.param([{"id": 1, "schema_id": "line_item", "children": []}], 1, id="no cells"),
        pytest.param([{"id": 1, "category": "tuple", "schema_id": "line_item", "children": None}],
                     1, id="null for cells"),
    ],
)  # fmt: skip
def test_a_table_may_be_empty_in_every_way(children, rows):
    made = gateway("  - {id: rows, message: '{count(line_items)}'}")
    payload = changed(lambda payload: table(payload).update(children=children))

    assert ask(made, payload).said == [(None, str(rows))]


IDS = [1, 0, -5, 2**31, 2**53 + 1, 2**63, 2**64, 2**70, "1", "2147483648", "018", "id with ü"]


@pytest.mark.parametrize("node_id", IDS)
@pytest.mark.parametrize("beside", [{}, {"validation_sources": 3}], ids=["typed", "lenient"])
def test_ids_come_back_in_the_type_and_value_received(node_id, beside):
    made = gateway("""
  - {id: say, select: item_amount, message: Here.}
  - {id: write, select: item_amount, replace: "9"}
""")
    answered = ask(made, changed(lambda payload: cell(payload).update(id=node_id, **beside)))

    found = [answered.json["messages"][0]["id"], answered.json["operations"][0]["id"]]
    assert [(type(one), one) for one in found] == [(type(node_id), node_id)] * 2


def test_samples_that_spell_null_as_a_text_are_read_as_null():
    made = gateway("""
  - id: nothing
    require: is_empty(field.vendor.extracted) and is_empty(amount_total)
    message: Read as a text.
  - {id: kind, require: sum(item_amount) == 3, message: Read as a text.}
  - {id: fact, require: is_empty(annotation.modifier), message: Read as a text.}
""")
    content = {"value": "ACME", "normalized_value": "None", "rir_text": "None", "page": "None"}
    document = Document(
        {"vendor": "", "amount_total": ("", "None")},
        {"line_items": [{"item_amount": number("3")}, {"item_amount": ("", "None")}]},
        annotation={"modifier": "None"},
    )
    payload = document.payload()
    payload["annotation"]["content"][0]["children"][0]["content"] = content

    assert ask(made, payload).said == []


@pytest.mark.parametrize(
    ("rows", "cells", "fits"),
    [
        (MAX_NODES - 10, 0, True),
        (MAX_NODES + 1, 0, False),
        (MAX_NODES // 2 + 1, 1, False),
    ],
)
@pytest.mark.parametrize("odd", [[], {}], ids=["typed", "lenient"])
def test_a_tree_holds_so_many_nodes_and_no_more(rows, cells, fits, odd):
    row = '{"id":1,"schema_id":"r","children":[' + '{"id":2,"schema_id":"c"}' * cells + "]}"
    tree = '{"id":3,"schema_id":"t","children":[' + ",".join([row] * rows) + "]}"
    sent = body(changed(lambda payload: payload["annotation"].update(content=["X"])))
    section = '{"id":4,"schema_id":"s","children":[' + tree + "]}"
    sent = sent.replace(b'"X"', section.encode())
    sent = sent.replace(b'"updated_datapoints":[]', f'"updated_datapoints":{odd}'.encode())

    if fits:
        assert Decoder(Reads()).decode(sent).tree is not None
    else:
        with pytest.raises(PayloadError, match="nodes"):
            Decoder(Reads()).decode(sent)


def test_few_rows_of_very_many_columns_are_refused_before_they_are_a_grid():
    cells = ",".join(f'{{"id":{n},"schema_id":"c{n}"}}' for n in range(60_000))
    row = '{"id":1,"schema_id":"r","children":[]}'
    rows = f'{{"id":1,"schema_id":"r","children":[{cells}]}},' + ",".join([row] * 60_000)
    tree = (
        f'[{{"id":4,"schema_id":"s","children":[{{"id":3,"schema_id":"t","children":[{rows}]}}]}}]'
    )
    sent = body(changed(lambda payload: payload["annotation"].update(content="X")))

    with pytest.raises(PayloadError, match="nodes"):
        Decoder(Reads()).decode(sent.replace(b'"X"', tree.encode()))


@pytest.mark.parametrize("number_text", ["1e999999999", "-1e400", "9" * 4_000])
@pytest.mark.parametrize("key", ["rir_confidence", "position", "normalized_value", "unheard_of"])
def test_a_number_beyond_all_bounds_is_unreadable_and_no_more(made, number_text, key):
    sent = body().replace(b'"page":1', f'"page":1,"{key}":[{number_text}]'.encode(), 1)
    bare = body().replace(b'"page":1', f'"page":1,"{key}":{number_text}'.encode(), 1)

    for one in (sent, bare, bare.replace(b'"validation_sources":[]', b'"hidden":3')):
        answer = ask(made, msgspec.Raw(one)).answer
        assert answer.evaluation is not None
        assert answer.failed == ()


@pytest.mark.parametrize("depth", [30, 300, 480, 700, 950])
@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"x":', "}"), ('[{"x":', "}]")])
@pytest.mark.parametrize("place", [b'"unheard_of"', b'"settings"', b'"metadata"'])
def test_depth_harms_nobody(place, opening, closing, depth):
    made = gateway("""
  - {id: fine, message: Fine.}
  - {id: settings, when: payload.settings.x.x == "1", message: Deep.}
  - {id: metadata, when: annotation.metadata == "1", message: Deep.}
  - {id: list, message: "{payload.settings} {annotation.metadata.x}", on_failure: ignore}
  - {id: path, select: "[].children[].*[]", message: Path.}
""")
    sent = body(annotation={**DOCUMENT.payload()["annotation"], "metadata": 1}, settings=1)
    deep = nested(depth, opening, closing)
    sent = sent.replace(place + b":1", place + b":" + deep)
    sent = sent.replace(b'"timestamp"', b'"unheard_of":' + deep + b',"timestamp"')

    try:
        answer = ask(made, msgspec.Raw(sent)).answer
    except PayloadError:
        assert depth >= 300
    else:
        assert "fine" in answer.fired


def test_a_request_shows_nothing_of_what_it_holds():
    sent = body(secrets={"token": "canary-1"}, rossum_authorization_token="canary-2")
    request = Decoder(READS).decode(sent)

    assert "canary" not in f"{request!r} {request.payload!r}"
    assert request.payload.keys() & {"secrets", "rossum_authorization_token"} == set()


@pytest.mark.parametrize(
    ("keys", "queue_ids"),
    [
        ({"annotation": {"queue": "https://acme.example.com/api/v1/queues/8199"}}, {8199}),
        ({"annotation": {"queue": "https://us.api.example.com/v1/queues/8199"}}, {8199}),
        ({"annotation": {"queue": "https://example.com/v1/queues/8199/?page=1"}}, {8199}),
        ({"annotation": {"queue": {"id": 8199, "name": "A"}}}, {8199}),
        ({"annotation": {"queue": {"url": "https://example.com/v1/queues/8199"}}}, {8199}),
        ({"annotation": {"queue": 8199}}, {8199}),
        ({"annotation": {"queue": None}, "queue": "https://example.com/queues/205"}, {205}),
        ({"queue": "https://us.api.example.com/v1/queues/205"}, {205}),
        ({"queue": "https://us.api.example.com/v1/queues/205", "files": [{"queue": 3}]}, {205}),
        ({"files": [{"queue": "https://us.api.example.com/v1/queues/206"}]}, {206}),
        ({"files": [{"queue": "/queues/206"}, {"queue": "/queues/7"}, {"queue": 206}]}, {206, 7}),
        ({"files": [{"queue": None}, {}, 3, None, {"queue": ["/queues/7"]}]}, set()),
        ({"files": []}, set()),
        ({"files": {"queue": "/queues/7"}}, set()),
        ({"annotation": {"queue": None}}, set()),
        ({"annotation": {"queue": "https://acme.example.com/queues/८१९९"}}, set()),
        ({"annotation": {"queue": "https://acme.example.com/queues/-3"}}, set()),
        ({"annotation": {"queue": "https://acme.example.com/queues/" + "9" * 30}}, set()),
        ({"annotation": {"queue": True}}, set()),
        ({}, set()),
    ],
)
def test_the_queue_is_the_number_at_the_end_of_its_address(keys, queue_ids):
    sent = msgspec.json.encode({"event": "e", "action": "a", **keys})

    assert Decoder(Reads()).decode(sent).queue_ids == queue_ids


@pytest.mark.parametrize(
    ("event", "action", "name"),
    [
        ("annotation_content", "user_update", "annotation_content.user_update"),
        ("annotation_status", "changed", "annotation_status.changed"),
        ("invocation", "manual", "invocation.manual"),
        ("annotation_content", "invented", "other"),
        ("invented\n", "x" * 10_000, "other"),
        ("", "", "other"),
    ],
)
def test_names_that_a_sender_invents_are_other(event, action, name):
    sent = msgspec.json.encode({"event": event, "action": action})

    assert Decoder(Reads()).decode(sent).name == name


PIECES = [b"null", b"1e400", b'"None"', b"[]", b"{}", b"-1", b"true", b'"\\u0000"', b'"\\ud800"']


@given(st.data())
def test_any_bytes_get_an_answer_or_a_refusal(made, data):
    sent = bytearray(BODY)
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(sent) - 1))
        end = min(len(sent), start + data.draw(st.integers(0, 60)))
        sent[start:end] = data.draw(st.sampled_from(PIECES) | st.binary(max_size=3))

    try:
        answer = made.answer(bytes(sent), UNSIGNED, "acme")
    except (PayloadError, ForeignSecretError):
        return
    assert msgspec.json.decode(answer.body).keys() >= {"messages", "operations"}
