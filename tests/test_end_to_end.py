"""The promises to operators, kept by a real process on loopback."""

import http.client
import json
import os
import signal
import subprocess
import sys
import time

import pytest

from gateway.hooks.signature import sign
from tests.documents import SECRET, Document, number
from tests.logs import LogLines

PATIENCE = 10.0
FILES = {
    "gateway.yaml": "version: 1\nsecret: ${env:GATEWAY}\n",
    "acme.queue.yaml": "version: 1\nqueue:\n  ids: [8199]\n  secret: ${env:ACME}\n"
    "  rules: [acme.rules.yaml]\n",
    "globex.queue.yaml": "version: 1\nqueue:\n  ids: [8200]\n  rules: [globex.rules.yaml]\n",
    "acme.rules.yaml": "version: 1\nrules:\n  - {id: first, message: First}\n",
    "globex.rules.yaml": 'version: 1\nrules:\n  - {id: vendor, when: vendor < 3, message: "X"}\n',
}
CANARY = "canary-4711-0815"
GATEWAY_SECRET = "secret-of-the-gateway-012"


def body(queue_id=8199, **fields):
    return json.dumps(
        Document(
            {"vendor": CANARY, **fields},
            {"line_items": [{"amount": number("1.00")}]},
            annotation={"queue": f"https://example.com/api/v1/queues/{queue_id}"},
            envelope={"secrets": {"k": CANARY}, "rossum_authorization_token": CANARY},
        ).payload()
    ).encode()


class Process:
    """``gateway serve`` on a port of its own; a thread keeps its log."""

    def __init__(self, configs):
        self.child = subprocess.Popen(
            [sys.executable, "-m", "gateway", "serve", str(configs), "--poll", "0.1"],
            stderr=subprocess.PIPE,
            env={
                **os.environ,
                "ACME": SECRET,
                "GATEWAY": GATEWAY_SECRET,
                "GATEWAY_LISTEN": "127.0.0.1:0",
            },
        )
        log = LogLines(self.child.stderr)
        self.lines, self.line, self._close_log = log.all, log.line, log.close
        self.port = int(self.line("started")["address"].rpartition(":")[2])

    def ask(self, sent, secret=SECRET, path="/hook/acme"):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            headers = {"X-Rossum-Signature-SHA256": sign(sent, secret)} if secret else {}
            connection.request("POST", path, sent, headers)
            response = connection.getresponse()
            return response.status, json.loads(response.read())
        finally:
            connection.close()

    def said(self):
        status, answer = self.ask(body())
        assert status == 200
        return [one["content"] for one in answer["messages"]]

    def until_said(self, *texts):
        """Seconds until these are the messages; every answer until then is a whole one."""
        began = time.monotonic()
        before = None
        while (said := self.said()) != list(texts):
            assert before in (None, said), "an answer that is neither old nor new"
            before = said
            assert time.monotonic() - began < PATIENCE, said
        return time.monotonic() - began

    def end(self):
        if self.child.poll() is None:
            self.child.kill()
        self.child.wait(PATIENCE)
        self._close_log()


@pytest.fixture
def configs(tmp_path):
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    return tmp_path


@pytest.fixture
def process(configs):
    process = Process(configs)
    yield process
    process.end()


def test_rules_change_while_they_are_served_and_mistakes_never_are(configs, process):
    rules = configs / "acme.rules.yaml"
    assert process.said() == ["First"]

    rules.write_text(FILES["acme.rules.yaml"].replace("First", "Second"))
    assert process.until_said("Second") < 2

    rules.write_text("version: 1\nrules:\n  - {id: first, message: Third, when: vendro(}\n")
    told = process.line("reloaded", after=1)
    assert told["failed"] == ["acme"]
    assert any("acme.rules.yaml:3:" in one for one in told["diagnostics"])
    assert process.said() == ["Second"]
    assert process.ask(body(8200), GATEWAY_SECRET, "/hook")[0] == 200

    rules.write_text("version: 1\nrules:\n  - {id: first, message: Fourth}\n")
    assert process.until_said("Fourth") < 2


@pytest.mark.parametrize(
    ("sent", "secret", "path", "status"),
    [
        (body(), SECRET, "/hook/acme", 200),
        (body(), SECRET, "/hook", 401),
        (body(), GATEWAY_SECRET, "/hook", 403),
        (body(8200), GATEWAY_SECRET, "/hook", 200),
        (body(8200), GATEWAY_SECRET, "/hook/globex", 200),
        (body(8200), SECRET, "/hook/acme", 403),
        (body(9999), GATEWAY_SECRET, "/hook", 200),
        (body(), None, "/hook/acme", 401),
        (body(), SECRET, "/hook/nobody", 401),
        (b"[" * 100_000, SECRET, "/hook/acme", 400),
        (b'{"event": "\\ud800", "action": "x"}', SECRET, "/hook/acme", 400),
        (b'{"event": "x\\u0000", "action": "\\n"}', SECRET, "/hook/acme", 200),
    ],
)
def test_each_request_gets_its_status_and_nothing_secret_is_told(
    shared, sent, secret, path, status
):
    found, answer = shared.ask(sent, secret, path)

    told = json.dumps([answer, shared.lines])
    assert found == status
    assert not [one for one in (CANARY, SECRET, GATEWAY_SECRET) if one in told]
    assert "Traceback" not in told


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    folder = tmp_path_factory.mktemp("configs")
    for name, text in FILES.items():
        (folder / name).write_text(text)
    process = Process(folder)
    yield process
    process.end()


def test_what_has_begun_is_answered_before_the_process_ends(process):
    sent = body(note="x" * 100_000)
    connection = http.client.HTTPConnection("127.0.0.1", process.port, timeout=PATIENCE)
    connection.putrequest("POST", "/hook/acme")
    connection.putheader("X-Rossum-Signature-SHA256", sign(sent, SECRET))
    connection.putheader("Content-Length", str(len(sent)))
    connection.endheaders(sent[:50_000])
    assert process.said() == ["First"]

    process.child.send_signal(signal.SIGTERM)
    process.line("stopping")
    connection.send(sent[50_000:])
    response = connection.getresponse()

    assert (response.status, json.loads(response.read())["messages"][0]["content"]) == (
        200,
        "First",
    )
    connection.close()
    assert process.child.wait(PATIENCE) == 0
