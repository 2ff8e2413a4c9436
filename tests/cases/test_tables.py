"""Cases whose rules ask tables: rows of their own, else those of files, and never a database."""

import msgspec
import pytest

from gateway.cases.record import recorded
from gateway.cases.run import Runner, Status
from tests.cases.support import ENVIRONMENT, case_file, codes, files, ran
from tests.documents import Document, configured

GATEWAY = """\
version: 1
tables:
  vendors: {file: vendors.csv, columns: {credit: number, since: date, active: boolean}}
  orders: {database: "${env:ERP_DSN}", query: "select number, amount from orders"}
  live: {database: "${env:ERP_DSN}", query: "select amount from orders where number = :number"}
  untyped: {file: untyped.json}
  secrets: {file: untyped.json, queues: [other.queue.yaml]}
"""
FILES = {
    "gateway.yaml": GATEWAY,
    "vendors.csv": "id,name,credit,since,active\n007,Filed,1.50,2024-01-31,true\n",
    "other.queue.yaml": "version: 1\nqueue: {ids: [1], unsigned: true, rules: [acme.rules.yaml],"
    " fields: {vendor: text, order: text, live: text}}\n",
    "untyped.json": '[{"a": null}]',
}
RULES = """\
  - id: vendor
    on: initialize
    when: is_set(vendor)
    message: '{lookup("vendors", id=vendor).name}: {lookup("vendors", id=vendor).credit}'
  - id: order
    on: initialize
    when: is_set(order)
    message: 'order {lookup("orders", number=order).amount}'
  - id: live
    on: initialize
    when: is_set(live)
    message: 'live {lookup("live", number=live).amount}'
"""
QUEUE = "fields: {vendor: text, order: text, live: text}\n"
ASKED = {"rules": RULES, "queue": QUEUE, **FILES}


def statuses(cases, head=""):
    _, results = ran(case_file(cases, head), **ASKED)
    return [(one.status, one.reason) for one in results]


GOOD = (Status.PASSED, None)


def test_a_case_sees_the_tables_of_the_files():
    assert statuses("""\
- name: filed
  given: {fields: {vendor: "007"}}
  expect: {messages: [{text: "Filed: 1.50"}]}
""") == [GOOD]


def test_rows_of_a_case_are_as_the_table_has_them():
    assert statuses("""\
- name: given
  given:
    fields: {vendor: 1001, order: 4500, live: "17"}
    tables:
      vendors: [{id: 1001, name: Given, credit: 5000}, {id: 1002, name: null}]
      orders: [{number: "4500", amount: 7.50}]
      live: [{number: 16, amount: 1}, {number: 17, amount: 2}]
  expect: {messages: [{text: "Given: 5000"}, {text: order 7.50}, {text: live 2}]}
""") == [GOOD]


def test_rows_of_defaults_are_there_unless_a_case_has_its_own():
    head = "defaults:\n  tables: {vendors: [{id: A, name: Default, credit: 1}]}\n"

    assert statuses(
        """\
- name: by default
  given: {fields: {vendor: A}}
  expect: {messages: [{text: "Default: 1"}]}
- name: its own
  given: {fields: {vendor: A}, tables: {vendors: []}}
  expect: {messages: [{text: ": "}]}
""",
        head,
    ) == [GOOD, GOOD]


@pytest.mark.parametrize("field", ["order", "live"])
def test_a_database_that_a_rule_asks_must_be_given(field):
    table = {"order": "orders", "live": "live"}[field]

    assert statuses(f"""\
- name: not given
  given: {{fields: {{{field}: "4500"}}}}
  expect: {{subset: true}}
""") == [
        (
            Status.BROKEN,
            f"the rules ask {table!r} of a database; give the rows under `tables`",
        )
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("tables", "code"),
    [
        ("vendor: []", "R509"),
        ("secrets: []", "R509"),
        ("vendors: [{nam: x}]", "R510"),
        ("vendors: [{credit: many}]", "R510"),
        ('vendors: [{since: "31.1.2024"}]', "R510"),
        ("vendors: [{active: 1}]", "R510"),
        ("live: [{amount: 1}]", "R510"),
        ("vendors: {}", "R112"),
        ("vendors: [{name: [x]}]", "R112"),
    ],
)
def test_rows_that_the_table_would_not_have_are_refused(tables, code):
    text = case_file(f"- name: one\n  given: {{tables: {{{tables}}}}}\n  expect: {{}}\n")

    assert codes(text, **ASKED) == [code]


def test_a_recorded_case_names_the_databases_that_its_rules_ask():
    named = files(case_file("- {name: it, expect: {}}\n"), **ASKED)
    configuration = configured(named, ENVIRONMENT)
    body = msgspec.json.encode(Document({"order": "4500", "live": "1"}).payload())

    queue = configuration.by_name["acme"]
    text = recorded(body, "acme.queue.yaml", queue, Runner(configuration, lambda: 0.0), b"key")

    assert "tables: {live: [], orders: []}" in text
    assert [one.status for one in ran(text, **ASKED)[1]] == [Status.PASSED]
