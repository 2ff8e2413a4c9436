"""Whatever reaches the port, the server answers as its table says, and goes on.

Security reference §2, §3, §10, §13.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from bench.procfs import family
from tests.fuzz.mutations import bytes_of, chances, changed_bytes, changed_tree
from tests.fuzz.serving import CANARY, CONFIGS, SECRETS, strict

REQUESTS = {path.name: path.read_bytes() for path in (CONFIGS / "requests").glob("*.json")}
#: Every status that there is for what a sender does (docs/operations.md).
SAID = {200, 400, 401, 403, 404, 405, 408, 413, 415, 431, 501}
STATUS = re.compile(rb"HTTP/1\.[01] (\d{3}) ")

VALID = (
    b"POST /hook/acme HTTP/1.1\r\nHost: gateway\r\nContent-Type: application/json\r\n"
    b"X-Rossum-Signature-SHA256: sha256=" + b"0" * 64 + b"\r\nContent-Length: 2\r\n\r\n{}"
)
HEADS = (
    VALID,
    VALID.replace(b"Content-Length: 2", b"Transfer-Encoding: chunked").replace(
        b"{}", b"2\r\n{}\r\n0\r\n\r\n"
    ),
    b"GET /readyz HTTP/1.1\r\nHost: gateway\r\nConnection: keep-alive\r\n\r\n" * 3,
    b"HEAD /healthz HTTP/1.0\r\n\r\n",
    b"POST /hook HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\nx",
    b"OPTIONS * HTTP/1.1\r\nHost: gateway\r\n\r\n",
    b"GET /-/status?x=%00 HTTP/1.1\r\nHost: gateway\r\n\r\n",
    b"POST /connector/acme/save HTTP/1.1\r\nHost: a\r\nAuthorization: Basic YTpi\r\n\r\n",
)


def exchange(served, sent: bytes) -> bytes:
    """Send bytes, say that these were all, and give everything that comes back."""
    received = b""
    with served.connect() as connection:
        try:
            connection.sendall(sent)
            connection.shutdown(1)
            while piece := connection.recv(65_536):
                received += piece
        except (BrokenPipeError, ConnectionResetError):
            pass
    return received


@pytest.mark.parametrize("made", ["noise", "damaged"])
def test_any_bytes_get_answers_from_the_table_or_none(served, made):
    for chance in chances(f"bytes/{made}", 150):
        sent = (
            bytes_of(chance, 2_000)
            if made == "noise"
            else changed_bytes(chance, chance.choice(HEADS))
        )

        received = exchange(served, sent)

        statuses = {int(one) for one in STATUS.findall(received)}
        assert statuses <= SAID | {100}, (sent, received)
        assert b"Traceback" not in received


def test_any_signed_body_is_answered(served):
    for chance in chances("bodies", 150):
        name = chance.choice(sorted(REQUESTS))
        raw = REQUESTS[name]
        body = bytes_of(chance, 4_000) if chance.random() < 0.2 else changed_bytes(chance, raw)

        status, answer = served.hook(name.partition("-")[0], body)

        assert status in SAID - {401}, (name, body[:2_000])
        assert isinstance(strict(answer), dict)


def test_any_signed_tree_is_answered_within_the_wire_contract(served):
    for chance in chances("trees", 300):
        name = chance.choice(sorted(REQUESTS))
        payload = changed_tree(chance, json.loads(REQUESTS[name]))
        payload["rossum_authorization_token"] = payload["secrets"] = CANARY
        body = json.dumps(payload).encode()

        status, answer = served.hook(name.partition("-")[0], body)

        assert status in {200, 400, 403}, (name, status, body[:2_000])
        said = strict(answer)
        assert isinstance(said, dict)
        assert CANARY.encode() not in answer
        if status == 200:
            hold_contract(said)


def hold_contract(said):
    for one in said.get("messages", ()):
        assert one["type"] in {"error", "warning", "info"}
        assert 0 < len(one["content"]) <= 4_096
    for one in said.get("operations", ()):
        assert one["op"] in {"replace", "add", "remove"}
        assert isinstance(one["id"], int | str)
        value = one.get("value")
        if one["op"] == "replace" and "content" in value:
            assert len(value["content"]["value"]) <= 1_500


EVENT = b'{"event":"annotation_content","action":"updated",'
BOMBS = {
    "deep lists": b"[" * 4_000_000,
    "deep objects": b'{"a":' * 1_500_000,
    "zeros": b"[" + b"0," * 4_900_000 + b"0]",
    "one number": EVENT + b'"x":' + b"9" * 9_000_000 + b"}",
    "one text": EVENT + b'"x":"' + b"a" * 9_000_000 + b'"}',
    "escapes": b'{"event":"annotation_content","action":"' + b"\\u0061" * 1_500_000 + b'"}',
    "keys": EVENT + b",".join(b'"k%d":1' % one for one in range(700_000)) + b"}",
    "nodes": EVENT + b'"annotation":{"content":['
    + b",".join(b'{"id":%d,"schema_id":"a","children":[]}' % one for one in range(201_000))
    + b"]}}",
    "empty objects": EVENT + b'"annotation":{"content":['
    + b",".join([b"{}"] * 3_000_000) + b"]}}",
}  # fmt: skip


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_answered_in_time_and_leaves_nothing(served, name):
    body = BOMBS[name]
    assert len(body) <= 10_000_000

    status, answer = served.hook("acme", body)

    assert status in {200, 400}
    assert len(answer) < 10_000
    status, _ = served.hook("acme", REQUESTS["acme-clean.json"])
    assert status == 200


@pytest.mark.parametrize(
    "text",
    ["x" * 1_500, "9" * 64_000, "1,234.56" * 5_000, "a" * 64_000, "ž " * 30_000, "<b>&" * 10_000],
    ids=lambda text: text[:6],
)
def test_a_long_value_in_every_field_does_not_slow_the_rules(served, text):
    payload = json.loads(REQUESTS["acme-mistakes.json"])
    for one in _contents(payload):
        one["value"] = text
        one["rir_text"] = text
    body = json.dumps(payload).encode()[:10_000_000]

    status, _ = served.hook("acme", body)

    assert status in {200, 400}


def _contents(data):
    if isinstance(data, dict):
        if "normalized_value" in data:
            yield data
        for one in data.values():
            yield from _contents(one)
    elif isinstance(data, list):
        for one in data:
            yield from _contents(one)


def test_connections_that_say_nothing_keep_nobody_out(served):
    silent = [served.connect() for _ in range(600)]
    try:
        served.is_well()
    finally:
        for one in silent:
            one.close()


def test_secrets_are_asked_for_in_vain(served):
    for secret in SECRETS.values():
        for received in (
            exchange(served, VALID),
            exchange(served, b"GET /-/status HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"),
            exchange(served, b"GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"),
        ):
            assert secret.encode() not in received
            assert not received.startswith(b"HTTP/1.1 200")


def test_no_process_leaves_its_memory_in_a_file(served):
    for pid in family(served.child.pid):
        limits = Path(f"/proc/{pid}/limits").read_text("ascii")
        assert re.search(r"Max core file size +0 +0 ", limits)
