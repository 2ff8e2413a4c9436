"""The courier: what waits in the outbox, sent until it has arrived or is given up.

Security reference §9. Law: claims with a lease, sends without a transaction, settles in a second
one; the loop alone uses the outbox, threads only send. One destination never waits for another.
"""

from __future__ import annotations

import hashlib
import queue
import random
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Final, Protocol

from gateway.delivery.breaker import Breaker
from gateway.delivery.destination import Destination
from gateway.delivery.entry import Claimed, Depth, Pause, Settled
from gateway.delivery.outbox import Outbox, OutboxError
from gateway.delivery.retry import GONE, Answered, Result, Unanswered, judge, told
from gateway.delivery.sending import Sender

#: Seconds by which a lease is longer than a request can take, names that are looked up included.
MARGIN: Final = 60.0
#: Seconds between two looks for what is due, for pauses, and for what is old.
LOOK: Final = 0.2
PAUSES: Final = 2.0
TIDY: Final = 60.0
#: Seconds until an outbox that failed is tried again.
_TROUBLE: Final = 1.0
#: Seconds between two beats.
_BEAT: Final = 1.0
#: Seconds for finishing what is under way, once it is told to stop.
_FINISH: Final = 20.0


class Watch(Protocol):
    """Who is told what the courier does."""

    def sent(self, destination: str, settled: Settled) -> None:
        """Hear of an attempt."""

    def trouble(self, reason: str) -> None:
        """Hear that the outbox cannot be used; once, until it can."""

    def recovered(self) -> None:
        """Hear that it can be used again."""

    def paused(self, pause: Pause) -> None:
        """Hear that nothing more is sent to a destination."""

    def given_up(self, count: int) -> None:
        """Hear of entries whose destination is gone."""

    def fault(self, error: Exception) -> None:
        """Hear of a mistake of the courier's own."""

    def beat(self, depths: Callable[[], list[Depth]]) -> None:
        """Hear that the loop goes round; *depths* asks the outbox, which may be gone."""


@dataclass(slots=True)
class Lane:
    """One destination's share of the courier."""

    destination: Destination
    sender: Sender
    threads: ThreadPoolExecutor
    #: A digest of its address: a pause holds for one address.
    address: str
    breaker: Breaker = field(default_factory=Breaker)
    under_way: int = 0

    def close(self) -> None:
        """Let go of it, once what is under way has ended."""
        self.threads.shutdown(wait=False)
        self.sender.close()


