"""The deprecated connector protocol over a real server, answered by a real gateway."""

from __future__ import annotations

import base64
import io
import threading

import msgspec
import pytest

from gateway.runtime import Gateway
from gateway.telemetry.counts import Counts
from gateway.web.app import create_app
from gateway.web.listening import bind
from gateway.web.logs import Log
from gateway.web.seen import Seen
from gateway.web.server import Limits, Server
from tests.connectors import connector_request, datapoint
from tests.documents import configured
from tests.web.support import Running, ask

PASSWORD, OLD, TOKEN = "password-of-acme-01", "former-password-02", "token-of-globex-0123"
ENVIRONMENT = {"PASSWORD": PASSWORD, "OLD": OLD, "TOKEN": TOKEN, "HOOK": "secret-of-the-hook-1"}


def queue(number, *lines):
    more = "".join(f"  {line}\n" for line in lines)
    return f"version: 1\nqueue:\n  ids: [{number}]\n  rules: [a.rules.yaml]\n{more}"


FILES = {
    "gateway.yaml": "version: 1\n",
    "acme.queue.yaml": queue(
        8199, 'connector: {user: rossum, password: ["${env:PASSWORD}", "${env:OLD}"]}'
    ),
    "globex.queue.yaml": queue(8200, 'connector: {token: "${env:TOKEN}"}'),
    "hooked.queue.yaml": queue(8201, 'secret: "${env:HOOK}"'),
    "a.rules.yaml": "version: 1\nrules:\n"
    "  - {id: total, select: total, when: value > 5, replace: '6'}\n"
    "  - {id: late, on: [initialize, export], message: Late.}\n",
}
BODY = msgspec.json.encode(connector_request(datapoint(7, "total", "55.20", "number")))


def basic(password, user="rossum"):
    token = base64.b64encode(f"{user}:{password}".encode()).decode()
    return {"Authorization": f"Basic {token}", "Content-Type": "application/json"}


@pytest.fixture
def running():
    written, draining = io.BytesIO(), threading.Event()
    gateway, seen = Gateway(configured(FILES, ENVIRONMENT)), Seen(Log(written), Counts())
    limits = Limits(threads=2, body=100_000, look=0.05, silence=5)
    server = Server(
        create_app(gateway, seen, draining), bind("127.0.0.1:0"), seen, draining, limits
    )
    made = Running(gateway, server, written, seen.counts)
    yield made
    server.stop()
    made.join()


LATE = {"type": "error", "content": "Late."}
SIX = {"op": "replace", "id": "7", "value": {"content": {"value": "6"}}}


@pytest.mark.parametrize(
    ("path", "headers", "answer"),
    [
        ("/connector/acme/validate", basic(PASSWORD), {"messages": [], "operations": [SIX]}),
        ("/connector/acme/validate", basic(OLD), {"messages": [], "operations": [SIX]}),
        ("/connector/acme/validate?initial=true", basic(PASSWORD),
         {"messages": [LATE], "operations": [SIX]}),
        ("/connector/acme/validate?strict=1&initial=True", basic(PASSWORD),
         {"messages": [LATE], "operations": [SIX]}),
        ("/connector/acme/validate?initial=false", basic(PASSWORD),
         {"messages": [], "operations": [SIX]}),
        ("/connector/acme/save", basic(PASSWORD), {"messages": [LATE, {
            "type": "warning",
            "content": "1 change of the rules could not be made: the document is being exported.",
        }]}),
    ],
)  # fmt: skip
def test_a_connector_is_answered_by_the_rules(running, path, headers, answer):
    got = ask(running, "POST", path, BODY, headers)

    assert (got.status, got.json) == (200, answer)
    assert got.headers["Content-Type"] == "application/json"


def test_a_token_is_taken_where_the_queue_has_one(running):
    request = connector_request(queue="https://example.com/api/v1/queues/8200")
    headers = {"Authorization": f"secret_key {TOKEN}"}

    got = ask(running, "POST", "/connector/globex/save", msgspec.json.encode(request), headers)

    assert (got.status, got.json) == (200, {"messages": [LATE]})


