"""Databases are asked by commands only where somebody says so."""

import json
import sqlite3

import pytest
from click.testing import CliRunner

from gateway.cli.explain import explain
from gateway.cli.query import query
from gateway.cli.run import run
from tests.documents import Document

FILES = {
    "gateway.yaml": """\
version: 1
tables:
  vendors: {file: vendors.csv}
  orders: {database: "${env:ERP_DSN}", query: "select number, amount from orders"}
  live: {database: "${env:ERP_DSN}", query: "select amount from orders where number = :number"}
""",
    "acme.queue.yaml": "version: 1\nqueue:\n  ids: [8199]\n  unsigned: true\n"
    "  rules: [a.rules.yaml]\n",
    "a.rules.yaml": """\
version: 1
rules:
  - {id: filed, message: '{lookup("vendors", id="V1").name}'}
  - {id: loaded, message: '{lookup("orders", number=order).amount}.'}
  - {id: asked, message: '{lookup("live", number=order).amount}!'}
""",
    "vendors.csv": "id,name\nV1,Acme\n",
    "payload.json": json.dumps(Document({"order": "4500"}).payload()),
}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    with sqlite3.connect(tmp_path / "erp.db") as database:
        database.execute("create table orders (number text, amount integer)")
        database.execute("insert into orders values ('4500', 17)")
    database.close()
    monkeypatch.setenv("ERP_DSN", f"sqlite:///{tmp_path}/erp.db")
    return tmp_path


def asked(command, folder, *arguments):
    given = ("--queue", "acme", "--input", str(folder / "payload.json"), *arguments)
    return CliRunner().invoke(command, [*map(str, given)])


def test_an_answer_has_what_files_hold_and_fails_for_databases(folder):
    result = asked(run, folder, folder)

    assert result.exit_code == 1
    assert json.loads(result.stdout)["messages"][0]["content"] == "Acme"
    assert (
        "failed: loaded: the table 'orders' comes from a database; add --databases to ask it"
    ) in result.stderr
    assert "failed: asked: the table 'live' comes from a database" in result.stderr


def test_databases_are_asked_where_it_is_said(folder):
    result = asked(run, folder, folder, "--databases")

    assert result.exit_code == 0, result.output
    texts = [one["content"] for one in json.loads(result.stdout)["messages"]]
    assert texts == ["Acme", "17.", "17!"]


def test_a_database_that_cannot_be_asked_fails_the_rules(folder, monkeypatch):
    monkeypatch.setenv("ERP_DSN", f"sqlite:///{folder}/none.db")
    result = asked(run, folder, folder, "--databases")

    assert result.exit_code == 1
    assert "failed: loaded: the table 'orders' is not available" in result.stderr
    assert "failed: asked: the table 'live' cannot be asked" in result.stderr


@pytest.mark.parametrize("command", [run, explain])
def test_what_a_database_says_of_a_query_is_told_beside_the_answer(folder, command):
    text = FILES["gateway.yaml"].replace("select number,", "select numbr as number,")
    (folder / "gateway.yaml").write_text(text.replace("where number =", "where nmber ="))

    result = asked(command, folder, folder, "--databases")

    assert "numbr" not in result.stdout
    assert "table orders: the database refuses the query: no such column: numbr" in result.stderr
    assert "table live: the database refuses the query: no such column: nmber" in result.stderr


def test_an_explanation_and_a_query_ask_them_too(folder):
    told = asked(explain, folder, folder, "loaded", "--databases")
    found = asked(
        query, folder, "--configs", folder, "--databases", 'lookup("live", number=order).amount'
    )
    kept = asked(query, folder, "--configs", folder, 'lookup("live", number=order).amount')

    assert "17." in told.stdout
    assert found.stdout.splitlines()[-1] == "= 17 (number)"
    assert kept.exit_code == 1
    assert "comes from a database; add --databases to ask it" in kept.stdout
