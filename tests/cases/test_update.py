"""Updated expectations pass, and nothing else of the file has changed."""

import pytest

from gateway.cases.update import is_sound, is_updatable, updated
from tests.cases.support import case_file, ran

BAD = "{fields: {total: -1}, line_items: [{item_rate: 21, item_amount: 1}]}"


def rewritten(text):
    _, results = ran(text)
    written = updated(text, results)
    assert is_sound(written)
    return written


@pytest.mark.parametrize(
    "expect",
    [
        "  expect: {}\n",
        "  expect: {}   # to be looked at\n",
        "  expect:\n    messages:\n      - rule: adds-up  # stays not\n",
        "  expect: {messages: [{rule: recent}]}\n",
        "  expect:\n    {messages: [{rule: recent}]}\n",
        "  expect:\n    blockers:\n    - text: |-\n        Some\n        text\n",
        "  expect: {fired: []}\n",
        "  expect: {subset: true, fired: [], messages: [{rule: recent}]}\n",
    ],
)
@pytest.mark.parametrize("end", ["", "\n\n# The end.\n"])
@pytest.mark.parametrize("line_break", ["\n", "\r\n"])
def test_an_updated_case_passes_and_the_rest_stays(expect, end, line_break):
    before = f"# A comment.\n- name: it   # its name\n  given: {BAD}\n"
    after = "- {name: other, given: {fields: {total: 1}}, expect: {}}\n" + end
    text = case_file(before + expect + after).replace("\n", line_break)

    written = rewritten(text)

    _, results = ran(written)
    assert [result.status for result in results] == ["passed", "passed"]
    assert written.startswith(text[: text.index("expect")])
    assert written.endswith(text[text.index("  - {name: other") :])


def test_a_case_that_passes_is_left_as_it_is():
    text = case_file("- {name: it, given: {fields: {total: 1}}, expect: {messages:   []}}\n")

    assert rewritten(text) == text


def test_a_case_in_braces_is_updated_within_them():
    text = case_file(f"- {{name: it, given: {BAD}, expect: {{}}, skip: no}}\n").replace(
        ", skip: no", ""
    )

    _, (result,) = ran(rewritten(text))

    assert result.status == "passed"


def test_each_item_of_a_table_has_its_own_expectation_updated():
    text = case_file(
        f"- name: it\n  given: {BAD}\n  each:\n    - {{set: {{total: -2}}, expect: {{}}}}\n"
        "    - set: {total: -3}\n      expect: {}\n"
    )

    _, results = ran(rewritten(text))

    assert [result.status for result in results] == ["passed", "passed"]


def test_an_expectation_that_cases_share_is_not_updated():
    text = case_file(
        f"- name: it\n  given: {BAD}\n  expect: {{}}\n  each: [{{set: {{total: -2}}}}]\n"
    )
    _, (result,) = ran(text)

    assert result.status == "failed"
    assert not is_updatable(result)
    assert updated(text, [result]) == text


def test_a_subset_stays_one_and_speaks_of_the_same_effects():
    text = case_file(
        f"- name: it\n  given: {BAD}\n  expect: {{subset: true, messages: [{{at: recent}}]}}\n"
    )

    written = rewritten(text)

    assert "subset: true" in written
    assert "blockers" not in written
