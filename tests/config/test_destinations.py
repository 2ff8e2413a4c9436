"""What ``gateway.yaml`` says of destinations and the outbox, and who may use them."""

import pytest

from gateway.config.outbox import Unavailable
from tests.documents import folder
from tests.pages import codes, load_files

ENVIRONMENT = {
    "SECRET": "a-canary-secret-0123456789",
    "OLD": "an-older-canary-secret-0123",
    "SIGNING": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    "BROKEN": "whsec_not-base64!-canary",
    "TOKEN": "canary-token",
    "PART": "canary-part",
    "URL": "https://hooks.example.com/canary-url",
    "EMPTY": " ",
    "LINES": "canary\r\nX-More: yes",
    "PLAIN": "http://canary.example.com/",
    "DATABASE": "postgresql://gateway:canary@db.example.com/outbox",
    "OTHER": "mysql://gateway:canary@db.example.com/outbox",
}
#: The same host in most of them.
ERP = 'url: "https://erp.example.com/"'


def loaded(text, **files):
    return load_files({"gateway.yaml": f"version: 1\n{text}", **files}, ENVIRONMENT)


def destination(keys):
    configuration = loaded(f"destinations: {{erp: {{{keys}}}}}").configuration
    return configuration.destinations["erp"]


@pytest.mark.parametrize(
    ("keys", "code"),
    [
        ("secret: '${env:SECRET}'", "R111"),
        ("url: '${env:MISSING}'", "R133"),
        ("url: 'https://${env:EMPTY}.example.com/'", "R134"),
        ("url: 'https://erp.example.com/${PART}'", "R132"),
        ("url: '${env:PLAIN}'", "R146"),
        ("url: 'https://erp.example.com/${env:LINES}'", "R146"),
        (f"{ERP}, secret: a-secret-in-the-file-012", "R131"),
        (f"{ERP}, secret: '${{env:BROKEN}}'", "R134"),
        (f"{ERP}, secret: '${{env:TOKEN}}'", "R134"),
        (f"{ERP}, headers: {{Authorization: Bearer canary}}", "R131"),
        (f"{ERP}, headers: {{X-Api-Key: canary}}", "R131"),
        (f"{ERP}, headers: {{X-A: '${{env:LINES}}'}}", "R147"),
        (f"{ERP}, headers: {{Webhook-Id: a}}", "R147"),
        (f"{ERP}, headers: {{X-A: a, x-a: b}}", "R147"),
        (f"{ERP}, headers: {{Content-Length: '1'}}", "R147"),
        (f"{ERP}, method: GET", "R113"),
        (f"{ERP}, form: xml", "R113"),
        (f"{ERP}, timeout: 61s", "R150"),
        (f"{ERP}, timeout: 10", "R112"),
        (f"{ERP}, retry: {{for: 15d}}", "R150"),
        (f"{ERP}, concurrency: 33", "R113"),
        (f"{ERP}, concurrency: 0", "R113"),
        (f"{ERP}, networks: [everything]", "R146"),
        (f"{ERP}, queues: [other.queue.yaml]", "R129"),
        (f"{ERP}, queues: []", "R114"),
        (f"{ERP}, queues: some", "R128"),
        (f"{ERP}, color: red", "R110"),
    ],
)
def test_a_mistake_is_found_and_nothing_secret_shown(keys, code):
    found = loaded(f"destinations:\n  erp: {{{keys}}}\n")

    assert code in codes(found)
    assert found.configuration is None
    assert "canary" not in str([(one.message, one.hint) for one in found.report])
    assert "canary" not in str(found.sources)


