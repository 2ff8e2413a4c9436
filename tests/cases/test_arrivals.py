"""Cases of e-mails, uploads and status changes: what little is given, and what must be expected."""

from __future__ import annotations

import msgspec
import pytest

from gateway.cases.record import recorded
from gateway.cases.run import Runner
from gateway.cases.telling import difference_lines
from gateway.cases.update import updated
from tests.arrivals import PDF, PICTURE, mail, status, upload
from tests.cases.support import case_file, codes, ran
from tests.cases.support import files as files_of
from tests.documents import Document, configured

RULES = """\
  - id: no-pictures
    on: email.received
    select: files[?starts_with(mime_type, 'image/')]
    import: false
  - id: subject
    on: email.received
    select: files
    when: is_set(email.subject)
    values: {subject: "{email.subject}", number: "{digits(email.subject)}"}
  - id: forwarded
    on: email.received
    when: is_set(email.body_text_plain)
    sender: {email: "{email.body_text_plain}", name: "{email.from.name}"}
  - id: only-pdf
    on: upload.created
    select: documents
    require: value.mime_type == "application/pdf"
    import: false
    message: "{value.original_file_name} is no PDF."
  - id: content
    message: A document.
"""
MAIL = "{event: email.received, email: {subject: Invoice 17}, payload: {files: [a.pdf, b.png]}}"
FILES = 'files: {a.pdf: {values: {subject: Invoice 17, number: "17"}}, b.png: {import: false}}'
SENT = '{values: {subject: Invoice 17, number: "17"}}'


def one(given, expect, payloads=None):
    text = case_file(f"- name: it\n  given: {given}\n  expect: {expect}\n")
    _, (result,) = ran(text, payloads, rules=RULES)
    return result


def told(result):
    return [line for found in result.differences for line in difference_lines(found)]


@pytest.mark.parametrize(
    ("given", "expect"),
    [
        (MAIL, f"{{{FILES}}}"),
        (MAIL, ("{files: {a.pdf: {values: {subject: {contains: Inv}, "
               "number: {matches: '[0-9]+'}}}, "
               "b.png: {import: false}}}")),
        (MAIL, "{subset: true, files: {b.png: {import: false}}}"),
        (MAIL, "{subset: true, fired: [no-pictures, subject]}"),
        ("{event: email.received, payload: {files: [a.pdf, b.csv]}}", "{}"),
        ("{event: email.received, payload: {files: [{filename: a.pdf, mime_type: image/png}]}}",
         "{files: {a.pdf: {import: false}}}"),
        ("{event: email.received, payload: {files: [b.png, b.png, {id: x, filename: b.png}]}}",
         ("{files: {b.png: {import: false}, 'b.png[2]': {import: false}, "
         "'b.png[3]': {import: false}}}")),
        ("{event: email.received}", "{}"),
        (("{event: email.received, email: {from: Ann <a@example.com>, "
         "body_text_plain: b@example.com}}"), "{sender: {email: b@example.com, name: Ann}}"),
        (("{event: email.received, email: {from: {email: a@example.com, name: Ann}, "
         "body_text_plain: b@example.com}}"), "{sender: {email: b@example.com, name: Ann}}"),
        (
            ("{event: email.received, email: {from: {email: a@example.com, name: 'Lee, Ann'}, "
            "body_text_plain: b@example.com}}"),
            "{sender: {email: b@example.com, name: 'Lee, Ann'}}",
        ),
        ("{event: email.received, email: {body_text_plain: nobody}}", "{failed: [forwarded]}"),
        ("{event: email.received, payload: {headers: {subject: x}, files: [a.pdf]}}",
         "{files: {a.pdf: {values: {subject: x}}}}"),
        ("{event: upload.created, payload: {files: [a.pdf]}}", "{}"),
        ("{event: upload.created, payload: {files: [a.pdf, b.csv]}}",
         ("{files: {b.csv: {import: false}}, "
         "messages: [{rule: only-pdf, at: b.csv, type: error, text: b.csv is no PDF.}]}")),
        (("{event: upload.created, payload: {files: [{original_file_name: a, "
         "mime_type: application/pdf}]}}"), "{}"),
        ("{event: annotation_status.changed, annotation: {status: exported}}", "{}"),
        ("{event: invocation.scheduled}", "{}"),
        ("{payload: mail.json}", ("{files: {invoice.pdf: {values: {subject: Invoice 17, number: "
         "'17'}}, logo.png: {import: false}}, sender: {email: p@example.com, name: Ann}}")),
        ("{payload: upload.json}", ("{files: {document 102: {import: false}}, messages: "
         "[{rule: only-pdf, at: document 102}]}")),
        ("{payload: status.json}", "{}"),
    ],
)  # fmt: skip
def test_an_event_without_content_is_given_by_what_matters(given, expect):
    stored = {
        "mail.json": mail(PDF, PICTURE, body={"body_text_plain": "p@example.com"}),
        "upload.json": upload("application/pdf", "text/csv"),
        "status.json": status("importing", "to_review"),
    }
    payloads = {name: msgspec.json.encode(one) for name, one in stored.items()}
    result = one(given, expect, payloads)

    assert (result.status, told(result), result.reason) == ("passed", [], None)


