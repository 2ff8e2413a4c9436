"""The options of ``gateway serve`` about records and spans, at a real process."""

import json

import pytest

from tests.telemetry.serving import PATIENCE, answered, begin, written


@pytest.fixture
def configs(tmp_path):
    folder = tmp_path / "configs"
    folder.mkdir()
    return written(folder)


@pytest.mark.parametrize("where", ["stdout", "a file"])
def test_a_decision_is_written_before_the_process_ends(configs, tmp_path, where):
    file = tmp_path / "decisions.jsonl"
    process = begin(configs, "--decisions", where if where == "stdout" else str(file))

    told, lines = answered(process)

    (record,) = map(json.loads, (told or file.read_bytes()).splitlines())
    (line,) = [one for one in lines if one["event"] == "request"]
    assert (record["request_id"], line["request_id"]) == ("asked", "asked")
    assert record["decision_id"] == line["decision_id"]
    assert record["annotation"] == line["annotation"] == 1
    assert record["messages"] == [{"rule": "total-is-there", "type": "error", "content": "***"}]


def test_the_variables_say_the_same_as_the_options(configs, tmp_path):
    file = tmp_path / "decisions.jsonl"
    shown = "/messages/*/content /given"

    answered(begin(configs, GATEWAY_DECISIONS=str(file), GATEWAY_DECISIONS_SHOW=shown))

    record = json.loads(file.read_bytes())
    assert record["messages"][0]["content"] == "First"
    assert record["masked"] == []


def test_without_the_option_there_is_no_record_and_no_name_for_one(configs):
    told, lines = answered(begin(configs))

    (line,) = [one for one in lines if one["event"] == "request"]
    assert told == b""
    assert "decision_id" not in line


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--decisions", "/proc/nothing/x"], "/proc/nothing/x: no such file or directory"),
        (["--decisions", "."], "is a directory"),
        (["--decisions", "stdout", "--decisions-show", "x"], "'x' is no JSON pointer"),
        (["--decisions", "stdout", "--decisions-show", "/secrets"], "leads to no values"),
        (["--decisions-show", "/given"], "--decisions-show needs --decisions"),
        (["--decisions", "stdout", "--decisions-rate", "0"], "0 is not in the range"),
    ],
)
def test_options_that_make_no_sense_end_the_start_with_2(configs, arguments, told):
    process = begin(configs, *arguments)

    _, lines = process.communicate(timeout=PATIENCE)

    assert process.returncode == 2
    assert told in lines.decode()
    assert b"Traceback" not in lines
