"""Requests over HTTP: one gateway process beside a plain endpoint, one load generator.

Law: starts processes of its own on loopback and ends those; every wait has an end.
"""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Final

from bench import procfs
from bench.payloads import body
from bench.subjects import ENVIRONMENT, RULES

_START_LIMIT: Final = 20.0
_STOP_LIMIT: Final = 30.0


@dataclass(frozen=True, slots=True)
class Load:
    """What one server did under load."""

    per_second: float
    #: Processor time of the server for one request, in seconds.
    cpu: float


@dataclass(frozen=True, slots=True)
class Server:
    """A server under measurement."""

    process: subprocess.Popen[bytes]
    port: int

    @property
    def pid(self) -> int:
        """Its first process."""
        return self.process.pid

    def resident(self) -> int:
        """Give its resident memory in bytes, that of its workers included."""
        return procfs.used(self.pid).resident

    def cpu(self) -> float:
        """Give the processor seconds it has used, with its workers."""
        return procfs.cpu(self.pid)

    def stop(self) -> int | None:
        """End it as an operator does; give its exit code, None if it had to be killed."""
        self.process.terminate()
        try:
            return self.process.wait(_STOP_LIMIT)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            return None


@contextlib.contextmanager
def gateway(processes: int = 1) -> Iterator[Server]:
    """Serve the bench's rules with ``gateway serve``."""
    more = ["--processes", str(processes)]
    with serving(RULES, ENVIRONMENT, more, family=1 + processes) as server:
        yield server


@contextlib.contextmanager
def serving(
    folder: Path, environment: Mapping[str, str], more: Sequence[str], family: int | None = None
) -> Iterator[Server]:
    """Serve a folder with ``gateway serve``; wait for *family* processes, if it is told."""
    port = _free_port()
    command = ["-m", "gateway", "serve", str(folder), "--listen", f"127.0.0.1:{port}"]
    command += ["--management", "off", *more]
    with _running(command, port, environment, family) as server:
        yield server


@contextlib.contextmanager
def plain() -> Iterator[Server]:
    """Serve the plain endpoint."""
    port = _free_port()
    with _running(["-m", "bench.plain_server", str(port)], port) as server:
        yield server


@contextlib.contextmanager
def classic() -> Iterator[Server]:
    """Serve the same rules as a Flask application on waitress."""
    port = _free_port()
    with _running(["-m", "bench.peers.by_webhook", str(port)], port) as server:
        yield server


def compared(
    servers: Sequence[Callable[[], AbstractContextManager[Server]]],
    rows: int,
    rounds: int,
    count: int,
) -> list[list[Load]]:
    """Load servers in turns, each with *count* requests; give each round's results."""
    with TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        running = [stack.enter_context(server()) for server in servers]
        file = Path(folder, "body.json")
        file.write_bytes(body(rows))
        for server in running:
            _load(server, file, max(4, count // 4))
        return [[_load(server, file, count) for server in running] for _ in range(rounds)]


def idle_memory() -> procfs.Used:
    """Give what a gateway with one worker holds that has answered nothing yet."""
    with gateway() as server:
        return procfs.used(server.pid)


def ratios(results: list[list[Load]]) -> tuple[float, float, float]:
    """Give the first's requests per second, times the second's, and times its processor time."""
    return (
        median(ours.per_second for ours, _ in results),
        median(ours.per_second / other.per_second for ours, other in results),
        median(ours.cpu / other.cpu for ours, other in results),
    )


def _load(server: Server, file: Path, count: int) -> Load:
    before = server.cpu()
    command = [sys.executable, "-m", "bench.load", str(server.port), "/hook", str(file)]
    done = subprocess.run(  # noqa: S603 - our own module.
        [*command, str(count), "4"], check=True, capture_output=True, text=True, timeout=120
    )
    return Load(float(done.stdout), (server.cpu() - before) / count)


@contextlib.contextmanager
def _running(
    command: list[str],
    port: int,
    environment: Mapping[str, str] = ENVIRONMENT,
    family: int | None = None,
) -> Iterator[Server]:
    process = subprocess.Popen(  # noqa: S603 - our own modules.
        [sys.executable, *command],
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    server = Server(process, port)
    try:
        _await(process, port, family)
        yield server
    finally:
        if process.poll() is None:
            server.stop()


def _await(process: subprocess.Popen[bytes], port: int, family: int | None) -> None:
    """Wait until a server answers, and until all of its processes are there."""
    end = time.monotonic() + _START_LIMIT
    while time.monotonic() < end and process.poll() is None:
        if _answers(port) and family in (None, len(procfs.family(process.pid))):
            return
        time.sleep(0.05)
    raise RuntimeError("a server did not start")


def _answers(port: int) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=1)
    try:
        connection.request("GET", "/healthz")
        connection.getresponse().read()
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
    return True


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port
