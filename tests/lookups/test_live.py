"""Tables that are asked each time: the same promises for both kinds of databases."""

import os
import socket
import threading
import time
from datetime import date
from decimal import Decimal

import psycopg
import pytest

from gateway.annotation.values import Kind
from gateway.engine.tables import Criterion, Found, How, Question, TableError
from gateway.lookups.database import LiveQuery, read_address
from gateway.lookups.layout import ColumnRule, Layout
from gateway.lookups.live import CONNECTIONS, MAX_ROWS, LiveSource, retire_replaced
from gateway.lookups.query import read_query
from gateway.lookups.search import MAX_RECORDS
from tests.lookups.databases import SCHEMA, postgres_server, sqlite_server
from tests.waiting import until

D = Decimal
BY_NUMBER = "select vendor, amount from orders where number = :number"
NUMBER = Question("orders", (Criterion("number"),))


class Clock:
    """A time that goes on when it is told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def source(server):
    """Make live tables of the server's orders; they are closed at the end."""
    made: list[LiveSource] = []

    def make(query: str = BY_NUMBER, timer: Clock | None = None, **options: object) -> LiveSource:
        declared = server.live(query, **options)
        made.append(LiveSource("orders", declared, timer or Clock()))
        return made[-1]

    yield make
    for one in made:
        one.retire()


def asked(source: LiveSource, *keys: object, by: Question = NUMBER) -> list[object]:
    """Give the records for keys of one part each; the sentence where there are none."""
    tuples = [key if isinstance(key, tuple) else (key,) for key in keys]
    answers = source.ask(by, tuples, 5.0)
    return [
        [dict(record) for record in one.records] if isinstance(one, Found) else str(one)
        for one in answers
    ]


def test_each_key_gets_its_rows_in_order(source):
    assert asked(source(), "A-2", "A-9", "A-1", "A-2") == [
        [{"vendor": "V1", "amount": D("0.1")}],
        [],
        [{"vendor": "V1", "amount": D("10.5")}],
        [{"vendor": "V1", "amount": D("0.1")}],
    ]


def test_values_are_bound_and_never_part_of_the_query(source):
    assert asked(source(), "' or '1' = '1", "A-1'; drop table orders; --") == [[], []]
    assert asked(source(), "A-3") == [[{"vendor": "V2", "amount": None}]]


def test_several_parameters_are_asked_in_any_order(source):
    made = source("select number from orders where vendor = :vendor and amount > :least")
    by = Question("orders", (Criterion("least"), Criterion("vendor")))

    assert asked(made, (D(5), "V1"), (D("0.05"), "V1"), by=by) == [
        [{"number": "A-1"}],
        [{"number": "A-1"}, {"number": "A-2"}],
    ]


def test_dates_and_exact_numbers_can_be_asked_for(source):
    made = source("select number from orders where day = :day and amount = :amount")
    by = Question("orders", (Criterion("day"), Criterion("amount")))

    assert asked(made, (date(2025, 2, 1), D("0.1")), by=by) == [[{"number": "A-2"}]]


def test_columns_are_typed_as_declared(source):
    rules = {"due": ColumnRule(Kind.TEXT, "amount")}

    assert asked(source(rules=rules, keep=("due",)), "A-1")[0] in (
        [{"due": "10.50"}],
        [{"due": "10.5"}],
    )


@pytest.mark.parametrize(
    ("question", "key", "sentence"),
    [
        (Question("orders", (Criterion("id"),)), ("A-1",), "is asked for number and nothing else"),
        (
            Question("orders", (Criterion("number"), Criterion("vendor"))),
            ("A-1", "V1"),
            "is asked for number and nothing else",
        ),
        (
            Question("orders", (Criterion("number", How.NORMAL),)),
            ("A-1",),
            "the query of the table 'orders' decides how it compares",
        ),
        (NUMBER, (["A-1"],), "the table 'orders' is asked for single values only"),
    ],
)
def test_another_question_than_the_query_takes_fails(source, question, key, sentence):
    (answer,) = source().ask(question, [key], 5.0)

    assert isinstance(answer, TableError)
    assert sentence in str(answer)


