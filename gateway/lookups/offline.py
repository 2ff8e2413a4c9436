"""Tables without a network: what somebody has written down, else what files hold.

Language §8. Law: no database is ever asked; a table that would have to be is named in the answer,
so that it never looks empty.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from gateway.annotation.values import Value, value_text
from gateway.engine.tables import Found, Key, Question, Record, TableError
from gateway.lookups.asking import QueueTables
from gateway.lookups.search import MAX_RECORDS, search
from gateway.lookups.table import Table


@dataclass(frozen=True, slots=True)
class GivenTable:
    """The records of a table that were written down."""

    content: Table
    #: Of a live table: its parameters, and what they are for each of the records.
    parameters: tuple[str, ...] | None = None
    asked: tuple[Mapping[str, Value], ...] = ()

    def ask(self, question: Question, keys: Sequence[Key]) -> Sequence[Found | TableError]:
        """Answer *question* for each of *keys*."""
        if self.parameters is None:
            return search(self.content, question, keys, lambda: None)
        names = [criterion.column for criterion in question.criteria]
        return [self._answer(dict(zip(names, key, strict=True))) for key in keys]

    def _answer(self, key: Mapping[str, Value]) -> Found:
        """Find the records for these parameters; how a query compares is not known, texts do."""
        records: list[Record] = [
            self.content.record(row)
            for row, asked in enumerate(self.asked)
            if all(value_text(asked.get(name)) == value_text(key[name]) for name in key)
        ]
        return Found(tuple(records[:MAX_RECORDS]), len(records))


@dataclass(slots=True)
class OfflineTables:
    """`gateway.engine.tables.Tables` that asks no database."""

    given: Mapping[str, GivenTable]
    queue: QueueTables
    #: Why a database is not asked, for whoever can change it.
    advice: str
    #: The tables that would have had to be asked.
    missing: dict[str, None] = field(default_factory=dict)

    def ask(self, question: Question, keys: Sequence[Key]) -> Sequence[Found | TableError]:
        """Answer *question* for each of *keys*."""
        given = self.given.get(question.table)
        if given is not None:
            return given.ask(question, keys)
        if self.queue.is_database(question.table):
            self.missing[question.table] = None
            sentence = f"the table {question.table!r} comes from a database; {self.advice}"
            return [TableError(sentence)] * len(keys)
        return self.queue.asked(lambda: 1.0).ask(question, keys)
