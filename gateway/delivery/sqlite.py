"""An outbox in one SQLite file, which the processes of one machine share.

Security reference §9. Law: what has been written is on the disk; one writer at a time, which waits
for its turn at a lock of our own: SQLite's is polled more and more seldom, and sixteen writers made
each other wait for seconds. A connection never outlives a fork.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final, TypeVar

from gateway.delivery.outbox import OutboxError
from gateway.delivery.sql import Execute, Values, prepare
from gateway.delivery.statements import statements

#: Seconds that a writer waits for its turn.
PATIENCE: Final = 2.0
#: Seconds between two tries to lock: the first, and the longest.
_FIRST, _LONGEST = 0.0002, 0.004

_REASONS: Final = {
    "SQLITE_FULL": "the disk is full",
    "SQLITE_READONLY": "it is read-only",
    "SQLITE_BUSY": "others have been writing for too long",
    "SQLITE_CANTOPEN": "it cannot be opened",
    "SQLITE_PERM": "there is no permission",
    "SQLITE_CORRUPT": "it is damaged",
    "SQLITE_NOTADB": "it is no SQLite file",
    "SQLITE_IOERR": "the disk fails",
}

_T = TypeVar("_T")

#: Connections of the parent process: closing them in a child could disturb the parent's.
_inherited: Final[list[object]] = []


class SqliteStore:
    """A database in a file."""

    def __init__(self, path: str, *, patience: float = PATIENCE) -> None:
        """Use the file *path*, which is made when it is first needed."""
        self._path = path
        self._patience = patience
        self._statements = statements("outbox", "sqlite")
        self._mine = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._lock_file = -1
        self._inode = (0, 0)
        self._pid = 0

    def write(self, work: Callable[[Execute], _T]) -> _T:
        """Have *work* done in one transaction, which is on the disk on return."""
        with self._turn() as connection, self._locked():
            connection.execute("begin immediate")
            try:
                done = work(_Executing(connection, self._statements))
                connection.execute("commit")
            except BaseException:
                with contextlib.suppress(sqlite3.Error):
                    connection.execute("rollback")
                raise
            return done

    def read(self, work: Callable[[Execute], _T]) -> _T:
        """Have *work* look at one state of the database."""
        with self._turn() as connection:
            connection.execute("begin")
            try:
                return work(_Executing(connection, self._statements))
            finally:
                with contextlib.suppress(sqlite3.Error):
                    connection.execute("rollback")

    def close(self) -> None:
        """Let go of the file."""
        with self._mine:
            self._drop()

    @contextlib.contextmanager
    def _turn(self) -> Iterator[sqlite3.Connection]:
        """Wait for the other threads; translate what goes wrong."""
        if not self._mine.acquire(timeout=self._patience):
            raise OutboxError(_REASONS["SQLITE_BUSY"])
        try:
            yield self._opened()
        except sqlite3.Error as error:
            # Whatever state the connection is in, the next one begins anew.
            self._drop()
            raise OutboxError(_reason(error)) from None
        except OSError as error:
            self._drop()
            raise OutboxError((error.strerror or "it cannot be opened").lower()) from None
        finally:
            self._mine.release()

    def _opened(self) -> sqlite3.Connection:
        if self._pid != os.getpid():
            _inherited.append(self._connection)
            self._connection, self._lock_file, self._pid = None, -1, os.getpid()
        if self._connection is not None and self._is_elsewhere():
            self._drop()
        if self._connection is None:
            self._open()
        assert self._connection is not None  # noqa: S101 - it has just been opened.
        return self._connection

    def _is_elsewhere(self) -> bool:
        """Whether the file was removed or replaced: what is open now nobody would find again."""
        try:
            found = Path(self._path).stat()
        except OSError:
            return True
        return (found.st_dev, found.st_ino) != self._inode

    def _open(self) -> None:
        path = Path(self._path)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Entries say what documents say: nobody else may read the file.
        made = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        status = os.fstat(made)
        os.close(made)
        self._inode = (status.st_dev, status.st_ino)
        lock = f"{self._path}.lock"
        self._lock_file = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        connection = sqlite3.connect(
            path, timeout=self._patience, isolation_level=None, check_same_thread=False
        )
        self._connection = connection
        with self._locked():
            connection.execute("pragma journal_mode = wal")
            connection.execute("pragma synchronous = full")
            connection.execute("pragma foreign_keys = on")
            connection.execute("begin immediate")
            try:
                prepare(_Executing(connection, self._statements))
            except OutboxError:
                connection.execute("rollback")
                self._drop()
                raise
            connection.execute("commit")

    def _drop(self) -> None:
        if self._pid != os.getpid():
            return
        if self._connection is not None:
            with contextlib.suppress(sqlite3.Error):
                self._connection.close()
            self._connection = None
        if self._lock_file >= 0:
            os.close(self._lock_file)
            self._lock_file = -1

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        """Wait for the other processes."""
        deadline = time.monotonic() + self._patience
        pause = _FIRST
        while True:
            try:
                fcntl.flock(self._lock_file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise OutboxError(_REASONS["SQLITE_BUSY"]) from None
            time.sleep(pause)
            pause = min(pause * 1.5, _LONGEST)
        lock = self._lock_file
        try:
            yield
        finally:
            with contextlib.suppress(OSError):  # Closed with the connection.
                fcntl.flock(lock, fcntl.LOCK_UN)


class _Executing:
    def __init__(self, connection: sqlite3.Connection, named: dict[str, str]) -> None:
        self._connection = connection
        self._named = named

    def __call__(self, name: str, **values: object) -> Sequence[Sequence[Any]]:
        return self._connection.execute(self._named[name], values).fetchall()

    def many(self, name: str, rows: Sequence[Values]) -> int:
        return self._connection.executemany(self._named[name], rows).rowcount if rows else 0


def _reason(error: sqlite3.Error) -> str:
    name = getattr(error, "sqlite_errorname", None) or ""
    known = next((told for start, told in _REASONS.items() if name.startswith(start)), None)
    return known or f"it cannot be used ({name or type(error).__name__})"
