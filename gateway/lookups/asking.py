"""The tables of one queue, as its rules ask them.

Language §6, security reference §1. Law: a table that was not granted is not here at all; one
request sees one content of each table, whatever is loaded meanwhile.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Final, TypeAlias

from gateway.annotation.values import Value
from gateway.engine.tables import Found, Question, TableError
from gateway.lookups.live import LiveSource
from gateway.lookups.search import index_key, search
from gateway.lookups.sources import FileSource, LoadedSource, TableStatus
from gateway.lookups.table import Table

Source: TypeAlias = FileSource | LoadedSource | LiveSource


class QueueTables:
    """The tables that one queue may read; shared by all requests."""

    def __init__(self, sources: Mapping[str, Source]) -> None:
        """Hold *sources* by the names of the tables."""
        self._sources = sources

    def expect(self, question: Question) -> None:
        """Make what *question* needs, so that no request has to wait for it."""
        source = self._sources.get(question.table)
        if isinstance(source, LiveSource):
            source.expect()
        elif source is not None and question.criteria:
            source.expect(index_key(question))

    def is_database(self, name: str) -> bool:
        """Whether a table comes from a database."""
        return isinstance(self._sources.get(name), LoadedSource | LiveSource)

    def statuses(self) -> list[TableStatus]:
        """Tell how each of them is."""
        return [source.status for source in self._sources.values()]

    def load(self) -> None:
        """Load the tables that a database is asked for now and then, one after the other."""
        from gateway.lookups.faults import DatabaseError
        from gateway.lookups.loading import load

        for source in self._sources.values():
            if isinstance(source, LoadedSource):
                try:
                    source.take(load(source.declared), time.time())
                except DatabaseError as error:
                    source.fail(str(error), error.words)

    def asked(self, left: Callable[[], float]) -> RequestTables:
        """Give the tables to one request, which has so many seconds *left*."""
        return RequestTables(self._sources, left)


class RequestTables:
    """`gateway.engine.tables.Tables` for one request."""

    def __init__(self, sources: Mapping[str, Source], left: Callable[[], float]) -> None:
        self._sources = sources
        self._left = left
        self._seen: dict[str, Table] = {}
        #: How many keys found something, nothing, or failed, by table.
        self.counts: dict[str, list[int]] = {}

    def ask(
        self, question: Question, keys: Sequence[tuple[Value, ...]]
    ) -> Sequence[Found | TableError]:
        """Answer *question* for each of *keys*."""
        answers = self._answers(question, keys)
        counts = self.counts.setdefault(question.table, [0, 0, 0])
        for one in answers:
            counts[2 if isinstance(one, TableError) else one.total == 0] += 1
        return answers

    def _answers(
        self, question: Question, keys: Sequence[tuple[Value, ...]]
    ) -> Sequence[Found | TableError]:
        source = self._sources.get(question.table)
        if source is None:
            error = TableError(f"there is no table {question.table!r} for this queue")
            return [error] * len(keys)
        if isinstance(source, LiveSource):
            return source.ask(question, keys, self._left())
        try:
            table = self._seen.get(question.table) or source.table(self._left())
            self._seen[question.table] = table
        except TableError as error:
            return [error] * len(keys)
        return search(table, question, keys, self._check_time)

    def _check_time(self) -> None:
        if self._left() <= 0:
            raise TableError("the time of the request was over before the table had been asked")


#: A queue without tables.
NO_TABLES: Final = QueueTables({})
