"""No event is so odd that it is not answered: every part of each, left out or of another type."""

from __future__ import annotations

import copy
import json
from typing import Any

import msgspec
import pytest

from gateway.hooks.connector import ConnectorCall
from gateway.hooks.request import PayloadError
from gateway.runtime import ForeignSecretError
from tests.arrivals import PDF, PICTURE, envelope, mail, status, upload
from tests.connectors import connector_request, datapoint
from tests.documents import UNSIGNED, Gateway, acme, configured
from tests.spots import spots

RULES = """\
  - id: a
    on: email.received
    select: files
    when: value.n_pages < 5
    values: {s: "{email.subject}"}
  - id: b
    on: email.received
    select: "files[?starts_with(mime_type, 'image/')]"
    import: false
  - id: c
    on: email.received
    let: {who: email.from.email}
    sender: {email: "{who}", name: "{email.from.name} {email.reply_to} {email.to} {queue.id}"}
  - id: d
    on: upload.created
    select: documents
    require: value.mime_type == "a"
    import: false
    message: "{value.id} {email.id}"
  - id: e
    on: upload.created
    select: files
    message: "{value.queue} {payload.metadata.x}"
  - id: f
    on: invocation.manual
    respond: {all: "{payload.settings}", status: "{annotation.status}", name: "{document.id}"}
  - id: g
    message: "{annotation.status} {queue.name} {email.subject} {document.original_file_name}"
  - {id: h, select: total, when: value > 5, replace: "{value + 1}"}
  - {id: i, select: "[].children[].children[].children[?schema_id=='code'][]", replace: x}
"""
ODD = (
    None,
    True,
    0,
    -1,
    1.5,
    10**30,
    "",
    "None",
    "\x00",
    "x" * 5_000,
    [],
    [[]],
    [None],
    {},
    {"id": {}},
)
#: Keys that decide which rules run: without them it is no request, which is another test.
KEPT = {("event",), ("action",)}

EVENTS = {
    "mail": mail(PDF, PICTURE, settings={"a": [1, None]}),
    "upload": upload("application/pdf", "text/csv", settings={}),
    "status": status("importing", "exported", queues=[{"id": 8199, "name": "A"}]),
    "scheduled": envelope("invocation.scheduled", settings={"a": 1}),
    "manual": envelope("invocation.manual", annotation={"status": "x"}, settings={"a": 1}),
}
CONNECTOR = connector_request(
    datapoint(7, "total", "55.20", "number"), rows=[[datapoint(8, "code", "A")]]
)
LEFT_OUT = object()


def damaged(payload: Any, path: tuple[Any, ...], value: Any) -> bytes:
    """Write a payload of which one part is another."""
    made = copy.deepcopy(payload)
    place = made
    for key in path[:-1]:
        place = place[key]
    if value is LEFT_OUT:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return json.dumps(made).encode()


@pytest.fixture(scope="module")
def gateway():
    connector = "connector: {token: '${env:TOKEN}'}"
    return Gateway(configured(acme(RULES, connector), {"TOKEN": "a token of sixteen or more"}))


def assert_sound(answer):
    told = msgspec.json.decode(answer.body)
    assert isinstance(told, dict)
    for file in told.get("files", ()):
        assert isinstance(file.get("id", file.get("document")), int | str)


@pytest.mark.parametrize("name", EVENTS)
def test_an_event_of_which_a_part_is_odd_is_answered(gateway, name):
    payload = EVENTS[name]
    foreign = 0
    for path in spots(payload):
        if path in KEPT:
            continue
        for value in (LEFT_OUT, *ODD):
            try:
                answer = gateway.answer(damaged(payload, path, value), UNSIGNED, "acme")
            except ForeignSecretError:
                # A number that is no queue's is another queue's.
                assert "queue" in path, (path, value)
                foreign += 1
            else:
                assert_sound(answer)
    assert foreign <= 10


def test_a_connectors_request_of_which_a_part_is_odd_is_answered(gateway):
    for path in spots(CONNECTOR):
        for value in (LEFT_OUT, *ODD):
            for call in (ConnectorCall(saves=False, initial=True), ConnectorCall(saves=True)):
                body = damaged(CONNECTOR, path, value)
                try:
                    answer = gateway.answer_connector(
                        body, "secret_key a token of sixteen or more", "acme", call
                    )
                except (PayloadError, ForeignSecretError):
                    assert path[0] == "content" or "queue" in path, (path, value)
                else:
                    assert_sound(answer)


@pytest.mark.parametrize("name", EVENTS)
def test_an_event_as_it_comes_is_answered_without_a_failure(gateway, name):
    answer = gateway.answer(json.dumps(EVENTS[name]).encode(), UNSIGNED, "acme")

    assert answer.failed == ()
    assert_sound(answer)