def test_a_destination_is_what_its_keys_and_references_make_it():
    found = destination(
        "url: 'https://erp.example.com/${env:PART}/hooks', method: PUT, form: form, "
        "headers: {Authorization: 'Bearer ${env:TOKEN}', X-From: gateway}, "
        "secret: ['${env:SECRET}', '${env:SIGNING}'], timeout: 500ms, concurrency: 1, "
        "retry: {for: 3d, first: 2s, longest: 1m}, networks: [10.1.0.0/16, 'fd00::/8']"
    )

    assert found.url == "https://erp.example.com/canary-part/hooks"
    assert (found.method, found.timeout, found.concurrency) == ("PUT", 0.5, 1)
    assert dict(found.headers) == {
        "Authorization": "Bearer canary-token",
        "X-From": "gateway",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    assert found.secrets[0] == b"a-canary-secret-0123456789"
    assert len(found.secrets[1]) == 24
    assert (found.patience.gives_up_after, found.patience.first) == (3 * 86_400, 2)
    assert [str(one) for one in found.networks] == ["10.1.0.0/16", "fd00::/8"]
    assert "canary" not in repr(found) + str(found)


def test_a_content_type_of_ones_own_counts():
    found = destination(f"{ERP}, form: text, headers: {{content-type: application/xml}}")

    assert dict(found.headers) == {"content-type": "application/xml"}


def test_references_need_not_resolve_to_be_checked():
    from gateway.config.load import load_snapshot
    from tests.pages import GOOD

    text = "version: 1\ndestinations: {erp: {url: '${env:NOWHERE}', secret: '${env:NOWHERE}'}}\n"
    found = load_snapshot(folder({**GOOD, "gateway.yaml": text}), {}, secrets=False)

    assert found.good


OTHER = """\
version: 1
queue: {ids: [8200], secret: "${env:OLD}", rules: [invoice.rules.yaml]}
"""
OWN = """\
version: 1
queue: {ids: [8199], secret: "${env:SECRET}", rules: [invoice.rules.yaml]}
"""
TELLS = """\
version: 1
rules: [{id: tell, on: export, notify: {to: erp, body: 1}}]
"""


@pytest.mark.parametrize(
    ("queues", "found"),
    [
        ("", {"R151"}),
        (", queues: all", set()),
        (", queues: [acme.queue.yaml]", {"R452"}),
        (", queues: ['*.queue.yaml']", set()),
    ],
)
def test_with_several_secrets_a_destination_says_who_may_use_it(queues, found):
    text = f"destinations: {{erp: {{{ERP}{queues}}}}}\n"
    files = {"other.queue.yaml": OTHER, "acme.queue.yaml": OWN, "invoice.rules.yaml": TELLS}

    assert codes(loaded(text, **files)) == found


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("{each: line_items, were: item_amount > 0, as: '{item_code}'}", {"R453"}),
        ("{lines: {each: line_items, as: '{item_code}', sorted: true}}", {"R453"}),
        pytest.param("{each: of, them: x}", set(), id="data may have a key of this name"),
    ],
)
def test_a_slip_beside_each_and_as_never_sends_the_list_as_it_is_written(body, found):
    tells = TELLS.replace("body: 1", f"body: {body}")

    assert (
        codes(loaded(f"destinations: {{erp: {{{ERP}}}}}\n", **{"invoice.rules.yaml": tells}))
        == found
    )


def test_a_pair_of_secrets_is_one_owners():
    own = OWN.replace('"${env:SECRET}"', '["${env:SECRET}", "${env:OLD}"]')

    assert codes(loaded(f"destinations: {{erp: {{{ERP}}}}}\n", **{"acme.queue.yaml": own})) == set()


@pytest.mark.parametrize(
    ("outbox", "code"),
    [
        ("{database: 'postgresql://a:canary@db.example.com/x'}", "R131"),
        ("{database: '${env:OTHER}'}", "R148"),
        ("{database: '${env:DATABASE}', file: outbox.sqlite}", "R148"),
        ("{file: '${env:PART}'}", "R148"),
        ("{unavailable: wait}", "R113"),
    ],
)
def test_an_outbox_that_is_nowhere_is_refused(outbox, code):
    found = loaded(f"outbox: {outbox}\n")

    assert code in codes(found)
    assert "canary" not in str(found.report) + str(found.sources)


@pytest.mark.parametrize(
    ("outbox", "environment", "file", "database"),
    [
        ("", {}, "var/outbox.sqlite", None),
        ("", {"GATEWAY_STATE": "/data"}, "/data/outbox.sqlite", None),
        ("outbox: {file: mine.sqlite}", {"GATEWAY_STATE": "/data"}, "/data/mine.sqlite", None),
        ("outbox: {file: /mine.sqlite}", {"GATEWAY_STATE": "/data"}, "/mine.sqlite", None),
        ("outbox: {database: '${env:DATABASE}'}", ENVIRONMENT, None, ENVIRONMENT["DATABASE"]),
    ],
)
def test_the_outbox_is_in_a_file_or_a_database(outbox, environment, file, database):
    found = load_files({"gateway.yaml": f"version: 1\n{outbox}\n"}, environment).configuration

    assert (found.outbox.file, found.outbox.database) == (file, database)
    assert "canary" not in repr(found.outbox)


def test_a_queue_can_say_otherwise_what_is_answered_without_an_outbox():
    queue = OWN.replace("rules:", "outbox_unavailable: answer, rules:")
    found = loaded("outbox: {unavailable: fail}\n", **{"acme.queue.yaml": queue}).configuration

    assert found.by_name["acme"].unavailable is Unavailable.ANSWER
    assert loaded("").configuration.by_name["acme"].unavailable is Unavailable.FAIL
