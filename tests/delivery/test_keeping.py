"""Design §1, *keep*: nothing is answered that promises what is not stored."""

import json
from dataclasses import replace

import msgspec
import pytest

from gateway.delivery.entry import Wanted
from gateway.delivery.keeping import Keeper
from gateway.delivery.opening import outbox_at
from gateway.delivery.outbox import OutboxError
from gateway.runtime import Gateway, UndeliverableError
from tests.documents import NOW, UNSIGNED, Document, acme, configured

GATEWAY = """\
version: 1
destinations: {erp: {url: "https://erp.example.com/", retry: {for: 1h}}}
outbox: {file: FILE}
"""
RULE = "  - {id: tell, on: [EVENT], notify: {to: erp, body: {name: '{name}'}}, message: Told.}\n"
DOCUMENT = Document({"name": "Anna"})
STATUS = {
    "event": "annotation_status",
    "action": "changed",
    "annotation": {
        "id": 1,
        "queue": "https://example.com/api/v1/queues/8199",
        "content": "https://example.com/api/v1/annotations/1/content",
    },
}


class Broken:
    """An outbox on a disk that is full."""

    def put(self, new, now):
        raise OutboxError("the disk is full")


def gateway(event, file="unused", keeper=None, queue=""):
    files = {"gateway.yaml": GATEWAY.replace("FILE", str(file))}
    configuration = configured(acme(RULE.replace("EVENT", event), queue, **files))
    return Gateway(configuration, clock=lambda: NOW, keeper=keeper)


def ask(served, action):
    payload = replace(DOCUMENT, action=action).payload()
    return served.answer(msgspec.json.encode(payload), UNSIGNED, "acme")


def test_what_is_told_is_stored_before_the_answer_and_once(tmp_path):
    file = tmp_path / "outbox.sqlite"
    served = gateway("export", file)

    first, again = ask(served, "export"), ask(served, "export")

    assert first.body == again.body
    (entry,) = outbox_at(str(file), None).list(Wanted())
    assert (entry.destination, entry.queue, entry.rule) == ("erp", "acme", "tell")
    assert entry.expires - entry.created == 3_600


def test_a_dry_run_stores_nothing(tmp_path):
    file = tmp_path / "outbox.sqlite"
    payload = replace(DOCUMENT, action="export").payload()
    gateway("export", file).dry_run(msgspec.json.encode(payload), "acme")

    assert not file.exists()


def test_rules_that_tell_nobody_need_no_outbox():
    served = gateway("confirm", keeper=Keeper(lambda file, database: Broken()))

    assert ask(served, "export").untold is None


@pytest.mark.parametrize("action", ["initialize", "export"])
def test_what_the_platform_repeats_is_not_answered_without_an_outbox(action):
    served = gateway(action, keeper=Keeper(lambda file, database: Broken()))

    with pytest.raises(UndeliverableError) as refused:
        ask(served, action)

    assert refused.value.reason == "the disk is full"


@pytest.mark.parametrize("action", ["started", "updated", "confirm"])
def test_whoever_waits_reads_that_nothing_was_passed_on(action):
    served = gateway(action, keeper=Keeper(lambda file, database: Broken()))

    answer = ask(served, action)

    told = [(one["type"], one["content"]) for one in json.loads(answer.body)["messages"]]
    assert told == [("error", "Told."), ("error", "erp could not be told; please try again.")]
    assert answer.untold is not None
    assert answer.untold.is_shown


def test_a_queue_can_have_everything_answered_all_the_same():
    served = gateway(
        "export", keeper=Keeper(lambda file, database: Broken()), queue="outbox_unavailable: answer"
    )

    answer = ask(served, "export")

    assert [one["content"] for one in json.loads(answer.body)["messages"]] == ["Told."]
    assert answer.untold is not None
    assert not answer.untold.is_shown


def test_a_gateway_that_could_not_store_is_not_ready_for_a_while():
    now = [100.0]
    broken = [True]

    class Breaking:
        def put(self, new, _now):
            if broken[0]:
                raise OutboxError("the disk is full")
            return len(new)

    keeper = Keeper(lambda file, database: Breaking(), lambda: now[0])
    served = gateway("export", keeper=keeper)
    assert served.ready
    with pytest.raises(UndeliverableError):
        ask(served, "export")
    assert not served.ready
    now[0] += 5
    assert served.ready
    broken[0] = False
    ask(served, "export")

    assert served.ready


def test_another_outbox_is_opened_when_the_configuration_names_one():
    opened = []

    class Remembering:
        def __init__(self, address):
            self.address = address
            opened.append(self)
            self.closed = False

        def put(self, new, now):
            return len(new)

        def close(self):
            self.closed = True

    keeper = Keeper(lambda file, database: Remembering((file, database)))
    for address in [("a", None), ("a", None), (None, "b")]:
        keeper.keep(*address, [], 0.0)

    assert [(one.address, one.closed) for one in opened] == [
        (("a", None), True),
        ((None, "b"), False),
    ]
