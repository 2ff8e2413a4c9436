"""Gateways that are killed at the end, whatever state a test left them in."""

import pytest

from tests.processes.serving import Gateway, write


@pytest.fixture
def configs(tmp_path):
    folder = tmp_path / "configs"
    write(folder, 1)
    return folder


@pytest.fixture
def serve():
    started = []

    def start(*arguments, **options):
        started.append(Gateway(*arguments, **options))
        return started[-1]

    yield start
    for one in started:
        one.end()
