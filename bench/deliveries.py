"""Notifications: how long storing one holds up an answer, and how many a courier delivers.

Law: one machine, a receiver in a process of its own that answers at once; storing is measured at a
steady rate, by the clock, since what counts is the wait.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from ipaddress import ip_network
from pathlib import Path
from typing import Any, Final

from bench.figures import Figure
from gateway.delivery.courier import Courier
from gateway.delivery.destination import Destination
from gateway.delivery.entry import New
from gateway.delivery.opening import outbox_at

#: Notifications for each measurement, and how many are stored in a second.
COUNT: Final = 400
RATE: Final = 200.0
_BODY: Final = json.dumps({"lines": [{"code": f"A-{number}"} for number in range(20)]}).encode()
_ANSWER: Final = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"


def deliveries(rounds: int) -> Iterator[Figure]:
    """Measure storing and delivering, with the outbox in an SQLite file."""
    with tempfile.TemporaryDirectory() as folder:
        waits = [stored(Path(folder) / f"stored-{one}.sqlite") for one in range(rounds)]
        half, worst = (
            statistics.median(sorted(one)[int(len(one) * part)] for one in waits) * 1e3
            for part in (0.5, 0.99)
        )
        told = f"{half:.1f}, {worst:.1f} ms"
        yield Figure("a notification stored, 200 a second: p50, p99", told, "p99 ≤ 5 ms")
        rates = [delivered(Path(folder) / f"sent-{one}.sqlite") for one in range(rounds)]
        rate = statistics.median(rates)
        yield Figure("notifications delivered to a fast receiver", f"{rate:,.0f}/s", "≥ 200/s")


def stored(file: Path, count: int = COUNT, rate: float = RATE) -> list[float]:
    """Store notifications at a steady rate; give the seconds that each took."""
    outbox = outbox_at(str(file), None)
    outbox.put([], time.time())
    waits = []
    began = time.perf_counter()
    for number in range(count):
        time.sleep(max(0.0, began + number / rate - time.perf_counter()))
        before = time.perf_counter()
        outbox.put([_new(number)], time.time())
        waits.append(time.perf_counter() - before)
    outbox.close()
    return waits


def delivered(file: Path, count: int = COUNT) -> float:
    """Have what is stored delivered; give how many there were in a second."""
    outbox = outbox_at(str(file), None)
    outbox.put([_new(number) for number in range(count)], time.time())
    outbox.close()
    left = threading.Semaphore(0)
    watch: Any = _Counting(left)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        pid = os.fork()
        if pid == 0:
            _receive(listening)
        port = listening.getsockname()[1]
        destination = Destination(
            "erp",
            f"http://127.0.0.1:{port}/",
            networks=(ip_network("127.0.0.0/8"),),
            plain_http=True,
        )
        courier = Courier(outbox_at(str(file), None), {"erp": destination}, watch)
        thread = threading.Thread(target=courier.run)
        began = time.perf_counter()
        thread.start()
        for _ in range(count):
            left.acquire()
        seconds = time.perf_counter() - began
        courier.stop()
        thread.join()
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    return count / seconds


def _new(number: int) -> New:
    return New(f"k{number}", "erp", "acme", "tell", "annotation 1", _BODY, time.time() + 3_600)


class _Counting:
    """Counts what is sent."""

    def __init__(self, left: threading.Semaphore) -> None:
        self._left = left

    def sent(self, _destination: str, _settled: object) -> None:
        self._left.release()

    def __getattr__(self, _name: str) -> Callable[..., None]:
        return lambda *_given: None


def _receive(listening: socket.socket) -> None:
    """Answer every request at once, for ever; a request comes in one or two pieces."""

    def answer(connection: socket.socket) -> None:
        received = b""
        while piece := connection.recv(65_536):
            received += piece
            if received.endswith(_BODY):
                received = b""
                connection.sendall(_ANSWER)

    while True:
        connection, _ = listening.accept()
        threading.Thread(target=answer, args=(connection,), daemon=True).start()
