"""What rules do with e-mails and uploads: files kept out, first values, senders, messages."""

from __future__ import annotations

import msgspec
import pytest

from tests.arrivals import PDF, PICTURE, QUEUE, answered, envelope, mail, status, upload
from tests.documents import UNSIGNED, gateway

NEUTRAL = {"messages": [], "operations": []}


def rule(keys, name="a"):
    return f"  - {{id: {name}, {keys}}}\n"


def on_mail(keys, name="a"):
    return rule(f"on: email.received, {keys}", name)


def on_upload(keys, name="a"):
    return rule(f"on: upload.created, {keys}", name)


KEEP_PICTURES_OUT = "select: \"files[?starts_with(mime_type, 'image/')]\", import: false"


@pytest.mark.parametrize(
    ("rules", "files"),
    [
        (on_mail(KEEP_PICTURES_OUT), [("1", {})]),
        (on_mail("select: files, import: false"), []),
        (on_mail("select: files, when: value.n_pages > 1, import: false"), None),
        (on_mail("select: files, require: value.n_pages > 1, import: false"), []),
        (on_mail("select: 'files[].{id: id, name: filename}', "
                 "when: \"ends_with(value.name, 'png')\", import: false"), [("1", {})]),
        (on_mail("select: 'files[].{document: document}', "
                "when: \"contains(value.document, '101')\", "
                 "import: false"), [("2", {})]),
        (on_mail("select: files, values: {subject: '{email.subject}'}"),
         [("1", {"email:subject": "Invoice 17"}), ("2", {"email:subject": "Invoice 17"})]),
        (on_mail("select: 'files[0]', values: {n: '{value.n_pages}', who: '{email.from.email}'}"),
         [("1", {"email:n": "1", "email:who": "a@example.com"}), ("2", {})]),
        (on_mail("select: 'files[0]', values: {a: '{payload.missing}', b: '{1 == 1}'}"),
         [("1", {"email:b": "true"}), ("2", {})]),
        (on_mail("select: files, values: {a: '{payload.missing}'}"), None),
        (on_mail(KEEP_PICTURES_OUT) + on_mail("select: files, values: {a: x}", "b"),
         [("1", {"email:a": "x"})]),
        (on_mail("select: files, values: {a: x, b: x}") +
         on_mail("select: 'files[1]', values: {b: z, c: z}", "b"),
         [("1", {"email:a": "x", "email:b": "x"}),
          ("2", {"email:a": "x", "email:b": "z", "email:c": "z"})]),
        (on_mail("select: files, when: value.filename == 'logo.png', import: false, "
                 "otherwise: {values: {a: x}}"), [("1", {"email:a": "x"})]),
        (on_mail("select: files, import: false, mode: shadow"), None),
        (on_mail("select: attachments, import: false"), None),
        (on_mail("select: files, when: value.n_pages > 'a', import: false"), None),
        (on_mail("select: 'files[].filename', import: false"), None),
        (on_mail("select: files, values: {a: '{pad(value.filename, 1501)}'}"), None),
        (("  - group: g\n    on: email.received\n    stop: first\n    rules:\n"
         "      - {id: a, select: files, when: value.n_pages == 1, import: false}\n"
         "      - {id: b, select: files, values: {a: x}}\n"), []),
    ],
)  # fmt: skip
def test_an_attachment_is_kept_unless_a_rule_keeps_it_out(rules, files):
    answer = answered(rules, mail(PDF, PICTURE))

    if files is None:
        assert answer == NEUTRAL
    else:
        told = [
            (one["id"], {pair["id"]: pair["value"] for pair in one["values"]})
            for one in answer["files"]
        ]
        assert (told, answer.keys()) == (files, {"files"})


@pytest.mark.parametrize(
    ("keys", "sender"),
    [
        ("sender: {email: b@example.com}", {"email": "b@example.com"}),
        ("sender: {email: '{email.from.email}', name: '{upper(email.from.name)}'}",
         {"email": "a@example.com", "name": "ANN"}),
        ("sender: {email: '{email.from.email}', name: '{payload.missing}'}",
         {"email": "a@example.com"}),
        ("sender: {email: '{payload.missing}', name: Ann}", None),
        ("sender: {email: nobody}", None),
        ("when: email.subject == 'x', sender: {email: b@example.com}", None),
    ],
)  # fmt: skip
def test_the_sender_is_replaced_by_a_mail_address(keys, sender):
    answer = answered(on_mail(keys), mail(PDF))

    assert answer == (NEUTRAL if sender is None else {"extracted_original_sender": sender})


def test_the_last_sender_counts():
    rules = on_mail("sender: {email: a@example.com}") + on_mail(
        "sender: {email: b@example.com}", "b"
    )

    assert answered(rules, mail(PDF)) == {"extracted_original_sender": {"email": "b@example.com"}}


