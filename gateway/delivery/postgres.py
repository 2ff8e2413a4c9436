"""An outbox in a PostgreSQL database, which any number of gateways and couriers share.

Security reference §9. Law: nothing waits long: connecting, a statement and a lock each have their
limit, and a server that was not there a moment ago is not asked again at once. What goes wrong is
told without the address, which holds a password. A connection never outlives a fork.
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final, TypeVar

from gateway.delivery.outbox import OutboxError
from gateway.delivery.sql import Execute, Values, prepare
from gateway.delivery.statements import statements, with_percents

if TYPE_CHECKING:
    import psycopg

#: Seconds for connecting; milliseconds for a statement and for a lock.
_CONNECT: Final = 3
_OPTIONS: Final = (
    "-c statement_timeout=5000 -c lock_timeout=2000 -c idle_in_transaction_session_timeout=15000"
)
#: Seconds for which a server that was not reached is taken to be gone.
_GONE: Final = 1.0
#: Idle connections that a process keeps.
_KEPT: Final = 8

_T = TypeVar("_T")

#: Connections of the parent process: closing them in a child would end the parent's.
_inherited: Final[list[object]] = []


class PostgresStore:
    """A PostgreSQL database."""

    def __init__(self, address: str) -> None:
        """Use the database at *address*, whose tables are made when they are first needed."""
        self._address = address
        self._statements = with_percents(statements("outbox", "postgres"))
        self._mine = threading.Lock()
        self._idle: list[psycopg.Connection[Any]] = []
        self._pid = 0
        self._gone_until = 0.0
        self._prepared = False

    def write(self, work: Callable[[Execute], _T]) -> _T:
        """Have *work* done in one transaction, which has been committed on return."""
        return self._run(work)

    def read(self, work: Callable[[Execute], _T]) -> _T:
        """Have *work* look at the database."""
        return self._run(work)

    def close(self) -> None:
        """Let go of the connections."""
        with self._mine:
            idle, self._idle = self._idle, []
        if self._pid == os.getpid():
            for one in idle:
                one.close()

    def _run(self, work: Callable[[Execute], _T]) -> _T:
        import psycopg

        connection, is_new = self._connection()
        while True:
            try:
                with connection.transaction():
                    done = work(_Executing(connection, self._statements))
            except psycopg.Error as error:
                broken = connection.broken or connection.closed
                self._give_back(connection)
                if not broken or is_new:
                    raise OutboxError(_reason(error)) from None
                # It was idle while the server went away: every step may be done twice.
                self.close()
                connection, is_new = self._connection()
            except BaseException:
                self._give_back(connection)
                raise
            else:
                self._give_back(connection)
                return done

    def _connection(self) -> tuple[psycopg.Connection[Any], bool]:
        with self._mine:
            if self._pid != os.getpid():
                _inherited.append(self._idle)
                self._idle, self._pid, self._prepared = [], os.getpid(), False
            if self._idle:
                return self._idle.pop(), False
            if time.monotonic() < self._gone_until:
                raise OutboxError("the database cannot be reached")
        return self._connect(), True

    def _connect(self) -> psycopg.Connection[Any]:
        import psycopg

        try:
            connection: psycopg.Connection[Any] = psycopg.connect(
                self._address,
                autocommit=True,
                connect_timeout=_CONNECT,
                options=_OPTIONS,
                application_name="rules-gateway outbox",
                keepalives_idle=5,
                keepalives_interval=2,
                keepalives_count=3,
                tcp_user_timeout=8_000,
            )
        except psycopg.Error as error:
            self._gone_until = time.monotonic() + _GONE
            raise OutboxError(_reason(error)) from None
        if not self._prepared:
            self._prepare(connection)
        return connection

    def _prepare(self, connection: psycopg.Connection[Any]) -> None:
        import psycopg

        try:
            with connection.transaction():
                execute = _Executing(connection, self._statements)
                if not execute("is_there")[0][0]:
                    execute("lock_creation")
                prepare(execute)
        except psycopg.Error as error:
            connection.close()
            raise OutboxError(_reason(error)) from None
        except OutboxError:
            connection.close()
            raise
        self._prepared = True

    def _give_back(self, connection: psycopg.Connection[Any]) -> None:
        with self._mine:
            if not connection.closed and len(self._idle) < _KEPT:
                self._idle.append(connection)
                return
        with contextlib.suppress(Exception):  # It is broken already.
            connection.close()


class _Executing:
    def __init__(self, connection: psycopg.Connection[Any], named: dict[str, str]) -> None:
        self._connection = connection
        self._named = named

    def __call__(self, name: str, **values: object) -> Sequence[Sequence[Any]]:
        cursor = self._connection.execute(self._named[name].encode(), values)
        return cursor.fetchall() if cursor.description else []

    def many(self, name: str, rows: Sequence[Values]) -> int:
        if not rows:
            return 0
        with self._connection.cursor() as cursor:
            cursor.executemany(self._named[name].encode(), rows)
            return cursor.rowcount


def _reason(error: psycopg.Error) -> str:
    state = getattr(error, "sqlstate", None)
    if state is None:
        return "the database cannot be reached"
    known = {
        "28": "the database refuses the user",
        "3D": "there is no such database",
        "53": "the database has no room",
        "57": "the database is stopping, or took too long",
        "55": "the database took too long",
        "42": "the user may not do this",
        "25": "the database is read-only",
    }
    return known.get(state[:2], f"the database fails (state {state})")
