"""Servers that are stopped at the end, whatever state a test left them in."""

import pytest

from tests.web.support import begin


@pytest.fixture
def start():
    """Start servers with the limits that are given."""
    started = []

    def start_one(**limits):
        started.append(begin(**limits))
        return started[-1]

    yield start_one
    for running in started:
        running.gateway.released.set()
        running.server.stop()
    for running in started:
        running.join()
        for connection in running.connections:
            connection.close()


@pytest.fixture
def running(start):
    return start()
