"""The connector protocol said as hook requests and answers."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.hooks.connector import ConnectorCall, hook_request
from gateway.hooks.reads import all_reads
from gateway.hooks.request import Decoder, PayloadError
from gateway.runtime import Gateway
from tests.connectors import API, connector_request, datapoint
from tests.documents import acme, configured

INITIAL, VALIDATE, SAVE = (
    ConnectorCall(saves=False, initial=True),
    ConnectorCall(saves=False),
    ConnectorCall(saves=True),
)
TOKEN = "a token of sixteen or more"


def hooked(request, call=VALIDATE):
    return msgspec.json.decode(hook_request(msgspec.json.encode(request), call))


@pytest.mark.parametrize(
    ("call", "edited", "action"),
    [
        (INITIAL, [], "initialize"),
        (INITIAL, ["1"], "initialize"),
        (VALIDATE, [], "started"),
        (VALIDATE, None, "started"),
        (VALIDATE, ["1"], "updated"),
        (SAVE, [], "export"),
        (SAVE, ["1"], "export"),
    ],
)
def test_each_call_is_an_action(call, edited, action):
    assert hooked(connector_request(updated_datapoint_ids=edited), call)["action"] == action


@pytest.mark.parametrize(
    ("value", "kind", "normalized"),
    [
        ("55.20", "number", "55.20"),
        ("1,234.50", "number", None),
        ("2018-12-22", "date", "2018-12-22"),
        ("12/22/2018", "date", None),
        ("2018-12-22", "string", None),
        ("55.20", "string", None),
        ("55.20", None, None),
        ("", "number", None),
        (None, "number", None),
        (5, "number", None),
    ],
)
def test_values_are_normalized_already(value, kind, normalized):
    request = connector_request(datapoint(1, "x", value, kind))

    content = hooked(request)["annotation"]["content"][0]["children"][0]["content"]

    assert content["normalized_value"] == normalized
    assert content["value"] == value


def test_the_facts_of_a_connector_are_those_of_a_hook():
    request = hooked(connector_request())

    assert request["event"] == "annotation_content"
    assert request["annotation"]["id"] == 4710
    assert request["annotation"]["queue"] == f"{API}/queues/8199"
    assert request["document"]["original_file_name"] == "Invoice.pdf"
    assert request["queues"][0]["name"] == "Invoices"
    assert request["meta"]["workspace_name"] == "EU"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"3",
        b"null",
        b"\xff",
        b'{"meta": {}}',
        b'{"content": {}, "meta": {}}',
        b'{"content": null}',
        pytest.param(b"[" * 100_000, id="deep"),
        pytest.param(b'{"content": [' + b"{}," * 200_000 + b"{}]}", id="too many nodes"),
    ],
)
def test_what_is_no_connectors_request_is_refused(body):
    with pytest.raises(PayloadError):
        hook_request(body, VALIDATE)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(
            ["id", "schema_id", "children", "value", "type", "content", "category", "queue",
             "annotation", "updated_datapoint_ids", "page"]
        ),
        inner,
        max_size=5,
    ),
    max_leaves=30,
)  # fmt: skip


@given(JSON, JSON)
def test_any_tree_and_any_meta_are_answered(content, meta):
    body = msgspec.json.encode({"content": [content], "meta": meta})
    decoder = Decoder(all_reads())

    for call in (INITIAL, VALIDATE, SAVE):
        assert decoder.decode(hook_request(body, call)).runs_on is not None


def answered(rules, call, request, queue="", **meta):
    lines = f"connector: {{token: '${{env:TOKEN}}'}}\n{queue}"
    made = Gateway(configured(acme(rules, lines), {"TOKEN": TOKEN}))
    body = msgspec.json.encode(request)
    return made.answer_connector(body, f"secret_key {TOKEN}", "acme", call)


def told(answer):
    return msgspec.json.decode(answer.body)


TOTAL = datapoint(7, "amount_total", "55.20", "number")
DUE = datapoint(8, "date_due", "2025-02-01", "date")
REQUEST = connector_request(TOTAL, DUE, rows=[[datapoint(9, "code", "A")]])
CHANGES = """\
  - {id: total, select: amount_total, when: value > 50, replace: "{value + 1}"}
  - {id: row, add: {table: line_items, cells: {code: B}}}
