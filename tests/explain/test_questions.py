"""What tables were asked and answered is told, run by run, and asked by nobody a second time."""

import msgspec
import pytest

from gateway.explain.document import document
from gateway.explain.explanation import explain
from gateway.explain.telling import tell_rule
from tests.documents import Document
from tests.tables import Searched, asking

VENDORS = [
    {"id": "V1", "name": "Acme", "city": "Praha"},
    {"id": "V2", "name": "Globex", "city": "Ulm"},
    {"id": "V3", "name": "Globex Bonn", "city": "Bonn"},
    {"id": "V4", "name": "Globex Brno", "city": "Brno"},
    {"id": "V5", "name": "Globex Cheb", "city": "Cheb"},
]
ROWS = {"vendors": VENDORS}


def explained(rule, tables=None, **fields):
    made = asking(rule, ROWS)
    tables = tables or Searched(ROWS)
    body = msgspec.json.encode(
        Document({"a": "V1", "b": "", **fields}, {"items": [{"item": "V1"}]}).payload()
    )
    return explain(made, body, "acme", tables=tables)


def questions(rule, tables=None, **fields):
    """The lines that tell what was asked."""
    told = tell_rule(explained(rule, tables, **fields).rules[0])
    return [line.strip().removeprefix("asked ") for line in told if "  asked " in line]


NESTED = '"vendors", id=lookup("vendors", id=a).id'
V1 = '{"id": "V1", "name": "Acme", "city": "Praha"}'


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        (
            "  - {id: a, when: 'exists(\"vendors\", id=a)', message: x}\n",
            [f'vendors by id = "V1": 1 record: {V1}'],
        ),
        (
            '  - {id: a, when: \'is_empty(lookup("vendors", id=upper(b + "x")))\', message: x}\n',
            ["vendors by id: not asked, since the key of id is empty or unreadable"],
        ),
        (
            "  - {id: a, when: 'is_empty(lookup(\"vendors\", city=a).id)', message: x}\n",
            ['vendors by city = "V1": no records'],
        ),
        (
            f"  - {{id: a, when: 'exists({NESTED})', message: x}}\n",
            [f'vendors by id = "V1": 1 record: {V1}'],
        ),
        (
            "  - {id: a, when: 'any(exists(\"vendors\", id=item))', message: x}\n",
            ['vendors by id = ["V1"]: asked for each row of a column'],
        ),
        (
            "  - {id: a, message: '{lookup(\"vendors\", id=a).name}'}\n",
            [f'vendors by id = "V1": 1 record: {V1}'],
        ),
        (
            '  - {id: a, when: \'a == "x" and exists("vendors", id=a)\', message: x}\n',
            [],
        ),
    ],
)
def test_what_an_expression_asked_is_told_once(rule, told):
    assert questions(rule) == told


MATCH = """\
  - id: a
    match:
      table: vendors
      by:
        - {id: "{b}"}
        - {city: {normal: "{a}"}, id: "{a}"}
        - {name: {similar: globex, at_least: 0.5}}
      many: {message: many}
"""


def test_the_steps_of_a_match_are_told_up_to_the_one_that_found_something():
    first, second, third = questions(MATCH)

    assert first == "step 1: vendors by id: left out, since a key of it is empty"
    assert second == 'step 2: vendors by city normal = "V1" and id = "V1": no records'
    assert third.startswith(
        'step 3: vendors by name like "globex" (at least 0.5): 4 records: '
        '{"score": 1, "id": "V2", "name": "Globex", "city": "Ulm"}, {'
    )
    assert third.endswith(", …")


def test_a_table_that_cannot_be_asked_is_told_with_why():
    rule = "  - {id: a, require: 'exists(\"vendors\", id=a)', message: x}\n"
    tables = Searched(ROWS, {"vendors": "the table vendors is away"})

    assert questions(rule, tables) == ['vendors by id = "V1": the table vendors is away']


def test_an_explanation_asks_no_more_than_an_answer():
    rule = (
        '  - {id: a, when: a == "x", require: \'exists("vendors", id=a)\', message: x}\n'
        "  - {id: b, when: is_set(a), require: 'exists(\"vendors\", city=a)', message: x}\n"
    )
    tables = Searched(ROWS)

    explained(rule, tables)

    assert [(one.criteria[0].column, keys) for one, keys in tables.asked] == [("city", [("V1",)])]


def test_machines_are_told_the_same():
    details = document(explained(MATCH), "a")["rules"][0]["details"][0]

    assert details["conditions"] == []
    assert [(one["step"], one["found"], one["reason"]) for one in details["questions"]] == [
        (1, None, "left out, since a key of it is empty"),
        (2, 0, None),
        (3, 4, None),
    ]
    assert details["questions"][2]["by"] == [
        {"column": "name", "how": "similar", "at_least": "0.5", "value": "globex"}
    ]
    assert details["questions"][2]["records"][0] == {
        "score": "1", "id": "V2", "name": "Globex", "city": "Ulm"
    }  # fmt: skip
