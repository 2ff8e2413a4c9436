"""Tables of databases under a real supervisor: loaded once, handed on, kept, and never shown."""

import contextlib
import http.client
import json
import os
import signal

import psycopg
import pytest

from gateway.hooks.signature import sign
from tests.documents import SECRET, Document
from tests.processes.serving import answer_of
from tests.waiting import until

QUEUE = "version: 1\nqueue:\n  ids: [8199]\n  rules: [a.rules.yaml]\n"
GATEWAY = """\
version: 1
secret: ${env:GATEWAY}
tables:
  orders: {database: "${env:ERP_DSN}", query: "select number, vendor from orders", refresh: 1s}
"""
LIVE = """\
  live:
    database: "${env:ERP_DSN}"
    query: select vendor from orders where number = :number
    timeout: 1s
"""
RULES = """\
version: 1
rules:
  - {id: vendor, message: '{lookup("orders", number=order_id).vendor}'}
"""
ASKING = """\
  - {id: live, message: 'live {lookup("live", number=order_id).vendor}'}
"""
BODY = json.dumps(
    Document(
        {"order_id": "PO-1"}, {}, annotation={"queue": "https://example.com/api/v1/queues/8199"}
    ).payload()
).encode()
HEADERS = {"X-Rossum-Signature-SHA256": sign(BODY, SECRET), "Content-Type": "application/json"}
CANARY = "canary-password-4711"


@pytest.fixture
def erp(postgres, monkeypatch):
    """Give the address of an ERP with one order, as the gateway has it."""
    dsn = postgres.database()
    with psycopg.connect(dsn) as connection:
        connection.execute("create table orders (number text, vendor text)")
        connection.execute("insert into orders values ('PO-1', 'V1')")
    monkeypatch.setenv("ERP_DSN", dsn.replace("postgres:@", f"postgres:{CANARY}@"))
    return dsn


def change(dsn: str, vendor: str) -> None:
    with psycopg.connect(dsn) as connection:
        connection.execute("update orders set vendor = %s", (vendor,))


@pytest.fixture
def folder(tmp_path):
    files = {"gateway.yaml": GATEWAY, "acme.queue.yaml": QUEUE, "a.rules.yaml": RULES}
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    return tmp_path


@pytest.fixture
def serve(serve):
    """Serve with a management listener of its own."""
    return lambda folder, *options: serve(folder, "--management", "127.0.0.1:0", *options)


def answers(gateway, count=1):
    """Ask so often, each time on a new connection; give the messages, once each."""
    found = set()
    for _ in range(count):
        connection = gateway.connect()
        connection.request("POST", "/hook", BODY, HEADERS)
        status, messages = answer_of(connection)
        connection.close()
        assert status == 200
        found.add(tuple(messages))
    return found


def table(gateway, name="orders"):
    (found,) = [
        one for one in gateway.manage("GET", "/-/status")[1]["tables"] if one["name"] == name
    ]
    return found


def test_all_workers_get_what_is_new_and_keep_it_while_the_database_is_gone(
    erp, folder, serve, postgres
):
    gateway = serve(folder, "--processes", "2")
    assert answers(gateway, 6) == {("V1",)}
    assert table(gateway)["rows"] == 1

    change(erp, "V2")
    until(lambda: answers(gateway, 6) == {("V2",)}, "the new rows in all workers")

    postgres.stop()
    try:
        until(lambda: table(gateway)["problem"], "the problem")
        assert answers(gateway, 6) == {("V2",)}
    finally:
        postgres.start()
    change(erp, "V3")
    until(lambda: answers(gateway, 6) == {("V3",)}, "the rows after the database came back")
    assert table(gateway)["problem"] is None

    told = json.dumps([gateway.lines, gateway.manage("GET", "/-/status")])
    assert CANARY not in told
    events = [one for one in gateway.events() if one.startswith("table_")]
    assert events[0] == "table_loaded"
    assert "table_failed" in events


def test_without_its_database_the_gateway_starts_and_the_rule_says_why(folder, serve, monkeypatch):
    monkeypatch.setenv("ERP_DSN", "postgresql://reader@127.0.0.1:1/erp")

    gateway = serve(folder)

    ((message,),) = answers(gateway)
    assert "the table 'orders' is not available: the database cannot be reached" in message
    assert gateway.manage("GET", "/readyz")[0] == 200
    assert table(gateway)["problem"] == "the database cannot be reached"


def test_a_worker_that_is_forked_later_has_the_new_rows(erp, folder, serve):
    gateway = serve(folder)
    change(erp, "V2")
    until(lambda: answers(gateway) == {("V2",)}, "the new rows")
    before = {one["role"]: one["pid"] for one in gateway.workers()}

    os.kill(before["refresher"], signal.SIGSTOP)  # So that nothing comes from there.
    os.kill(before["worker"], signal.SIGKILL)
    until(lambda: gateway.line("child_ended"), "the end of the worker")
    until(lambda: before["worker"] not in gateway.pids(), "another worker")

    assert answers(gateway) == {("V2",)}
    os.kill(before["refresher"], signal.SIGCONT)


def test_a_refresher_that_dies_is_replaced_and_goes_on(erp, folder, serve):
    gateway = serve(folder)
    (refresher,) = [one["pid"] for one in gateway.workers() if one["role"] == "refresher"]

    os.kill(refresher, signal.SIGKILL)
    change(erp, "V2")

    until(lambda: answers(gateway) == {("V2",)}, "the new rows")


def test_a_reload_brings_tables_and_takes_them_away(erp, folder, serve):
    (folder / "gateway.yaml").write_text("version: 1\nsecret: ${env:GATEWAY}\n")
    (folder / "a.rules.yaml").write_text("version: 1\nrules:\n  - {id: plain, message: Plain.}\n")
    gateway = serve(folder)
    assert answers(gateway) == {("Plain.",)}
    assert [one["role"] for one in gateway.workers()] == ["worker"]

    (folder / "gateway.yaml").write_text(GATEWAY + LIVE)
    (folder / "a.rules.yaml").write_text(RULES + ASKING)
    gateway.reload()
    # The first question waits for the first rows, so that no document fails for them.
    assert answers(gateway) == {("V1", "live V1")}

    (folder / "gateway.yaml").write_text("version: 1\nsecret: ${env:GATEWAY}\n")
    (folder / "a.rules.yaml").write_text("version: 1\nrules:\n  - {id: plain, message: Plain.}\n")
    gateway.reload()
    assert answers(gateway) == {("Plain.",)}
    until(lambda: len(gateway.workers()) == 1, "the end of the refresher")


def test_metrics_tell_of_tables(erp, folder, serve):
    (folder / "gateway.yaml").write_text(GATEWAY + LIVE)
    (folder / "a.rules.yaml").write_text(RULES + ASKING)
    gateway = serve(folder)
    answers(gateway, 3)

    def metrics():
        address = ("127.0.0.1", gateway.management)
        with contextlib.closing(http.client.HTTPConnection(*address)) as connection:
            connection.request("GET", "/metrics")
            return connection.getresponse().read().decode()

    until(
        lambda: 'gateway_table_questions_total{outcome="found",table="live"} 3.0' in metrics(),
        "the questions",
    )
    text = metrics()
    assert 'gateway_table_rows{source="database",table="orders"} 1.0' in text
    assert 'gateway_table_failing{source="live",table="live"} 0.0' in text
    assert CANARY not in text
