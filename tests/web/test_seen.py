"""What is told of each request: its names, and its counts."""

import re

import pytest

from gateway.telemetry.counts import Counts
from gateway.telemetry.totals import Totals
from gateway.web.logs import Log
from gateway.web.seen import Seen
from tests.waiting import until
from tests.web.support import BODY, ask, raw, receive, signed

TRACE = "0af7651916cd43dd8448eb211c80319c"


@pytest.mark.parametrize(
    ("headers", "told"),
    [
        ({"X-Request-Id": "from-the-proxy"}, {"request_id": "from-the-proxy"}),
        ({}, {"request_id": "r-1"}),
        ({"X-Request-Id": "r-1"}, {"request_id": "r-1"}),
        pytest.param({"X-Request-Id": "a b"}, {"request_id": "r-1"}, id="an odd one is ignored"),
        (
            {"traceparent": f"00-{TRACE}-b7ad6b7169203331-01"},
            {"request_id": "r-1", "trace_id": TRACE},
        ),
        ({"traceparent": "00-x"}, {"request_id": "r-1"}),
    ],
)
def test_an_answer_and_its_line_have_the_request_id(running, headers, told):
    answer = ask(running, "POST", "/hook/acme", BODY, signed() | headers)

    (line,) = running.lines()
    assert answer.headers["X-Request-Id"] == told["request_id"]
    assert {key: line.get(key) for key in ("request_id", "trace_id")} == {"trace_id": None} | told


@pytest.mark.parametrize(
    "body", [b'{"event":"x","action":"y"}', BODY.replace(b"r-1", b"a \\n b"), b"{"]
)
def test_what_nobody_names_gets_a_new_request_id(running, body):
    answer = ask(running, "POST", "/hook", body, signed(body))

    assert re.fullmatch(r"[0-9a-f]{32}", answer.headers["X-Request-Id"])
    assert running.lines()[0]["request_id"] == answer.headers["X-Request-Id"]


def test_what_the_body_calls_itself_is_kept_beside_the_callers_name(running):
    ask(running, "POST", "/hook", BODY, signed() | {"X-Request-Id": "from-the-proxy"})

    assert running.lines()[0]["hook_request_id"] == "r-1"


def test_what_is_refused_before_it_is_read_has_a_request_id_too(running):
    with running.connect() as connection:
        line = "X-Request-Id: from-the-proxy"
        connection.sendall(raw(b"x" * 200_000, line))
        received = receive(connection)

    assert b"\r\nX-Request-Id: from-the-proxy\r\n" in received
    assert running.lines()[0]["request_id"] == "from-the-proxy"


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health_is_counted_but_has_no_line(running, path):
    ask(running, "GET", path)

    until(lambda: (path, "GET", "200") in counted(running), "a count")
    assert running.lines() == []


def counted(running):
    return running.counted("gateway_http_requests_total")


@pytest.mark.parametrize(
    ("method", "path", "body", "headers", "labels"),
    [
        ("POST", "/hook", BODY, signed(), ("/hook", "POST", "200")),
        ("POST", "/hook/acme", BODY, signed(), ("/hook/{queue}", "POST", "200")),
        ("POST", "/hook/acme", BODY, {}, ("/hook/{queue}", "POST", "401")),
        ("POST", "/hook/foreign", BODY, signed(), ("/hook/{queue}", "POST", "403")),
        ("POST", "/hook", b"{", signed(b"{"), ("/hook", "POST", "400")),
        ("POST", "/hook/explodes", BODY, signed(), ("/hook/{queue}", "POST", "503")),
        ("DELETE", "/hook", None, {}, ("/hook", "DELETE", "405")),
        ("GET", "/made/up/4711", None, {}, ("other", "GET", "404")),
        ("BREW", "/hook", None, {}, ("/hook", "other", "405")),
        pytest.param(
            "POST", "/hook", b"x" * 200_000, {}, ("/hook", "POST", "413"), id="before it is read"
        ),
        ("POST", "/hook/acme", b"x" * 200_000, {}, ("/hook/{queue}", "POST", "413")),
        ("BREW", "/made/up/4711", b"x" * 200_000, {}, ("other", "other", "413")),
    ],
)
def test_each_request_is_counted_once_by_names_that_exist(
    running, method, path, body, headers, labels
):
    ask(running, method, path, body, headers)

    until(lambda: counted(running), "a count")
    assert counted(running) == {labels: 1}


def test_what_is_no_http_is_counted_all_the_same(running):
    with running.connect() as connection:
        connection.sendall(b"nonsense\r\n\r\n")
        receive(connection)

    assert counted(running) == {("other", "other", "400"): 1}


@pytest.mark.parametrize(
    ("path", "headers", "labels"),
    [
        ("/hook", {}, ("other", "missing")),
        ("/hook/acme", {}, ("acme", "missing")),
        ("/hook/acme", {"X-Rossum-Signature-SHA256": "x"}, ("acme", "malformed")),
        ("/hook/acme", signed(b"other"), ("acme", "wrong")),
        ("/hook/made-up-4711", signed(b"other"), ("other", "wrong")),
        ("/hook/foreign", signed(), ("foreign", "foreign")),
    ],
)
def test_signatures_that_are_not_accepted_are_counted_by_queues_that_exist(
    running, path, headers, labels
):
    ask(running, "POST", path, BODY, headers)

    assert running.counted("gateway_auth_failures_total") == {labels: 1}


class Full:
    def write(self, _lines):
        raise OSError(28, "no space left on device")


def test_a_line_that_is_lost_is_counted_by_whoever_writes_in_this_process():
    log, supervisor, worker = Log(Full()), Counts(), Counts()
    before, after = Seen(log, worker), Seen(log, supervisor)
    log.tell("started")
    before.start()
    log.tell("request")
    log.tell("request")

    found = [Totals(), Totals()]
    for totals, seen in zip(found, (before, after), strict=True):
        totals.add("test", seen.counts.take())
    assert [one.numbers["gateway_log_lines_lost_total"][()] for one in found] == [2, 1]
