"""``gateway query``: expressions, templates and selectors on a stored payload."""

import json

import pytest
from click.testing import CliRunner

from gateway.cli.query import query as command
from tests.arrivals import PDF, PICTURE, mail
from tests.documents import Document, number

FILES = {
    "gateway.yaml": "version: 1\nparams: {limit: 4}\n",
    "acme.queue.yaml": "version: 1\nqueue:\n  ids: [8199]\n  unsigned: true\n"
    "  fields: {total: {is: amount_total, type: number}}\n  rules: [a.rules.yaml]\n",
    "a.rules.yaml": "version: 1\nparams: {share: 2}\nlet: {half: total / params.share}\n"
    "rules: [{id: a, when: half > params.limit, message: X}]\n",
}
ROWS = [{"item_price": number(str(price))} for price in range(1, 31)]
PAYLOAD = json.dumps(Document({"amount_total": number("5")}, {"items": ROWS}).payload())


@pytest.fixture
def run(tmp_path):
    def run(*arguments, payload=PAYLOAD, configured=False):
        for name, text in FILES.items():
            (tmp_path / name).write_text(text)
        (tmp_path / "payload.json").write_text(payload)
        folder = ["--configs", str(tmp_path), "--queue", "acme"] if configured else []
        given = ["--input", str(tmp_path / "payload.json"), *folder, *arguments]
        return CliRunner().invoke(command, given)

    return run


@pytest.mark.parametrize(
    ("arguments", "payload", "code", "told"),
    [
        ([], PAYLOAD, 2, "give an EXPRESSION, or --select, or both"),
        (["1", "--queue", "acme"], PAYLOAD, 2, "--configs and --queue go together"),
        (["1", "--input", "nowhere.json"], PAYLOAD, 2, "cannot read nowhere.json"),
        (["1"], "[]", 2, "is not a hook request"),
        (["1 +"], PAYLOAD, 1, "EXPRESSION:1:3: error[R205]"),
        (["sun(1)"], PAYLOAD, 1, 'did you mean "sum"?'),
        (["value", "--select", "[0"], PAYLOAD, 1, "SELECTOR:1:3: error[R210]"),
    ],
)
def test_what_cannot_be_tried_is_refused(run, arguments, payload, code, told):
    result = run(*arguments, payload=payload)

    assert (result.exit_code, result.stdout) == (code, "")
    assert told in result.stderr


def test_a_queue_that_is_not_there_is_told(run):
    result = run("1", "--queue", "acne", configured=True)

    assert result.exit_code == 2
    assert "no queue file is called 'acne'; did you mean 'acme'?" in result.stderr


def test_a_folder_with_mistakes_lends_nothing(run, tmp_path):
    (tmp_path / "b.rules.yaml").write_text("version: 2\nrules: []\n")

    result = run("1", configured=True)

    assert (result.exit_code, result.stdout) == (1, "")
    assert "b.rules.yaml:1:10: error" in result.stderr


def test_an_expression_is_drawn_above_its_value(run):
    result = run("amount_total > 3")

    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "amount_total > 3",
        "|            |",
        "5            true",
        "= true (boolean)",
    ]


def test_a_queue_lends_its_names_params_and_lets(run):
    result = run("half < params.limit and total == 5", configured=True)

    assert result.exit_code == 0
    assert result.stdout.splitlines()[-1] == "= true (boolean)"
    assert "half: total / params.share" in result.stdout


def test_a_failure_is_told_and_ends_it_with_1(run):
    result = run("1 / (amount_total - 5)")

    assert result.exit_code == 1
    assert result.stdout.splitlines()[-1] == (
        "= failed: division by zero, in 1 / (amount_total - 5)"
    )


@pytest.mark.parametrize(("arguments", "rows"), [([], 20), (["--all"], 30)])
def test_a_selector_shows_a_line_for_each_run(run, arguments, rows):
    lines = run("--select", "item_price", *arguments).stdout.splitlines()

    assert lines[0] == "row 1 = 1 (number)"
    assert len([line for line in lines if line.startswith("row ")]) == rows
    assert ("10 more; --all shows them" in lines) is (rows == 20)


def test_nothing_selected_is_told(run):
    assert run("value", "--select", "item_code").stdout == "nothing selected\n"


def test_machines_get_a_versioned_document(run):
    told = json.loads(run("{value:.1f}", "--select", "item_price", "--format", "json").stdout)

    assert (told["version"], told["total"], len(told["runs"])) == (1, 30, 20)
    assert told["runs"][1] == {
        "place": "row 2",
        "kind": "text",
        "value": "2.0",
        "failure": None,
        "parts": [{"text": "value", "kind": "number", "value": "2"}],
        "questions": [],
    }


MAIL = json.dumps(mail(PDF, PICTURE))


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["email.subject"], '= "Invoice 17" (text)'),
        (["value.filename", "--select", "files"], 'result 2 = "logo.png" (text)'),
        (["--select", "files[].filename"], 'result 1 = "invoice.pdf" (text)'),
    ],
)
def test_an_event_without_content_is_asked_by_the_keys_of_its_payload(run, arguments, told):
    result = run(*arguments, payload=MAIL)

    assert result.exit_code == 0
    assert told in result.stdout.splitlines()