class Courier:
    """Sends what is in one outbox."""

    def __init__(
        self,
        outbox: Outbox,
        destinations: Mapping[str, Destination],
        watch: Watch,
        *,
        make_sender: Callable[[Destination], Sender] = Sender,
        margin: float = MARGIN,
        clock: Callable[[], float] = time.time,
        chance: Callable[[], float] = random.random,
    ) -> None:
        """Send from *outbox* to *destinations*, and tell *watch*.

        Leases are longer than a request by *margin*.
        """
        self._outbox = outbox
        self._watch = watch
        self._make_sender = make_sender
        self._margin = margin
        self._clock = clock
        self._chance = chance
        self._lanes: dict[str, Lane] = {}
        #: Lanes of destinations that have changed, with requests under way.
        self._leaving: list[Lane] = []
        self._results: queue.SimpleQueue[tuple[Lane, Claimed, float, float, Result]] = (
            queue.SimpleQueue()
        )
        #: What could not be written yet.
        self._unsettled: list[Settled] = []
        self._unpaused: list[tuple[Pause, str]] = []
        self._orders: queue.SimpleQueue[tuple[Outbox | None, Mapping[str, Destination]]] = (
            queue.SimpleQueue()
        )
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._troubled = False
        self._pauses: dict[str, str] = {}
        self._next = {"pauses": 0.0, "tidy": 0.0, "beat": 0.0}
        self._change(destinations)

    def switch(self, destinations: Mapping[str, Destination], outbox: Outbox | None = None) -> None:
        """Send to *destinations* from now on, and from another *outbox* if one is given."""
        self._orders.put((outbox, destinations))
        self._wake.set()

    def stop(self, _notice: float = 0.0) -> None:
        """Claim nothing more, finish what is under way, and end."""
        self._stopping.set()
        self._wake.set()

    def run(self) -> bool:
        """Work until told to stop; return whether all that was begun is settled."""
        while not self._stopping.is_set():
            self._turn()
        end = time.monotonic() + _FINISH
        while (self._under_way or self._unsettled) and time.monotonic() < end:
            self._guarded(self._settle)
            self._beat()
            self._wait(LOOK)
        for lane in [*self._lanes.values(), *self._leaving]:
            lane.close()
        self._outbox.close()
        return not self._under_way and not self._unsettled

    @property
    def _under_way(self) -> int:
        return sum(lane.under_way for lane in (*self._lanes.values(), *self._leaving))

    def _turn(self) -> None:
        self._take_orders()
        self._guarded(self._work)
        self._beat()
        self._wait(_TROUBLE if self._troubled else LOOK)

    def _wait(self, seconds: float) -> None:
        self._wake.wait(seconds)
        self._wake.clear()

    def _guarded(self, work: Callable[[], None]) -> None:
        """Do what needs the outbox, which may be gone for a while."""
        try:
            work()
        except OutboxError as error:
            if not self._troubled:
                self._troubled = True
                self._watch.trouble(str(error))
        except Exception as error:  # noqa: BLE001 - whatever it is, the other entries wait too
            self._watch.fault(error)
            self._wait(_TROUBLE)
        else:
            if self._troubled:
                self._troubled = False
                self._watch.recovered()

    def _work(self) -> None:
        self._settle()
        now = self._clock()
        if self._is_time("pauses", PAUSES):
            self._pauses = {one.destination: address for one, address in self._outbox.paused()}
        if self._is_time("tidy", TIDY):
            given_up = self._outbox.tidy(self._lanes.keys(), now)
            if given_up:
                self._watch.given_up(given_up)
        for name in self._outbox.due(now):
            lane = self._lanes.get(name)
            if lane is not None and self._pauses.get(name) != lane.address:
                self._fill(lane, now)

    def _fill(self, lane: Lane, now: float) -> None:
        """Claim as much as the destination may be given, and have it sent."""
        destination = lane.destination
        free = lane.breaker.allows(destination.concurrency, lane.under_way, now)
        if not free:
            return
        lease = now + destination.timeout + self._margin
        claimed = self._outbox.claim(destination.name, free, now, lease)
        for at, one in enumerate(claimed):
            try:
                lane.threads.submit(self._send, lane, one)
            except RuntimeError:  # The system has no more threads for us.
                self._outbox.release(claimed[at:], now)
                raise
            lane.under_way += 1

    def _send(self, lane: Lane, claimed: Claimed) -> None:
        """In a thread: make one attempt."""
        at, began = self._clock(), time.monotonic()
        try:
            result = lane.sender.send(claimed.key, claimed.body)
        except Exception as error:  # noqa: BLE001 - it must be settled, whatever has happened
            self._watch.fault(error)
            result = Unanswered("a fault of the gateway")
        self._results.put((lane, claimed, at, time.monotonic() - began, result))
        self._wake.set()

    def _settle(self) -> None:
        """Write what has become of all attempts that have ended."""
        while not self._results.empty():
            lane, claimed, at, seconds, result = self._results.get()
            lane.under_way -= 1
            self._unsettled.append(self._judged(lane, claimed, at, seconds, result))
        if self._unsettled:
            self._outbox.settle(self._unsettled, self._clock())
            self._unsettled = []
        while self._unpaused:
            self._outbox.pause(*self._unpaused[0])
            self._unpaused.pop(0)
        for lane in [one for one in self._leaving if not one.under_way]:
            self._leaving.remove(lane)
            lane.close()

    def _judged(
        self, lane: Lane, claimed: Claimed, at: float, seconds: float, result: Result
    ) -> Settled:
        now, chance = self._clock(), self._chance()
        destination = lane.destination
        lane.breaker.note(result, now, chance)
        verdict = judge(
            result, claimed.attempts, claimed.expires, now, chance, destination.patience
        )
        status = result.status if isinstance(result, Answered) else None
        settled = Settled(claimed, verdict, at, seconds, status, told(result))
        self._watch.sent(destination.name, settled)
        if status == GONE and self._pauses.get(destination.name) != lane.address:
            pause = Pause(destination.name, now, told(result))
            self._pauses[destination.name] = lane.address
            self._unpaused.append((pause, lane.address))
            self._watch.paused(pause)
        return settled

    def _take_orders(self) -> None:
        while not self._orders.empty():
            outbox, destinations = self._orders.get()
            if outbox is not None:
                self._guarded(self._settle)
                self._outbox.close()
                self._outbox = outbox
            self._change(destinations)

    def _change(self, destinations: Mapping[str, Destination]) -> None:
        """Begin lanes for new destinations, and end those of others."""
        for name, lane in list(self._lanes.items()):
            if destinations.get(name) != lane.destination:
                self._leaving.append(self._lanes.pop(name))
        for name, destination in destinations.items():
            if name not in self._lanes:
                self._lanes[name] = Lane(
                    destination,
                    self._make_sender(destination),
                    ThreadPoolExecutor(destination.concurrency, f"to {name}"),
                    hashlib.sha256(destination.url.encode()).hexdigest(),
                )

    def _is_time(self, what: str, every: float) -> bool:
        now = time.monotonic()
        if now < self._next[what]:
            return False
        self._next[what] = now + every
        return True

    def _beat(self) -> None:
        if self._is_time("beat", _BEAT):
            self._watch.beat(lambda: list(self._outbox.depths()))
