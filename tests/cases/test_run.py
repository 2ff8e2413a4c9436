"""Cases that are wrong fail, each in its own way, and cases that are right pass."""

import pytest

from gateway.cases.coverage import coverage, percent
from gateway.cases.telling import difference_lines, tell, tell_result
from gateway.cases.why import explainer
from tests.cases.support import case_file, ran
from tests.cases.support import files as files_of
from tests.documents import configured

GIVEN = "{fields: {total: 10.00}, line_items: [{item_rate: ZERO, item_amount: 10.00}]}"
RIGHT = '{replace: {"line_items[1].item_rate": "0.0"}}'


def one(expect, given=GIVEN, **more):
    text = case_file(f"- name: it\n  given: {given}\n  expect: {expect}\n")
    _, (result,) = ran(text, **more)
    return result


def told(result):
    return [line for found in result.differences for line in difference_lines(found)]


def test_a_case_passes_when_all_that_is_answered_is_expected():
    assert one(RIGHT).status == "passed"


NONE = "  the document has no field"
BAD = (
    "{fields: {total: -1, date_issue: '2024-12-01'}, line_items: [{item_rate: 21, item_amount: 1}]}"
)
#: Everything that BAD is answered.
ALL = """\
{messages: [{rule: total-positive, at: total, type: error, text: The total -1 is not positive.},
  {rule: adds-up, at: document, type: warning}, {rule: recent, at: date_issue, type: info}],
  blockers: [{rule: adds-up, at: document, text: The lines do not add up.}]}"""


@pytest.mark.parametrize(
    ("expect", "given", "lines"),
    [
        ("{}", GIVEN, ["replace: not expected: at line_items[1].item_rate, value 0.0"]),
        (
            '{replace: {"line_items[1].item_rate": "0"}}',
            GIVEN,
            [
                "replace: different: at line_items[1].item_rate",
                "  value expected: 0",
                "  value answered: 0.0",
            ],
        ),
        (
            '{replace: {"line_items[1].item_rate": "0.0", total: "1"}}',
            GIVEN,
            ["replace: missing: at amount_total, value 1"],
        ),
        (
            '{replace: {"line_items[2].item_rate": "0.0"}}',
            GIVEN,
            [
                "replace: missing: at line_items[2].item_rate, value 0.0",
                f"{NONE} 'line_items[2].item_rate'; did you mean 'line_items[1].item_rate'?",
                "replace: not expected: at line_items[1].item_rate, value 0.0",
            ],
        ),
        (
            "{replace: {item_rate: '0.0'}}",
            GIVEN,
            [
                "replace: missing: at item_rate, value 0.0",
                "  'item_rate' has several cells; name one, such as 'line_items[1].item_rate'",
                "replace: not expected: at line_items[1].item_rate, value 0.0",
            ],
        ),
        (
            RIGHT[:-1] + ", messages: [{rule: total-positive}]}",
            GIVEN,
            ["messages: missing: rule total-positive"],
        ),
        (
            RIGHT[:-1] + ", blockers: [{text: {contains: add up}}]}",
            GIVEN,
            ["blockers: missing: text '… add up …'"],
        ),
        (
            RIGHT[:-1] + ", failed: [adds-up]}",
            GIVEN,
            ["failed: missing: rule adds-up"],
        ),
        (
            RIGHT[:-1] + ", fired: [rate-zero, adds-up]}",
            GIVEN,
            ["fired: missing: rule adds-up"],
        ),
        (RIGHT[:-1] + ", fired: []}", GIVEN, ["fired: not expected: rule rate-zero"]),
        (
            ALL.replace("type: warning", "type: error"),
            BAD,
            [
                "messages: different: rule adds-up, at document",
                "  type expected: error",
                "  type answered: warning",
            ],
        ),
        (
            ALL.replace("not positive", "fine"),
            BAD,
            [
                "messages: different: rule total-positive, at amount_total, type error",
                "  text expected: The total -1 is fine.",
                "  text answered: The total -1 is not positive.",
            ],
        ),
        (
            ALL.replace("at: total", "at: date_issue"),
            BAD,
            [
                "messages: different: rule total-positive, type error",
                "  at expected: date_issue",
                "  at answered: amount_total",
            ],
        ),
        (
            ALL.replace("rule: recent, at: date_issue, type: info", "rule: recent, at: dat_issue"),
            BAD,
            [
                "messages: different: rule recent",
                "  at expected: dat_issue",
                "  at answered: date_issue",
                "  the document has no field 'dat_issue'; did you mean 'date_issue'?",
            ],
        ),
        (
            ALL.replace("text: The lines do not add up.", "text: {matches: The lines}"),
            BAD,
            [
                "blockers: different: rule adds-up, at document",
                "  text expected: /The lines/",
                "  text answered: The lines do not add up.",
            ],
        ),
        pytest.param(
            "{messages: [{rule: adds-up}, {rule: adds-up}], subset: true}",
            BAD,
            ["messages: missing: rule adds-up"],
            id="one answer is not two",
        ),
    ],
)
def test_a_case_fails_when_anything_differs(expect, given, lines):
    result = one(expect, given)

    assert result.status == "failed"
    assert told(result) == lines


@pytest.mark.parametrize(
    "expect",
    [
        ALL,
        """{messages: [{at: document}, {type: error}, {text: {contains: days}}],
          blockers: [{rule: adds-up}]}""",
        "{subset: true}",
        "{subset: true, messages: [{rule: recent}]}",
        "{subset: true, messages: [{text: {matches: The .*, contains: positive}}]}",
    ],
)
def test_any_keys_tell_which_effect_is_meant(expect):
    assert one(expect, BAD).status == "passed"


