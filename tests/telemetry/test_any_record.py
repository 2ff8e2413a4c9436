"""Every answer there is can be written down and counted, whatever it answers."""

import copy
import json

import pytest

from gateway.effects import Deliver, Form
from gateway.hooks.connector import ConnectorCall
from gateway.hooks.request import PayloadError
from gateway.runtime import ForeignSecretError
from gateway.telemetry.counts import Counts
from gateway.telemetry.record import Asked, decision_record
from gateway.telemetry.shown import MASK, PARTS, shown_by
from tests.documents import UNSIGNED, Document, Gateway, acme, configured, number
from tests.hooks.test_odd_events import CONNECTOR, EVENTS, ODD, RULES, damaged
from tests.spots import spots

TOKEN = "a token of sixteen or more"
EVERYTHING = shown_by(f"/{part}" for part in PARTS)
DOCUMENT = Document(
    {"total": number("1.234,50", "1234.50")}, {"line_items": [{"code": "A"}], "pages": ["1"]}
).payload()


@pytest.fixture(scope="module")
def gateway():
    connector = "connector: {token: '${env:TOKEN}'}"
    return Gateway(configured(acme(RULES, connector), {"TOKEN": TOKEN}))


def recorded(answer, shown=EVERYTHING):
    Counts().answered(answer)
    return json.loads(decision_record(answer, Asked("d", "r", None, 0.1), "now", shown))


@pytest.mark.parametrize("payload", [*EVENTS.values(), DOCUMENT], ids=[*EVENTS, "document"])
def test_an_event_of_which_a_part_is_odd_has_a_record(gateway, payload):
    for path in spots(payload):
        for value in ODD:
            try:
                answer = gateway.answer(damaged(payload, path, value), UNSIGNED, "acme")
            except (PayloadError, ForeignSecretError):
                continue
            assert recorded(answer)["masked"] == []


@pytest.mark.parametrize(
    ("saves", "rules"),
    [(False, ["g"]), pytest.param(True, ["g", None], id="what was lost is told by no rule")],
)
def test_a_connectors_request_has_a_record(gateway, saves, rules):
    body = json.dumps(CONNECTOR).encode()
    call = ConnectorCall(saves=saves, initial=not saves)

    record = recorded(gateway.answer_connector(body, f"secret_key {TOKEN}", "acme", call))

    assert [one.get("rule") for one in record["messages"]] == rules
    assert record["rules"]


@pytest.mark.parametrize(
    ("name", "part", "masked"),
    [
        ("mail", "files", ["/extracted_original_sender", "/files"]),
        ("upload", "files", ["/files"]),
        ("manual", "response", ["/response"]),
    ],
)
def test_what_becomes_of_files_and_what_is_responded_is_covered(gateway, name, part, masked):
    answer = gateway.answer(json.dumps(EVENTS[name]).encode(), UNSIGNED, "acme")

    record = recorded(answer, shown_by([]))

    assert record[part] == MASK
    assert record["masked"] == masked
    assert recorded(answer)[part] == json.loads(answer.body).get(part, json.loads(answer.body))


def test_what_other_systems_are_told_is_covered_too(gateway):
    answer = gateway.answer(json.dumps(DOCUMENT).encode(), UNSIGNED, "acme")
    answer.evaluation.deliveries.append(Deliver("erp", Form.JSON, b'{"total":1}', "told", ""))

    covered, shown = recorded(answer, shown_by([])), recorded(answer)

    assert covered["notifications"] == [{"rule": "told", "destination": "erp", "body": MASK}]
    assert "/notifications/*/body" in covered["masked"]
    assert shown["notifications"][0]["body"] == '{"total":1}'


def test_a_document_that_cannot_be_decoded_as_a_whole_has_a_record(gateway):
    payload = copy.deepcopy(DOCUMENT)
    payload["nobody"] = "number"
    body = json.dumps(payload).encode().replace(b'"number"', b"9" * 5000)

    record = recorded(gateway.answer(body, UNSIGNED, "acme"))

    assert record["messages"]
