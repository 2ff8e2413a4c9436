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
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Final

from bench.payloads import body
from bench.subjects import ENVIRONMENT, RULES

_START_LIMIT: Final = 20.0
_TICKS: Final = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Load:
    """What one server did under load."""

    per_second: float
    #: Processor time of the server for one request, in seconds.
    cpu: float


@dataclass(frozen=True, slots=True)
class Server:
    """A server under measurement."""

    pid: int
    port: int

    def resident(self) -> int:
        """Give the resident memory, in bytes, of the process that answers."""
        fields = Path(f"/proc/{self._answering()}/statm").read_text(encoding="ascii").split()
        return int(fields[1]) * os.sysconf("SC_PAGE_SIZE")

    def cpu(self) -> float:
        """Give the processor seconds that it and its processes have used."""
        ticks = 0
        for pid in (self.pid, *self._children()):
            text = Path(f"/proc/{pid}/stat").read_text(encoding="ascii")
            fields = text.rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
        return ticks / _TICKS

    def _answering(self) -> int:
        return max(self._children(), default=self.pid)

    def _children(self) -> list[int]:
        listed = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text(encoding="ascii")
        return [int(pid) for pid in listed.split()]


@contextlib.contextmanager
def gateway() -> Iterator[Server]:
    """Serve the bench's rules with ``gateway serve``."""
    port = _free_port()
    command = ["-m", "gateway", "serve", str(RULES), "--listen", f"127.0.0.1:{port}"]
    command += ["--management", "off"]
    with _running(command, port) as server:
        yield server


@contextlib.contextmanager
def plain() -> Iterator[Server]:
    """Serve the plain endpoint."""
    port = _free_port()
    with _running(["-m", "bench.plain_server", str(port)], port) as server:
        yield server


def compared(rows: int, rounds: int, count: int) -> list[tuple[Load, Load]]:
    """Load the gateway and the plain endpoint in turns; give each round's results."""
    with TemporaryDirectory() as folder, gateway() as ours, plain() as other:
        file = Path(folder, "body.json")
        file.write_bytes(body(rows))
        for server in (ours, other):
            _load(server, file, count // 4)
        return [(_load(ours, file, count), _load(other, file, count)) for _ in range(rounds)]


def idle_memory() -> int:
    """Give the resident memory of a gateway that has answered nothing yet."""
    with gateway() as server:
        return server.resident()


def ratios(results: list[tuple[Load, Load]]) -> tuple[float, float, float]:
    """Give requests per second, times the plain endpoint's, and times its processor time."""
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
def _running(command: list[str], port: int) -> Iterator[Server]:
    process = subprocess.Popen(  # noqa: S603 - our own modules.
        [sys.executable, *command],
        env={**os.environ, **ENVIRONMENT},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _await(process, port)
        yield Server(process.pid, port)
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _await(process: subprocess.Popen[bytes], port: int) -> None:
    end = time.monotonic() + _START_LIMIT
    while time.monotonic() < end and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    raise RuntimeError("a server did not start")


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port
