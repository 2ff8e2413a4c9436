"""Who may ask for what: secrets, names and queues; and which rules then answer."""

import msgspec
import pytest

from gateway.hooks.request import PayloadError
from gateway.hooks.signature import SignatureError, Signatures, sign, sign_legacy
from gateway.runtime import ForeignSecretError, Gateway
from tests.documents import NOW, UNSIGNED, Document, acme, configured, number, signed

ACME, OLD, GLOBEX, GATEWAY = (
    "secret-of-acme-0123456789",
    "former-secret-of-acme-987",
    "secret-of-globex-01234567",
    "secret-of-the-gateway-012",
)
ENVIRONMENT = {"ACME": ACME, "OLD": OLD, "GLOBEX": GLOBEX, "GATEWAY": GATEWAY}


def queue(*ids, secret=""):
    line = f"  secret: {secret}\n" if secret else ""
    return f"version: 1\nqueue:\n  ids: {list(ids)}\n{line}  rules: [a.rules.yaml]\n"


FILES = {
    "gateway.yaml": "version: 1\nsecret: ${env:GATEWAY}\n",
    "acme.queue.yaml": queue(1, 2, secret='["${env:ACME}", "${env:OLD}"]'),
    "globex.queue.yaml": queue(3, secret="${env:GLOBEX}"),
    "plain.queue.yaml": queue(4),
    "open.queue.yaml": queue(5) + "  unsigned: true\n",
    "a.rules.yaml": 'version: 1\nrules:\n  - {id: a, message: "{vendor}"}\n',
}


@pytest.fixture(scope="module")
def made():
    return Gateway(configured(FILES, ENVIRONMENT), clock=lambda: NOW)


def body(queue_id, **keys):
    annotation = (
        {} if queue_id is None else {"queue": f"https://example.com/api/v1/queues/{queue_id}"}
    )
    return msgspec.json.encode(
        Document({"vendor": "V"}, annotation=annotation, envelope=keys).payload()
    )


@pytest.mark.parametrize(
    ("name", "queue_id", "secret", "outcome"),
    [
        ("acme", 1, ACME, "acme"),
        ("acme", 2, OLD, "acme"),
        ("acme", 1, GLOBEX, SignatureError),
        ("acme", 1, GATEWAY, SignatureError),
        ("acme", 1, None, SignatureError),
        ("acme", 3, ACME, ForeignSecretError),
        ("acme", 4, ACME, ForeignSecretError),
        ("acme", 99, ACME, ForeignSecretError),
        ("globex", 3, GLOBEX, "globex"),
        ("plain", 4, GATEWAY, "plain"),
        ("plain", 4, ACME, SignatureError),
        ("plain", 1, GATEWAY, ForeignSecretError),
        ("open", 5, None, "open"),
        ("open", 5, "any secret that is long", "open"),
        ("open", 1, None, ForeignSecretError),
        ("nobody", 1, ACME, SignatureError),
        ("nobody", 1, GATEWAY, SignatureError),
        ("nobody", 1, None, SignatureError),
        ("decoy", 1, "decoy", SignatureError),
        ("", 1, GATEWAY, SignatureError),
        (None, 4, GATEWAY, "plain"),
        (None, 99, GATEWAY, None),
        (None, 1, GATEWAY, ForeignSecretError),
        (None, 1, ACME, SignatureError),
        (None, 4, ACME, SignatureError),
        (None, 4, None, SignatureError),
        (None, 5, GATEWAY, "open"),
        (None, 5, None, SignatureError),
    ],
)
def test_a_request_is_answered_if_its_secret_is_its_queues(made, name, queue_id, secret, outcome):
    sent = body(queue_id)
    signatures = UNSIGNED if secret is None else signed(sent, secret)

    if outcome is None or isinstance(outcome, str):
        answer = made.answer(sent, signatures, name)
        assert answer.queue == outcome
        said = [one["content"] for one in msgspec.json.decode(answer.body)["messages"]]
        assert said == ([] if outcome is None else ["V"])
    else:
        with pytest.raises(outcome) as raised:
            made.answer(sent, signatures, name)
        assert not any(secret in repr(raised.value) for secret in ENVIRONMENT.values())


