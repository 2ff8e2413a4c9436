"""Tables loaded from databases: the same promises for both kinds."""

import re
import time
from datetime import date
from decimal import Decimal

import pytest

from gateway.annotation.values import Kind
from gateway.lookups.database import Address, LoadedQuery, read_address
from gateway.lookups.faults import DatabaseError
from gateway.lookups.layout import ColumnRule, Layout
from gateway.lookups.loading import load
from gateway.lookups.query import Query, read_query
from tests.lookups.databases import SCHEMA, Server, postgres_server, sqlite_server

D = Decimal
#: SQLite has no dates.
DAY = {"day": ColumnRule(Kind.DATE)}
#: Counts for as long as one lets it.
ENDLESS = {
    "sqlite": "with recursive n(i) as (select 1 union all select i + 1 from n) "
    "select count(*) as i from n",
    "postgresql": "select count(*) as i from generate_series(1, 100000000000) as n",
}


def rows(server: Server, query: str, **layout: object) -> list[dict[str, object]]:
    table = load(server.loaded(query, **layout))
    return [dict(table.record(row)) for row in range(table.size)]


def test_rows_come_with_their_types_and_exact(server):
    found = rows(
        server,
        "select number, amount, day from orders order by number",
        **({"rules": DAY} if server.kind == "sqlite" else {}),
    )

    assert found == [
        {"number": "A-1", "amount": D("10.5"), "day": date(2025, 1, 31)},
        {"number": "A-2", "amount": D("0.1"), "day": date(2025, 2, 1)},
        {"number": "A-3", "amount": None, "day": None},
    ]


def test_columns_are_named_kept_and_typed_as_declared(server):
    found = rows(
        server,
        "select number as \"Order Nr.\", amount from orders where number = 'A-1'",
        rules={"nr": ColumnRule(Kind.TEXT, "Order Nr.")},
        keep=("nr",),
    )

    assert found == [{"nr": "A-1"}]


def test_a_colon_in_a_text_is_no_parameter(server):
    assert rows(server, "select '12:30' as at, 'a::b' as b") == [{"at": "12:30", "b": "a::b"}]


def test_a_percent_sign_is_one(server):
    assert rows(server, "select number from orders where number like '%-1'") == [{"number": "A-1"}]


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("select number from invoices", "the database refuses the query: .*invoices"),
        ("select numbr from orders", "the database refuses the query: .*numbr"),
        ("select number, number from orders", "two columns are called 'number'"),
    ],
)
def test_what_the_query_has_wrong_is_said(server, query, sentence):
    with pytest.raises(DatabaseError) as caught:
        load(server.loaded(query))

    assert re.match(sentence, caught.value.in_full)


def test_two_rows_with_one_key_are_refused(server):
    with pytest.raises(DatabaseError, match="row 2: two rows have the same 'vendor'"):
        load(server.loaded("select vendor from orders order by number", key=("vendor",)))


def test_a_query_that_takes_too_long_is_ended(server):
    began = time.monotonic()

    with pytest.raises(DatabaseError, match="the database took too long"):
        load(server.loaded(ENDLESS[server.kind], timeout=0.2))

    assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    "statement",
    [
        "delete from orders",
        "insert into orders values ('A-9', 'V9', 1, null)",
        "update orders set amount = 0",
        "drop table orders",
        "create table t (i int)",
        "with gone as (delete from orders returning number) select * from gone",
    ],
)
def test_the_connection_itself_keeps_a_statement_from_writing(server, statement):
    """What no query of a file could say, since it would be refused before."""
    unchecked = LoadedQuery(server.address, Query(statement, (), None), Layout(), 60.0, 5.0)

    with pytest.raises(DatabaseError):
        load(unchecked)

    assert len(rows(server, "select number from orders")) == 3
    assert rows(server, "select sum(amount) as amount from orders") == [{"amount": D("10.6")}]


@pytest.mark.parametrize(
    "statement",
    [
        "attach database '/etc/hosts' as other",
        "pragma query_only = off",
        "pragma writable_schema = on",
        "select load_extension('x')",
        "vacuum into '/tmp/copy.db'",
    ],
)
def test_sqlite_reaches_no_other_file_and_no_setting(tmp_path, statement):
    server = sqlite_server(tmp_path)
    server.execute(SCHEMA)

    with pytest.raises(DatabaseError):
        load(LoadedQuery(server.address, Query(statement, (), None), Layout(), 60.0, 5.0))


