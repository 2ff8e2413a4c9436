"""``gateway explain``: the lines of all rules, and one rule with its values."""

import json

import pytest
from click.testing import CliRunner

from gateway.cli.explain import explain as command
from tests.documents import Document, number

RULES = """\
version: 1
rules:
  - {id: total-is-small, require: total < 3, message: "Total {total}"}
  - {id: line-is-cheap, select: item_price, require: value < 10, message: Dear.}
  - {id: never, mode: off, message: X}
"""
FILES = {
    "gateway.yaml": "version: 1\n",
    "acme.queue.yaml": "version: 1\nqueue:\n  ids: [8199]\n  secret: ${env:NOT_SET_HERE}\n"
    "  rules: [a.rules.yaml]\n",
    "a.rules.yaml": RULES,
}
ROWS = "40 runs, 31 fired: require does not hold; 9 passed: require holds"
PRICES = [{"item_price": number(str(price))} for price in range(1, 41)]
PAYLOAD = json.dumps(Document({"total": number("5")}, {"items": PRICES}).payload())


@pytest.fixture
def run(tmp_path):
    def run(*arguments, payload=PAYLOAD, files=()):
        for name, text in {**FILES, **dict(files)}.items():
            (tmp_path / name).write_text(text)
        (tmp_path / "payload.json").write_text(payload)
        given = ["--queue", "acme", "--input", str(tmp_path / "payload.json"), *arguments]
        return CliRunner().invoke(command, [str(tmp_path), *given])

    return run


@pytest.mark.parametrize(
    ("arguments", "payload", "code", "told"),
    [
        (["nothing-such"], PAYLOAD, 2, "no rule of this queue is called 'nothing-such'"),
        (["total-is-smal"], PAYLOAD, 2, "did you mean 'total-is-small'?"),
        (["--queue", "acne"], PAYLOAD, 2, "no queue file is called 'acne'; did you mean 'acme'?"),
        (["--input", "nowhere.json"], PAYLOAD, 2, "cannot read nowhere.json"),
        ([], "{", 2, "is not a hook request: the body is not JSON"),
        (["--format", "xml"], PAYLOAD, 2, "'xml' is not one of"),
    ],
)
def test_what_cannot_be_explained_is_refused_in_a_sentence(run, arguments, payload, code, told):
    result = run(*arguments, payload=payload)

    assert (result.exit_code, result.stdout) == (code, "")
    assert told in result.stderr


def test_a_configuration_with_mistakes_is_drawn_and_ends_it_with_1(run):
    result = run(files={"a.rules.yaml": RULES + "  - {id: x, when: 1 +, message: X}\n"})

    assert (result.exit_code, result.stdout) == (1, "")
    assert "error[R205]" in result.stderr


def test_every_rule_has_one_line_with_its_place_and_no_value(run, tmp_path):
    result = run()

    head, *lines = result.stdout.splitlines()
    assert result.exit_code == 0
    assert head.startswith("annotation_content.updated: 3 rules of acme, revision ")
    place = f"{tmp_path}/a.rules.yaml"
    assert lines == [
        f"fired    total-is-small  require does not hold -> 1 error  ({place}:3)",
        f"fired    line-is-cheap   {ROWS} -> 31 errors  ({place}:4)",
        f"not run  never           mode off  ({place}:5)",
    ]


def test_one_rule_is_drawn_with_its_values(run):
    result = run("total-is-small")

    assert result.stdout.splitlines()[1:] == [
        "    require: total < 3",
        "             |     |",
        "             5     false",
        "    -> error document: Total 5",
    ]


@pytest.mark.parametrize(("arguments", "shown", "more"), [([], 20, 1), (["--all"], 40, 0)])
def test_many_rows_are_shown_when_all_are_asked_for(run, arguments, shown, more):
    lines = run("line-is-cheap", *arguments).stdout.splitlines()

    rows = [line for line in lines if line.startswith("  row ")]
    assert rows[0] == "  row 10 fired: require does not hold"
    assert len(rows) == shown
    assert lines.count("20 more runs; --all shows them") == more


def test_machines_get_a_versioned_document(run):
    everything = json.loads(run("--format", "json").stdout)
    one = json.loads(run("line-is-cheap", "--format", "json").stdout)

    assert (everything["version"], everything["queue"]) == (1, "acme")
    assert [(rule["rule"], rule["outcome"], rule["line"]) for rule in everything["rules"]] == [
        ("total-is-small", "fired", 3),
        ("line-is-cheap", "fired", 4),
        ("never", "off", 5),
    ]
    (rule,) = one["rules"]
    assert rule["runs"] == {"fired": 31, "passed": 9, "skipped": 0, "failed": 0, "stopped": 0}
    assert len(rule["details"]) == 20
    assert rule["details"][0]["conditions"][0]["parts"][1] == {
        "text": "value",
        "kind": "number",
        "value": "10",
    }
