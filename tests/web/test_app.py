"""The table of statuses, over a real server."""

import http.client
import io
import re
import threading

import msgspec
import pytest
from falcon import testing

from gateway.hooks.signature import sign, sign_legacy
from gateway.telemetry.counts import Counts
from gateway.web.app import create_app
from gateway.web.logs import Log
from gateway.web.seen import Seen
from tests.web.support import ANSWER, BODY, SECRET, FakeGateway, ask, signed


def with_type(content_type):
    return signed() | {"Content-Type": content_type}


@pytest.mark.parametrize(
    ("method", "path", "body", "headers", "status", "code"),
    [
        ("POST", "/hook", BODY, {}, 401, "signature"),
        ("POST", "/hook/acme", BODY, {}, 401, "signature"),
        ("POST", "/hook", BODY + b" ", signed(), 401, "signature"),
        ("POST", "/hook", b"", {}, 401, "signature"),
        pytest.param(
            "POST", "/hook", BODY,
            {"X_Rossum_Signature_SHA256": sign(BODY, SECRET)}, 401, "signature",
            id="a header with underscores is another header",
        ),
        pytest.param(
            "POST", "/hook", BODY,
            {"X-Elis-Signature": sign_legacy(BODY, SECRET)}, 401, "signature",
            id="the old header where it is not allowed",
        ),
        pytest.param(
            "POST", "/hook", BODY,
            {"X-Rossum-Signature-SHA256": "sha256=\xe9"}, 401, "signature",
            id="a header that is not ASCII",
        ),
        ("POST", "/hook/foreign", BODY, signed(), 403, "foreign_queue"),
        ("POST", "/hook", b"{", signed(b"{"), 400, "payload"),
        ("POST", "/hook", b"\xff\xfe", signed(b"\xff\xfe"), 400, "payload"),
        ("POST", "/hook/explodes", BODY, signed(), 503, "unavailable"),
        ("POST", "/hook", BODY, signed() | {"Content-Encoding": "gzip"}, 415, "media_type"),
        ("POST", "/hook", BODY, signed() | {"Content-Encoding": "identity, br"}, 415, "media_type"),
        ("POST", "/hook", BODY, with_type("application/xml"), 415, "media_type"),
        ("POST", "/hook", BODY, with_type("multipart/form-data; boundary=x"), 415, "media_type"),
        (
            "POST", "/hook", BODY,
            with_type("application/x-www-form-urlencoded"), 415, "media_type",
        ),
        ("POST", "/hook", BODY, with_type("application/octet-stream"), 415, "media_type"),
        ("POST", "/hook", BODY, with_type("application/jsonp"), 415, "media_type"),
        ("POST", "/hook", BODY, with_type("application/json; charset=utf-16"), 415, "media_type"),
        ("POST", "/hook", BODY, with_type("application/json, text/xml"), 415, "media_type"),
        ("POST", "/hook", b"x" * 100_001, {}, 413, "too_large"),
        ("GET", "/hook", None, {}, 405, "method"),
        ("PUT", "/hook/acme", BODY, signed(), 405, "method"),
        ("OPTIONS", "/hook/acme", None, {}, 405, "method"),
        ("BREW", "/hook", None, {}, 405, "method"),
        ("POST", "/healthz", None, {}, 405, "method"),
        ("OPTIONS", "/readyz", None, {}, 405, "method"),
        ("GET", "/", None, {}, 404, "not_found"),
        ("POST", "/", BODY, signed(), 404, "not_found"),
        pytest.param("POST", "/hook/", BODY, signed(), 404, "not_found", id="an empty name"),
        ("POST", "/hook/acme/", BODY, signed(), 404, "not_found"),
        ("POST", "/hook/acme/x", BODY, signed(), 404, "not_found"),
        ("POST", "/hook/a%2Fb", BODY, signed(), 404, "not_found"),
        ("POST", "/hook//acme", BODY, signed(), 404, "not_found"),
        ("POST", "/HOOK", BODY, signed(), 404, "not_found"),
        ("GET", "/hook/../healthz", None, {}, 404, "not_found"),
        ("BREW", "/nowhere", None, {}, 404, "not_found"),
        ("WEBSOCKET", "/hook", None, {}, 404, "not_found"),
    ],
)  # fmt: skip
def test_each_refusal_has_its_status_and_a_small_json(
    running, method, path, body, headers, status, code
):
    answer = ask(running, method, path, body, headers)

    assert (answer.status, answer.json["error"]["code"]) == (status, code)
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.json["error"].keys() == {"code", "message"}
    assert re.fullmatch(r"[A-Z][A-Za-z0-9 ,;-]{10,80}\.", answer.json["error"]["message"])


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/hook", signed()),
        ("/hook/acme", signed()),
        ("/hook/Ko%C5%A1ice%20%00", signed()),
        ("/hook?source=platform", signed()),
        ("/hook/%FF", signed()),
        pytest.param("//hook", signed(), id="slashes too many at the beginning"),
        ("/hook", {"X-Rossum-Signature-SHA256": sign(BODY, SECRET)}),
        ("/hook", with_type("application/json; charset=UTF-8")),
        ("/hook", with_type('Application/JSON;charset="utf-8"')),
        ("/hook", with_type("application/vnd.platform.hook+json")),
        ("/hook", with_type("text/plain")),
        ("/hook", signed() | {"Content-Encoding": "identity"}),
        ("/hook/old", {"X-Elis-Signature": sign_legacy(BODY, SECRET)}),
    ],
)
def test_what_is_signed_is_answered_as_the_gateway_says(running, path, headers):
    answer = ask(running, "POST", path, BODY, headers)

    assert (answer.status, answer.body) == (200, ANSWER)
    assert answer.headers["Content-Type"] == "application/json"