def test_a_setting_of_postgres_cannot_be_taken_back(postgres):
    server = postgres_server(postgres)
    server.execute(SCHEMA)
    statement = (
        "with s as (select set_config('transaction_read_only', 'off', false)) select * from s"
    )

    with pytest.raises(DatabaseError):
        load(LoadedQuery(server.address, Query(statement, (), None), Layout(), 60.0, 5.0))


@pytest.mark.parametrize(
    ("dsn", "sentence"),
    [
        ("sqlite:////nowhere/erp.db", "the database file cannot be read"),
        ("postgresql://reader:canary@127.0.0.1:1/erp", "the database cannot be reached"),
        ("postgresql://reader:canary@/erp?host=/nowhere", "the database cannot be reached"),
    ],
)
def test_a_database_that_is_not_there_is_said_without_its_address(dsn, sentence):
    declared = LoadedQuery(read_address(dsn), read_query("select 1 as i"), Layout(), 60.0, 5.0)

    with pytest.raises(DatabaseError) as caught:
        load(declared)

    assert str(caught.value) == sentence
    assert "canary" not in repr(declared)


def test_an_address_that_the_driver_does_not_take_is_said_without_it():
    address = Address("postgresql", "postgresql+psycopg://reader:canary@host:port/erp")
    declared = LoadedQuery(address, read_query("select 1 as i"), Layout(), 60.0, 5.0)

    with pytest.raises(DatabaseError, match="its address cannot be used"):
        load(declared)


@pytest.mark.parametrize(
    ("sql", "value"),
    [
        ("cast(12345678901234 as bigint)", D("12345678901234")),
        ("cast(0.1 as double precision)", D("0.1")),
        ("cast(1.5 as numeric(38, 20))", D("1.5")),
        ("cast('1e3' as real)", D(1000)),
        ("true", True),
        ("timestamp '2025-01-31 23:59'", date(2025, 1, 31)),
        ("time '10:30'", "10:30:00"),
        ("cast('c0ffee00-0000-4000-8000-000000000000' as uuid)",
         "c0ffee00-0000-4000-8000-000000000000"),
        ("cast('  ' as text)", None),
        ("cast('ž' as char(3))", "ž  "),
        ("cast(null as date)", None),
    ],
)  # fmt: skip
def test_values_of_postgres_are_values_of_rules(postgres, sql, value):
    (row,) = rows(postgres_server(postgres), f"select {sql} as a")

    assert row == {"a": value}


@pytest.mark.parametrize(
    ("sql", "sentence"),
    [
        ("cast('NaN' as numeric)", "a number that is infinite or none"),
        ("cast('infinity' as double precision)", "a number that is infinite or none"),
        ("1e20", "a number of more than 18 digits"),
        ("1 / cast(3 as numeric(38, 30))", "a number of more than 18 decimals; round it"),
        ("array[1, 2]", "it holds a list or a mapping"),
        ("cast('{}' as jsonb)", "it holds a list or a mapping"),
        ("cast('x' as bytea)", "it holds a value that is no text"),
        ("interval '1 day'", "it holds a value that is no text"),
    ],
)
def test_values_that_rules_do_not_have_are_refused_with_their_row(postgres, sql, sentence):
    with pytest.raises(DatabaseError, match=f"^row 1: the column 'a': {sentence}"):
        rows(postgres_server(postgres), f"select {sql} as a")


def test_a_date_without_end_is_refused(postgres):
    with pytest.raises(DatabaseError, match="a value is none that can be taken over"):
        rows(postgres_server(postgres), "select cast('infinity' as date) as a")


def test_what_is_no_database_is_said(tmp_path):
    (tmp_path / "erp.db").write_bytes(b"no database" * 500)
    declared = LoadedQuery(
        read_address(f"sqlite:///{tmp_path}/erp.db"),
        read_query("select name from sqlite_master"),
        *(Layout(), 60.0, 5.0),
    )

    with pytest.raises(DatabaseError, match="the database file cannot be read"):
        load(declared)


def test_a_server_without_the_database_is_said(postgres):
    dsn = postgres.database()
    nowhere = dsn.replace("/test_", "/none_")

    with pytest.raises(
        DatabaseError, match="the server refuses the name, the password or the database"
    ):
        load(LoadedQuery(read_address(nowhere), read_query("select 1 as i"), Layout(), 60.0, 5.0))
