"""``gateway check``: what it says, and how it ends."""

import pytest
from click.testing import CliRunner

from gateway.cli.check import check

QUEUE = "version: 1\nqueue:\n  ids: [8199]\n  secret: ${env:ACME}\n  rules: [a.rules.yaml]\n"
RULES = "version: 1\nrules:\n  - {id: a, message: X}\n"
FILES = {"gateway.yaml": "version: 1\n", "acme.queue.yaml": QUEUE, "a.rules.yaml": RULES}
SECRET = "secret-of-acme-0123456789"
WARNED = {"unused.rules.yaml": RULES}


@pytest.fixture
def run(tmp_path):
    def run(files, *arguments, environment=None):
        for name, text in {**FILES, **files}.items():
            (tmp_path / name).write_text(text)
        given = {"ACME": SECRET} if environment is None else environment
        return CliRunner().invoke(check, [str(tmp_path), *arguments], env=given)

    return run


@pytest.mark.parametrize(
    ("files", "arguments", "code", "said"),
    [
        ({}, [], 0, "fine: 1 queues, 1 rules, 3 files\n"),
        ({}, ["--quiet"], 0, ""),
        ({}, ["--strict"], 0, "fine"),
        (WARNED, [], 0, "warning["),
        (WARNED, ["--quiet"], 0, "warning["),
        (WARNED, ["--strict"], 1, "warning["),
        ({"a.rules.yaml": RULES.replace("message", "massage")}, [], 1, "error[R"),
        ({"a.rules.yaml": RULES.replace("X", '"{vendor +}"')}, [], 1, "a.rules.yaml:3:"),
        ({"gateway.yaml": "version: 2\n"}, [], 1, "gateway.yaml:1:"),
        ({"a.rules.yaml": "\t"}, ["--quiet"], 1, "error[R"),
        ({"acme.queue.yaml": QUEUE.replace("8199", "")}, [], 1, "acme.queue.yaml:3:"),
    ],
)
def test_it_ends_by_what_it_finds(run, files, arguments, code, said):
    result = run(files, *arguments)

    assert result.exit_code == code
    assert said in result.output
    assert bool(said) or not result.output
    assert SECRET not in result.output


def test_all_mistakes_of_all_files_are_told_at_once(run):
    result = run(
        {
            "a.rules.yaml": RULES.replace("message: X", "when: 1 +, message: X"),
            "b.rules.yaml": RULES.replace("id: a", "id: B B"),
        }
    )

    assert result.exit_code == 1
    for name in ("a.rules.yaml:3:", "b.rules.yaml:3:"):
        assert name in result.output


@pytest.mark.parametrize(("arguments", "code"), [([], 1), (["--no-secrets"], 0)])
def test_secrets_need_not_be_here_when_it_is_told_so(run, arguments, code):
    result = run({}, *arguments, environment={"ACME": None})

    assert result.exit_code == code
    assert ("ACME" in result.output) is bool(code)


@pytest.mark.parametrize("name", ["nowhere", "gateway.yaml"])
def test_what_is_no_folder_ends_with_2(run, tmp_path, name):
    run({})

    result = CliRunner().invoke(check, [str(tmp_path / name)])

    assert result.exit_code == 2
    assert "is no folder" in result.output
