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


BROKEN = {"a.rules.yaml": RULES.replace("message", "massage")}


@pytest.mark.parametrize(
    ("name", "begins"),
    [
        ("text", "ROOT/a.rules.yaml:3:"),
        ("json", "{"),
        ("sarif", "{"),
        ("junit", "<?xml"),
        ("github", "::error "),
    ],
)
def test_it_writes_every_format(run, tmp_path, name, begins):
    result = run(BROKEN, "--format", name)

    assert result.exit_code == 1
    assert result.output.startswith(begins.replace("ROOT", str(tmp_path)))


def test_several_formats_go_to_several_files(run, tmp_path):
    files = {name: tmp_path / f"out.{name}" for name in ("json", "sarif", "junit")}
    chosen = [f"--format={name}={file}" for name, file in files.items()]

    result = run(BROKEN, *chosen, "--format=github", "--output", str(tmp_path / "out.txt"))

    assert result.output == ""
    assert all("R110" in file.read_text("utf-8") for file in files.values())
    assert (tmp_path / "out.txt").read_text("utf-8").startswith("::error ")


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--format", "xml"], 2, "one of text, json, github, sarif, junit"),
        (["--format", "json="], 2, "with =FILE"),
        (["--format", "json", "--format", "text", "--output", "x"], 2, "takes one format"),
        (["--format", "json=/nowhere/at/all/x"], 2, "cannot write"),
        (["--fail-on", "warning"], 0, "fine"),
    ],
)
def test_what_cannot_be_written_ends_with_2(run, arguments, code, said):
    result = run({}, *arguments)

    assert result.exit_code == code
    assert said in result.output


def test_a_warning_fails_where_that_is_wished(run):
    assert run(WARNED, "--fail-on", "warning").exit_code == 1
    assert run(WARNED, "--fail-on", "error").exit_code == 0


@pytest.mark.parametrize(("wish", "colored"), [("always", True), ("never", False), ("auto", False)])
def test_text_is_colored_as_wished(run, wish, colored):
    assert ("\x1b[" in run(BROKEN, "--color", wish).output) is colored


def test_of_many_mistakes_a_hundred_are_drawn_and_all_are_told(run):
    wrong = "".join(f'  - {{id: r{number}, message: "{{1 +}}"}}\n' for number in range(150))
    files = {"b.rules.yaml": RULES, "a.rules.yaml": f"version: 1\nrules:\n{wrong}"}

    drawn = run(files).output
    told = run(files, "--format", "json").output

    assert drawn.count("error[R") == 100
    assert "and 50 more, which --format json tells as well" in drawn
    assert told.count('"code"') == 150


@pytest.mark.parametrize(
    ("payload", "code", "said"),
    [
        ('{"annotation": {"queue": "https://example.com/queues/8199", "content": []}}', 1, "R201"),
        ('{"annotation": {"queue": "https://example.com/queues/1", "content": []}}', 1, "R143"),
        ("{}", 2, "not a payload"),
        (None, 2, "no such file"),
    ],
)
def test_names_are_looked_for_in_payloads(run, tmp_path, payload, code, said):
    file = tmp_path / "payload.json"
    if payload is not None:
        file.write_text(payload)

    result = run({"a.rules.yaml": RULES.replace("X", '"{vendor}"')}, "--payload", str(file))

    assert result.exit_code == code
    assert said in result.output
