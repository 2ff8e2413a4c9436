"""When a database is asked again, and what becomes of what it gave."""

import re
import threading
import time
from decimal import Decimal

import pytest

from gateway.engine.tables import Criterion, Found, How, Question, TableError
from gateway.lookups.asking import QueueTables
from gateway.lookups.database import LoadedQuery, read_address
from gateway.lookups.layout import Layout
from gateway.lookups.query import read_query
from gateway.lookups.refreshing import PAUSES, Fetched, Schedule, fetch, loaded_sources, take
from gateway.lookups.sources import FIRST, LoadedSource
from gateway.lookups.table import table_of
from tests.lookups.databases import Server

BY_NUMBER = Question("orders", (Criterion("number"),))
TODAY = 1_700_000_000.0


def declared(query: str = "select 1 as number", refresh: float = 60.0) -> LoadedQuery:
    address = read_address("sqlite:////nowhere/erp.db")
    return LoadedQuery(address, read_query(query), Layout(), refresh, 5.0)


def source_of(server: Server, query: str = "select number, vendor from orders") -> LoadedSource:
    return LoadedSource("orders", server.loaded(query))


def vendors(source: LoadedSource, number: str = "A-1") -> object:
    tables = QueueTables({"orders": source}).asked(lambda: 0.0)
    # A question without time left looks at what is there, and waits for nothing.
    (answer,) = tables.ask(BY_NUMBER, [(number,)])
    if isinstance(answer, TableError):
        return str(answer)
    assert isinstance(answer, Found)
    return [record["vendor"] for record in answer.records]


def test_what_is_fetched_is_what_is_asked(server):
    source = source_of(server)

    taken = take(fetch(source), {"orders": source})

    assert taken is source
    assert vendors(source) == ["V1"]
    assert (source.status.rows, source.status.problem) == (3, None)
    assert source.status.loaded is not None


def test_a_table_that_cannot_be_refreshed_keeps_its_rows_and_says_so(server):
    source = source_of(server)
    take(fetch(source), {"orders": source})
    before = source.status.loaded

    server.execute("drop table orders")
    take(fetch(source), {"orders": source})

    assert vendors(source) == ["V1"]
    assert source.status.loaded == before
    assert "the database refuses the query: " in str(source.status.problem)


def test_the_words_of_a_database_are_for_operators_and_not_for_clerks(server):
    source = source_of(server)

    server.execute("drop table orders")
    take(fetch(source), {"orders": source})

    assert vendors(source) == "the table 'orders' is not available: the database refuses the query"
    assert re.search("refuses the query: .*orders", str(source.status.problem))


def test_a_table_that_was_never_loaded_fails_with_the_reason():
    source = LoadedSource("orders", declared())
    assert vendors(source) == "the table 'orders' is not available: it has not been loaded yet"

    take(fetch(source), {"orders": source})

    assert vendors(source) == (
        "the table 'orders' is not available: the database file cannot be read"
    )


def test_what_is_of_another_table_or_an_earlier_declaration_is_left_alone():
    source = LoadedSource("orders", declared())
    digest = source.declared.digest

    assert take(Fetched("vendors", digest, TODAY, problem="x"), {"orders": source}) is None
    assert take(Fetched("orders", "other", TODAY, problem="x"), {"orders": source}) is None
    assert source.status.problem is None


def test_the_first_content_is_waited_for():
    source = LoadedSource("orders", declared())
    content = table_of([{"number": "A-1", "vendor": "V1"}])
    threading.Timer(0.05, source.take, (content, TODAY)).start()

    (answer,) = QueueTables({"orders": source}).asked(lambda: 5.0).ask(BY_NUMBER, [("A-1",)])

    assert isinstance(answer, Found)
    assert answer.total == 1


def test_a_table_that_never_comes_is_waited_for_once_and_not_by_every_request():
    source = LoadedSource("orders", declared())
    began = time.monotonic()

    for _ in range(3):
        (answer,) = QueueTables({"orders": source}).asked(lambda: 60.0).ask(BY_NUMBER, [("A-1",)])
        assert isinstance(answer, TableError)

    assert time.monotonic() - began < 2 * FIRST


def test_one_request_sees_one_content():
    source = LoadedSource("orders", declared())
    source.take(table_of([{"number": "A-1", "vendor": "V1"}]), TODAY)
    request = QueueTables({"orders": source}).asked(lambda: 5.0)
    (before,) = request.ask(BY_NUMBER, [("A-1",)])

    source.take(table_of([{"number": "A-1", "vendor": "V2"}]), TODAY)
    (after,) = request.ask(BY_NUMBER, [("A-1",)])

    assert before == after


