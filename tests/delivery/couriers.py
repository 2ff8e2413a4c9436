"""Couriers that work in a thread of the test, and what they tell."""

import threading
from contextlib import contextmanager, suppress

from gateway.delivery.courier import Courier
from gateway.delivery.outbox import OutboxError


class Heard:
    """Remembers what a courier tells."""

    def __init__(self):
        self.attempts = []
        self.told = []

    def sent(self, name, settled):
        self.attempts.append((name, settled.claimed.key, settled.told))

    def trouble(self, reason):
        self.told.append(f"trouble: {reason}")

    def recovered(self):
        self.told.append("recovered")

    def paused(self, pause):
        self.told.append(f"paused: {pause.destination}")

    def given_up(self, count):
        self.told.append(f"given up: {count}")

    def fault(self, error):
        raise error

    def beat(self, depths):
        with suppress(OutboxError):  # The loop meets it too, and says so.
            depths()


@contextmanager
def working(outbox, *destinations, heard=None, **given):
    """Have a courier work as long as the block does; it must then have settled everything."""
    courier = Courier(outbox, {one.name: one for one in destinations}, heard or Heard(), **given)
    finished = []
    thread = threading.Thread(target=lambda: finished.append(courier.run()))
    thread.start()
    try:
        yield courier
    finally:
        courier.stop()
        thread.join(30)
    assert finished == [True]
