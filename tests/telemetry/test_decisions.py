"""Records of decisions: true, masked, bounded, and never in the way."""

import io
import json
import os
import re
import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gateway.config.load import load
from gateway.hooks.signature import Signatures, sign
from gateway.runtime import Gateway
from gateway.telemetry.counts import Counts
from gateway.telemetry.decisions import Bucket, Decisions
from gateway.telemetry.record import Asked, decision_record
from gateway.telemetry.shown import MASK, shown_by
from gateway.telemetry.sinks import File
from gateway.telemetry.totals import Totals
from tests.documents import SECRET, Document, number

ASKED = Asked("d-1", "r-1", "t" * 32, 0.0125)
AT = "2025-01-31T12:00:00.000000Z"
CANARY = "canary-4711"
FILES = {
    "gateway.yaml": "version: 1\n",
    "acme.queue.yaml": "version: 1\nqueue:\n  ids: [8199]\n  secret: ${env:ACME}\n"
    "  rules: [acme.rules.yaml]\n",
    "acme.rules.yaml": """version: 1
rules:
  - {id: vendor, select: vendor, message: "Vendor {value}"}
  - {id: quiet, mode: shadow, message: "Seen {vendor}"}
  - {id: rows, select: amount, when: value > 1, replace: "2.50"}
  - {id: never, when: note < 1, message: X}
  - {id: broken, when: vendor < 3, message: X}
""",
}


@pytest.fixture(scope="module")
def gateway(tmp_path_factory):
    folder = tmp_path_factory.mktemp("configs")
    for name, text in FILES.items():
        (folder / name).write_text(text)
    return Gateway(load(folder, {"ACME": SECRET}))


def body(action="updated", **envelope):
    rows = [{"amount": number("1.00")}, {"amount": number("2.00")}]
    made = Document(
        {"vendor": CANARY, "note": number("1,234.50", "1234.50")},
        {"line_items": rows},
        annotation={"id": 4711, "queue": "https://example.com/api/v1/queues/8199"},
        envelope={
            "action": action,
            "secrets": {"k": "the secret of the payload"},
            "rossum_authorization_token": "the token",
            **envelope,
        },
    )
    return json.dumps(made.payload()).encode()


def decided(gateway, sent=None, shown=()):
    sent = sent or body()
    answer = gateway.answer(sent, Signatures(sign(sent, SECRET), None), "acme")
    line = decision_record(answer, ASKED, AT, shown_by(shown))
    assert line.endswith(b"}\n")
    assert line.count(b"\n") == 1
    return json.loads(line)


def test_a_record_says_what_was_decided_by_which_rules_and_when(gateway):
    record = decided(gateway)

    assert list(record)[:12] == [
        "version", "decision_id", "ts", "request_id", "trace_id", "revision", "queue", "event",
        "annotation", "duration_ms", "evaluation_ms", "rules",
    ]  # fmt: skip
    assert (record["decision_id"], record["ts"], record["duration_ms"]) == ("d-1", AT, 12.5)
    assert (record["queue"], record["annotation"]) == ("acme", 4711)
    assert record["event"] == "annotation_content.updated"
    assert record["revision"] == gateway.revision
    assert {one["rule"]: (one["mode"], one["outcome"]) for one in record["rules"]} == {
        "vendor": ("enforce", "fired"),
        "quiet": ("shadow", "fired"),
        "rows": ("enforce", "fired"),
        "never": ("enforce", "passed"),
        "broken": ("enforce", "failed"),
    }
    assert record["rules"][1]["shadow"] == 1
    assert record["rules"][2]["runs"] == {"fired": 1, "passed": 1, "skipped": 0, "failed": 0}
    assert "vendor" in record["rules"][4]["reason"]


def test_nothing_of_the_document_is_in_a_record_unless_it_is_shown(gateway):
    record = decided(gateway)

    assert CANARY not in json.dumps(record)
    assert "2.50" not in json.dumps(record)
    assert record["messages"][0].keys() == {"rule", "id", "type", "content"}
    assert [one["content"] for one in record["messages"]] == [MASK, MASK]
    assert [one["rule"] for one in record["messages"]] == ["vendor", "broken"]
    assert [one["value"] for one in record["operations"]] == [{"content": {"value": MASK}}]
    assert record["given"] == MASK
    assert record["masked"] == [
        "/given",
        "/messages/*/content",
        "/operations/*/value/content/value",
    ]


def test_pointers_show_just_what_they_lead_to(gateway):
    record = decided(
        gateway,
        shown=["/messages/*/content", "/operations", "/given/line_items", "/given/fields/note"],
    )

    assert record["messages"][0]["content"] == f"Vendor {CANARY}"
    assert record["operations"][0]["value"] == {"content": {"value": "2.50"}}
    assert record["given"] == {
        "fields": {"vendor": MASK, "note": {"value": "1,234.50", "normalized_value": "1234.50"}},
        "line_items": [{"amount": "1.00"}, {"amount": "2.00"}],
    }
    assert record["masked"] == ["/given/fields/vendor"]


def test_secrets_and_the_token_are_in_no_record(gateway):
    told = json.dumps(decided(gateway, shown=["/given", "/messages", "/operations", "/response"]))

    assert "the secret of the payload" not in told
    assert "the token" not in told


def test_blockers_are_named_by_their_rules(gateway):
    record = decided(gateway, body("initialize"))

    assert [(one["rule"], one["content"]) for one in record["automation_blockers"]] == [
        ("broken", MASK)
    ]


