"""``gateway serve`` with several workers, its files in versions, and clients that never pause."""

import contextlib
import http.client
import json
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from gateway.hooks.signature import sign
from tests.documents import SECRET, Document
from tests.logs import LogLines
from tests.waiting import until

PATIENCE = 15.0
BODY = json.dumps(
    Document({}, {}, annotation={"queue": "https://example.com/api/v1/queues/8199"}).payload()
).encode()
HEADERS = {"X-Rossum-Signature-SHA256": sign(BODY, SECRET), "Content-Type": "application/json"}


def files(version):
    """All files of a version; an answer has a message from each of the two files of rules."""
    return {
        "gateway.yaml": "version: 1\nsecret: ${env:GATEWAY}\n",
        "acme.queue.yaml": "version: 1\nqueue:\n  ids: [8199]\n"
        "  rules: [a.rules.yaml, b.rules.yaml]\n",
        "a.rules.yaml": f"version: 1\nrules:\n  - {{id: a, message: A {version}}}\n",
        "b.rules.yaml": f"version: 1\nrules:\n  - {{id: b, message: B {version}}}\n",
    }


def write(folder: Path, version):
    """Write a version into a folder that nobody looks at."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files(version).items():
        (folder / name).write_text(text)


SERVE = (sys.executable, "-m", "gateway", "serve", "--poll", "0.1")


class Gateway:
    """A supervisor and its workers; a thread keeps their log."""

    def __init__(self, configs, *options, prefix=(), command=SERVE):
        self.child = subprocess.Popen(
            [*prefix, *command, configs, *options],
            stderr=subprocess.PIPE,
            start_new_session=True,
            env={**os.environ, "GATEWAY": SECRET, "GATEWAY_LISTEN": "127.0.0.1:0"},
        )
        log = LogLines(self.child.stderr)
        self.lines, self.line, self._close_log = log.all, log.line, log.close
        self.connections = []
        started = self.line("started")
        self.port = int(started["address"].rpartition(":")[2])
        self.management = int(started["management"].rpartition(":")[2])

    def events(self):
        return [one["event"] for one in self.lines if one["event"] != "request"]

    def manage(self, method, path, headers=None):
        """Ask the management listener."""
        connection = http.client.HTTPConnection("127.0.0.1", self.management, timeout=PATIENCE)
        try:
            connection.request(method, path, headers=headers or {})
            response = connection.getresponse()
            return response.status, json.loads(response.read())
        finally:
            connection.close()

    def reload(self):
        return self.manage("POST", "/-/reload")

    def workers(self):
        processes = self.manage("GET", "/-/status")[1]["processes"]
        return [one for one in processes if one["state"] == "ready"]

    def pids(self):
        return {one["pid"] for one in self.workers()}

    def connect(self):
        """A connection that is closed at the end, whatever becomes of it."""
        self.connections.append(
            http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        )
        return self.connections[-1]

    def begin(self):
        """Send half a request; give the connection, and the worker that has taken it."""
        before = {one["pid"]: one["connections"] for one in self.workers()}
        connection = self.connect()
        connection.putrequest("POST", "/hook")
        for name, value in {**HEADERS, "Content-Length": str(len(BODY))}.items():
            connection.putheader(name, value)
        connection.endheaders(BODY[:10])

        def taker():
            return [one["pid"] for one in self.workers() if one["connections"] > before[one["pid"]]]

        (pid,) = until(taker, "a worker to take the connection")
        return connection, pid

    def begin_everywhere(self):
        """Send half a request to each worker; give the connections by worker."""
        begun = {}
        until(lambda: begun.update([self.begin()[::-1]]) or len(begun) == len(self.pids()), "all")
        return begun

    def end(self):
        """Kill what is left, the workers too."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.child.pid, signal.SIGKILL)
        for connection in self.connections:
            connection.close()
        self.child.wait(PATIENCE)
        self._close_log()


def finish(connection):
    """Send the other half of a request that was begun; give the status and the messages."""
    connection.send(BODY[10:])
    return answer_of(connection)


def answer_of(connection):
    response = connection.getresponse()
    answer = json.loads(response.read())
    return response.status, [one["content"] for one in answer["messages"]]


def is_alive(pid):
    """Whether a process is there and is no zombie."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return stat.rpartition(")")[2].split()[0] not in "ZX"


@dataclass
class Client:
    """A thread that sends requests without pause, and keeps what it was answered."""

    gateway: Gateway
    #: Whether it sends all on one connection, or each on a new one.
    keeps: bool
    answers: list = field(default_factory=list)
    #: Requests that nobody answered.
    broken: list = field(default_factory=list)
    stopping: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self):
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self):
        connection = self.gateway.connect()
        while not self.stopping.is_set():
            try:
                connection.request("POST", "/hook", BODY, HEADERS)
                began = time.monotonic()
                self.answers.append((began, *answer_of(connection)))
            except ConnectionRefusedError:
                break
            except (OSError, http.client.HTTPException) as error:
                self.broken.append(error)
                connection.close()
            if not self.keeps:
                connection.close()
        connection.close()

    def stop(self):
        self.stopping.set()
        self.thread.join(PATIENCE)
        assert not self.thread.is_alive()


class Clients:
    """Some of each kind."""

    def __init__(self, gateway, keeping=3, new=2):
        kinds = [True] * keeping + [False] * new
        self.all = [Client(gateway, keeps) for keeps in kinds]
        until(lambda: all(one.answers for one in self.all), "first answers")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        for one in self.all:
            one.stop()

    @property
    def answers(self):
        return [answer for one in self.all for answer in one.answers]

    @property
    def broken(self):
        return [error for one in self.all for error in one.broken]
