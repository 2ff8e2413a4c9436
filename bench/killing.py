"""Couriers that are killed between claim, sending and settling, again and again.

Run as a program: ``python -m bench.killing OUTBOX URL KILLS SEED``. A process without threads
forks couriers and kills each after a moment of chance; the last one is left to finish. What it
sends to may fail and forget as it likes: nothing may be lost, and no key may be another's.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from collections.abc import Callable
from ipaddress import ip_network
from typing import Any

from gateway.delivery.courier import Courier
from gateway.delivery.destination import Destination
from gateway.delivery.entry import State, Wanted
from gateway.delivery.opening import outbox_at
from gateway.delivery.retry import Patience

#: Seconds: long enough for a receiver on loopback, short enough to lose a lease soon.
TIMEOUT, MARGIN = 0.5, 0.1


class _Silent:
    """Is told, and passes nothing on."""

    def __getattr__(self, _name: str) -> Callable[..., None]:
        return lambda *_given: None


def killed(address: tuple[str | None, str | None], url: str, kills: int, seed: int) -> None:
    """Kill so many couriers, and let one finish."""
    chance = random.Random(seed)
    for _ in range(kills):
        pid = os.fork()
        if pid == 0:
            _send(address, url)
        time.sleep(chance.uniform(0.004, 0.05))
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    pid = os.fork()
    if pid == 0:
        _send(address, url)
    outbox: Any = outbox_at(*address)
    open_states = (State.PENDING, State.SENDING)
    while outbox.list(Wanted(states=open_states, limit=1)):
        time.sleep(0.05)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


def _send(address: tuple[str | None, str | None], url: str) -> None:
    destination = Destination(
        "erp",
        url,
        timeout=TIMEOUT,
        patience=Patience(gives_up_after=3_600.0, first=0.01, longest=0.02),
        networks=(ip_network("127.0.0.0/8"),),
        plain_http=True,
        concurrency=8,
    )
    watch: Any = _Silent()
    Courier(outbox_at(*address), {"erp": destination}, watch, margin=MARGIN).run()


if __name__ == "__main__":
    where, to, count, number = sys.argv[1:]
    is_database = "://" in where
    killed((None, where) if is_database else (where, None), to, int(count), int(number))
