"""One server for all that is thrown at it: what one input leaves behind, the next one meets."""

import pytest

from tests.fuzz.serving import GROWTH, Served


@pytest.fixture(scope="module")
def served():
    running = Served()
    try:
        running.is_well()
        before = running.memory()
        yield running
        running.is_well()
        assert running.memory() - before < GROWTH
    finally:
        running.stop()
