"""``gateway init``: a first configuration, right as it stands, written once."""

import json
import re

import pytest
from click.testing import CliRunner

from gateway.cli.check import check
from gateway.cli.init import FILES, VARIABLE, init
from gateway.cli.run import run
from tests.documents import Document, number

SECRET = {VARIABLE: "a-secret-of-the-first-queue"}


def call(command, *arguments, **environment):
    return CliRunner(env=environment).invoke(command, [str(one) for one in arguments])


@pytest.mark.parametrize("taken", [*FILES, "schemas/rules.schema.json"])
def test_nothing_is_written_over_or_beside_a_file_that_is_there(tmp_path, taken):
    (tmp_path / taken).parent.mkdir(exist_ok=True)
    (tmp_path / taken).write_text("mine")

    result = call(init, tmp_path)

    assert (result.exit_code, result.stdout) == (2, "")
    assert f"{taken} is there already; nothing was written" in result.stderr
    assert [path.read_text() for path in tmp_path.rglob("*") if path.is_file()] == ["mine"]


def test_a_folder_that_cannot_be_is_told(tmp_path):
    (tmp_path / "file").write_text("")

    result = call(init, tmp_path / "file")

    assert result.exit_code == 2
    assert result.stderr.endswith("file is no folder\n")


def test_what_is_written_is_right_with_the_variable_that_is_named(tmp_path):
    folder = tmp_path / "first one"

    written = call(init, folder)
    checked = call(check, folder, "--strict", **SECRET)

    assert written.exit_code == 0
    assert f"export {VARIABLE}=" in written.stdout
    assert f"gateway check '{folder}'" in written.stdout
    assert checked.exit_code == 0
    assert checked.output.startswith("fine: 1 queue")


def test_without_the_variable_the_check_says_so(tmp_path):
    call(init, tmp_path)

    assert VARIABLE in call(check, tmp_path).output


def test_every_file_names_the_schema_beside_it_for_editors(tmp_path):
    call(init, tmp_path)

    for name in FILES:
        first = (tmp_path / name).read_text().partition("\n")[0]
        found = re.fullmatch(r"# yaml-language-server: \$schema=(\S+)", first)
        assert found is not None
        assert "$id" in json.loads(((tmp_path / name).parent / found[1]).read_text())


def test_the_first_rules_answer_a_document(tmp_path):
    call(init, tmp_path)
    payload = tmp_path / "payload.json"
    rows = [{"item_code": "a1", "item_amount": number("4")}]
    document = Document({"amount_total": number("5")}, {"items": rows}, action="initialize")
    payload.write_text(json.dumps(document.payload()))

    result = call(run, tmp_path, "--queue", "invoices", "--input", payload)

    answer = json.loads(result.stdout)
    assert [one["content"] for one in answer["messages"]] == [
        "The lines add up to 4.00, the total says 5.00."
    ]
    assert [one["value"]["content"]["value"] for one in answer["operations"]] == ["A1"]