@pytest.mark.parametrize(
    ("name", "queues", "secret", "outcome"),
    [
        ("acme", [1, 2], ACME, "acme"),
        ("acme", [1, 3], ACME, ForeignSecretError),
        ("acme", [1, 99], ACME, ForeignSecretError),
        ("acme", [], ACME, "acme"),
        (None, [4, 4], GATEWAY, "plain"),
        (None, [4, 5], GATEWAY, None),
        (None, [1], GATEWAY, ForeignSecretError),
        (None, [], GATEWAY, None),
    ],
)
def test_the_files_of_an_upload_are_of_one_queue_file(made, name, queues, secret, outcome):
    files = [{"document": "/documents/1", "queue": f"/queues/{one}"} for one in queues]
    sent = msgspec.json.encode({"event": "upload", "action": "created", "files": files})

    if outcome is ForeignSecretError:
        with pytest.raises(outcome):
            made.answer(sent, signed(sent, secret), name)
    else:
        assert made.answer(sent, signed(sent, secret), name).queue == outcome


@pytest.mark.parametrize(("name", "queue"), [("acme", "acme"), (None, None)])
def test_a_schedule_names_no_queue_so_its_address_does(made, name, queue):
    sent = msgspec.json.encode({"event": "invocation", "action": "scheduled"})

    assert made.answer(sent, signed(sent, GATEWAY if name is None else ACME), name).queue == queue


def test_an_unknown_name_is_refused_as_a_wrong_signature_is(made):
    sent = body(1)
    errors = []
    for name in ("acme", "nobody"):
        for signatures in (UNSIGNED, signed(sent, GLOBEX), Signatures("sha256=zz", None)):
            with pytest.raises(SignatureError) as raised:
                made.answer(sent, signatures, name)
            errors.append(str(raised.value))

    assert errors[:3] == errors[3:]


@pytest.mark.parametrize("name", ["acme", "plain", "nobody", None])
@pytest.mark.parametrize("sent", [b"", b"not JSON", b"[" * 100_000, b"\xff"])
def test_nothing_is_parsed_before_its_signature_is_verified(made, name, sent):
    with pytest.raises(SignatureError):
        made.answer(sent, UNSIGNED, name)


@pytest.mark.parametrize(("name", "secret"), [("acme", ACME), (None, GATEWAY)])
def test_a_signed_body_that_is_no_request_is_refused(made, name, secret):
    with pytest.raises(PayloadError):
        made.answer(b"[]", signed(b"[]", secret), name)


def test_the_older_signature_counts_only_where_a_queue_asks_for_it():
    legacy = FILES["globex.queue.yaml"] + "  legacy_signature: true\n"
    made = Gateway(configured({**FILES, "globex.queue.yaml": legacy}, ENVIRONMENT))
    sent = body(3)

    assert made.answer(sent, Signatures(None, sign_legacy(sent, GLOBEX)), "globex").queue
    for signatures, name in [
        (Signatures(sign(sent, ACME), sign_legacy(sent, GLOBEX)), "globex"),
        (Signatures(None, sign_legacy(sent, ACME)), "acme"),
        (Signatures(None, sign_legacy(sent, GATEWAY)), None),
    ]:
        with pytest.raises(SignatureError):
            made.answer(sent, signatures, name)


def test_without_a_secret_of_the_gateway_only_unsigned_queues_are_reached_without_a_name():
    files = {**FILES, "gateway.yaml": "version: 1\n"}
    del files["plain.queue.yaml"]
    made = Gateway(configured(files, ENVIRONMENT))

    assert made.answer(body(5), UNSIGNED, None).queue == "open"
    assert made.answer(body(99), UNSIGNED, None).queue is None
    with pytest.raises(ForeignSecretError):
        made.answer(body(1), UNSIGNED, None)

    del files["open.queue.yaml"]
    with pytest.raises(SignatureError):
        Gateway(configured(files, ENVIRONMENT)).answer(body(1), UNSIGNED, None)


