"""The two kinds of databases, for tests that hold both to the same promises."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from gateway.lookups.database import Address, LiveQuery, LoadedQuery, read_address
from gateway.lookups.layout import Layout
from gateway.lookups.query import read_query
from tests.postgres import Postgres

#: The same in both dialects.
SCHEMA = """
create table orders (number varchar(20), vendor varchar(20), amount numeric(12, 2), day date);
insert into orders values ('A-1', 'V1', 10.50, '2025-01-31');
insert into orders values ('A-2', 'V1', 0.10, '2025-02-01');
insert into orders values ('A-3', 'V2', null, null);
"""


@dataclass(frozen=True)
class Server:
    """A database that a test may write to, and the address by which the gateway reads it."""

    kind: str
    dsn: str
    execute: Callable[[str], None]

    @property
    def address(self) -> Address:
        return read_address(self.dsn)

    def loaded(self, query: str, timeout: float = 5.0, **layout: object) -> LoadedQuery:
        return LoadedQuery(self.address, read_query(query), Layout(**layout), 60.0, timeout)

    def live(
        self, query: str, timeout: float = 5.0, cache: float = 0.0, **layout: object
    ) -> LiveQuery:
        return LiveQuery(self.address, read_query(query), Layout(**layout), timeout, cache)


def sqlite_server(folder: Path) -> Server:
    path = folder / "erp.db"

    def execute(script: str) -> None:
        connection = sqlite3.connect(path)
        connection.executescript(script)
        connection.close()

    return Server("sqlite", f"sqlite:///{path}", execute)


def postgres_server(postgres: Postgres) -> Server:
    dsn = postgres.database()

    def execute(script: str) -> None:
        with psycopg.connect(dsn) as connection:
            connection.execute(script)

    return Server("postgresql", dsn, execute)


@pytest.fixture(params=["sqlite", "postgresql"])
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Server:
    """Give an ERP of a few orders, in each of the databases in turn."""
    if request.param == "sqlite":
        made = sqlite_server(tmp_path)
    else:
        made = postgres_server(request.getfixturevalue("postgres"))
    made.execute(SCHEMA)
    return made
