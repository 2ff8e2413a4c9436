"""Security reference §9, §12: whatever a receiver does, an attempt ends, in time and in words."""

import gzip
import socket
import ssl
import struct
import time

import pytest

from gateway.delivery.retry import Answered, Unanswered
from gateway.delivery.sending import MOST, Sender
from tests.delivery.receivers import RawReceiver, Receiver, destination

BODY = b'{"total":1210.50}'


def send(url, **given):
    sender = Sender(destination(url, **given))
    try:
        return sender.send("key-1", BODY)
    finally:
        sender.close()


def test_a_request_is_what_the_destination_says():
    with Receiver() as receiver:
        result = send(
            receiver.url,
            method="PUT",
            headers=(("Content-Type", "application/json"), ("Authorization", "Bearer token")),
            secrets=(b"a-secret-of-the-erp-0123",),
        )

    ((method, path, headers, body),) = receiver.requests
    assert (result, method, path, body) == (Answered(200), "PUT", "/hooks?a=b", BODY)
    assert headers["host"] == f"127.0.0.1:{receiver.port}"
    assert headers["authorization"] == "Bearer token"
    assert headers["content-type"] == "application/json"
    assert headers["accept-encoding"] == "identity"
    assert headers["idempotency-key"] == headers["webhook-id"] == "key-1"
    assert abs(int(headers["webhook-timestamp"]) - time.time()) < 60
    assert headers["webhook-signature"].startswith("v1,")
    assert headers["content-length"] == str(len(BODY))
    assert not headers.keys() & {"cookie", "transfer-encoding", "proxy-authorization"}


def test_a_connection_is_used_again_and_no_cookie_kept():
    with Receiver(lambda number: (200, {"Set-Cookie": "a=b"}, b"x")) as receiver:
        sender = Sender(destination(receiver.url))
        results = [sender.send(f"key-{number}", BODY) for number in range(3)]
        sender.close()

    assert results == [Answered(200)] * 3
    assert all("cookie" not in headers for _, _, headers, _ in receiver.requests)


@pytest.mark.parametrize(
    ("reply", "result"),
    [
        ((204, {}, b""), Answered(204)),
        ((301, {"Location": "http://127.0.0.1:1/"}, b""), Answered(301)),
        ((404, {}, b"<html>"), Answered(404)),
        ((500, {}, b"a" * 100), Answered(500)),
        ((429, {"Retry-After": "7"}, b""), Answered(429, 7.0)),
        ((503, {"retry-after": "soon"}, b""), Answered(503)),
        ((200, {"Content-Encoding": "gzip"}, gzip.compress(b"0" * 1_000_000)), Answered(200)),
        ((200, {"Content-Encoding": "gzip"}, b"not gzip"), Answered(200)),
    ],
)
def test_the_status_is_what_counts(reply, result):
    with Receiver(lambda number: reply) as receiver:
        assert send(receiver.url) == result
        assert len(receiver.requests) == 1


def test_no_proxy_of_the_environment_is_used(monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    with Receiver() as receiver:
        assert send(receiver.url) == Answered(200)


def reset(connection):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def trickle(connection):
    for byte in b"HTTP/1.1 200 OK\r\nX-Header: " + b"a" * 10_000:
        connection.sendall(bytes([byte]))
        time.sleep(0.02)


def endless(connection):
    connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        connection.sendall(b"10000\r\n" + b"a" * 0x10000 + b"\r\n")


def headers_without_end(connection):
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    while True:
        connection.sendall(b"X-Header: " + b"a" * 1_000 + b"\r\n")


def silent_body(connection):
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n")
    time.sleep(5)


@pytest.mark.parametrize(
    ("act", "result"),
    [
        (lambda connection: connection.close(), Unanswered("no HTTP was answered")),
        (reset, Unanswered("the connection broke")),
        (lambda connection: time.sleep(5), Unanswered("no answer in time")),
        (trickle, Unanswered("no answer in time")),
        (lambda connection: connection.sendall(b"SSH-2.0-OpenSSH\r\n\r\n"),
         Unanswered("no HTTP was answered")),
        (lambda connection: connection.sendall(b"\0" * 200_000),
         Unanswered("no HTTP was answered")),
        (headers_without_end, Unanswered("no HTTP was answered")),
        (endless, Answered(200)),
        (silent_body, Answered(200)),
        (lambda connection: (connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\na"),
                             connection.close()), Answered(200)),
        (lambda connection: (connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n"),
                             connection.close()), Unanswered("no HTTP was answered")),
        (lambda connection: connection.sendall(
            b"HTTP/1.1 500 No\r\nContent-Length: 1000000000\r\n\r\n" + b"a" * (2 * MOST)),
         Answered(500)),
    ],
)  # fmt: skip
def test_whatever_a_receiver_does_an_attempt_ends_in_time(act, result):
    with RawReceiver(act) as receiver:
        began = time.monotonic()
        found = send(receiver.url, timeout=0.5)

    assert found == result
    assert time.monotonic() - began < 2


def test_nobody_there_is_told_so():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

    assert send(f"http://127.0.0.1:{port}/") == Unanswered("no connection")


@pytest.mark.parametrize(
    ("addresses", "words"),
    [
        (["127.0.0.1", "10.0.0.1"], "the address is private or reserved"),
        (["10.0.0.1", "127.0.0.1"], "the address is private or reserved"),
        (["::1"], "the address is private or reserved"),
        (["fe80::1%eth0"], "the address is private or reserved"),
        ([], "the name is not known"),
    ],
)
def test_every_address_of_a_name_must_be_allowed(addresses, words):
    with Receiver() as receiver:
        url = f"http://erp.example.com:{receiver.port}/"
        sender = Sender(destination(url), resolve=lambda host, port: addresses)
        result = sender.send("k", BODY)

    assert receiver.requests == []
    assert isinstance(result, Unanswered)
    assert result.reason.startswith(words)


def test_a_name_is_resolved_once_and_the_connection_goes_where_it_led():
    asked = []

    def resolve(host, port):
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["10.0.0.1"]

    with Receiver() as receiver:
        url = f"http://erp.example.com:{receiver.port}/"
        sender = Sender(destination(url), resolve=resolve)
        result = sender.send("k", BODY)
        sender.close()

    assert (result, asked) == (Answered(200), ["erp.example.com"])
    assert receiver.requests[0][2]["host"] == f"erp.example.com:{receiver.port}"


def test_the_next_address_is_tried_where_one_does_not_answer():
    with Receiver() as receiver:
        url = f"http://erp.example.com:{receiver.port}/"
        sender = Sender(destination(url), resolve=lambda host, port: ["127.0.0.9", "127.0.0.1"])
        assert sender.send("k", BODY) == Answered(200)
        sender.close()


def test_a_receiver_that_speaks_no_tls_gets_nothing():
    context = ssl.create_default_context
    with RawReceiver(lambda connection: connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")) as receiver:
        url = f"https://127.0.0.1:{receiver.port}/"
        sender = Sender(destination(url), authorities=context)
        result = sender.send("k", BODY)

    assert result == Unanswered("no connection")
