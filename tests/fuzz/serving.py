"""The example configuration served by a real process, and what is asked of it afterwards."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

from bench.procfs import family
from gateway.hooks.signature import sign
from tests.logs import LogLines

CONFIGS: Final = Path(__file__).parents[2] / "configs"
SECRETS: Final = {
    "ACME_HOOK_SECRET": "fuzzed-secret-of-acme",
    "GLOBEX_HOOK_SECRET": "fuzzed-secret-of-globex",
    "GATEWAY_HOOK_SECRET": "fuzzed-secret-of-the-gateway",
}
#: In every payload, and never in an answer or a log line.
CANARY: Final = "canary-4711-0815"
PATIENCE: Final = 10.0
#: Bytes that all of it may grow by, at rest (security reference §13).
GROWTH: Final = 100 * 1024 * 1024


class Served:
    """``gateway serve configs`` on a port of its own."""

    def __init__(self) -> None:
        self.child = subprocess.Popen(
            [sys.executable, "-m", "gateway", "serve", str(CONFIGS), "--listen", "127.0.0.1:0"],
            stderr=subprocess.PIPE,
            env={**os.environ, **SECRETS, "GATEWAY_MANAGEMENT": "127.0.0.1:0"},
        )
        self.log = LogLines(self.child.stderr)
        self.port = int(self.log.line("started")["address"].rpartition(":")[2])

    def connect(self) -> socket.socket:
        """Open a connection."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)

    def post(self, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
        """Send one request on a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            connection.request("POST", path, body, headers)
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()

    def hook(self, queue: str, body: bytes) -> tuple[int, bytes]:
        """Send one signed hook request."""
        secret = SECRETS[f"{queue.upper()}_HOOK_SECRET"]
        return self.post(
            f"/hook/{queue}",
            body,
            {"X-Rossum-Signature-SHA256": sign(body, secret), "Content-Type": "application/json"},
        )

    def memory(self) -> int:
        """Count the bytes that all of its processes hold for themselves."""
        return sum(_held(pid) for pid in family(self.child.pid))

    def is_well(self) -> None:
        """Hold that it lives, answers, and has told of no fault of its own."""
        assert self.child.poll() is None
        body = (CONFIGS / "requests" / "acme-clean.json").read_bytes()
        status, answer = self.hook("acme", body)
        assert status == 200
        assert json.loads(answer).keys() >= {"messages", "operations"}
        logged = json.dumps(self.log.all)
        assert '"fault"' not in logged, logged[logged.index('"fault"') :][:2_000]
        for kept in (CANARY, *SECRETS.values()):
            assert kept not in logged

    def stop(self) -> None:
        """End it as an operator would."""
        self.child.send_signal(signal.SIGTERM)
        assert self.child.wait(30) == 0
        self.log.close()


def strict(answer: bytes) -> Any:
    """Read an answer as the strictest of parsers would."""

    def refuse(name: str) -> None:
        raise AssertionError(f"{name} is no JSON")

    return json.loads(answer.decode("utf-8"), parse_constant=refuse)


def _held(pid: int) -> int:
    text = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii")
    private = [line.split()[1] for line in text.splitlines() if line.startswith("Private_")]
    return 1024 * sum(map(int, private))
