"""The text of a query: what is refused before any database sees it, and what is read from it."""

import contextlib
import time

import pytest
import sqlalchemy
from hypothesis import given
from hypothesis import strategies as st

from gateway.lookups.query import MAX_QUERY, QueryError, read_query


@pytest.mark.parametrize(
    ("text", "at", "message"),
    [
        ("", 0, "the query is empty"),
        (" ; ", 0, "the query is empty"),
        ("-- select 1", 0, "the query is empty"),
        ("delete from t", 0, "a query begins with `select`"),
        ("(select 1)", 0, "a query begins with `select`"),
        ("select 1; select 2", 8, "more than one statement"),
        ("select 1;; drop table t", 8, "more than one statement"),
        ("select a into b from t", 9, "'into' is not allowed"),
        ("with d as (DELETE from t returning a) select a from d", 11, "'DELETE' is not allowed"),
        ("select a from t for update", 16, "a query locks nothing"),
        ("select a from t for no key update", 16, "a query locks nothing"),
        ("select 'a from t", 7, "what begins here is never closed"),
        ('select "a from t', 7, "what begins here is never closed"),
        ("select a /* from t", 9, "what begins here is never closed"),
        ("select " + "a," * MAX_QUERY, 0, "more than 20000 characters"),
    ],
)
def test_what_does_not_only_read_is_refused_at_its_place(text, at, message):
    with pytest.raises(QueryError) as caught:
        read_query(text)

    assert message in caught.value.message
    assert caught.value.at == at


@pytest.mark.parametrize(
    ("text", "parameters"),
    [
        ("select a from t", ()),
        ("select a from t where b = :b and c = :c or d = :b", ("b", "c")),
        ("select a::date from t where b::text = :b", ("b",)),
        ("select ':no' from t where x = 'it''s :no' -- :no\n and y = :yes /* :no */", ("yes",)),
        ('select ":no" from t', ()),
        ("select $$ :no $$, $x$ :no $$ $x$ from t where a = :yes", ("yes",)),
        ("select a[1:2] from t", ()),
        ("select replace(a, 'b', 'c') as a, set(1) from t", ()),
    ],
)
def test_parameters_are_those_outside_of_texts_and_comments(text, parameters):
    query = read_query(text)

    assert query.parameters == parameters
    compiled = sqlalchemy.text(query.text).compile()
    assert set(compiled.params) == set(parameters)


@pytest.mark.parametrize(
    "text",
    ["select '12:30', a::date from t", "select $$a:b$$ -- c:d\n from t", "select a[1:2] from t"],
)
def test_the_database_gets_the_text_as_it_was_written(text):
    query = read_query(text)

    assert str(sqlalchemy.text(query.text).compile()) == text


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("select a, t.b, s.t.c from t", ("a", "b", "c")),
        ("select a as b, sum(c) as d, (select 1) as e from t", ("b", "d", "e")),
        ('select distinct a, b as "Some ""Name""" from t', ("a", 'Some "Name"')),
        ("select 1 as a", ("a",)),
        ("select a from t union select b from u", ("a",)),
        ("select * from t", None),
        ("select t.* from t", None),
        ("select a, count(*) from t", None),
        ("select a b from t", None),
        ("select a, b.a from t", None),
        ("select 1", None),
        ("with x as (select a from t) select a from x", None),
    ],
)
def test_the_columns_of_a_plain_select_are_known(text, columns):
    assert read_query(text).columns == columns


def test_a_semicolon_at_the_end_is_no_second_statement():
    assert read_query("select a from t ; ").text == "select a from t"


@given(st.text(alphabet="select :a'\"$-*/;,()as from\n", max_size=80))
def test_no_text_makes_it_raise_anything_else(text):
    try:
        query = read_query(f"select {text}")
    except QueryError:
        return
    sqlalchemy.text(query.text).compile()


@pytest.mark.parametrize("piece", ["/*", "'", "$a$", "((((", ":a ", "--\n"])
def test_a_hostile_text_is_read_in_time(piece):
    began = time.process_time()
    with contextlib.suppress(QueryError):
        read_query("select " + piece * (19_000 // len(piece)))

    assert time.process_time() - began < 2