"""


def test_a_validation_answers_messages_and_operations():
    rules = CHANGES + "  - {id: late, message: {at: date_due, text: 'Due {date_due + 1}.'}}\n"

    assert told(answered(rules, VALIDATE, REQUEST)) == {
        "messages": [{"id": "8", "type": "error", "content": "Due 2025-02-02."}],
        "operations": [
            {"op": "replace", "id": "7", "value": {"content": {"value": "56.20"}}},
            {"op": "add", "id": "200",
             "value": [{"schema_id": "code", "content": {"value": "B"}}]},
        ],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("on_failure", "level"), [("warn", "warning"), ("error", "error"), ("ignore", None)]
)
def test_a_save_says_what_it_cannot_change(on_failure, level):
    answer = answered(CHANGES, SAVE, REQUEST, f"on_failure: {on_failure}")

    content = "2 changes of the rules could not be made: the document is being exported."
    messages = [] if level is None else [{"type": level, "content": content}]
    assert told(answer) == {"messages": messages}
    assert answer.lost == 2


@pytest.mark.parametrize(
    ("rules", "call", "messages"),
    [
        ("  - {id: a, message: A., on: export}\n", SAVE, [{"type": "error", "content": "A."}]),
        ("  - {id: a, message: A., on: export}\n", VALIDATE, []),
        ("  - {id: a, message: A., on: confirm}\n", SAVE, []),
        ("  - {id: a, block: A.}\n", INITIAL, [{"type": "error", "content": "A."}]),
        ("  - {id: a, block: {at: date_due, text: A.}}\n", INITIAL,
         [{"id": "8", "type": "error", "content": "A."}]),
        ("  - {id: a, message: A., block: true}\n", INITIAL, [{"type": "error", "content": "A."}]),
        ("  - {id: a, message: {type: info, text: A.}, block: true}\n", INITIAL,
         [{"type": "error", "content": "A."}]),
        ("  - {id: a, when: amount_total > 'x', message: A.}\n", INITIAL, [{
            "type": "error",
            "content": "The rule a could not be evaluated: amount_total is number and 'x' is text;"
                       " they cannot be compared or combined.",
        }]),
        ("  - {id: a, message: A., block: true}\n", VALIDATE, [{"type": "error", "content": "A."}]),
        ("  - {id: a, on: initialize, block: A.}\n", VALIDATE, []),
        ("  - {id: a, message: '{queue.name} {payload.meta.workspace_name}'}\n", VALIDATE,
         [{"type": "error", "content": "Invoices EU"}]),
        ("  - {id: a, message: '{queue.metadata.region} {document.original_file_name}'}\n",
         VALIDATE,
         [{"type": "error", "content": "north Invoice.pdf"}]),
        ("  - {id: a, edited: [date_due], block: A.}\n", VALIDATE, []),
        ("  - {id: a, on: invocation.manual, respond: A}\n", VALIDATE, []),
    ],
)  # fmt: skip
def test_a_connector_is_told_in_its_own_words(rules, call, messages):
    assert told(answered(rules, call, REQUEST))["messages"] == messages


def test_what_was_edited_is_known():
    rules = "  - {id: a, on: updated, edited: [date_due], replace: {amount_total: 1}}\n"
    edited = {**REQUEST, "meta": {**REQUEST["meta"], "updated_datapoint_ids": ["8"]}}
    other = {**REQUEST, "meta": {**REQUEST["meta"], "updated_datapoint_ids": ["7"]}}

    assert len(told(answered(rules, VALIDATE, edited))["operations"]) == 1
    assert told(answered(rules, VALIDATE, other))["operations"] == []
