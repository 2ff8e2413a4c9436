"""Results for programs are well-formed, whatever a case says."""

import json
from xml.etree import ElementTree

import pytest

from gateway.cases.coverage import coverage
from gateway.cases.formats import as_github, as_json, as_junit
from gateway.cases.why import explainer
from tests.cases.support import case_file, ran
from tests.cases.support import files as files_of
from tests.documents import configured

CASES = """\
- {name: right, given: {fields: {total: 1}}, expect: {}}
- name: "wrong: 100 %, <b>\\u0001"
  given: {fields: {total: 1}}
  expect: {messages: [{rule: total-positive}]}
- {name: broken, set: {total: 1}, expect: {}}
- {name: late, skip: "not <yet>", expect: {}}
"""


@pytest.fixture(scope="module")
def outcome():
    text = case_file(CASES)
    runner, results = ran(text)
    return results, coverage(configured(files_of(text)), results), explainer(runner)


def test_json_tells_every_case_and_every_rule(outcome):
    told = json.loads(as_json(*outcome))

    assert told["version"] == 1
    assert told["summary"] == {"passed": 1, "failed": 1, "broken": 1, "skipped": 1}
    assert [case["status"] for case in told["cases"]] == ["passed", "failed", "broken", "skipped"]
    assert told["cases"][1]["differences"] == [
        {
            "effect": "messages",
            "expected": {"rule": "total-positive"},
            "answered": None,
            "note": None,
        }
    ]
    assert told["cases"][1]["line"] == 5
    assert {rule["rule"]: rule["passed"] for rule in told["coverage"]["rules"]}[
        "total-positive"
    ] == 2


def test_junit_is_xml_with_a_case_for_each(outcome):
    root = ElementTree.fromstring(as_junit(*outcome))  # noqa: S314  # our own text

    (suite,) = root
    assert suite.attrib["name"] == "configs/acme.test.yaml"
    assert {key: suite.attrib[key] for key in ("tests", "failures", "errors", "skipped")} == {
        "tests": "4",
        "failures": "1",
        "errors": "1",
        "skipped": "1",
    }
    assert [[child.tag for child in case] for case in suite] == [
        [],
        ["failure"],
        ["error"],
        ["skipped"],
    ]
    assert suite[1].attrib["name"] == "wrong: 100 %, <b>\ufffd"


def test_github_marks_each_bad_case_at_its_line(outcome):
    first, second, summary = as_github(*outcome).splitlines()

    assert first.startswith(
        "::error file=configs/acme.test.yaml,line=5,col=11,"
        "title=wrong%3A 100 %25%2C <b>·::messages: missing: rule total-positive%0Arule"
    )
    assert second.startswith("::error file=configs/acme.test.yaml,line=8,")
    assert summary == "4 cases: 1 passed, 2 failed, 1 skipped"
