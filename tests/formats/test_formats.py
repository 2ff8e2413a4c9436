"""What was found, as programs read it: each format against what its readers rely on."""

import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from jsonschema import Draft7Validator

from gateway.diagnostic import Diagnostic, Severity, Span
from gateway.formats.color import painted
from gateway.formats.findings import Findings
from gateway.formats.github import as_github, command, notice
from gateway.formats.json_text import as_json
from gateway.formats.junit import as_junit
from gateway.formats.sarif import as_sarif
from gateway.formats.titles import TITLES

ROOT = Path(__file__).parents[2]
PUBLISHED = json.loads((ROOT / "gateway/schemas/diagnostics.schema.json").read_text("utf-8"))
SARIF = json.loads((Path(__file__).parent / "sarif-subset.json").read_text("utf-8"))

RULES = "configs/a b/é.rules.yaml"
QUEUE = "configs/acme.queue.yaml"


def diagnostic(code="R201", file=RULES, line=4, *, severity=Severity.ERROR, **more):
    span = Span(file, line, 5, line, 12)
    return Diagnostic(code, severity, more.pop("message", "unknown field 'a'"), span, **more)


WARNING = diagnostic(
    "R421", QUEUE, severity=Severity.WARNING, message="never\nfires: 100 %, \x01<b>"
)
ERROR = diagnostic(hint="did you mean 'b'?", rule="total", related=Span(QUEUE, 1, 1, 1, 2))
OF_FILE = diagnostic("R110", line=9)
EVERY = (WARNING, ERROR, OF_FILE)


def findings(*found, strict=False):
    return Findings(
        diagnostics=found,
        rules={RULES: {"total": 3, "other": 7}},
        files=3,
        fails_on=Severity.WARNING if strict else Severity.ERROR,
    )


@pytest.mark.parametrize("found", [(), (WARNING,), EVERY])
def test_json_is_as_published(found):
    told = json.loads(as_json(findings(*found)))

    assert list(Draft7Validator(PUBLISHED).iter_errors(told)) == []
    assert told["ok"] is (ERROR not in found)
    assert told["summary"]["rules"] == 2
    assert [one["code"] for one in told["diagnostics"]] == [one.code for one in found]


def test_json_tells_all_that_is_known_of_a_diagnostic():
    (told,) = json.loads(as_json(findings(ERROR)))["diagnostics"]

    assert told == {
        "code": "R201",
        "severity": "error",
        "message": "unknown field 'a'",
        "file": RULES,
        "range": {"start": {"line": 4, "column": 5}, "end": {"line": 4, "column": 12}},
        "rule": "total",
        "suggestion": "did you mean 'b'?",
        "related": [
            {
                "file": QUEUE,
                "range": {"start": {"line": 1, "column": 1}, "end": {"line": 1, "column": 2}},
            }
        ],
        "url": "docs/diagnostics.md#r201",
    }


def test_warnings_fail_when_they_are_taken_for_mistakes():
    assert findings(WARNING).ok
    assert not findings(WARNING, strict=True).ok


def test_github_shows_the_worst_first_and_a_summary():
    *commands, summary = as_github(findings(*EVERY), "2 errors, 1 warning in 2 files").splitlines()

    assert [one.partition(" ")[0] for one in commands] == ["::error", "::error", "::warning"]
    assert commands[0] == (
        "::error file=configs/a b/é.rules.yaml,line=4,endLine=4,col=5,endColumn=12,"
        f"title=R201 {TITLES['R201']}::unknown field 'a'%0Adid you mean 'b'?"
    )
    assert summary == "2 errors, 1 warning in 2 files"


@pytest.mark.parametrize(
    ("text", "data", "value"),
    [
        ("100 %", "100 %25", "100 %25"),
        ("a\r\nb", "a%0D%0Ab", "a%0D%0Ab"),
        ("a:b,c", "a:b,c", "a%3Ab%2Cc"),
        ("::error::x", "::error::x", "%3A%3Aerror%3A%3Ax"),
    ],
)
def test_no_text_leaves_its_command(text, data, value):
    assert command("error", {"title": text}, text) == f"::error title={value}::{data}"


