"""The example configuration answers what arrives, and who asks."""

import msgspec
import pytest

from gateway.cli.nodes import nodes_of
from gateway.cli.telling import tell_answer
from tests.examples import EXAMPLES, answer, example_gateway
from tests.payloads import email, upload

QUIET = ["No messages, no operations."]


@pytest.fixture(scope="module")
def gateway():
    return example_gateway()


#: A rule, a request for another event, and all that is then answered.
ARRIVALS = [
    ("logos-stay-out", EXAMPLES["acme-email"], [
        "import   invoice.pdf: email:order_id 'PO-100234'",
        "import   logo.png: no",
        "sender   email: Ann Lee <ann@example.com>",
    ]),
    ("order-number-of-the-mail", email(subject="Your order PO-100239"), [
        "import   invoice.pdf: email:order_id 'PO-100239'",
    ]),
    ("order-number-of-the-mail", email(), QUIET),
    ("forwarded-mail-has-a-sender",
     email(subject="Fwd: Invoice", text="From: Ann <ann@example.com>"), [
        "sender   email: Ann <ann@example.com>",
    ]),
    ("only-documents-are-uploaded", EXAMPLES["acme-upload"], [
        "import   invoice.pdf: yes",
        "import   list.csv: no",
        "error    list.csv: list.csv is no document that can be read.",
    ]),
    ("order-number-is-asked-for", EXAMPLES["acme-question"], [
        'answer   caller: {"order": "PO-1002", "known_form": false}',
    ]),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "payload", "told"), ARRIVALS)
def test_a_rule_of_the_example_speaks_of_what_arrives(rule, payload, told, gateway):
    given = answer(gateway, "acme", payload)

    assert tell_answer(msgspec.json.decode(given.body), nodes_of(payload)) == told
    assert rule in given.fired
    assert given.failed == ()


def test_an_upload_of_documents_is_left_alone(gateway):
    payload = upload({"invoice.pdf": "application/pdf"})

    given = answer(gateway, "acme", payload)

    assert tell_answer(msgspec.json.decode(given.body), nodes_of(payload)) == QUIET