def test_expectations_are_paired_so_that_most_of_them_are_met():
    # The first fits both answers; taken greedily, the second would go without.
    expect = "{subset: true, messages: [{text: {contains: The}}, {rule: total-positive}]}"

    assert one(expect, BAD).status == "passed"


def test_a_failing_rule_is_expected_by_its_id_alone():
    given = "{fields: {parts: 0}}"

    assert one("{failed: [share]}", given).status == "passed"
    assert told(one("{}", given)) == ["failed: not expected: rule share"]


def test_a_rule_in_shadow_mode_fires_without_an_answer():
    assert one("{fired: [watched]}", "{fields: {note: x}}").status == "passed"


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ("{set: {amount_totl: '1'}}", "set: the document has no 'amount_totl'"),
        ("{event: updated, edited: [nothing]}", "edited: the document has no 'nothing'"),
        ("{payload: list.json}", "the payload is no hook request with an annotation"),
        ("{payload: broken.json}", "the payload is not JSON"),
        ("{payload: eventless.json}", "not a hook request: it has no event"),
    ],
)
def test_a_case_whose_document_cannot_be_made_is_broken(given, reason):
    payloads = {
        "list.json": b"[]",
        "broken.json": b"{",
        "eventless.json": b'{"annotation": {"content": []}}',
    }
    result = one("{}", given, payloads=payloads)

    assert (result.status, result.reason, result.is_good) == ("broken", reason, False)


def test_a_skipped_case_is_not_run_but_told():
    _, (result,) = ran(case_file("- {name: it, skip: not yet, expect: {}, given: " + BAD + "}\n"))

    (line,) = tell_result(result, lambda _result, _rule: ())

    assert (result.status, result.is_good) == ("skipped", True)
    assert line == 'skip configs/acme.test.yaml:4 "it": not yet'


def test_time_stands_where_the_case_says():
    text = "- name: it\n  given: {fields: {date_issue: '2024-12-01'}}\n  each:\n"
    text += "    - {given: {now: '2024-12-31'}, expect: {}}\n"
    text += (
        "    - {given: {now: '2025-01-01T00:00:00+00:00'}, expect: {messages: [{rule: recent}]}}\n"
    )
    text += "    - {expect: {messages: [{text: Issued 61 days ago.}]}}\n"

    _, results = ran(case_file(text))

    assert [result.status for result in results] == ["passed"] * 3


def test_only_what_is_edited_is_edited():
    text = "- name: it\n  given: {event: updated, fields: {total: 1, note: ''}}\n  each:\n"
    text += "    - {given: {edited: [total]}, expect: {replace: {note: checked}}}\n"
    text += "    - {given: {edited: [note]}, expect: {}}\n"

    _, results = ran(case_file(text))

    assert [result.status for result in results] == ["passed"] * 2


def test_a_failure_shows_the_rule_with_its_values():
    runner, (result,) = ran(
        case_file(
            "- name: it\n  given: {fields: {total: 10}}\n"
            "  expect: {messages: [{rule: total-positive, type: error}]}\n"
        )
    )

    assert list(tell_result(result, explainer(runner))) == [
        'FAIL configs/acme.test.yaml:4 "it"',
        "  messages: missing: rule total-positive, type error",
        "  rule total-positive (configs/acme.rules.yaml:7) passed: require holds",
        "    amount_total > 0",
        "    |            |",
        "    10           true",
    ]


GROUP = """\
  - group: dates
    when: is_set(date_issue)
    rules:
      - id: positive
        select: line_items
        when: item_amount != 5
        require: item_amount > 0
        message: {at: item_amount, text: Not positive.}
"""


def test_a_rule_on_rows_shows_its_group_and_the_first_rows_that_fired():
    given = "{fields: {date_issue: '2025-01-01'}, line_items: ["
    given += ", ".join(f"{{item_amount: {number}}}" for number in (1, 2, 5, -1, 3)) + "]}"
    runner, (result,) = ran(
        case_file(f"- name: it\n  given: {given}\n  expect: {{}}\n"), rules=GROUP, queue=""
    )

    lines = list(tell_result(result, explainer(runner)))

    assert lines[1] == (
        "  messages: not expected: rule positive, at line_items[4].item_amount, "
        "text 'Not positive.', type error"
    )
    assert lines[3:6] == ["    is_set(date_issue)", "    |      |", "    true   2025-01-01"]
    assert [line for line in lines if line.startswith("    row")] == [
        "    row 4 fired",
        "    row 1 passed",
        "    row 2 passed",
    ]
    assert lines[-1] == "    … 2 more"


def test_coverage_counts_what_each_rule_did():
    text = "- {name: a, given: {fields: {total: 1}}, expect: {}}\n"
    text += (
        "- {name: b, given: {fields: {total: 0}}, expect: {messages: [{rule: total-positive}]}}\n"
    )
    text += "- {name: c, given: {fields: {total: ''}}, expect: {}}\n"
    text += "- {name: d, given: {fields: {parts: 0}}, expect: {failed: [share]}}\n"
    written = case_file(text)
    _, results = ran(written)

    rules = coverage(configured(files_of(written)), results)

    counts = {one.rule: tuple(one.counts.values()) for one in rules}
    assert counts["total-positive"] == (1, 1, 2, 0)
    assert counts["share"] == (0, 0, 0, 1)
    assert [one.rule for one in rules if one.is_never] == ["rate-zero", "recent", "edited-total"]
    assert round(percent(rules)) == 14
    (*lines, last, summary) = tell(results, rules, lambda _result, _rule: (), verbose=False)
    assert "! acme rate-zero     never" in lines
    assert last == "coverage: 14 % (1 of 7 rules have fired)"
    assert summary == "4 cases: 4 passed"