def test_one_answer_that_cannot_be_used_fails_for_its_key_alone(source):
    query = (
        "select case when number = 'A-1' then 1e30 else amount end as amount "
        "from orders where number = :number"
    )

    bad, good, odd = asked(source(query), "A-1", "A-2", ["A-2"])

    assert "the column 'amount': a number of more than 18 digits" in str(bad)
    assert good == [{"amount": D("0.1")}]
    assert odd == "the table 'orders' is asked for single values only"


def test_a_value_that_the_database_can_make_nothing_of_finds_nothing(postgres):
    server = postgres_server(postgres)
    server.execute(SCHEMA)
    query = "select number from orders where day = cast(:number as date)"
    source = LiveSource("orders", server.live(query))

    found = asked(source, "soon", "2025-01-31", "99999-99-99", "2025-02-01")
    source.retire()

    assert found == [[], [{"number": "A-1"}], [], [{"number": "A-2"}]]


def test_a_row_that_cannot_be_taken_over_never_looks_like_none(postgres):
    server = postgres_server(postgres)
    server.execute(SCHEMA)
    query = "select cast('infinity' as date) as day from orders where number = :number"
    source = LiveSource("orders", server.live(query))

    found, none = asked(source, "A-1"), asked(source, "A-9")
    source.retire()

    assert found == ["the table 'orders' cannot be asked: a value is none that can be taken over"]
    assert none == [[]]


def test_types_that_do_not_meet_fail_with_advice(postgres):
    server = postgres_server(postgres)
    server.execute(SCHEMA)
    source = LiveSource("orders", server.live(BY_NUMBER))

    (said,) = asked(source, D(1))
    source.retire()

    assert said == (
        "the table 'orders' cannot be asked: the query compares values of different types: "
        "cast its parameter, or the column"
    )


def test_a_mistake_in_the_query_is_named_to_operators_and_not_to_clerks(source):
    made = source("select vendor from orders where numbr = :number")

    (said,) = asked(made, "A-1")

    assert said == "the table 'orders' cannot be asked: the database refuses the query"
    assert "numbr" in str(made.status.problem)


def test_long_answers_are_cut_and_counted(server, source):
    for at in range(3):
        values = ", ".join(f"('B', 'V{at}-{row}', 1, null)" for row in range(500))
        server.execute(f"insert into orders values {values};")

    (answer,) = source().ask(NUMBER, [("B",)], 5.0)

    assert isinstance(answer, Found)
    assert (len(answer.records), answer.total) == (MAX_RECORDS, MAX_ROWS)


def test_an_answer_is_kept_for_as_long_as_the_table_says(server, source):
    clock = Clock()
    made = source(cache=30.0, timer=clock)
    before = asked(made, "A-1", "A-9")
    server.execute(
        "update orders set vendor = 'V7'; insert into orders values ('A-9', 'V9', 1, null)"
    )

    clock.now += 29
    assert asked(made, "A-1", "A-9") == before

    clock.now += 2
    assert asked(made, "A-1", "A-9") == [
        [{"vendor": "V7", "amount": D("10.5")}],
        [{"vendor": "V9", "amount": D(1)}],
    ]


def test_nothing_is_kept_without_a_cache(server, source):
    made = source()
    asked(made, "A-1")
    server.execute("update orders set vendor = 'V7'")

    assert asked(made, "A-1") == [[{"vendor": "V7", "amount": D("10.5")}]]


SLOW = {
    "sqlite": "with recursive n(i) as (select 1 union all select i + 1 from n where i < 100000000) "
    "select count(*) as i from n where :number = 'slow' or i < 0",
    "postgresql": "select 1 as i from pg_sleep(case when :number = 'slow' then 10 else 0 end)",
}


def test_a_slow_answer_fails_in_time_and_the_answers_before_it_count(postgres):
    server = postgres_server(postgres)
    source = LiveSource("orders", server.live(SLOW["postgresql"], timeout=0.3))
    began = time.monotonic()

    quick, slow, late = asked(source, "quick", "slow", "quick too")
    took = time.monotonic() - began
    again = asked(source, "quick")
    source.retire()

    assert quick == [{"i": D(1)}]
    assert slow == late == "the table 'orders' cannot be asked: the database took too long"
    assert took < 2
    assert again == [[{"i": D(1)}]]