def test_a_refusal_is_logged_with_its_reason_and_the_name_in_the_path(running):
    ask(running, "POST", "/hook/ac%0Ame", BODY)
    ask(running, "POST", "/hook", BODY, {"X-Rossum-Signature-SHA256": "sha256=x"})

    told = [(line["error"], line["reason"], line.get("queue")) for line in running.lines()]
    assert told == [("signature", "missing", "ac?me"), ("signature", "malformed", None)]


def test_the_name_in_the_path_reaches_the_gateway_decoded(running):
    ask(running, "POST", "/hook/Ko%C5%A1ice", BODY, signed())

    assert running.lines()[0]["queue"] == "Košice"


@pytest.mark.parametrize(("path", "allowed"), [("/hook/x", "POST"), ("/readyz", "GET, HEAD")])
def test_a_wrong_method_is_told_the_right_ones(running, path, allowed):
    assert ask(running, "DELETE", path).headers["Allow"] == allowed


def test_a_fault_is_worth_a_retry_and_shows_nothing_of_itself(running):
    answer = ask(running, "POST", "/hook/explodes", BODY, signed())

    assert answer.headers["Retry-After"] == "2"
    assert not re.search(rb"Error|/srv|\.py|broke", answer.body)
    fault, request = running.lines()
    assert (fault["event"], fault["traceback"][0]) == ("fault", "RuntimeError")
    assert request["status"] == 503


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_head_is_answered_like_get_but_for_the_body(running, path):
    head, get = ask(running, "HEAD", path), ask(running, "GET", path)

    assert (head.status, head.body, get.status) == (200, b"", 200)
    assert head.headers["Content-Length"] == str(len(get.body))


def test_readiness_follows_the_gateway_and_health_does_not(running):
    running.gateway.ready = False

    assert ask(running, "GET", "/readyz").status == 503
    assert ask(running, "GET", "/readyz").json["error"]["code"] == "not_ready"
    assert ask(running, "GET", "/healthz").status == 200


def test_a_connection_is_used_again_after_refusals_that_read_the_body(running):
    connection = http.client.HTTPConnection("127.0.0.1", running.server.port, timeout=5)
    statuses = []
    for headers in ({}, signed(), {}, signed()):
        connection.request("POST", "/hook", BODY, headers)
        response = connection.getresponse()
        response.read()
        statuses.append(response.status)
    connection.close()

    assert statuses == [401, 200, 401, 200]
    assert [line["status"] for line in running.lines()] == statuses


def test_no_answer_names_the_server(running):
    answer = ask(running, "POST", "/hook", BODY, signed())

    assert "Server" not in answer.headers
    assert msgspec.json.decode(answer.body) == {"messages": [], "operations": []}


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        (signed() | {"Content-Encoding": "gzip"}, 415),
        (with_type("text/xml"), 415),
        (signed(), 200),
    ],
)
def test_under_another_server_the_application_refuses_by_header_itself(headers, status):
    app = create_app(FakeGateway(), Seen(Log(io.BytesIO()), Counts()), threading.Event())

    answer = testing.simulate_post(app, "/hook", body=BODY, headers=headers)

    assert answer.status_code == status
