"""From a signed request to the receiver, through real processes; and nothing secret on the way."""

import http.client
import json
import os
import signal

from gateway.hooks.signature import sign
from tests.delivery.receivers import Receiver
from tests.documents import SECRET, Document
from tests.waiting import until

CANARY = "canary-6b2f"
GATEWAY = """\
version: 1
secret: ${env:GATEWAY}
outbox: {file: FILE}
"""
DESTINATION = """\
destinations:
  erp:
    url: "ORIGIN/${env:CANARY_PATH}"
    secret: ${env:CANARY_SECRET}
    headers: {Authorization: "Bearer ${env:CANARY_TOKEN}"}
    plain_http: true
    networks: [127.0.0.0/8]
    retry: {first: 50ms, longest: 100ms}
"""
TELLS = """\
version: 1
rules:
  - id: tell
    on: export
    notify: {to: erp, body: {id: "{annotation.id}", name: "{name}"}}
"""


def ask(gateway, name):
    payload = Document(
        {"name": name},
        action="export",
        annotation={"queue": "https://example.com/api/v1/queues/8199"},
        envelope={"secrets": {"a": CANARY}, "rossum_authorization_token": CANARY},
    ).payload()
    body = json.dumps(payload).encode()
    headers = {"X-Rossum-Signature-SHA256": sign(body, SECRET), "Content-Type": "application/json"}
    connection = http.client.HTTPConnection("127.0.0.1", gateway.port, timeout=15)
    try:
        connection.request("POST", "/hook", body, headers)
        return connection.getresponse().status
    finally:
        connection.close()


def stopped(gateway):
    gateway.child.terminate()
    return gateway.child.wait(30)


def roles(gateway):
    return {one["role"] for one in gateway.workers()}


def test_what_a_rule_tells_arrives_signed_and_nothing_secret_is_kept(
    configs, serve, tmp_path, monkeypatch
):
    for name in ("PATH", "SECRET", "TOKEN"):
        monkeypatch.setenv(f"CANARY_{name}", f"{CANARY}-{name.lower()}-0123456789")
    file = tmp_path / "state" / "outbox.sqlite"
    plain = GATEWAY.replace("FILE", str(file))
    (configs / "gateway.yaml").write_text(plain)
    gateway = serve(str(configs), "--processes", "2")
    assert roles(gateway) == {"worker"}

    with Receiver(lambda number: (503 if number == 1 else 200, {}, b"")) as receiver:
        told = DESTINATION.replace("ORIGIN", f"http://127.0.0.1:{receiver.port}")
        (configs / "gateway.yaml").write_text(plain + told)
        (configs / "a.rules.yaml").write_text(TELLS)
        assert gateway.reload()[0] == 200
        until(lambda: "courier" in roles(gateway), "the courier")
        assert [ask(gateway, "Anna"), ask(gateway, "Anna"), ask(gateway, "Berta")] == [200] * 3
        until(lambda: sum(receiver.keys.values()) == 3, "two deliveries and a repetition")

    bodies = {body for _, _, _, body in receiver.requests}
    assert bodies == {b'{"id":314528,"name":"Anna"}', b'{"id":314528,"name":"Berta"}'}
    _, path, headers, _ = receiver.requests[0]
    assert path == f"/{CANARY}-path-0123456789"
    assert headers["authorization"] == f"Bearer {CANARY}-token-0123456789"
    assert headers["webhook-signature"].startswith("v1,")
    until(lambda: gateway.line("delivery", 2)["result"] == "done", "the last line")
    status = gateway.manage("GET", "/-/status")[1]
    assert status["deliveries"]["outbox"] == "file"
    assert status["deliveries"]["usable"] is True
    assert status["deliveries"]["destinations"].keys() == {"erp"}
    assert stopped(gateway) == 0
    written = b"".join(one.read_bytes() for one in file.parent.iterdir())
    assert b"Anna" in written
    for kept in (written, json.dumps(gateway.lines).encode(), json.dumps(status).encode()):
        assert CANARY.encode() not in kept
    assert all(CANARY.encode() not in body for body in bodies)


def test_a_courier_that_dies_is_replaced_and_what_it_had_is_sent(configs, serve, tmp_path):
    with Receiver() as receiver:
        plain = GATEWAY.replace("FILE", str(tmp_path / "outbox.sqlite"))
        told = (
            f'destinations: {{erp: {{url: "{receiver.url}", plain_http: true, '
            "networks: [127.0.0.0/8]}}\n"
        )
        (configs / "gateway.yaml").write_text(plain + told)
        (configs / "a.rules.yaml").write_text(TELLS)
        gateway = serve(str(configs))

        def courier():
            return next((one for one in gateway.workers() if one["role"] == "courier"), None)

        os.kill(until(courier, "the courier")["pid"], signal.SIGKILL)
        assert ask(gateway, "Anna") == 200
        until(lambda: len(receiver.requests) == 1, "the delivery")
        assert gateway.line("child_ended")["role"] == "courier"
        assert stopped(gateway) == 0
