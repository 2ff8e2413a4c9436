"""The process as an operator meets it: start, change, stop."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time

import pytest

from gateway.hooks.signature import sign

SECRET = "a secret of sixteen or more"
GATEWAY = "version: 1\nsecret: ${env:HOOK_SECRET}\n"
QUEUE = "version: 1\nqueue:\n  ids: [8199]\n  rules: [invoice.rules.yaml]\n"
RULES = """\
version: 1
rules:
  - id: total-is-there
    message: First
"""
BODY = json.dumps(
    {
        "request_id": "r-1",
        "event": "annotation_content",
        "action": "updated",
        "annotation": {
            "id": 1,
            "queue": "https://example.com/api/v1/queues/8199",
            "content": [
                {"id": 2, "category": "section", "schema_id": "basic", "children": []},
            ],
        },
    }
).encode()


@pytest.fixture
def configs(tmp_path):
    (tmp_path / "gateway.yaml").write_text(GATEWAY)
    (tmp_path / "acme.queue.yaml").write_text(QUEUE)
    (tmp_path / "invoice.rules.yaml").write_text(RULES)
    return tmp_path


class Process:
    def __init__(self, configs, *arguments):
        self.child = subprocess.Popen(
            [sys.executable, "-m", "gateway", "serve", str(configs), "--poll", "0.1", *arguments],
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ | {"HOOK_SECRET": SECRET, "GATEWAY_LISTEN": "127.0.0.1:0"},
        )

    def line(self, event):
        """The next log line of this event."""
        for line in self.child.stderr:
            told = json.loads(line)
            if told["event"] == event:
                return told
        raise AssertionError(f"ended with {self.child.wait(5)} before {event!r}")

    def started(self):
        told = self.line("started")
        self.port = int(told["address"].rpartition(":")[2])
        return told

    def ask(self, method="POST", path="/hook", body=BODY, secret=SECRET):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            headers = {"X-Rossum-Signature-SHA256": sign(body, secret)}
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            return response.status, json.loads(response.read())
        finally:
            connection.close()

    def end(self):
        if self.child.poll() is None:
            self.child.kill()
        self.child.wait(5)
        self.child.stderr.close()


@pytest.fixture
def serve():
    started = []

    def start(*arguments):
        started.append(Process(*arguments))
        return started[-1]

    yield start
    for process in started:
        process.end()


def test_mistakes_are_drawn_and_end_the_start_with_2(serve, configs):
    (configs / "acme.queue.yaml").write_text(QUEUE.replace("ids", "idz"))

    process = serve(configs)

    told = process.child.stderr.read()
    assert process.child.wait(10) == 2
    assert "acme.queue.yaml:3:3: error[R" in told
    assert "Traceback" not in told


def test_an_address_that_is_taken_ends_the_start_with_2(serve, configs):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        process = serve(configs, "--listen", address)

        told = process.child.stderr.read()

    assert process.child.wait(10) == 2
    assert f"Error: cannot listen on {address}: address already in use" in told


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_starts_answers_and_stops_with_0(serve, configs, number):
    process = serve(configs)

    told = process.started()
    assert (told["queues"], told["rules"]) == (1, 1)
    assert process.ask("GET", "/readyz")[0] == 200
    status, answer = process.ask()
    assert (status, [message["content"] for message in answer["messages"]]) == (200, ["First"])
    assert process.ask(secret="another secret altogether")[0] == 401
    request = process.line("request")
    assert (request["revision"], request["fired"]) == (told["revision"], ["total-is-there"])

    process.child.send_signal(number)
    assert process.line("stopping")["signal"] == number.name
    assert process.line("stopped")["finished"] is True
    assert process.child.wait(5) == 0


def test_a_second_signal_ends_it_at_once(serve, configs):
    process = serve(configs, "--stop-delay", "30")
    process.started()

    process.child.send_signal(signal.SIGTERM)
    process.line("stopping")
    process.child.send_signal(signal.SIGTERM)

    assert process.child.wait(2) == 1


def test_a_change_is_answered_by_within_two_seconds_and_a_bad_one_never(serve, configs):
    process = serve(configs)
    first = process.started()["revision"]

    (configs / "invoice.rules.yaml").write_text(RULES.replace("First", "Second"))
    saved = time.monotonic()
    told = process.line("reloaded")
    assert time.monotonic() - saved < 2
    assert (told["previous"], told["revision"] != first) == (first, True)
    assert process.ask()[1]["messages"][0]["content"] == "Second"

    (configs / "invoice.rules.yaml").write_text(RULES.replace("message", "massage"))
    process.child.send_signal(signal.SIGHUP)
    bad = process.line("reloaded")
    assert (bad["level"], bad["failed"]) == ("warning", ["acme"])
    assert "invoice.rules.yaml:4:5: error[R" in bad["diagnostics"][0]
    assert process.ask()[1]["messages"][0]["content"] == "Second"
    assert process.ask("GET", "/readyz")[0] == 200