def test_where_no_rules_are_the_record_says_so(gateway):
    sent = body("updated", event="annotation_status")

    record = decided(gateway, sent)

    assert (record["queue"], record["rules"], record["masked"]) == ("acme", [], ["/given"])
    assert "messages" not in record


class Memory:
    """Keeps what is written; may be made to wait or to fail."""

    def __init__(self):
        self.lines = io.BytesIO()
        self.goes_on = threading.Event()
        self.goes_on.set()
        self.entered = threading.Semaphore(0)
        self.fails = False

    def write(self, lines):
        self.entered.release()
        assert self.goes_on.wait(5)
        if self.fails:
            raise OSError(28, "no space")
        self.lines.write(lines)

    def ids(self):
        return [json.loads(line)["decision_id"] for line in self.lines.getvalue().splitlines()]


class Kept:
    def __init__(self, gateway, rate=1000, most=1 << 20):
        self.sink, self.counts = Memory(), Counts()
        clock = lambda: datetime(2025, 1, 31, 12, tzinfo=UTC)  # noqa: E731
        bucket = Bucket(rate, lambda: 0.0)
        self.decisions = Decisions(self.sink, shown_by([]), bucket, self.counts, clock, most)
        sent = body()
        self.answer = gateway.answer(sent, Signatures(sign(sent, SECRET), None), "acme")

    def keep(self, *names):
        for name in names:
            self.decisions.keep(self.answer, Asked(name, "r", None, 0.0))

    def counted(self):
        totals = Totals()
        totals.add("test", self.counts.take())
        return {key: n for (key,), n in totals.numbers["gateway_decisions_total"].items()}


@pytest.fixture
def kept(gateway):
    return Kept(gateway)


def test_records_are_written_in_order_and_none_waits_at_the_end(kept):
    kept.decisions.start()
    kept.keep("a", "b", "c")
    kept.decisions.stop()

    assert kept.sink.ids() == ["a", "b", "c"]
    assert kept.counted() == {"written": 3}


def test_an_answer_never_waits_for_a_disk_that_does_not_write(gateway):
    kept = Kept(gateway, most=5000)
    kept.sink.goes_on.clear()
    kept.decisions.start()
    kept.keep("first")
    assert kept.sink.entered.acquire(timeout=5)

    kept.keep(*map(str, range(100)))

    kept.sink.goes_on.set()
    kept.decisions.stop()
    counted = kept.counted()
    assert counted["written"] + counted["dropped_full"] == 101
    assert counted["dropped_full"] > 90


def test_more_than_the_rate_are_dropped_and_counted(gateway):
    kept = Kept(gateway, rate=2)
    kept.decisions.start()
    kept.keep("a", "b", "c", "d")
    kept.decisions.stop()

    assert kept.sink.ids() == ["a", "b"]
    assert kept.counted() == {"written": 2, "dropped_rate": 2}


def test_a_bucket_fills_as_time_goes_by_and_never_beyond_a_second():
    now = [0.0]
    bucket = Bucket(10, lambda: now[0])
    assert [bucket.take() for _ in range(11)] == [True] * 10 + [False]
    now[0] = 0.1
    assert [bucket.take(), bucket.take()] == [True, False]
    now[0] = 1000.0
    assert [bucket.take() for _ in range(11)] == [True] * 10 + [False]


def test_what_cannot_be_written_is_counted_and_the_next_is_tried(kept):
    kept.sink.fails = True
    kept.keep("lost")
    kept.decisions.start()
    assert kept.sink.entered.acquire(timeout=5)
    kept.sink.fails = False
    kept.keep("kept")
    kept.decisions.stop()

    assert kept.sink.ids()[-1:] == ["kept"]
    assert sum(kept.counted().values()) == 2


def test_a_file_that_is_rotated_is_begun_anew(tmp_path):
    path = tmp_path / "decisions.jsonl"
    sink = File(path)
    sink.write(b"1\n")
    path.rename(tmp_path / "decisions.jsonl.1")
    sink.write(b"2\n")

    assert (tmp_path / "decisions.jsonl.1").read_bytes() == b"1\n"
    assert path.read_bytes() == b"2\n"
    assert path.stat().st_mode & 0o777 == 0o600


def test_an_existing_file_is_gone_on_with(tmp_path):
    path = tmp_path / "decisions.jsonl"
    path.write_bytes(b"1\n")
    File(path).write(b"2\n")

    assert path.read_bytes() == b"1\n2\n"


WRITER = """
import sys
from gateway.telemetry.sinks import Output
sink = Output(1)
for _ in range(20):
    sink.write(sys.argv[1].encode() * 100_000 + b"\\n")
"""


def test_long_lines_of_several_processes_never_mix():
    received, sent = os.pipe()
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, letter], stdout=sent) for letter in "ab"
    ]
    os.close(sent)
    with os.fdopen(received, "rb") as stream:
        lines = stream.read().splitlines()
    assert [writer.wait(10) for writer in writers] == [0, 0]

    assert len(lines) == 40
    assert {(len(line), len(set(line))) for line in lines} == {(100_000, 1)}


def test_the_documentation_shows_a_record_as_it_is(gateway):
    page = (Path(__file__).parents[2] / "docs" / "operations.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```json\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    (shown,) = [one for one in map(json.loads, blocks) if "decision_id" in one]
    real = decided(gateway)

    assert list(shown) == list(real)
    assert {key for one in shown["rules"] for key in one} == {
        key for one in real["rules"] for key in one
    } - {"reason"}
    assert shown["messages"][0].keys() == real["messages"][0].keys()
    assert shown["operations"][0] == {**real["operations"][0], "id": shown["operations"][0]["id"]}
    assert shown["masked"] == real["masked"]
