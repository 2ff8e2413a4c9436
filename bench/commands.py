"""Commands from start to end, and memory, each in a process of its own.

Law: runs the gateway's own command line.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Final

from bench.payloads import QUEUE
from bench.subjects import ENVIRONMENT, RULES, many_rules

#: Prints the most that decoding and indexing a body takes beyond its bytes.
_DECODING: Final = """
import tracemalloc
from bench.payloads import body
from bench.subjects import ENVIRONMENT, RULES
from gateway.config.load import load
from gateway.hooks.reads import reads_of
from gateway.hooks.request import Decoder
decoder = Decoder(reads_of(load(RULES, ENVIRONMENT).by_name["invoice"].rules))
decoder.decode(body(10))
data = body(1000)
tracemalloc.start()
request = decoder.decode(data)
print(tracemalloc.get_traced_memory()[1])
"""


def check_one_file(rounds: int) -> float:
    """Give the processor seconds of ``gateway check`` on the bench's own folder."""
    return _checked(RULES, rounds)


def check_many_rules(count: int, rounds: int) -> float:
    """Give the processor seconds of ``gateway check`` on *count* rules."""
    with TemporaryDirectory() as folder:
        return _checked(many_rules(Path(folder, "configs"), count, QUEUE), rounds)


def decoding_memory() -> int:
    """Give the bytes that the decoded 1,000-row request takes beside its body."""
    return int(_run(["-c", _DECODING]).stdout)


def _checked(folder: Path, rounds: int) -> float:
    seconds = []
    for _ in range(rounds):
        before = _spent()
        _run(["-m", "gateway", "check", "--quiet", str(folder)])
        seconds.append(_spent() - before)
    return median(seconds)


def _spent() -> float:
    """Give the processor time of all processes that have ended; other processes do not count."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _run(command: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - the project's own command.
        [sys.executable, *command],
        check=True,
        capture_output=True,
        text=True,
        timeout=120,
        env=_environment(),
    )


def _environment() -> dict[str, str]:
    """Give the environment of a machine that keeps bytecode, as installed programs have it."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, **ENVIRONMENT}