def test_indexes_are_made_before_a_content_is_asked():
    source = LoadedSource("orders", declared())
    normal = Question("orders", (Criterion("vendor", How.NORMAL),))
    tables = QueueTables({"orders": source})
    tables.expect(BY_NUMBER)
    tables.expect(normal)

    for vendor in ("V1", "V2"):
        content = table_of([{"number": "A-1", "vendor": vendor}])
        source.take(content, TODAY)
        assert len(content.index_keys) == 2


@pytest.mark.parametrize(
    ("query", "rows"), [("select 1 as number", 1), ("select 2 as number", None)]
)
def test_a_new_declaration_goes_on_with_the_content_if_it_asks_the_same(query, rows):
    before = LoadedSource("orders", declared(refresh=60.0))
    before.take(table_of([{"number": Decimal(1)}]), TODAY)

    after = LoadedSource("orders", declared(query, refresh=5.0))
    after.follow(before)

    assert after.status.rows == rows


class Times:
    """A schedule of one table, and a clock."""

    def __init__(self, refresh: float = 60.0, loaded: float | None = None) -> None:
        self.source = LoadedSource("orders", declared(refresh=refresh))
        if loaded is not None:
            self.source.take(table_of([{"number": "A-1"}]), loaded)
        self.schedule = Schedule()
        self.follow(0.0)

    def follow(self, now: float) -> None:
        self.schedule.follow([self.source], now, TODAY + now)

    def fetched(self, content: bytes | None, problem: str | None = None) -> Fetched:
        return Fetched("orders", self.source.declared.digest, TODAY, content, problem)


def test_a_new_table_is_due_at_once_and_then_every_refresh():
    times = Times(refresh=60.0)

    assert times.schedule.due(0.0) == [times.source]
    assert times.schedule.due(1.0) == []
    times.schedule.done(times.fetched(b"a"), 2.0)
    assert times.schedule.due(61.9) == []
    assert times.schedule.due(62.0) == [times.source]


def test_a_table_that_is_loaded_already_is_due_when_it_is_old():
    times = Times(refresh=60.0, loaded=TODAY - 40.0)

    assert times.schedule.due(19.0) == []
    assert times.schedule.due(20.0) == [times.source]


def test_a_failure_is_tried_again_soon_and_then_less_and_less_often():
    times = Times(refresh=3600.0)
    now, waits = 0.0, []
    times.schedule.due(now)
    for _ in range(9):
        times.schedule.done(times.fetched(None, "gone"), now)
        waits.append(next(wait for wait in range(1, 100) if times.schedule.due(now + wait)))
        now += waits[-1]

    assert (waits[0], waits[-1]) == PAUSES
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60, 60]


def test_a_failure_is_never_waited_for_longer_than_a_refresh():
    times = Times(refresh=2.0)
    times.schedule.due(0.0)
    for _ in range(10):
        times.schedule.done(times.fetched(None, "gone"), 10.0)

    assert times.schedule.due(12.0) == [times.source]


def test_the_same_content_is_not_sent_again():
    times = Times()
    first = times.schedule.done(times.fetched(b"a"), 0.0)
    second = times.schedule.done(times.fetched(b"a"), 60.0)
    third = times.schedule.done(times.fetched(b"b"), 120.0)

    assert [one.content for one in (first, second, third)] == [b"a", None, b"b"]


def test_a_reload_keeps_what_is_due_and_forgets_what_is_gone():
    times = Times(refresh=60.0)
    times.schedule.due(0.0)
    times.schedule.done(times.fetched(b"a"), 0.0)

    times.follow(30.0)
    assert times.schedule.due(59.0) == []
    assert times.schedule.due(60.0) == [times.source]

    times.schedule.follow([], 61.0, TODAY)
    assert times.schedule.due(1000.0) == []


def test_a_shorter_refresh_counts_at_once():
    times = Times(refresh=3600.0)
    times.schedule.due(0.0)
    times.schedule.done(times.fetched(b"a"), 0.0)

    times.source = LoadedSource("orders", declared(refresh=5.0))
    times.follow(10.0)

    assert times.schedule.due(15.0) == [times.source]


def test_only_tables_of_databases_are_loaded():
    source = LoadedSource("orders", declared())

    assert loaded_sources({"orders": source}) == [source]
    assert loaded_sources({}) == []
