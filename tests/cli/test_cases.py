"""`gateway test` ends with the code that its help promises, and writes only what it is asked to."""

import json

import pytest
from click.testing import CliRunner

from gateway.cli.main import main
from tests.cases.support import case_file, files
from tests.documents import Document, number

GOOD = "- {name: good, given: {fields: {total: 1}}, expect: {}}\n"
BAD = "- {name: bad, given: {fields: {total: 0}}, expect: {}}\n"


@pytest.fixture
def configs(tmp_path):
    def write(cases, **more):
        for name, text in {**files(case_file(cases)), **more}.items():
            (tmp_path / name).write_text(text, encoding="utf-8")
        return tmp_path

    return write


def run(*arguments):
    return CliRunner().invoke(main, ["test", *map(str, arguments)])


@pytest.mark.parametrize(
    ("cases", "options", "code"),
    [
        (GOOD, [], 0),
        (GOOD + "- {name: late, skip: not yet, expect: {}}\n", [], 0),
        (BAD, [], 1),
        (GOOD + BAD, [], 1),
        (GOOD + BAD, ["--run", "good"], 0),
        (GOOD + BAD, ["--run", "ugly"], 1),
        (GOOD + BAD, ["--run", "("], 2),
        (GOOD, ["--min-coverage", "1"], 1),
        (GOOD, ["--min-coverage", "0"], 0),
        (GOOD, ["--min-coverage", "101"], 2),
        (GOOD, ["--format", "yaml"], 2),
        (GOOD, ["--record", "request.json"], 2),
        (GOOD, ["--queue", "acme"], 2),
        ("- {name: it, expect: {failed: [unknown]}}\n", [], 1),
        ("- {name: it, expects: {}}\n", [], 1),
    ],
)
def test_the_exit_code_says_what_came_of_it(configs, cases, options, code):
    assert run(configs(cases), *options).exit_code == code


def test_a_folder_without_cases_fails(configs):
    folder = configs(GOOD)
    (folder / "acme.test.yaml").unlink()

    outcome = run(folder)

    assert (outcome.exit_code, "there is no case" in outcome.output) == (1, True)


def test_a_folder_that_is_not_there_cannot_be_tested(tmp_path):
    assert run(tmp_path / "none").exit_code == 2


def test_an_invalid_rule_fails_before_any_case(configs):
    outcome = run(configs(GOOD, **{"acme.rules.yaml": "version: 1\nrules: [{id: x, when: a b}]\n"}))

    assert outcome.exit_code == 1
    assert "error[R" in outcome.output
    assert "passed" not in outcome.output


def test_several_formats_go_where_they_are_sent(configs, tmp_path):
    folder = configs(GOOD)

    outcome = run(folder, "--format", "text", "--format", f"json={tmp_path / 'out.json'}")

    assert "1 case: 1 passed" in outcome.output
    assert json.loads((tmp_path / "out.json").read_text())["summary"]["passed"] == 1


def test_verbose_tells_each_case_with_its_time(configs):
    assert 'acme.test.yaml:4 "good" ' in run(configs(GOOD), "-v").output
    assert " µs\n" in run(configs(GOOD), "-v").output


def test_update_writes_the_file_once_and_then_all_passes(configs):
    folder = configs(GOOD + BAD)

    assert run(folder, "--update").exit_code == 1

    assert run(folder).exit_code == 0
    assert GOOD in (folder / "acme.test.yaml").read_text().replace("\n  -", "\n-").replace(
        "  - {name: good", "- {name: good"
    )
    assert not list(folder.glob(".*"))


def test_without_update_no_file_is_touched(configs):
    folder = configs(BAD)
    before = (folder / "acme.test.yaml").read_bytes()

    run(folder)

    assert (folder / "acme.test.yaml").read_bytes() == before


def test_a_recorded_case_can_be_saved_and_passes(configs):
    payload = Document(header={"amount_total": number("-5.00"), "vendor": "Acme"}).payload()
    folder = configs(GOOD, **{"request.json": json.dumps(payload)})

    outcome = run(folder, "--record", folder / "request.json", "--queue", "acme")

    assert outcome.exit_code == 0
    assert "rule: total-positive" in outcome.output
    assert "Acme" not in outcome.output
    (folder / "recorded.test.yaml").write_text(outcome.output, encoding="utf-8")
    assert run(folder).exit_code == 0


def test_a_payload_outside_the_folder_is_not_read(configs):
    (configs(GOOD).parent / "secret.json").write_text("{}")

    for path in (
        "../secret.json",
        "/etc/passwd",
        "link.json",
        "request.txt",
        "none.json",
        '"\\0.json"',
    ):
        folder = configs(f"- {{name: it, given: {{payload: {path}}}, expect: {{}}}}\n")
        (folder / "link.json").unlink(missing_ok=True)
        (folder / "link.json").symlink_to(folder.parent / "secret.json")

        outcome = run(folder)

        assert outcome.exit_code == 1
        assert "R128" in outcome.output or "R129" in outcome.output
