"""Security reference §9: equal facts, equal keys; and nothing else."""

import msgspec
import pytest

from gateway.delivery.plan import entries_of, subject_of
from gateway.effects import Deliver, Form
from gateway.hooks.request import Decoder
from gateway.hooks.wire import Reads

NOW = 1_700_000_000.0
QUEUE_URL = "https://example.com/api/v1/queues/8199"
CONTENT = {
    "event": "annotation_content",
    "action": "export",
    "request_id": "r-1",
    "timestamp": "2025-01-31T12:00:00Z",
    "annotation": {"id": 314528, "queue": QUEUE_URL, "content": []},
}


def request(**changed):
    payload = {**CONTENT, **changed}
    return Decoder(Reads()).decode(msgspec.json.encode(payload))


def deliver(**changed):
    given = {"destination": "erp", "form": Form.JSON, "body": b"{}", "rule": "tell", "run": ""}
    return Deliver(**{**given, **changed})


def key(one, queue="acme", **changed):
    (entry,) = entries_of([one], queue, request(**changed), {}, NOW)
    return entry.key


def test_a_repeated_request_has_the_same_keys():
    again = {"request_id": "r-2", "timestamp": "2025-01-31T12:00:09Z"}

    assert key(deliver()) == key(deliver(), **again)


@pytest.mark.parametrize(
    ("one", "queue", "changed"),
    [
        (deliver(destination="chat"), "acme", {}),
        (deliver(body=b"{ }"), "acme", {}),
        (deliver(rule="tells"), "acme", {}),
        (deliver(run="17"), "acme", {}),
        (deliver(key="k"), "acme", {}),
        (deliver(), "globex", {}),
        (deliver(), "acme", {"annotation": {"id": 314529, "queue": QUEUE_URL, "content": []}}),
    ],
)
def test_another_fact_has_another_key(one, queue, changed):
    assert key(one, queue, **changed) != key(deliver())


def test_a_key_of_the_author_takes_the_place_of_document_and_body():
    other = {"annotation": {"id": 1, "queue": QUEUE_URL, "content": []}}

    assert key(deliver(key="k")) == key(deliver(key="k", body=b"1", run="9"), **other)
    assert key(deliver(key="k")) != key(deliver(key="l"))
    assert key(deliver(key="k")) != key(deliver(key="k"), "globex")
    assert key(deliver(key="k")) != key(deliver(key="k", destination="chat"))


@pytest.mark.parametrize(
    ("payload", "subject"),
    [
        ({}, "annotation 314528"),
        ({"annotation": {"id": "17", "content": []}}, "annotation 17"),
        ({"event": "annotation_status", "action": "changed"}, "annotation 314528"),
        ({"event": "email", "action": "received", "email": "https://e/1"}, "email https://e/1"),
        ({"event": "email", "action": "received"}, "email unknown"),
        (
            {"event": "email", "action": "received", "email": "a\0b" + "c" * 999},
            "email a\ufffdb" + "c" * 197,
        ),
        ({"event": "invocation", "action": "scheduled", "timestamp": None}, "schedule unknown"),
        ({"event": "upload", "action": "created", "upload": {"url": "u/1"}}, "upload u/1"),
        ({"event": "upload", "action": "created", "files": [{"document": "d/1"}]}, "upload d/1"),
        ({"event": "invocation", "action": "scheduled"}, "schedule 2025-01-31T12:00"),
        ({"event": "invocation", "action": "manual"}, "call r-1"),
    ],
)
def test_every_event_is_about_something(payload, subject):
    assert subject_of(request(**payload)) == subject


def test_an_entry_says_what_it_is_about_and_when_it_is_given_up():
    (entry,) = entries_of([deliver(run="17")], "acme", request(), {}, NOW)

    assert (entry.subject, entry.queue, entry.rule) == ("annotation 314528, 17", "acme", "tell")
    assert entry.expires == NOW + 86_400
    assert "{}" not in repr(entry)
