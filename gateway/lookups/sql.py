"""Questions to databases, by connections that can only read.

Security reference §8 *Tables*. Law: every transaction is made read-only and bounded in time before
anything is asked in it; values are bound, never written into a query.
"""

from __future__ import annotations

import contextlib
import importlib
import logging
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from gateway.annotation.values import Value
from gateway.lookups.database import Address
from gateway.lookups.faults import BUSY, TOO_LONG, DatabaseError, fault
from gateway.lookups.layout import Layout
from gateway.lookups.making import check_size, make_table
from gateway.lookups.sqlite import open_sqlite, until
from gateway.lookups.table import Table

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

#: Seconds that connecting may take.
CONNECT: Final = 5
#: Rows fetched at a time, between which the time is looked at.
_AT_ONCE: Final = 2_000
_LARGEST_INTEGER: Final = 2**63


@dataclass(frozen=True, slots=True)
class Answer:
    """What a query gave."""

    headers: Sequence[str]
    rows: Sequence[Sequence[Any]]

    def table(self, layout: Layout) -> Table:
        """Make a table of it.

        Raises:
            ContentError: that cannot be done; with the row where one is to blame.
        """
        return make_table(
            self.headers, lambda at: [row[at] for row in self.rows], len(self.rows), layout
        )


class Database:
    """One database, asked by one process."""

    def __init__(self, address: Address, connections: int = 1) -> None:
        """Prepare to ask; at most so many *connections*, none made before it is needed.

        Raises:
            DatabaseError: the address is none that the driver takes.
        """
        from sqlalchemy.exc import SQLAlchemyError

        self._kind = address.kind
        try:
            self._engine = _engine(address, connections)
        except (SQLAlchemyError, ValueError):
            raise DatabaseError("its address cannot be used") from None

    @contextlib.contextmanager
    def session(self, timeout: float) -> Iterator[Session]:
        """Keep one connection for questions that take *timeout* seconds together.

        Raises:
            DatabaseError: it cannot be reached.
        """
        from sqlalchemy.exc import DBAPIError, SQLAlchemyError

        deadline = time.monotonic() + timeout
        try:
            connection = self._engine.connect()
        except DBAPIError as error:
            raise fault(error) from None
        except SQLAlchemyError:
            raise DatabaseError(BUSY) from None
        try:
            yield Session(connection, self._kind, deadline)
        finally:
            # What was answered counts, whether or not the server is still there to be left.
            with contextlib.suppress(SQLAlchemyError):
                connection.close()

    def close(self) -> None:
        """Give up the connections."""
        self._engine.dispose()

    def forget(self) -> None:
        """Leave the connections to the process that this one was forked from."""
        self._engine.dispose(close=False)


def warm(address: Address) -> None:
    """Import what is needed to ask: that takes longer than most questions."""
    importlib.import_module("sqlalchemy")
    dialect = "postgresql.psycopg" if address.kind == "postgresql" else "sqlite"
    importlib.import_module(f"sqlalchemy.dialects.{dialect}")
    if address.kind == "postgresql":
        importlib.import_module("psycopg")


def _engine(address: Address, connections: int) -> Engine:
    import sqlalchemy

    for library in ("sqlalchemy", "psycopg"):
        # What they would say of a lost connection on standard error is said in our own log.
        logging.getLogger(library).addHandler(logging.NullHandler())
    if address.kind == "sqlite":
        return sqlalchemy.create_engine(
            "sqlite://",
            creator=lambda: open_sqlite(address.path),
            poolclass=sqlalchemy.QueuePool,
            pool_size=connections,
            max_overflow=0,
            pool_timeout=CONNECT,
            hide_parameters=True,
        )
    return sqlalchemy.create_engine(
        address.url,
        pool_size=connections,
        max_overflow=0,
        pool_timeout=CONNECT,
        hide_parameters=True,
        connect_args={
            "connect_timeout": CONNECT,
            "application_name": "rules-gateway",
            # A server that is gone without a word is found out within seconds.
            "keepalives_idle": 5,
            "keepalives_interval": 2,
            "keepalives_count": 3,
            "tcp_user_timeout": 10_000,
            # Statements that are prepared behind a pooler may be another's.
            "prepare_threshold": None,
        },
    )


class Session:
    """A connection, until its time is over."""

    def __init__(self, connection: Connection, kind: str, deadline: float) -> None:
        self._connection = connection
        self._kind = kind
        self._deadline = deadline

    def ask(self, query: str, values: Mapping[str, Value], most: int) -> Answer:
        """Send *query* with *values*, and take *most* rows at most.

        Raises:
            OddValueError: the database can make nothing of the values.
            DatabaseError: it refuses the query, is gone, or takes too long.
        """
        from sqlalchemy import text
        from sqlalchemy.exc import DBAPIError, SQLAlchemyError

        bound = {name: _bindable(value, self._kind) for name, value in values.items()}
        try:
            self._begin()
            # A large answer is fetched piece by piece, a small one with the answer itself.
            options = {"stream_results": most > _AT_ONCE}
            result = self._connection.execute(text(query), bound, execution_options=options)
            headers = list(result.keys())
            rows: list[Sequence[Any]] = []
            while len(rows) < most and (some := result.fetchmany(min(_AT_ONCE, most - len(rows)))):
                rows += some
                self._check_time()
                check_size(len(rows), len(headers))
            result.close()
        except DBAPIError as error:
            self._give_up()
            raise fault(error) from None
        except SQLAlchemyError:
            self._give_up()
            raise DatabaseError("the driver of the database fails") from None
        return Answer(headers, rows)

    def _begin(self) -> None:
        self._check_time()
        if self._connection.in_transaction():
            return
        if self._kind == "sqlite":
            driver = self._connection.connection.dbapi_connection
            until(driver, self._deadline)  # type: ignore[arg-type]  # SQLite's, as its kind says
            return
        self._connection.execution_options(postgresql_readonly=True)
        left = max(1, int((self._deadline - time.monotonic()) * 1000))
        self._connection.exec_driver_sql(f"set local statement_timeout = {left}")

    def _check_time(self) -> None:
        if time.monotonic() > self._deadline:
            raise DatabaseError(TOO_LONG)

    def _give_up(self) -> None:
        """Leave the transaction that has failed, so that another may begin."""
        from sqlalchemy.exc import SQLAlchemyError

        with contextlib.suppress(SQLAlchemyError):
            self._connection.rollback()


def _bindable(value: Value, kind: str) -> Any:
    """Give a value as the driver takes it; SQLite has neither decimals nor dates."""
    if kind != "sqlite" or isinstance(value, str):
        return value
    if isinstance(value, Decimal):
        whole = int(value)
        is_whole = whole == value and -_LARGEST_INTEGER <= whole < _LARGEST_INTEGER
        return whole if is_whole else float(value)
    return value.isoformat() if isinstance(value, date) else value
