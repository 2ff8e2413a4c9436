"""Calls of the functions that ask tables, held to the tables that the queue may ask."""

import pytest

from gateway.annotation.values import Kind
from gateway.rules.expressions.references import Asked, Take
from gateway.rules.expressions.scope import Selects
from gateway.rules.question import Criterion, Question
from tests.rules.expressions.support import SCHEMA, compiled, mistakes, scope

CALLED = "it is called lookup(table, column=key, …)"


@pytest.mark.parametrize(
    ("text", "code", "message", "about"),
    [
        ('lookup("vendor", id=t)', "R220", "unknown table 'vendor'", '"vendor"'),
        (
            'exists("payroll", id=t)', "R221", "the table 'payroll' is not for this queue",
            '"payroll"',
        ),
        (
            'exists("vendors", nam=t)', "R222", "the table 'vendors' has no column 'nam'", "nam",
        ),
        (
            'lookup("vendors", id=t).nam', "R222", "the table 'vendors' has no column 'nam'",
            'lookup("vendors", id=t).nam',
        ),
        (
            'lookup_all("vendors", id=t).nam', "R222", "the table 'vendors' has no column 'nam'",
            'lookup_all("vendors", id=t).nam',
        ),
        (
            'lookup("live", number=t)', "R223",
            "the table 'live' is asked with each of its parameters", 'lookup("live", number=t)',
        ),
        (
            'lookup("live", number=t, country=u, amount=n)', "R223",
            "the table 'live' is asked with each of its parameters",
            'lookup("live", number=t, country=u, amount=n)',
        ),
        ("lookup()", "R203", "the name of a table is missing", "lookup()"),
        ('lookup("vendors", t)', "R203", "a key needs the name of its column", "t"),
        ("lookup(t, id=t)", "R208", "the name of a table is written out, in quotes", "t"),
        ("lookup(vendors, id=t)", "R208", "the name of a table is written out, in quotes",
         "vendors"),
        ('lookup("vendors", **t)', "R206", "a star is not part of the language", "t"),
        ('lookup("vendors", id=n)', "R304", "vendors.id is text, this is number", "n"),
        ('lookup("vendors", credit=t)', "R304", "vendors.credit is number, this is text", "t"),
        ('lookup("vendors", since=n)', "R304", "vendors.since is date, this is number", "n"),
        ('lookup("vendors", id=["A"])', "R304", "vendors.id is text, this is a list of text",
         '["A"]'),
        ('lookup("vendors", id=lookup("vendors", id=t))', "R304",
         "vendors.id is text, this is a mapping", 'lookup("vendors", id=t)'),
        ('lookup("vendors", id=t).credit + t', "R301", "cannot add number and text",
         'lookup("vendors", id=t).credit + t'),
        ('lookup("vendors", id=t) == t', "R301", "cannot compare a mapping and text",
         'lookup("vendors", id=t) == t'),
        ('sum(lookup_all("vendors", id=t))', "R304",
         "sum() takes number as x, these are records", 'lookup_all("vendors", id=t)'),
        ('lookup_al("vendors", id=t)', "R202", "unknown function 'lookup_al'", "lookup_al"),
    ],
)  # fmt: skip
def test_a_call_that_no_table_answers_is_refused(text, code, message, about):
    assert mistakes(text) == [(code, message, about)]


def test_a_column_as_the_key_of_several_records_is_refused():
    rows = scope(schema=SCHEMA, fields={})

    assert mistakes('count(lookup_all("vendors", id=code))', rows) == [
        (
            "R305",
            "lookup_all gives a column for each key, and this key is a column",
            'lookup_all("vendors", id=code)',
        )
    ]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ('lookup("vendors", id=currency)', Kind.MAPPING),
        ('lookup("vendors", id=currency).credit', Kind.NUMBER),
        ('lookup("vendors", id=currency).code', Kind.SCALAR),
        ('lookup("anything", x=total).y', Kind.SCALAR),
        ('lookup_all("vendors", id=currency)', Kind.COLUMN),
        ('lookup_all("vendors", id=currency).credit', Kind.COLUMN),
        ('exists("vendors", credit=total, open=paid)', Kind.BOOLEAN),
        ('exists("live", country=currency, number=total)', Kind.BOOLEAN),
    ],
)
def test_the_kind_of_an_answer_is_known(text, kind):
    assert compiled(text, scope(schema=SCHEMA, fields={})).kind == kind


def test_a_column_of_keys_gives_a_column_of_answers():
    rows = scope(schema=SCHEMA, fields={})

    assert compiled('exists("vendors", id=code)', rows).kind == Kind.COLUMN
    assert compiled('lookup("vendors", id=code).credit', rows).kind == Kind.COLUMN


def test_what_asks_the_same_is_the_same():
    one = compiled('lookup("vendors", id=upper(t), credit=n + 1).name')
    other = compiled('p and lookup( "vendors",  id = upper( t ), credit = n+1 ).open')
    different = compiled('lookup("vendors", id=upper(t), credit=n + 2).name')

    (asked,) = (found for found in one.references if isinstance(found, Asked))
    question = Question("vendors", (Criterion("id"), Criterion("credit")))
    assert (asked.question, asked.take) == (question, Take.ONE)
    assert asked in other.references
    assert asked not in different.references


def test_a_field_of_no_declared_type_is_a_text_where_the_column_is():
    asked = compiled('exists("vendors", id=x)').references

    assert [type(found).__name__ for found in asked] == ["FieldText", "Asked"]


def test_a_sum_over_the_table_is_computed_once_where_it_is_a_key():
    rows = scope(Selects.ROWS, "lines", schema=SCHEMA, fields={})
    expression = compiled('exists("vendors", credit=sum(column.amount))', rows)

    (asked,) = (found for found in expression.references if isinstance(found, Asked))
    (key,) = asked.keys
    assert [type(found).__name__ for found in key.references] == ["Ahead"]