@pytest.mark.parametrize(
    ("keys", "kept_out", "messages"),
    [
        (("select: documents, require: value.mime_type == 'application/pdf', import: false, "
         "message: 'No {value.mime_type}.'"), [False, True], [[], [("error", "No image/png.")]]),
        ("select: files, when: value.document == 'x', import: false", None, None),
        ("select: 'files[0]', import: false", [True, False], [[], []]),
        ("select: 'files[1]', message: {type: info, text: A <b> file.}", [False, False],
         [[], [("info", "A <b> file.")]]),
        ("select: 'documents[?id==`102`].{id: id}', import: false", [False, True], [[], []]),
        ("select: files, message: '{payload.missing}'", None, None),
    ],
)  # fmt: skip
def test_an_uploaded_file_is_kept_unless_a_rule_keeps_it_out(keys, kept_out, messages):
    payload = upload("application/pdf", "image/png")
    answer = answered(on_upload(keys), payload)

    if kept_out is None:
        assert answer == NEUTRAL
        return
    files = answer["files"]
    assert [one["document"] for one in files] == [one["document"] for one in payload["files"]]
    assert [one["prevent_importing"] for one in files] == kept_out
    assert [
        [(said["type"], said["content"]) for said in one.get("messages", ())] for one in files
    ] == messages


def test_what_was_kept_out_before_stays_out():
    payload = upload("application/pdf", "image/png")
    payload["files"][1]["prevent_importing"] = True

    answer = answered(on_upload("select: 'files[0]', message: Seen."), payload)

    assert [one["prevent_importing"] for one in answer["files"]] == [False, True]


@pytest.mark.parametrize(
    ("files", "answer"),
    [
        ([{**PDF, "id": 7}], [7]),
        ([PDF, PDF], ["1"]),
        ([{**PDF, "id": None}], None),
        ([PDF, {**PICTURE, "id": ""}], None),
        ([PDF, "a.png"], None),
        ([PDF, {}], None),
        ("files", None),
        ({"a": PDF}, None),
    ],
)
def test_an_answer_never_loses_a_file_that_has_no_name(files, answer):
    found = answered(on_mail("select: '(files)[]', values: {a: x}"), {**mail(), "files": files})

    names = [one["id"] for one in found["files"]] if "files" in found else None
    assert names == answer


FACTS = [
    (mail(PDF), "email.subject", "Invoice 17"),
    (mail(PDF), "email.from.name", "Ann"),
    (mail(PDF), "email.id", "80"),
    (mail(PDF), "email.url", "https://example.com/api/v1/emails/80"),
    (mail(PDF), "email.queue", QUEUE),
    (mail(PDF), "queue.id", "8199"),
    (mail(PDF), "queue.url", QUEUE),
    (mail(PDF), "queue.name", None),
    (mail(PDF, emails=[{"subject": "Side"}]), "email.subject", "Side"),
    (mail(PDF, email={"id": 3, "subject": "Whole"}), "email.subject", "Whole"),
    (mail(PDF), "count(payload.files)", "1"),
    (mail(PDF), "event", "email"),
    (mail(PDF), "action", "received"),
]


@pytest.mark.parametrize(("payload", "expression", "value"), FACTS)
def test_a_mail_has_facts(payload, expression, value):
    answer = answered(on_mail(f'select: files, values: {{v: "{{{expression}}}"}}'), payload)

    found = answer["files"][0]["values"][0]["value"] if "files" in answer else None
    assert found == value


@pytest.mark.parametrize(
    "payload",
    [
        status("importing", "to_review"),
        envelope("invocation.scheduled"),
        envelope("invocation.manual", annotation={"content": []}),
        mail(PDF),
        upload("application/pdf"),
    ],
)
@pytest.mark.parametrize("on", ["", "on: export, "])
def test_rules_of_content_events_do_not_run_on_others(payload, on):
    assert answered(rule(f"{on}message: A document."), payload) == NEUTRAL


@pytest.mark.parametrize("on_failure", ["warn", "error", "ignore"])
@pytest.mark.parametrize(
    ("event", "payload"), [("email.received", mail(PDF)), ("upload.created", upload("a/b"))]
)
def test_a_failure_is_told_to_the_log_alone(event, payload, on_failure):
    rules = rule(f"on: {event}, select: files, when: value, import: false")
    made = gateway(rules, f"on_failure: {on_failure}")

    answer = made.answer(msgspec.json.encode(payload), UNSIGNED, "acme")

    assert msgspec.json.decode(answer.body) == NEUTRAL
    assert answer.failed == ("a",)
