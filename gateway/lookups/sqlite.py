"""Connections to SQLite files that can do nothing but read, and not for long.

Security reference §8 *Tables*. Law: whatever the query is, the file stays as it is, no other file
is reached, and the time is looked at while it runs.
"""

from __future__ import annotations

import sqlite3
import time
from typing import Final
from urllib.parse import quote

#: Seconds to wait for a writer that has the file locked.
_LOCKED: Final = 1.0
#: Bytes that a value or a row may have.
_LENGTH: Final = 16 << 20
#: SQLite's own instructions between two looks at the time: about a millisecond.
_STEPS: Final = 50_000
_READS: Final = frozenset((sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_RECURSIVE))
#: What SQLAlchemy asks of a new connection.
_ASKED_AT_FIRST: Final = "read_uncommitted"


def open_sqlite(path: str) -> sqlite3.Connection:
    """Open the file *path*, which must be there."""
    connection = sqlite3.connect(
        f"file:{quote(path)}?mode=ro", uri=True, timeout=_LOCKED, check_same_thread=False
    )
    connection.execute("pragma query_only = on")
    connection.execute("pragma trusted_schema = off")
    connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LENGTH)
    connection.set_authorizer(_authorize)
    return connection


def until(connection: sqlite3.Connection, deadline: float) -> None:
    """Have every statement end at *deadline*, a time of the monotonic clock."""
    connection.set_progress_handler(lambda: time.monotonic() > deadline, _STEPS)


def _authorize(
    action: int, one: str | None, other: str | None, _database: str | None, _trigger: str | None
) -> int:
    if action in _READS:
        return sqlite3.SQLITE_OK
    if action == sqlite3.SQLITE_FUNCTION and other != "load_extension":
        return sqlite3.SQLITE_OK
    if action == sqlite3.SQLITE_PRAGMA and one == _ASKED_AT_FIRST and other is None:
        return sqlite3.SQLITE_OK
    return sqlite3.SQLITE_DENY
