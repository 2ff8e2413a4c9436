"""``gateway serve`` asked once: what it writes of that, and where."""

import http.client
import json
import os
import signal
import subprocess
import sys

from gateway.hooks.signature import sign
from tests.cli.test_serve import BODY, GATEWAY, QUEUE, RULES, SECRET

#: Seconds that are enough even where everything else runs at the same time.
PATIENCE = 30.0


def written(folder):
    """Write a configuration of one queue with one rule."""
    (folder / "gateway.yaml").write_text(GATEWAY)
    (folder / "acme.queue.yaml").write_text(QUEUE)
    (folder / "invoice.rules.yaml").write_text(RULES)
    return folder


def begin(configs, *arguments, **environment):
    return subprocess.Popen(
        [sys.executable, "-m", "gateway", "serve", configs, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={
            **os.environ, "HOOK_SECRET": SECRET, "GATEWAY_LISTEN": "127.0.0.1:0",
            "GATEWAY_MANAGEMENT": "off", **environment,
        },
    )  # fmt: skip


def answered(process, **further):
    """Ask once, with *further* headers, and have the process end."""
    try:
        _ask(process, further)
        process.send_signal(signal.SIGTERM)
        told, lines = process.communicate(timeout=PATIENCE)
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()
    assert process.returncode == 0
    return told, [json.loads(line) for line in lines.splitlines()]


def _ask(process, further):
    started = next(line for line in map(json.loads, process.stderr) if line["event"] == "started")
    port = int(started["address"].rpartition(":")[2])
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    headers = {"X-Rossum-Signature-SHA256": sign(BODY, SECRET), "X-Request-Id": "asked", **further}
    try:
        connection.request("POST", "/hook", BODY, headers)
        assert connection.getresponse().status == 200
    finally:
        connection.close()
