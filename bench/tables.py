"""Tables of 100,000 vendors: how long they take to load and to ask, and what they weigh.

Law: made-up vendors, the same ones every time; times are the thread's own processor time.
"""

from __future__ import annotations

import csv
import io
import json
import random
import sqlite3
import tempfile
import tracemalloc
from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import partial
from pathlib import Path
from time import thread_time
from typing import Final

from bench.figures import Figure
from bench.rounds import Work, paired
from gateway.annotation.values import Kind
from gateway.engine.tables import Criterion, Found, How, Question
from gateway.lookups.database import LoadedQuery, read_address
from gateway.lookups.files.reading import FileTable, Format, read_table
from gateway.lookups.layout import ColumnRule, Layout
from gateway.lookups.loading import load
from gateway.lookups.packing import pack, unpack
from gateway.lookups.query import read_query
from gateway.lookups.search import index_key, prepare, search
from gateway.lookups.table import Table

ROWS: Final = 100_000
_COLUMNS = ("id", "name", "iban", "city", "credit_limit", "since")
_LAYOUT = Layout(
    {"credit_limit": ColumnRule(Kind.NUMBER), "since": ColumnRule(Kind.DATE)}, key=("id",)
)
_FIRST = ("Alfa", "Nova", "Trans", "Euro", "Global", "Medi", "Agro", "Data", "Metal", "Auto")
_LAST = ("s.r.o.", "GmbH", "Ltd.", "a.s.", "Kft.", "S.p.A.", "AG", "Inc.")
_CITIES = ("Praha", "Brno", "Wien", "Berlin", "London", "Torino")


def vendors(rows: int) -> list[tuple[str, ...]]:
    """Make up vendors: id, name, IBAN, city, credit limit, day."""
    chance = random.Random(4711)
    letters = "abcdefghijklmnoprstuvyz"

    def word() -> str:
        return "".join(chance.choices(letters, k=chance.randint(3, 10))).title()

    def name() -> str:
        middle = " ".join(word() for _ in range(chance.randint(1, 3)))
        return f"{chance.choice(_FIRST)}{word()[:3].lower()} {middle} {chance.choice(_LAST)}"

    return [
        (
            *(f"V{at:06}", name(), f"CZ{at * 7919:022}", chance.choice(_CITIES)),
            *(f"{at / 7:.2f}", f"2025-01-{at % 28 + 1:02}"),
        )
        for at in range(rows)
    ]


def tables(rounds: int, count: int = ROWS) -> Iterator[Figure]:
    """Measure all of it, with so many rows."""
    rows = vendors(count)
    text = _csv(rows)
    table = read_table(text, FileTable(Format.CSV, _LAYOUT))
    yield from _loads(rows, text, table, rounds)
    yield from _questions(rows, table, rounds)


def _loads(
    rows: Sequence[tuple[str, ...]], text: bytes, table: Table, rounds: int
) -> Iterator[Figure]:
    objects = [dict(zip(_COLUMNS, row, strict=True)) for row in rows]
    lines = "\n".join(map(json.dumps, objects)).encode()
    packed = pack(table)
    with tempfile.TemporaryDirectory() as folder:
        works: dict[str, Work] = {
            "CSV read": partial(read_table, text, FileTable(Format.CSV, _LAYOUT)),
            "JSON Lines read": partial(read_table, lines, FileTable(Format.LINES, _LAYOUT)),
            "SQLite loaded": partial(load, _database(Path(folder) / "erp.db", rows)),
            "what a worker is handed": partial(unpack, packed),
        }
        for name, work in works.items():
            taken = paired([work], rounds).median(0)
            yield Figure(f"{len(rows):,} rows, {name}: seconds", f"{taken:.2f}", "≤ 2")
    tracemalloc.start()
    kept = unpack(packed)
    weight = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert kept.size == len(rows)
    yield Figure(f"{len(rows):,} rows, held: MiB", f"{weight / 2**20:.0f}")


def _questions(rows: Sequence[tuple[str, ...]], table: Table, rounds: int) -> Iterator[Figure]:
    one = rows[len(rows) // 2]
    similar = f"{one[1]} Prag"
    asked: list[tuple[str, Question, tuple[str, ...]]] = [
        ("equal", _question("id"), (one[0],)),
        ("equal, two columns", _question("id", "city"), (one[0], one[3])),
        ("normal", _question("iban", how=How.NORMAL), (one[2].lower(),)),
        ("similar, at least 0.85", _similar("0.85"), (similar,)),
        ("similar, at least 0.6", _similar("0.6"), (similar,)),
    ]
    for name, question, key in asked:
        before = thread_time()
        prepare(table, [index_key(question)])
        made = thread_time() - before
        taken = paired([partial(_asked, table, question, key)], rounds).median(0)
        goal = "≤ 30" if question.criteria[0].how is How.SIMILAR else "≤ 0.1"
        yield Figure(f"{len(rows):,} rows, {name}: index, seconds", f"{made:.2f}")
        yield Figure(f"{len(rows):,} rows, {name}: milliseconds", f"{taken * 1e3:.3f}", goal)


def _question(*columns: str, how: How = How.EQUAL) -> Question:
    return Question("vendors", tuple(Criterion(column, how) for column in columns))


def _similar(least: str) -> Question:
    return Question("vendors", (Criterion("name", How.SIMILAR, Decimal(least)),))


def _asked(table: Table, question: Question, key: tuple[str, ...]) -> None:
    (answer,) = search(table, question, [key], lambda: None)
    assert isinstance(answer, Found)
    assert answer.total


def _csv(rows: Sequence[tuple[str, ...]]) -> bytes:
    written = io.StringIO(newline="")
    csv.writer(written).writerows([_COLUMNS, *rows])
    return written.getvalue().encode()


def _database(path: Path, rows: Sequence[tuple[str, ...]]) -> LoadedQuery:
    connection = sqlite3.connect(path)
    connection.execute(f"create table vendors ({', '.join(_COLUMNS)})")
    connection.executemany(f"insert into vendors values ({', '.join('?' * 6)})", rows)  # noqa: S608
    connection.commit()
    connection.close()
    query = read_query(f"select {', '.join(_COLUMNS)} from vendors")  # noqa: S608
    return LoadedQuery(read_address(f"sqlite:///{path}"), query, _LAYOUT, 60.0, 60.0)
