"""What rules say of e-mails and uploads is told by the names of the files."""

import msgspec
import pytest

from gateway.explain.document import document
from gateway.explain.explanation import Verdict, explain
from gateway.explain.telling import tell, tell_rule
from tests.arrivals import PDF, PICTURE, envelope, mail, status, upload
from tests.documents import gateway


def explained(rule, payload):
    text = f"  - {{id: r, {rule}}}\n"
    explanation = explain(gateway(text), msgspec.json.encode(payload), "acme")
    return explanation, explanation.rule("r")


def effects(found):
    return [line.strip() for line in tell_rule(found) if line.startswith("    -> ")]


UPLOADED = upload("application/pdf", "text/csv")
for _number, _name in enumerate(("a.pdf", "b.csv")):
    UPLOADED["documents"][_number]["original_file_name"] = _name


@pytest.mark.parametrize(
    ("rule", "payload", "lines"),
    [
        ("on: email.received, select: files, when: value.n_pages == 1, import: false",
         mail(PDF, PICTURE), ["-> import invoice.pdf: false", "-> import logo.png: false"]),
        ("on: email.received, select: files, values: {a: '{value.id}', b: '{payload.c}'}",
         mail(PICTURE), ['-> values logo.png: a "2"']),
        ("on: email.received, select: files, values: {b: '{payload.c}'}",
         mail(PICTURE), ["-> values nothing (all of them are empty)"]),
        ("on: email.received, mode: shadow, select: files, import: false",
         mail(PICTURE), ["-> import logo.png: false (the rule is in shadow)"]),
        ("on: email.received, sender: {email: '{email.from.email}', name: Ann}",
         mail(PICTURE), ["-> sender email: Ann <a@example.com>"]),
        ("on: email.received, sender: {email: '{payload.c}'}",
         mail(PICTURE), ["-> sender nothing (the address is empty)"]),
        (("on: upload.created, select: documents, require: value.mime_type == 'application/pdf', "
         "import: false, message: No PDF."), UPLOADED,
         ["-> error b.csv: No PDF.", "-> import b.csv: false"]),
    ],
)  # fmt: skip
def test_what_is_said_of_files_is_told(rule, payload, lines):
    _, found = explained(rule, payload)

    assert effects(found) == lines


@pytest.mark.parametrize(
    ("payload", "event"),
    [
        (status("importing", "to_review"), "annotation_status.changed"),
        (mail(PDF), "email.received"),
        (UPLOADED, "upload.created"),
        (envelope("invocation.scheduled"), "invocation.scheduled"),
    ],
)
def test_a_rule_for_another_event_is_told_so(payload, event):
    explanation, found = explained("message: A document.", payload)

    assert explanation.event == event
    assert found.verdict is Verdict.EVENT
    assert tell(explanation)[0].startswith(f"{event}: 1 rules of acme")


def test_effects_on_files_are_in_the_document_for_machines():
    explanation, _ = explained("on: email.received, select: files, import: false", mail(PICTURE))

    (told,) = document(explanation, "r")["rules"]
    assert told["details"][0]["effects"] == [
        {"effect": "import", "at": "logo.png", "text": "false", "kept": None}
    ]


def test_a_file_that_cannot_be_found_is_told_as_a_failure():
    _, found = explained("on: email.received, select: 'files[].filename', import: false", mail(PDF))

    assert found.verdict is Verdict.FAILED
    assert "no file of this event" in tell_rule(found)[0]


@pytest.mark.parametrize(
    ("rule", "payload", "names"),
    [
        ("on: email.received, select: files, when: value.n_pages > 9, import: false",
         mail(PDF, PICTURE), ["invoice.pdf", "logo.png"]),
        ("on: email.received, select: 'files[].filename', when: value == 'x', import: false",
         mail(PDF, PICTURE), ["result 1", "result 2"]),
        ("on: upload.created, select: documents, when: value.id > 999, import: false",
         UPLOADED, ["a.pdf", "b.csv"]),
        ("on: upload.created, select: files, when: value.queue == 'x', import: false",
         UPLOADED, ["a.pdf", "b.csv"]),
        ("on: email.received, select: files, when: value.n_pages > 9, import: false",
         mail(PDF), [None]),
    ],
)  # fmt: skip
def test_a_run_is_called_by_the_name_of_its_file(rule, payload, names):
    _, found = explained(rule, payload)

    assert sorted(run.place or "" for run in found.runs) == [name or "" for name in names]
