"""``python -m bench.soak [--minutes N]``: the example served under load and constant edits.

Every answer is held against what its rules must say, and what all processes hold is watched.
Exit codes: 0 all is well; 1 an answer was wrong, something grew, or the stop was not clean.
Law: loopback only; starts one server of its own and ends that one; every wait has an end.
"""

from __future__ import annotations

import argparse
import sys
import threading
import time
from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from itertools import cycle
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory
from typing import Final

from bench import procfs, trend
from bench.edited import ENVIRONMENT, Edited, Sent, recorded
from bench.http import Server, serving

#: Seconds after which an edit must be answered by every worker: two are promised, and a machine
#: with more to do than it has cores may take longer to look.
_GRACE: Final = 5.0
#: Seconds from an edit to the next, a bad one.
_BETWEEN: Final = 4.0
_TIMEOUT: Final = 30.0
#: Of so many requests one is signed wrongly.
_FORGED: Final = 97


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do, and for how long."""

    seconds: float
    processes: int
    connections: int


@dataclass(slots=True)
class Outcome:
    """What happened."""

    latencies: array[float] = field(default_factory=lambda: array("d"))
    wrong: list[str] = field(default_factory=list)
    samples: list[trend.Sample] = field(default_factory=list)
    good_edits: int = 0
    bad_edits: int = 0
    exit_code: int | None = None

    def complaints(self) -> list[str]:
        """Say all that is not as it must be."""
        found = [f"wrong: {one}" for one in self.wrong]
        found += trend.complaints(self.samples)
        if not self.latencies:
            found.append("nothing was answered")
        if len({one.used.processes for one in self.samples}) > 1:
            found.append("a process came or went")
        if self.exit_code != 0:
            found.append(f"the server ended with {self.exit_code}")
        return found


def soak(plan: Plan) -> Outcome:
    """Serve, ask, edit and watch for as long as *plan* says."""
    outcome = Outcome()
    with TemporaryDirectory() as folder:
        edited = Edited(Path(folder, "configs"))
        answers = edited.answers()
        edited.good()
        command = ["--processes", str(plan.processes), "--log-format", "json"]
        with serving(edited.folder, ENVIRONMENT, command) as server:
            _run(plan, server, edited, answers, outcome)
            outcome.exit_code = server.stop()
        outcome.good_edits, outcome.bad_edits = edited.good_edits, edited.bad_edits
    return outcome


def _run(
    plan: Plan,
    server: Server,
    edited: Edited,
    answers: Mapping[tuple[int, str], bytes],
    outcome: Outcome,
) -> None:
    over = threading.Event()
    clients = [_Client(server.port, edited, answers, over) for _ in range(plan.connections)]
    threads = [threading.Thread(target=client.run) for client in clients]
    for thread in threads:
        thread.start()
    try:
        outcome.samples.extend(_watched(plan, server, edited))
    finally:
        over.set()
        for thread in threads:
            thread.join(2 * _TIMEOUT)
    for client in clients:
        outcome.latencies.extend(client.latencies)
        outcome.wrong.extend(client.wrong)


def _watched(plan: Plan, server: Server, edited: Edited) -> Iterator[trend.Sample]:
    """Edit in turns, and look at the processes in between."""
    interval = min(5.0, max(0.2, plan.seconds / 60))
    began = time.monotonic()
    edits = cycle((edited.bad, edited.good))
    next_edit = began + _BETWEEN
    while (now := time.monotonic()) < began + plan.seconds:
        if now >= next_edit:
            next(edits)()
            next_edit += _BETWEEN
        yield trend.Sample(now - began, procfs.used(server.pid))
        time.sleep(interval)


class _Client:
    """One connection that asks all the time."""

    def __init__(
        self,
        port: int,
        edited: Edited,
        answers: Mapping[tuple[int, str], bytes],
        over: threading.Event,
    ) -> None:
        self.latencies = array("d")
        self.wrong: list[str] = []
        self._port = port
        self._edited = edited
        self._answers = answers
        self._over = over

    def run(self) -> None:
        """Ask until it is over, or too much was wrong to go on."""
        connection = HTTPConnection("127.0.0.1", self._port, timeout=_TIMEOUT)
        try:
            for number, sent in enumerate(cycle(recorded())):
                if self._over.is_set() or len(self.wrong) > 9:
                    return
                try:
                    self._ask(connection, sent, forged=number % _FORGED == _FORGED - 1)
                except (OSError, HTTPException) as error:
                    self.wrong.append(f"{sent.name}: {error!r}")
                    connection.close()
        finally:
            connection.close()

    def _ask(self, connection: HTTPConnection, sent: Sent, forged: bool) -> None:
        signature = "sha256=" + "0" * 64 if forged else sent.signature
        headers = {"Content-Type": "application/json", "X-Rossum-Signature-SHA256": signature}
        asked = time.monotonic()
        connection.request("POST", sent.path, sent.body, headers)
        answer = connection.getresponse()
        body = answer.read()
        self.latencies.append(time.monotonic() - asked)
        if forged:
            if answer.status != 401:
                self.wrong.append(f"{sent.name}: {answer.status} for a forged signature")
            return
        right = {self._answers[one, sent.name] for one in self._edited.current(asked - _GRACE)}
        if answer.status != 200 or body not in right:
            self.wrong.append(f"{sent.name}: {answer.status} {body[:200]!r}")


def _tell(plan: Plan, outcome: Outcome) -> None:
    """Print what happened."""
    edits = f"{outcome.good_edits} good and {outcome.bad_edits} bad edits"
    print(f"{len(outcome.latencies):,} answers in {plan.seconds / 60:.1f} minutes, {edits}")
    lines = [("wrong answers", str(len(outcome.wrong)))]
    if len(outcome.latencies) > 1:
        percentiles = [one * 1e3 for one in quantiles(outcome.latencies, n=100)]
        lines.append(("milliseconds", f"p50 {percentiles[49]:.1f}, p99 {percentiles[98]:.1f}"))
    if outcome.samples:
        last = outcome.samples[-1].used
        memory = trend.memory(outcome.samples)
        before, after, slope = (
            one / 2**20 for one in (memory.before, memory.after, memory.per_hour)
        )
        lines += [
            ("memory, MiB", f"{before:.1f} warm, {after:.1f} at the end"),
            ("slope, MiB an hour", f"{slope:+.1f}"),
            ("processes", f"{last.processes}"),
            ("threads, descriptors", f"{last.threads}, {last.descriptors}"),
        ]
    for name, value in lines:
        print(f"{name:<22} {value}")


def main() -> int:
    """Do what the command line says; give the exit code."""
    parser = argparse.ArgumentParser(prog="python -m bench.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=1.0, help="how long")
    parser.add_argument("--processes", type=int, default=2, help="workers of the server")
    parser.add_argument("--connections", type=int, default=4, help="that ask at the same time")
    given = parser.parse_args()
    plan = Plan(given.minutes * 60, given.processes, given.connections)
    outcome = soak(plan)
    _tell(plan, outcome)
    complaints = outcome.complaints()
    for one in complaints:
        print(one, file=sys.stderr)
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