@pytest.mark.parametrize(
    ("given", "expect", "lines"),
    [
        (MAIL, "{}", [
            f"files: not expected: at a.pdf, file {SENT}",
            "files: not expected: at b.png, file {import: false}",
        ]),
        (MAIL, FILES.join("{}").replace("Invoice 17", "Invoice 18"), [
            "files: different: at a.pdf",
            '  file expected: {values: {subject: Invoice 18, number: "17"}}',
            f"  file answered: {SENT}",
        ]),
        (MAIL, FILES.join("{}").replace("b.png", "c.png"), [
            "files: missing: at c.png, file {import: false}",
            "  there is no file 'c.png'; there are 'a.pdf', 'b.png'",
            "files: not expected: at b.png, file {import: false}",
        ]),
        ("{event: email.received, email: {body_text_plain: b@example.com}}",
         "{sender: {email: a@example.com}}", [
            "sender: different:",
            "  answer expected: {email: \"a@example.com\"}",
            "  answer answered: {email: \"b@example.com\"}",
        ]),
        ("{event: upload.created, payload: {files: [b.csv]}}",
         "{files: {b.csv: {import: false}}}", [
            "messages: not expected: rule only-pdf, at b.csv, text 'b.csv is no PDF.', type error",
        ]),
    ],
)  # fmt: skip
def test_every_difference_is_told_by_the_name_of_the_file(given, expect, lines):
    assert told(one(given, expect)) == lines


@pytest.mark.parametrize(
    ("case", "code"),
    [
        ("{name: it, given: {event: email.bounced}, expect: {}}", "R502"),
        ("{name: it, given: {event: email.received, edited: [a]}, expect: {}}", "R502"),
        ("{name: it, given: {event: email.received, fields: {a: b}}, expect: {}}", "R505"),
        ("{name: it, given: {event: email.received, payload: {annotation: {}}}, expect: {}}",
         "R505"),
        ("{name: it, given: {}, expect: {files: {a.pdf: {import: true}}}}", "R113"),
        ("{name: it, given: {}, expect: {files: {a.pdf: {}}}}", "R114"),
        ("{name: it, given: {}, expect: {sender: {mail: a}}}", "R110"),
    ],
)  # fmt: skip
def test_mistakes_of_cases_are_refused(case, code):
    assert codes(case_file(f"- {case}\n"), rules=RULES) == [code]


def test_an_expectation_of_files_is_written_anew():
    text = case_file(f"- name: it\n  given: {MAIL}\n  expect: {{}}\n")
    _, results = ran(text, rules=RULES)

    again = updated(text, results)

    _, (result,) = ran(again, rules=RULES)
    assert result.status == "passed"
    assert "b.png: {import: false}" in again


def test_a_recorded_mail_passes_and_shows_nothing_of_the_real_one():
    secret = mail(
        {**PDF, "filename": "Contract-Smith.pdf"},
        {**PICTURE, "filename": "Smith.png"},
        headers={"from": "Ann Smith <smith@acme.example.com>", "subject": "Contract 4711"},
        body={"body_text_plain": "smith@acme.example.com"},
    )
    configuration = configured(files_of("", rules=RULES))
    runner = Runner(configuration, lambda: 0.0)

    text = recorded(
        msgspec.json.encode(secret), "acme.queue.yaml", configuration.by_name["acme"], runner, b"k"
    )

    _, (result,) = ran(text, rules=RULES)
    assert result.status == "passed"
    assert "image/" in text
    assert "import: false" in text
    assert not [one for one in ("Smith", "smith", "4711", "Contract", "acme.ex") if one in text]


def test_a_made_mail_looks_like_a_real_one():
    _, (result,) = ran(case_file(f"- name: it\n  given: {MAIL}\n  expect: {{}}\n"), rules=RULES)
    made = msgspec.json.decode(result.made.body)

    real = mail(PDF)
    assert made.keys() == real.keys()
    assert [file.keys() for file in made["files"]] == [real["files"][0].keys()] * 2
    assert made["files"][1]["mime_type"] == "image/png"
    assert made["headers"] == {"subject": "Invoice 17"}


def test_a_made_upload_looks_like_a_real_one():
    given = "{event: upload.created, payload: {files: [a.pdf]}}"
    _, (result,) = ran(case_file(f"- name: it\n  given: {given}\n  expect: {{}}\n"), rules=RULES)
    made = msgspec.json.decode(result.made.body)

    real = upload("application/pdf")
    assert made.keys() == real.keys()
    assert made["files"][0].keys() == real["files"][0].keys()
    assert made["documents"][0].keys() >= real["documents"][0].keys()
    assert made["documents"][0]["url"] == made["files"][0]["document"]


def test_a_stored_payload_keeps_its_own_event_whatever_the_default_is():
    stored = Document({"amount": "1"}, action="confirm").payload()
    cases = (
        "- {name: mail, given: {payload: {files: [b.png]}},"
        " expect: {files: {b.png: {import: false}}}}\n"
        "- {name: stored, given: {payload: stored.json},"
        " expect: {messages: [{rule: content, at: document}]}}\n"
        "- {name: stored mail, given: {payload: mail.json},"
        " expect: {files: {logo.png: {import: false}}}}\n"
    )
    text = case_file(cases, "defaults: {event: email.received}\n")
    payloads = {"stored.json": stored, "mail.json": mail(PICTURE, headers={}, body={})}

    _, results = ran(
        text, {name: msgspec.json.encode(one) for name, one in payloads.items()}, rules=RULES
    )

    assert [(one.status, told(one)) for one in results] == [("passed", [])] * 3
