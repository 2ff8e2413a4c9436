"""``gateway run``: the answer for a stored payload, on two streams."""

import json

import pytest
from click.testing import CliRunner

from gateway.cli.run import run as command
from tests.documents import Document, number

QUEUE = (
    "version: 1\nqueue:\n  ids: [8199]\n  secret: ${env:NOT_SET_HERE}\n  rules: [a.rules.yaml]\n"
)
RULES = """\
version: 1
rules:
  - {id: say, when: total > 3, message: "Total {total}"}
  - {id: write, replace: {vendor: "B"}}
  - {id: silent, when: total > 9, message: X}
"""
FAILING = RULES + "  - {id: broken, when: vendor < 3, message: X}\n"
FILES = {"gateway.yaml": "version: 1\n", "acme.queue.yaml": QUEUE, "a.rules.yaml": RULES}
PAYLOAD = json.dumps(Document({"vendor": "A", "total": number("5")}).payload())


@pytest.fixture
def run(tmp_path):
    def run(files=(), *arguments, payload=PAYLOAD, stdin=None):
        for name, text in {**FILES, **dict(files)}.items():
            (tmp_path / name).write_text(text)
        (tmp_path / "payload.json").write_text(payload)
        given = arguments or ("--queue", "acme", "--input", str(tmp_path / "payload.json"))
        return CliRunner().invoke(command, [str(tmp_path), *given], input=stdin)

    return run


def test_the_answer_goes_to_stdout_and_what_the_rules_did_to_stderr(run):
    result = run()

    assert result.exit_code == 0
    answer = json.loads(result.stdout)
    assert [one["content"] for one in answer["messages"]] == ["Total 5"]
    assert [one["value"]["content"]["value"] for one in answer["operations"]] == ["B"]
    first, second = result.stderr.splitlines()
    assert first.startswith("annotation_content.updated: 3 rules ran, revision ")
    assert second == "fired: say, write"


def test_a_payload_comes_from_stdin_too(run):
    result = run((), "--queue", "acme", "--input", "-", stdin=PAYLOAD)

    assert (result.exit_code, json.loads(result.stdout)["messages"][0]["content"]) == (0, "Total 5")


def test_a_rule_that_fails_ends_it_with_1_after_the_answer(run):
    result = run({"a.rules.yaml": FAILING})

    assert result.exit_code == 1
    assert len(json.loads(result.stdout)["messages"]) == 2
    assert "failed: broken: vendor is text; declare it as number" in result.stderr


def test_mistakes_are_drawn_and_end_it_with_1(run):
    result = run({"a.rules.yaml": RULES.replace("message: X", "massage: X")})

    assert (result.exit_code, result.stdout) == (1, "")
    assert "a.rules.yaml:5:" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "payload", "said"),
    [
        (("--queue", "nobody", "--input", "-"), PAYLOAD, "no queue file is called 'nobody'"),
        (("--queue", "acme", "--input", "nowhere.json"), PAYLOAD, "cannot read nowhere.json"),
        (("--queue", "acme", "--input", "."), PAYLOAD, "cannot read ."),
        ((), "not JSON", "not a hook request: the body is not JSON"),
        ((), "[]", "not a JSON object"),
        ((), "{}", "it has no event"),
        (("--queue", "acme"), PAYLOAD, "Missing option '--input'"),
    ],
)
def test_what_cannot_be_done_ends_it_with_2(run, arguments, payload, said):
    result = run((), *arguments, payload=payload)

    assert (result.exit_code, result.stdout) == (2, "")
    assert said in result.stderr
    assert "Traceback" not in result.stderr
