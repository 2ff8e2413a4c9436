"""What reaches the port, byte by byte."""

import re
import time

import pytest

from tests.waiting import until
from tests.web.support import ANSWER, BODY, LARGE, ask, raw, receive, signed


def code_of(received: bytes) -> tuple[int, str | None]:
    status = int(received.split(b" ", 2)[1])
    code = re.search(rb'"code":"([a-z_]+)"', received)
    return status, code and code[1].decode()


def chunked(*pieces: bytes) -> bytes:
    return b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


def head(*lines: str) -> bytes:
    return "\r\n".join(["POST /hook HTTP/1.1", "Host: gateway", *lines, "", ""]).encode("latin-1")


@pytest.mark.parametrize(
    ("sent", "status", "code"),
    [
        (b"\r\n\r\n", 400, "malformed"),
        (b"nonsense\r\n\r\n", 400, "malformed"),
        (b"GET / HTTP/0.9\r\n\r\n", 400, "malformed"),
        (b"GET / HTTP/2.0\r\nHost: x\r\n\r\n", 400, "malformed"),
        (b"GET /\r\n\r\n", 400, "malformed"),
        (b"get / HTTP/1.1\r\nHost: x\r\n\r\n", 400, "malformed"),
        pytest.param(b"GET / HTTP/1.1\r\n\r\n", 400, "malformed", id="no host"),
        pytest.param(head("Host: other", "Content-Length: 0"), 400, "malformed", id="two hosts"),
        (head("Content-Length: 4", "Content-Length: 4"), 400, "malformed"),
        (head("Content-Length: 4, 4"), 400, "malformed"),
        (head("Content-Length: -1"), 400, "malformed"),
        (head("Content-Length: +1"), 400, "malformed"),
        (head("Content-Length: 0x10"), 400, "malformed"),
        (head("Content-Length: 4", "Transfer-Encoding: chunked"), 400, "malformed"),
        (head("transfer-encoding: chunked", "CONTENT-LENGTH: 4"), 400, "malformed"),
        (head("Transfer-Encoding: chunked", "Transfer-Encoding: chunked"), 400, "malformed"),
        (head("Transfer-Encoding: gzip, chunked"), 501, "transfer_encoding"),
        (head("Transfer-Encoding : chunked"), 400, "malformed"),
        (b"POST /hook HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400, "malformed"),
        (head("X: a\nb"), 400, "malformed"),
        (head("X: a\0b", "Content-Length: 0"), 400, "malformed"),
        (head("Transfer-Encoding: chunked") + b"zz\r\n", 400, "malformed"),
        (head("Transfer-Encoding: chunked") + b"2\r\nabc\r\n", 400, "malformed"),
        (head("X: " + "x" * 66_000), 431, "headers_too_large"),
        pytest.param(
            b"GET /" + b"x" * 70_000, 431, "headers_too_large", id="a first line without an end"
        ),
        pytest.param(
            head("Content-Length: 900000000"), 413, "too_large", id="an announced length"
        ),
        pytest.param(
            head("Content-Length: 900000000", "Expect: 100-continue"), 413, "too_large",
            id="nobody is asked to go on with what is too large",
        ),
        (head("Content-Length: 9" + "9" * 400), 413, "too_large"),
        pytest.param(
            head("Content-Length: 5000", "Content-Encoding: gzip"), 415, "media_type",
            id="an encoding, before the body is read",
        ),
        pytest.param(
            head("Content-Length: 5000", "Content-Type: text/xml"), 415, "media_type",
            id="a media type, before the body is read",
        ),
        pytest.param(
            head("Transfer-Encoding: chunked") + chunked(*[b"x" * 1000] * 101), 413, "too_large",
            id="chunks that are too large together",
        ),
        pytest.param(
            head("Transfer-Encoding: chunked") + b"ffffffff\r\n" + b"x" * 100_100, 413, "too_large",
            id="one chunk that is too large",
        ),
        pytest.param(
            head("Transfer-Encoding: chunked") + chunked(*[b"x"] * 12_000), 400, "malformed",
            id="more framing than content",
        ),
    ],
)  # fmt: skip
def test_malformed_requests_get_the_same_small_json_and_are_closed(running, sent, status, code):
    with running.connect() as connection:
        connection.sendall(sent)

        received = receive(connection)

    assert code_of(received) == (status, code)
    assert received.count(b"HTTP/1") == 1
    assert b"\r\nConnection: close\r\n" in received
    assert b"\r\nContent-Type: application/json\r\n" in received
    assert running.lines() == [
        {**running.lines()[0], "event": "request", "status": status, "error": code}
    ]


def test_a_body_of_exactly_the_limit_is_read(running):
    body = BODY[:-1] + b" " * (100_000 - len(BODY)) + b"}"

    assert len(body) == 100_000
    assert ask(running, "POST", "/hook", body, signed(body)).status == 200


def test_chunks_are_taken_as_one_body(running):
    lines = [f"{name}: {value}" for name, value in signed().items()]
    with running.connect() as connection:
        connection.sendall(head("Transfer-Encoding: chunked", "Connection: close", *lines))
        connection.sendall(chunked(BODY[:10], BODY[10:]))

        assert receive(connection).endswith(ANSWER)


def test_who_asks_whether_to_go_on_is_told_so(running):
    lines = [f"{name}: {value}" for name, value in signed().items()]
    with running.connect() as connection:
        length = f"Content-Length: {len(BODY)}"
        connection.sendall(head(length, "Expect: 100-continue", "Connection: close", *lines))
        assert connection.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(BODY)

        assert receive(connection).endswith(ANSWER)


def test_what_follows_a_refused_request_is_not_taken_for_another(running):
    with running.connect() as connection:
        connection.sendall(head("Content-Length: 900000000") + raw())

        assert receive(connection).count(b"HTTP/1") == 1


def test_the_sender_of_a_large_body_gets_to_see_why_it_is_refused(running):
    answer = ask(running, "POST", "/hook", b"x" * 4_000_000, signed())

    assert (answer.status, answer.json["error"]["code"]) == (413, "too_large")


def flood(connection):
    for _ in range(100):
        connection.sendall(b"x" * 1_000_000)


def test_a_refused_sender_cannot_go_on_for_ever(running):
    with running.connect() as connection:
        connection.sendall(head("Content-Length: 900000000"))
        with pytest.raises((BrokenPipeError, ConnectionResetError)):
            flood(connection)

    assert ask(running, "GET", "/healthz").status == 200


def test_the_signature_twice_is_no_signature(running):
    with running.connect() as connection:
        signature = signed()["X-Rossum-Signature-SHA256"]
        connection.sendall(
            raw(BODY, f"X-Rossum-Signature-SHA256: {signature}", "Connection: close")
        )

        assert code_of(receive(connection)) == (401, "signature")


def test_pipelined_requests_are_answered_in_order(running):
    with running.connect() as connection:
        health = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
        connection.sendall(health * 3 + raw() + health + raw(BODY, "Connection: close"))

        statuses = re.findall(rb'"status":"ok"|"operations"|"error"', receive(connection))

    assert statuses == [b'"status":"ok"'] * 3 + [b'"operations"', b'"status":"ok"', b'"operations"']


def test_an_answer_larger_than_the_socket_takes_arrives_whole(running):
    got = ask(running, "POST", "/hook/large", BODY, signed())

    assert got.body == LARGE


@pytest.mark.parametrize(
    "first",
    [b"P", b"POST /hook HTTP/1.1\r\nHost:", head("Content-Length: 1000"), b"\r\n"],
)
def test_a_trickling_request_ends_in_time_however_lively_it_is(start, first):
    running = start(receive=0.3)
    began = time.monotonic()
    with running.connect() as connection:
        connection.sendall(first)
        connection.settimeout(0.02)
        received = b""
        while not received.endswith(b"}}"):
            try:
                received += connection.recv(65_536)
            except TimeoutError:
                connection.sendall(b"x")

    assert code_of(received) == (408, "timeout")
    assert 0.3 <= time.monotonic() - began < 2


def test_a_silent_connection_is_closed_in_time(start):
    running = start(silence=0.2)
    with running.connect() as connection:
        assert receive(connection) == b""


def test_silent_connections_do_not_keep_others_out(start):
    running = start(connections=400)
    silent = [running.connect() for _ in range(300)]

    assert ask(running, "POST", "/hook", BODY, signed()).status == 200
    for connection in silent:
        connection.close()


def test_health_answers_while_every_worker_is_busy(running):
    busy = [running.connect() for _ in range(4)]
    for connection in busy:
        connection.sendall(raw(BODY, "Connection: close", path="/hook/slow"))
    assert running.gateway.entered.acquire(timeout=5)
    assert running.gateway.entered.acquire(timeout=5)

    assert ask(running, "GET", "/healthz").status == 200
    assert ask(running, "GET", "/readyz").status == 200
    assert ask(running, "POST", "/hook", BODY, {"Content-Encoding": "br"}).status == 415

    running.gateway.released.set()
    for connection in busy:
        assert receive(connection).endswith(ANSWER)


def test_when_too_much_waits_the_next_is_sent_away_at_once(start):
    running = start(threads=1, queue=1)
    waiting = [running.connect() for _ in range(2)]
    waiting[0].sendall(raw(BODY, "Connection: close", path="/hook/slow"))
    assert running.gateway.entered.acquire(timeout=5)
    waiting[1].sendall(raw(BODY, "Connection: close"))
    until(lambda: running.server.waiting == 1, "a request in the queue")

    answer = ask(running, "POST", "/hook", BODY, signed())

    assert (answer.status, answer.json["error"]["code"]) == (503, "busy")
    assert answer.headers["Retry-After"]
    running.gateway.released.set()
    for connection in waiting:
        assert receive(connection).endswith(ANSWER)


def test_bodies_that_take_too_much_memory_together_are_sent_away(start):
    running = start(body=2_000_000, bodies=1_000_000)
    begun = [running.connect() for _ in range(4)]
    for connection in begun:
        connection.sendall(head("Content-Length: 2000000") + b"x" * 300_000)

    until(lambda: running.lines(), "a refusal")
    assert running.lines()[0] == running.lines()[0] | {"status": 503, "error": "busy"}
    assert ask(running, "POST", "/hook", BODY, signed()).status == 200
    for connection in begun:
        connection.close()
