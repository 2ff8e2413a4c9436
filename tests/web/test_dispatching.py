"""The worker that was busy last answers next."""

import threading
from queue import SimpleQueue

import pytest

from gateway.web.dispatching import Dispatcher
from tests.waiting import until
from tests.web.support import PATIENCE


class Task:
    """A request, which says who answers it."""

    def __init__(self, answered, free=None):
        self._answered = answered
        self._free = free

    def service(self):
        self._answered.put(threading.current_thread().name)
        assert self._free is None or self._free.wait(PATIENCE)

    def cancel(self):
        """Nothing to give back."""


@pytest.fixture
def dispatcher():
    made = Dispatcher()
    made.set_thread_count(8)
    yield made
    made.shutdown()


def idle(dispatcher):
    with dispatcher.lock:
        return dispatcher.active_count == 0


def test_the_worker_that_was_busy_last_answers_next(dispatcher):
    answered = SimpleQueue()
    names = set()
    for _ in range(20):
        until(lambda: idle(dispatcher), "everybody waits")
        dispatcher.add_task(Task(answered))
        names.add(answered.get(timeout=PATIENCE))

    assert len(names) == 1


def test_as_many_answer_at_once_as_there_are_workers(dispatcher):
    answered, free = SimpleQueue(), threading.Event()
    until(lambda: idle(dispatcher), "everybody waits")
    for _ in range(8):
        dispatcher.add_task(Task(answered, free))

    assert len({answered.get(timeout=PATIENCE) for _ in range(8)}) == 8
    free.set()