def test_sqlite_ends_a_query_in_time(tmp_path):
    server = sqlite_server(tmp_path)
    server.execute(SCHEMA)
    source = LiveSource("orders", server.live(SLOW["sqlite"], timeout=0.2))
    began = time.monotonic()

    (said,) = asked(source, "slow")
    source.retire()

    assert said == "the table 'orders' cannot be asked: the database took too long"
    assert time.monotonic() - began < 2


def test_a_request_without_time_asks_nothing(source):
    (answer,) = source().ask(NUMBER, [("A-1",)], 0.0)

    assert str(answer) == "the table 'orders' cannot be asked: the database took too long"


def test_a_database_that_goes_and_comes_back_is_asked_again(postgres):
    clock = Clock()
    server = postgres_server(postgres)
    server.execute(SCHEMA)
    source = LiveSource("orders", server.live(BY_NUMBER), clock)
    before = asked(source, "A-1")

    postgres.stop()
    try:
        gone = asked(source, "A-1")
        problem = source.status.problem
        at_once = asked(source, "A-1")
    finally:
        postgres.start()
    clock.now += 60
    back = asked(source, "A-1")
    healthy = source.status.problem
    source.retire()

    assert before == back == [[{"vendor": "V1", "amount": D("10.5")}]]
    assert gone == ["the table 'orders' cannot be asked: the database cannot be reached"]
    assert problem == "the database cannot be reached"
    assert at_once == [f"{gone[0]}, and is left alone for a moment"]
    assert healthy is None


def test_a_connection_that_was_lost_in_between_costs_no_answer(postgres):
    server = postgres_server(postgres)
    server.execute(SCHEMA)
    source = LiveSource("orders", server.live(BY_NUMBER))
    before = asked(source, "A-1")

    postgres.stop()
    postgres.start()
    after = asked(source, "A-1")
    source.retire()

    assert before == after


def test_a_server_that_never_says_a_word_costs_the_timeout_and_then_nothing():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        address = read_address(f"postgresql://reader@127.0.0.1:{port}/erp")
        declared = LiveQuery(address, read_query(BY_NUMBER), Layout(), 0.3, 0.0)
        source = LiveSource("orders", declared, Clock())
        began = time.monotonic()

        first = asked(source, "A-1")
        took = time.monotonic() - began
        second = asked(source, "A-1")
        both = time.monotonic() - began

    assert first == ["the table 'orders' cannot be asked: the database took too long"]
    assert took < 2
    assert "left alone for a moment" in str(second)
    assert both - took < 0.2


def test_requests_beside_each_other_share_few_connections(source):
    made = source()
    results: list[object] = []

    def work() -> None:
        for _ in range(5):
            results.extend(asked(made, "A-1", "A-2"))

    threads = [threading.Thread(target=work) for _ in range(3 * CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(results) == 2 * 5 * 3 * CONNECTIONS
    assert all(isinstance(one, list) and len(one) == 1 for one in results)


def connections(server):
    """Count what the gateway holds at the server."""
    with psycopg.connect(server.dsn) as connection:
        found = connection.execute(
            "select count(*) from pg_stat_activity "
            "where application_name = 'rules-gateway' and datname = current_database()"
        ).fetchone()
    assert found is not None
    return found[0]


def test_a_table_that_is_replaced_gives_up_its_connections(postgres):
    server = postgres_server(postgres)
    server.execute(SCHEMA)
    stays, goes = (LiveSource(name, server.live(BY_NUMBER)) for name in ("stays", "goes"))
    for source in (stays, goes):
        asked(source, "A-1")
    assert connections(server) == 2

    retire_replaced({"stays": stays, "goes": goes}, {"stays": stays})
    until(lambda: connections(server) == 1)
    # A request that began before may still ask; nothing is left of it either.
    assert asked(goes, "A-1") == asked(stays, "A-1")
    until(lambda: connections(server) == 1)
    stays.retire()


def test_a_forked_process_makes_connections_of_its_own(server, source):
    made = source()
    before = asked(made, "A-1")
    read, written = os.pipe()

    pid = os.fork()
    if pid == 0:
        try:
            os.write(written, repr(asked(made, "A-1")).encode())
        finally:
            os._exit(0)
    os.waitpid(pid, 0)
    os.close(written)
    with os.fdopen(read) as pipe:
        child = pipe.read()

    assert child == repr(before)
    assert asked(made, "A-1") == before
