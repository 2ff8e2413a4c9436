"""Statuses that rules compare with are those that documents have."""

import pytest

from gateway.diagnostic import Report
from gateway.rules.compile import compile_rules
from gateway.rules.context import PLAIN, RulesFile
from gateway.rules.yaml.reading import read_yaml


def found(when, select=""):
    text = (
        "version: 1\nrules:\n  - id: it\n    on: annotation_content\n"
        f"    {select}\n    when: {when}\n    message: It is so.\n"
    )
    report = Report()
    compile_rules([RulesFile("it", read_yaml(text.encode(), "it", report))], PLAIN, report)
    return [(one.code, one.message, one.hint, one.span.column) for one in report]


@pytest.mark.parametrize(
    ("when", "message", "hint", "column"),
    [
        ('annotation.status == "export"', "no document has the status 'export'",
         'did you mean "exported"?', 32),
        ('"to-review" != annotation.status', "no document has the status 'to-review'",
         'did you mean "to_review"?', 11),
        ('annotation.previous_status in ["exported", "done"]', "no document has the status 'done'",
         "there are created, importing,", 41),
        ('not (annotation.status in ["Exported"])', "no document has the status 'Exported'",
         'did you mean "exported"?', 37),
    ],
)  # fmt: skip
def test_a_status_that_no_document_has_is_warned_of(when, message, hint, column):
    ((code, said, advice, at),) = found(f"'{when}'" if when.startswith('"') else when)

    assert (code, said) == ("R436", message)
    assert advice.startswith(hint)
    assert abs(at - column) <= 1


@pytest.mark.parametrize(
    "when",
    [
        'annotation.status == "exported"',
        'annotation.status in ["to_review", "reviewing"]',
        "annotation.status == state",
        'starts_with(annotation.status, "export")',
        'annotation.url == "export"',
        'state == "export"',
        'is_set(annotation.status) and state == "export"',
    ],
)
def test_everything_else_is_taken(when):
    assert found(when) == []


def test_a_rule_of_rows_is_warned_as_well():
    ((code, *_),) = found('value > 1 and annotation.status == "export"', "select: item_amount")

    assert code == "R436"
