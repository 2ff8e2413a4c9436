"""The outbox that a configuration means.

Law: opens nothing yet; files and connections are made by the first use in each process.
"""

from __future__ import annotations

from gateway.delivery.outbox import Outbox
from gateway.delivery.sql import SqlOutbox


def outbox_at(file: str | None, database: str | None) -> Outbox:
    """Give the outbox in an SQLite *file*, or in a PostgreSQL *database*."""
    if database is not None:
        # Few need the driver.
        from gateway.delivery.postgres import PostgresStore

        return SqlOutbox(PostgresStore(database))
    from gateway.delivery.sqlite import SqliteStore

    return SqlOutbox(SqliteStore(file or ""))