@pytest.mark.parametrize(
    ("method", "path", "body", "headers", "status", "code"),
    [
        ("POST", "/connector/acme/validate", BODY, {}, 401, "credentials"),
        ("POST", "/connector/acme/validate", BODY, basic("wrong"), 401, "credentials"),
        ("POST", "/connector/acme/validate", BODY, basic(TOKEN), 401, "credentials"),
        ("POST", "/connector/acme/validate", BODY,
         {"Authorization": f"secret_key {PASSWORD}"}, 401, "credentials"),
        ("POST", "/connector/hooked/validate", BODY, basic(PASSWORD), 401, "credentials"),
        ("POST", "/connector/nobody/validate", BODY, basic(PASSWORD), 401, "credentials"),
        ("POST", "/connector/nobody/save", BODY, {}, 401, "credentials"),
        ("POST", "/connector/acme/save", b"", {}, 401, "credentials"),
        ("POST", "/connector/acme/save", b"{", basic(PASSWORD), 400, "payload"),
        ("POST", "/connector/acme/save", b"{}", basic(PASSWORD), 400, "payload"),
        ("POST", "/connector/acme/save", BODY.replace(b"queues/8199", b"queues/8200"),
         basic(PASSWORD), 403, "foreign_queue"),
        ("POST", "/connector/acme/save", b"x" * 100_001, {}, 413, "too_large"),
        ("POST", "/connector/acme/save", BODY,
         basic(PASSWORD) | {"Content-Type": "application/xml"}, 415, "media_type"),
        ("POST", "/connector/acme/save", BODY,
         basic(PASSWORD) | {"Content-Encoding": "gzip"}, 415, "media_type"),
        ("GET", "/connector/acme/save", None, {}, 405, "method"),
        ("OPTIONS", "/connector/acme/save", None, {}, 405, "method"),
        ("POST", "/connector/acme", BODY, basic(PASSWORD), 404, "not_found"),
        ("POST", "/connector/acme/confirm", BODY, basic(PASSWORD), 404, "not_found"),
        ("POST", "/connector/acme/save/", BODY, basic(PASSWORD), 404, "not_found"),
        ("POST", "/connector//save", BODY, basic(PASSWORD), 404, "not_found"),
        ("POST", "/hook/acme", BODY, basic(PASSWORD), 401, "signature"),
        ("POST", "/hook", BODY, basic(PASSWORD), 401, "signature"),
    ],
)  # fmt: skip
def test_what_is_not_the_connectors_is_refused(running, method, path, body, headers, status, code):
    got = ask(running, method, path, body, headers)

    assert (got.status, got.json["error"]["code"]) == (status, code)
    if code == "credentials":
        assert got.headers["WWW-Authenticate"] == 'Basic realm="connector", charset="UTF-8"'


def test_a_connector_is_logged_and_counted_without_its_credentials(running):
    ask(running, "POST", "/connector/acme/save", BODY, basic(PASSWORD))
    ask(running, "POST", "/connector/acme/validate", BODY, basic("wrong-password"))

    lines = running.lines()
    assert [line["event"] for line in lines] == ["request", "connector_changes_lost", "request"]
    assert (lines[0]["queue"], lines[0]["hook"], lines[1]["changes"]) == (
        "acme", "annotation_content.export", 1,
    )  # fmt: skip
    assert (lines[2]["status"], lines[2]["reason"]) == (401, "wrong")
    written = running.written.getvalue()
    assert not any(
        one.encode() in written
        for one in (PASSWORD, "wrong-password", basic(PASSWORD)["Authorization"])
    )
    routes = {labels[0] for labels in running.counted("gateway_http_requests_total")}
    assert routes == {"/connector/{queue}/save", "/connector/{queue}/validate"}
