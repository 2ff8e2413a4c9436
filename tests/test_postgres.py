"""The database of the tests itself."""

import psycopg
import pytest

from tests.postgres import Postgres


def test_each_database_is_empty(postgres: Postgres) -> None:
    for _ in range(2):
        with psycopg.connect(postgres.database()) as connection:
            connection.execute("create table vendors (id int)")


def test_the_server_goes_away_and_comes_back(postgres: Postgres, database: str) -> None:
    with psycopg.connect(database) as connection:
        connection.execute("create table vendors (id int)")

    postgres.stop()
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(database)

    postgres.start()
    with psycopg.connect(database) as connection:
        assert connection.execute("select count(*) from vendors").fetchone() == (0,)