def test_a_summary_is_no_command():
    assert notice("::error::x\n::error::y") == "error::x ::error::y"


@pytest.mark.parametrize("found", [(), EVERY])
def test_sarif_is_as_its_standard_has_it(found):
    told = json.loads(as_sarif(findings(*found), "1.2.3"))

    assert list(Draft7Validator(SARIF).iter_errors(told)) == []


def test_sarif_names_each_code_once_and_leads_to_it():
    (run,) = json.loads(as_sarif(findings(*EVERY), "1.2.3"))["runs"]

    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == ["R110", "R201", "R421"]
    assert [rule["defaultConfiguration"]["level"] for rule in rules] == [
        "error",
        "error",
        "warning",
    ]
    assert [rules[one["ruleIndex"]]["id"] for one in run["results"]] == ["R421", "R201", "R110"]
    assert [one["ruleId"] for one in run["results"]] == ["R421", "R201", "R110"]
    assert run["invocations"] == [{"executionSuccessful": True, "exitCode": 1}]


def test_sarif_addresses_are_encoded_and_relative():
    (run,) = json.loads(as_sarif(findings(ERROR), "1.2.3"))["runs"]

    (location,) = run["results"][0]["locations"]
    assert location["physicalLocation"] == {
        "artifactLocation": {"uri": "configs/a%20b/%C3%A9.rules.yaml"},
        "region": {"startLine": 4, "startColumn": 5, "endLine": 4, "endColumn": 12},
    }


def fingerprints(*found):
    (run,) = json.loads(as_sarif(findings(*found), "1.2.3"))["runs"]
    return [one["partialFingerprints"]["finding/v1"] for one in run["results"]]


def test_a_finding_that_moves_keeps_its_fingerprint_and_equal_ones_differ():
    assert fingerprints(diagnostic(line=4)) == fingerprints(diagnostic(line=40))
    assert len({*fingerprints(diagnostic(line=4), diagnostic(line=5), ERROR)}) == 3


def junit(*found, strict=False):
    return ElementTree.fromstring(as_junit(findings(*found, strict=strict)))  # noqa: S314  # ours


def test_junit_has_a_suite_for_each_file_and_a_case_for_each_rule():
    root = junit(*EVERY)

    assert [(suite.attrib["name"], [case.attrib["name"] for case in suite]) for suite in root] == [
        (RULES, [RULES, "total", "other"]),
        (QUEUE, [QUEUE]),
    ]
    assert [[child.tag for child in case] for suite in root for case in suite] == [
        ["error"],
        ["error"],
        [],
        ["system-out"],
    ]
    assert {key: root.attrib[key] for key in ("tests", "errors", "failures", "skipped")} == {
        "tests": "4",
        "errors": "2",
        "failures": "0",
        "skipped": "0",
    }
    assert {(case.attrib["line"]) for case in root[0]} == {"1", "3", "7"}


def test_junit_counts_a_warning_that_fails_as_a_failure():
    (_, suite) = junit(WARNING, strict=True)

    (case,) = suite
    assert suite.attrib["failures"] == "1"
    assert case[0].attrib["message"] == "never\nfires: 100 %, \ufffd<b>"
    assert case[0].text is not None
    assert case[0].text.endswith("never\nfires: 100 %, \ufffd<b>")


def test_every_code_has_the_title_of_its_section():
    page = (ROOT / "docs/diagnostics.md").read_text(encoding="utf-8")

    sections = dict(re.findall(r"^## (R\d{3}): (.*)$", page, re.MULTILINE))

    assert sections == dict(TITLES)


def test_colors_change_no_character():
    drawn = "a b.yaml:3:4: error[R110]: x error[R1] ^^\n    3 | ab ^^\n      |    ^^\n      = y\n"

    colored = painted(drawn)

    assert re.sub(r"\x1b\[[\d;]*m", "", colored) == drawn
    assert colored.count("\x1b[0m") == 2
