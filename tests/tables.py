"""Tables of a few rows that are searched line by line, and gateways whose rules may ask them."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

import msgspec

from gateway.annotation.values import kind_of
from gateway.config.build import build
from gateway.config.drawing import draw_all
from gateway.config.references import References
from gateway.config.sources import shown_sources
from gateway.engine.tables import Found, How, Question, TableError
from gateway.rules.compile import compile_rules
from gateway.rules.functions import FUNCTIONS
from gateway.rules.tables import TableShape
from gateway.runtime import Gateway
from tests.documents import NOW, Answered, Document, acme, folder

MOST = 200
Rows = Sequence[Mapping[str, Any]]


@dataclass
class Searched:
    """Tables in memory; remembers what it was asked."""

    rows: Mapping[str, Rows]
    #: Sentences of the tables that cannot be asked.
    broken: Mapping[str, str] = field(default_factory=dict)
    asked: list[tuple[Question, list[tuple[Any, ...]]]] = field(default_factory=list)

    def ask(self, question: Question, keys: Sequence[tuple[Any, ...]]):
        self.asked.append((question, list(keys)))
        assert len(set(keys)) == len(keys), "a key twice in one batch"
        if question.table in self.broken:
            return [TableError(self.broken[question.table])] * len(keys)
        return [found(self.rows[question.table], question, key) for key in keys]


def found(rows: Rows, question: Question, key: tuple[Any, ...]) -> Found:
    hits = [(score(row, question, key), row) for row in rows]
    hits = [(score, row) for score, row in hits if score is not None]
    similar = any(one.how is How.SIMILAR for one in question.criteria)
    if similar:
        hits.sort(key=lambda hit: -hit[0])
    records = tuple(row for _, row in hits[:MOST])
    return Found(records, len(hits), tuple(one for one, _ in hits[:MOST]) if similar else ())


def score(row, question, key):
    least = Decimal(1)
    for criterion, wanted in zip(question.criteria, key, strict=True):
        value = row.get(criterion.column)
        if value is None:
            return None
        if criterion.how is How.SIMILAR:
            alike = FUNCTIONS["similarity"].call(value, wanted)
            if alike < criterion.at_least:
                return None
            least = min(least, alike)
        elif (normal(value) if criterion.how is How.NORMAL else value) != (
            normal(wanted) if criterion.how is How.NORMAL else wanted
        ):
            return None
    return least


def normal(text: str) -> str:
    plain = FUNCTIONS["without_accents"].call(text).casefold()
    return "".join(sign for sign in plain if sign.isalnum())


def shape_of(name: str, rows: Rows) -> TableShape:
    columns = {key: kind_of(value) for row in rows for key, value in row.items() if value}
    return TableShape(name, columns)


def built(files: Mapping[str, str], shapes: Mapping[str, TableShape], ungranted=frozenset()):
    """What becomes of a folder whose queues may ask tables of these shapes."""

    def compile_with_tables(found, context, report):
        granted = replace(context, tables=shapes, ungranted=ungranted)
        return compile_rules(found, granted, report)

    snapshot = folder(files)
    made = build(snapshot, References(os.environ, resolving=False), compile_with_tables)
    return made, draw_all(made.report, shown_sources(snapshot, made.report))


def asking(rules: str, rows: Mapping[str, Rows], queue: str = "", **files: str) -> Gateway:
    """A gateway with one unsigned queue that may ask tables with *rows*."""
    shapes = {name: shape_of(name, table) for name, table in rows.items()}
    made, drawn = built(acme(rules, queue, **files), shapes)
    assert made.configuration is not None, drawn
    assert not made.report.errors, drawn
    return Gateway(made.configuration, clock=lambda: NOW)


def ask(made: Gateway, document: Document, tables: Searched) -> Answered:
    """The answer to a document."""
    payload = document.payload()
    body = msgspec.json.encode(payload)
    return Answered(made.dry_run(body, "acme", tables=tables), payload)
