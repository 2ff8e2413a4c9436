"""E-mail headers in the words of the e-mail object, whatever anybody wrote into them."""

import time

import pytest

from gateway.hooks.mail import mail_fact, mailboxes, reference_fact


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ("", []),
        (" , ,", []),
        ("a@example.com", [("a@example.com", "")]),
        ("<a@example.com>", [("a@example.com", "")]),
        ("Ann <a@example.com>", [("a@example.com", "Ann")]),
        ('"Lee, Ann" <a@example.com>, b@example.com',
         [("a@example.com", "Lee, Ann"), ("b@example.com", "")]),
        ('Ann "A" Lee <a@example.com>', [("a@example.com", 'Ann "A" Lee')]),
        ("<a,b@example.com>,c", [("a,b@example.com", ""), ("c", "")]),
        ('"never closed, a@example.com', [('"never closed, a@example.com', "")]),
        ("Ann <a@example.com", [("Ann <a@example.com", "")]),
        ("x <y <z@example.com>", [("z@example.com", "x <y")]),
    ],
)  # fmt: skip
def test_the_mailboxes_of_a_header(header, found):
    assert [(one["email"], one["name"]) for one in mailboxes(header)] == found


@pytest.mark.parametrize("sign", ["<", '"', ",", " ", ">", "a,", '"<', "<>"])
def test_no_header_takes_long(sign):
    began = time.perf_counter()
    mailboxes(sign * 1_000_000)

    assert time.perf_counter() - began < 0.5


PAYLOAD = {
    "headers": {
        "from": "Ann <a@example.com>",
        "to": "b@example.com, Cy <c@example.com>",
        "reply-to": "d@example.com",
        "subject": "Invoice 17",
        "message-id": "<m-1@example.com>",
        "date": "Mon, 04 May 2020 11:01:32 +0200",
    },
    "body": {"body_text_plain": "Please pay.", "body_text_html": None},
    "queue": "https://example.com/queues/41",
}


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("subject", "Invoice 17"),
        ("from", {"email": "a@example.com", "name": "Ann"}),
        ("to", [{"email": "b@example.com", "name": ""}, {"email": "c@example.com", "name": "Cy"}]),
        ("cc", None),
        ("reply_to", [{"email": "d@example.com", "name": ""}]),
        ("message_id", "<m-1@example.com>"),
        ("date", "Mon, 04 May 2020 11:01:32 +0200"),
        ("authentication_results", None),
        ("body_text_plain", "Please pay."),
        ("body_text_html", None),
        ("queue", "https://example.com/queues/41"),
        ("labels", None),
    ],
)
def test_an_event_knows_its_mail_as_the_mail_object_does(key, value):
    assert mail_fact(PAYLOAD, key) == value


@pytest.mark.parametrize("odd", [None, 3, "text", [], {}, {"from": 3, "subject": None}])
def test_odd_headers_are_no_facts(odd):
    keys = ("subject", "from", "to", "body_text_plain", "queue")

    assert [mail_fact({"headers": odd, "body": odd}, key) for key in keys] == [None] * 5


@pytest.mark.parametrize(
    ("data", "key", "value"),
    [
        ("https://example.com/emails/80", "id", 80),
        ("https://example.com/emails/80", "url", "https://example.com/emails/80"),
        ("https://example.com/emails/80", "subject", None),
        (None, "id", None),
        (None, "url", None),
        (80, "id", 80),
        (80, "url", None),
    ],
)
def test_a_reference_has_an_id_and_an_address(data, key, value):
    assert reference_fact(data, key) == value
