"""``gateway outbox``: everything that waits or was given up is in sight, and can be mended."""

import json
import time

import pytest
from click.testing import CliRunner

from gateway.cli.main import main
from gateway.delivery.entry import New, Pause, Settled
from gateway.delivery.opening import outbox_at
from gateway.delivery.retry import Again, Dead, Done

BODY = '{"name":"Anna\u001b[31m","total":1210.50}'.encode()


def call(*words, **environment):
    return CliRunner(env=environment).invoke(main, ["outbox", *words])


@pytest.fixture
def configs(tmp_path):
    """A folder whose outbox holds one entry in each state."""
    folder = tmp_path / "configs"
    folder.mkdir()
    file = tmp_path / "outbox.sqlite"
    (folder / "gateway.yaml").write_text(
        f"version: 1\noutbox: {{file: {file}}}\n"
        'destinations: {erp: {url: "${env:CANARY_URL}", secret: "${env:CANARY_SECRET}"}}\n'
    )
    outbox, now = outbox_at(str(file), None), time.time()
    outbox.put([_new(f"k{number}", now) for number in range(4)], now - 7_200)
    done, dead, waits, _ = outbox.claim("erp", 10, now, now + 60)
    verdicts = [Done(), Dead("status 404"), Again(now + 600)]
    told = ["status 200", "status 404", "status 503"]
    outbox.settle(
        [
            Settled(one, verdict, now, 0.25, None, word)
            for one, verdict, word in zip((done, dead, waits), verdicts, told, strict=True)
        ],
        now,
    )
    outbox.put([_new("k5", now, "chat")], now)
    outbox.close()
    return str(folder)


def _new(key, now, to="erp"):
    return New(key, to, "acme", "tell-erp", "annotation 314521", BODY, now + 3_600)


def test_entries_are_listed_with_what_was_met(configs):
    told = call("list", configs)

    assert told.exit_code == 0
    rows = [line.split() for line in told.output.splitlines()]
    assert [row[:3] for row in rows[1:]] == [
        ["5", "pending", "chat"],
        ["4", "sending", "erp"],
        ["3", "pending", "erp"],
        ["2", "dead", "erp"],
        ["1", "done", "erp"],
    ]
    assert "status 503; again in 9m" in told.output
    assert "2h" in told.output


@pytest.mark.parametrize(
    ("words", "numbers"),
    [
        (["--state", "dead"], [2]),
        (["--state", "dead", "--state", "done"], [2, 1]),
        (["--destination", "chat"], [5]),
        (["--older", "1h"], [4, 3, 2, 1]),
        (["--older", "3h"], []),
        (["--queue", "globex"], []),
        (["--limit", "2"], [5, 4]),
    ],
)
def test_only_what_is_wanted_is_listed(configs, words, numbers):
    told = call("list", configs, *words, "--format", "json")

    assert [one["number"] for one in json.loads(told.output)["entries"]] == numbers


def test_one_entry_is_shown_with_its_attempts_and_no_control_characters(configs):
    told = call("show", configs, "2")

    assert told.exit_code == 0
    assert "state        dead (status 404)" in told.output
    assert '"total":1210.50' in told.output
    assert "\x1b" not in told.output
    whole = json.loads(call("show", configs, "2", "--format", "json").output)["entry"]
    assert whole["body"] == BODY.decode()
    assert [one["told"] for one in whole["attempts_made"]] == ["status 404"]


def test_entries_are_tried_again_or_dropped_by_their_ids(configs):
    told = call("retry", configs, "2", "3", "4")

    assert told.exit_code == 1
    assert "2 entries to be tried again" in told.output
    assert "not there, or in another state: 4" in told.output
    assert call("drop", configs, "2").output == "1 entry dropped\n"
    assert call("drop", configs, "1", "99").exit_code == 1


def test_entries_are_tried_again_or_dropped_by_what_they_are(configs):
    assert call("retry", configs, "--state", "dead", "--for", "7d").output.startswith("1 entry")
    assert call("drop", configs, "--destination", "chat").output == "1 entry dropped\n"
    left = json.loads(call("list", configs, "--state", "pending", "--format", "json").output)
    assert [one["number"] for one in left["entries"]] == [3, 2]


def test_a_paused_destination_is_told_and_resumed(configs, tmp_path):
    outbox = outbox_at(str(tmp_path / "outbox.sqlite"), None)
    outbox.pause(Pause("erp", 1_700_000_000.0, "status 410"), "digest")
    outbox.close()

    assert (
        "erp is paused since 2023-11-14T22:13:20+00:00 (status 410)" in call("list", configs).output
    )
    assert call("resume", configs, "erp").output == "erp: resumed\n"
    assert call("resume", configs, "erp").exit_code == 1


def test_where_nothing_was_ever_told_there_is_no_outbox(tmp_path):
    (tmp_path / "gateway.yaml").write_text("version: 1\n")
    told = call("list", str(tmp_path), GATEWAY_STATE=str(tmp_path))

    assert told.exit_code == 0
    assert "no entries" in told.output
    assert not (tmp_path / "outbox.sqlite").exists()
    assert call("show", str(tmp_path), "1", GATEWAY_STATE=str(tmp_path)).exit_code == 1


@pytest.mark.parametrize(
    ("gateway", "words", "code", "told"),
    [
        ("version: 1\n", ["retry", "C"], 2, "name entries by their IDs"),
        ("version: 1\n", ["drop", "C", "1", "--state", "dead"], 2, "not by both"),
        ("version: 1\n", ["list", "C", "--older", "soon"], 2, "not a length of time"),
        ("version: 1\noutbox: {file: '${env:X}'}\n", ["list", "C"], 2, "R148"),
        ("version: 2\n", ["list", "C"], 2, "R113"),
        (None, ["list", "C"], 2, "R124"),
        ("version: 1\noutbox: {database: '${env:DB}'}\n", ["list", "C"], 2,
         "cannot be used: the database cannot be reached"),
        ("version: 1\noutbox: {file: gateway.yaml}\n", ["list", "C"], 2, "it is no SQLite file"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_told(tmp_path, gateway, words, code, told):
    if gateway is not None:
        (tmp_path / "gateway.yaml").write_text(gateway)
    words = [str(tmp_path) if word == "C" else word for word in words]
    database = "postgresql://canary:canary@127.0.0.1:1/none"
    found = call(*words, GATEWAY_STATE=str(tmp_path), DB=database)

    assert found.exit_code == code
    assert told in found.output
    assert "canary" not in found.output
