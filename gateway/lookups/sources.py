"""Where the content of a table comes from, and how well that goes.

Language §6: a table that cannot be refreshed keeps its last good content and says so. Law: what a
request sees is taken by one read of one attribute, so that contents can be replaced at any time.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import Final, Literal

from gateway.engine.tables import TableError
from gateway.lookups.database import LoadedQuery
from gateway.lookups.files.reading import FileTable
from gateway.lookups.search import prepare
from gateway.lookups.table import IndexKey, Table


@dataclass(frozen=True, slots=True)
class TableStatus:
    """How a table is, for status, metrics and logs."""

    name: str
    source: Literal["file", "database", "live"]
    #: None when nothing is held: not yet, or never.
    rows: int | None = None
    #: When a database was last read, in seconds since 1970.
    loaded: float | None = None
    #: What went wrong the last time; None when nothing did.
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class FileSource:
    """A table in a file: the content of one version of the folder."""

    name: str
    content: Table
    declared: FileTable
    #: SHA-256 of the file.
    digest: bytes
    #: What is wrong with the file as it is now; then *content* is that of an earlier one.
    problem: str | None = None

    def table(self, _left: float) -> Table:
        """Give what it holds."""
        return self.content

    def expect(self, key: IndexKey) -> None:
        """Prepare for questions that need the index *key*."""
        prepare(self.content, (key,))

    @property
    def status(self) -> TableStatus:
        """How it is."""
        return TableStatus(self.name, "file", self.content.size, None, self.problem)


#: Seconds for which requests wait for a new table, which is about to be loaded.
FIRST: Final = 3.0


@dataclass(frozen=True, slots=True)
class _Held:
    """What a database gave, and what has become of it since."""

    content: Table | None = None
    loaded: float | None = None
    problem: str | None = None
    #: What the database itself says to that: for operators, never in the sentence of a rule.
    words: str | None = None

    @property
    def problem_in_full(self) -> str | None:
        return f"{self.problem}: {self.words}" if self.words is not None else self.problem


class LoadedSource:
    """A table that a database is asked for now and then; it outlives reloads."""

    def __init__(self, name: str, declared: LoadedQuery) -> None:
        self.name = name
        self.declared = declared
        self._held = _Held()
        self._expected: dict[IndexKey, None] = {}
        self._tried = threading.Event()
        self._patience = time.monotonic() + FIRST

    def table(self, left: float) -> Table:
        """Give what it holds now; while it is new it is waited for, *left* seconds at most.

        Raises:
            TableError: nothing has been loaded yet, and why.
        """
        if self._held.content is None:
            self._tried.wait(max(0.0, min(left, self._patience - time.monotonic())))
        held = self._held
        if held.content is None:
            why = held.problem or "it has not been loaded yet"
            raise TableError(f"the table {self.name!r} is not available: {why}")
        return held.content

    def expect(self, key: IndexKey) -> None:
        """Prepare for questions that need the index *key*, now and after every refresh."""
        self._expected[key] = None
        if self._held.content is not None:
            prepare(self._held.content, (key,))

    def take(self, content: Table, now: float) -> None:
        """Replace the content, with the indexes that questions have needed so far."""
        before = self._held.content
        prepare(content, self._expected if before is None else before.index_keys)
        self._hold(_Held(content, now))

    def confirm(self, now: float) -> None:
        """Keep the content, which has been found to be the same."""
        self._hold(_Held(self._held.content, now))

    def fail(self, problem: str, words: str | None = None) -> None:
        """Keep the content, and say why it was not refreshed, with the database's own *words*."""
        self._hold(_Held(self._held.content, self._held.loaded, problem, words))

    def follow(self, other: LoadedSource) -> None:
        """Go on where *other* was; with its content if that is what would be loaded."""
        self._expected = dict(other._expected)
        if other.declared.digest == self.declared.digest and other._tried.is_set():
            self._hold(other._held)

    def _hold(self, held: _Held) -> None:
        self._held = held
        self._tried.set()

    @property
    def status(self) -> TableStatus:
        """How it is."""
        held = self._held
        rows = None if held.content is None else held.content.size
        return TableStatus(self.name, "database", rows, held.loaded, held.problem_in_full)