@pytest.mark.parametrize(
    ("event", "action"),
    [
        ("annotation_status", "changed"),
        ("email", "received"),
        ("upload", "created"),
        ("invocation", "scheduled"),
        ("invocation", "manual"),
        ("invocation", "interface"),
        ("annotation_content", "invented"),
        ("invented", "invented"),
    ],
)
@pytest.mark.parametrize("keys", [{}, {"annotation": "https://example.com/1"}, {"annotation": {}}])
def test_other_events_get_the_neutral_answer(event, action, keys):
    made = Gateway(configured(acme("  - {id: a, message: X}")))
    sent = msgspec.json.encode({"event": event, "action": action, "queue": None, **keys})

    answer = made.answer(sent, UNSIGNED, "acme")

    assert msgspec.json.decode(answer.body) == {"messages": [], "operations": []}
    assert (answer.rules, answer.fired, answer.failed) == (0, (), ())


CANARY = "canary-4711-0815"


def test_no_secret_token_or_value_leaves_but_in_the_answer_for_the_value():
    rules = """
  - {id: say, message: "{vendor} {payload.hook}"}
  - {id: path, select: "[].children[]", message: "{value}", block: true}
  - {id: fail, when: vendor < 3, message: X}
  - {id: fail-row, select: amount, replace: "{vendor / value}"}
  - {id: all, message: "{payload.settings.x}"}
"""
    made = Gateway(configured(acme(rules)))
    document = Document(
        {"vendor": f"{CANARY}-value"},
        {"line_items": [{"amount": number("1")}]},
        action="initialize",
        envelope={
            "secrets": {"erp": f"{CANARY}-secret"},
            "rossum_authorization_token": f"{CANARY}-token",
        },
    )

    answer = made.answer(msgspec.json.encode(document.payload()), UNSIGNED, "acme")

    assert f"{CANARY}-secret" not in answer.body.decode()
    assert f"{CANARY}-token" not in answer.body.decode()
    assert CANARY not in repr([(one.rule, one.failure) for one in answer.evaluation.outcomes])
    for one in msgspec.json.decode(answer.body)["messages"]:
        if "could not be evaluated" in one["content"]:
            assert CANARY not in one["content"]


def test_a_switched_configuration_answers_from_the_next_request_on():
    made = Gateway(configured(acme("  - {id: a, message: One}")))
    before = made.revision
    sent = msgspec.json.encode(Document({}).payload())

    made.switch(configured(acme("  - {id: b, message: Two}")))

    assert made.answer(sent, UNSIGNED, "acme").fired == ("b",)
    assert made.revision != before


def test_rules_that_run_out_of_time_fail_and_say_so():
    seconds = iter([0.0, 1.0, 2.0, 6.0, 6.0, 6.0, 6.0, 6.0, 6.0, 6.0])
    rules = "  - {id: quick, message: Quick}\n  - {id: late, message: Late}\n"
    made = Gateway(configured(acme(rules)), timer=lambda: next(seconds))

    answer = made.answer(msgspec.json.encode(Document({}).payload()), UNSIGNED, "acme")

    assert (answer.fired, answer.failed) == (("quick",), ("late",))
    assert "time" in msgspec.json.decode(answer.body)["messages"][1]["content"]


def test_a_rule_that_takes_too_many_steps_fails_alone():
    rules = """
  - {id: greedy, select: line_items, when: sum(rate) > amount, message: {at: amount, text: X}}
  - {id: modest, select: line_items, when: row.last, message: {at: amount, text: "{sum(rate)}"}}
"""
    made = Gateway(configured(acme(rules)))
    tables = {
        "line_items": [{"amount": number("1")}] * 500,
        "taxes": [{"rate": number("2")}] * 500,
    }

    answer = made.answer(msgspec.json.encode(Document({}, tables).payload()), UNSIGNED, "acme")

    assert (answer.fired, answer.failed) == (("modest",), ("greedy",))


def test_time_is_the_queues():
    made = Gateway(
        configured(acme('  - {id: a, message: "{today()}"}', "timezone: Pacific/Auckland")),
        clock=lambda: NOW,
    )

    answer = made.answer(msgspec.json.encode(Document({}).payload()), UNSIGNED, "acme")

    assert msgspec.json.decode(answer.body)["messages"][0]["content"] == "2025-02-01"
