"""Requests on several threads while the rules change under them.

Law: every answer is held against that of the configuration which it says it comes from; nothing
here looks at a clock.
"""

from __future__ import annotations

import shutil
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from bench.damage import damaged
from bench.payloads import body
from bench.subjects import ENVIRONMENT, RULES, answered, served, signed
from gateway.config.configuration import Configuration
from gateway.config.load import load
from gateway.runtime import Gateway

_EDITED: Final = "rows.rules.yaml"
_BEFORE: Final = "A row without a description."
#: Other texts of one message, so that each configuration answers something else.
_AFTER: Final = ("First edit.", "Second edit.", "Third edit.")


def under_reload(count: int, threads: int) -> Counter[str]:
    """Answer *count* requests on so many threads, switching as often as it goes.

    Returns:
        How many were ``right``, ``wrong`` or an ``error``, and how many ``reloads`` there were.
    """
    with TemporaryDirectory() as folder:
        configurations = _configurations(Path(folder))
    sent = [signed(damaged(12, "2024-12-01")), signed(body(3))]
    expected = {
        (answer.revision, data): answer.body
        for configuration in configurations
        for data, signature in sent
        for answer in (answered(Gateway(configuration), data, signature),)
    }
    gateway = served()
    gateway.switch(configurations[0])
    told: Counter[str] = Counter()

    def ask() -> Counter[str]:
        mine: Counter[str] = Counter()
        for number in range(count // threads):
            data, signature = sent[number % len(sent)]
            try:
                answer = answered(gateway, data, signature)
            except Exception:  # noqa: BLE001 - whatever it is, it is counted.
                mine["error"] += 1
            else:
                right = expected.get((answer.revision, data)) == answer.body
                mine["right" if right else "wrong"] += 1
        return mine

    told["reloads"] = _switching(gateway, configurations, _each(ask, threads, told))
    return told


def _each(
    work: Callable[[], Counter[str]], threads: int, told: Counter[str]
) -> list[threading.Thread]:
    def run() -> None:
        found = work()
        with lock:
            told.update(found)

    lock = threading.Lock()
    started = [threading.Thread(target=run) for _ in range(threads)]
    for one in started:
        one.start()
    return started


def _switching(
    gateway: Gateway, configurations: Sequence[Configuration], threads: list[threading.Thread]
) -> int:
    """Switch until all threads have ended."""
    reloads = 0
    for thread in threads:
        while thread.is_alive():
            reloads += 1
            gateway.switch(configurations[reloads % len(configurations)])
            thread.join(0.05)
    return reloads


def _configurations(folder: Path) -> list[Configuration]:
    found = []
    for number, text in enumerate(_AFTER):
        copied = shutil.copytree(RULES, folder / str(number))
        file = copied / _EDITED
        before = file.read_text(encoding="utf-8")
        assert _BEFORE in before
        file.write_text(before.replace(_BEFORE, text), encoding="utf-8")
        found.append(load(copied, ENVIRONMENT))
    return found
