"""Names that rules use, looked for in stored payloads where a queue has no schema."""

import json

import pytest

from gateway.config.load import check
from gateway.config.seen import NoWitnessError, SeenContent, read_seen
from tests.pages import GOOD, QUEUE, hook_request, rules_file

HEADER = {"total": "1 -> 1", "sum_of_all": "2 -> 2"}
ROWS = [{"amount": "1 -> 1"}]
SCHEMA = """\
[{"category": "section", "id": "all", "children": [
  {"category": "datapoint", "id": "other", "type": "string"}]}]
"""


def seen(fields, queue=8199):
    return SeenContent("p.json", queue, hook_request(fields)["annotation"]["content"])


@pytest.fixture
def found(tmp_path):
    def found(rule, *contents, files=None):
        texts = {**GOOD, "invoice.rules.yaml": rules_file(f"id: one\n{rule}\n"), **(files or {})}
        for name, text in texts.items():
            (tmp_path / name).write_text(text)
        loaded = check(tmp_path, {}, seen=contents)
        return [(one.code, one.severity.value, one.message, one.hint) for one in loaded.report]

    return found


WITH_ROWS = seen({**HEADER, "lines": ROWS})
WITHOUT_ROWS = seen({**HEADER, "lines": []})


@pytest.mark.parametrize(
    ("rule", "code", "message", "hint"),
    [
        (
            "when: totl > 1\nmessage: A",
            "R201",
            'no stored payload has a field "totl"',
            'did you mean "total"?',
        ),
        (
            "message: {at: totl, text: A}",
            "R201",
            'no stored payload has a field "totl"',
            'did you mean "total"?',
        ),
        (
            "select: amuont\nmessage: A",
            "R201",
            'no stored payload has a field "amuont"',
            'did you mean "amount"?',
        ),
        (
            "when: field.nothing.value > 1\nmessage: A",
            "R201",
            'no stored payload has a field "nothing"',
            None,
        ),
        (
            "when: amount > 1\nmessage: A",
            "R305",
            "a column is no condition",
            "ask any(...), all(...) or none(...) of it, or select its table",
        ),
        (
            "when: column.total > 1\nmessage: A",
            "R207",
            "total is no column",
            "write total",
        ),
    ],
)
def test_what_no_payload_has_is_refused(found, rule, code, message, hint):
    assert found(rule, WITH_ROWS) == [(code, "error", message, hint)]


@pytest.mark.parametrize(
    "rule",
    [
        "when: total > 1 and any(amount > 1)\nmessage: {at: sum_of_all, text: A}",
        'when: total == "a text"\nmessage: A',
        "select: lines\nrequire: amount > 1\nmessage: {at: amount, text: A}",
        "replace: {total: abc}",
    ],
)
def test_what_the_payloads_have_is_accepted_and_types_are_left_open(found, rule):
    assert found(rule, WITH_ROWS) == []


def test_one_payload_may_have_what_the_other_lacks(found):
    rule = "when: total > 1 and any(amount > 1) and is_set(more)\nmessage: A"

    assert found(rule, WITHOUT_ROWS, WITH_ROWS, seen({"more": "x"})) == []


def test_a_column_of_a_table_without_rows_is_a_doubt(found):
    assert found("when: any(nobody > 1)\nmessage: A", WITHOUT_ROWS) == [
        (
            "R201",
            "warning",
            "nobody is read as a field here",
            "no stored payload has it; it may be a column of lines, which has no rows there",
        )
    ]


def test_a_schema_knows_better_than_payloads(found):
    files = {"acme.schema.json": SCHEMA, "acme.queue.yaml": QUEUE + "  schema: acme.schema.json\n"}

    assert found("when: is_set(other)\nmessage: A", WITH_ROWS, files=files) == []


def test_a_payload_of_no_queue_is_refused(found):
    assert found("message: A", seen(HEADER, queue=5)) == [
        (
            "R143",
            "error",
            "no queue file has the id 5 of this payload",
            "leave the payload out, or add the id to the ids of its queue",
        )
    ]


def test_a_payload_is_read_with_its_queue():
    request = hook_request(HEADER)

    read = read_seen(b"\xef\xbb\xbf" + json.dumps(request).encode(), "a.json")

    assert read == SeenContent("a.json", 8199, request["annotation"]["content"])


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"{", "not JSON"),
        (b"[]", "it has no annotation"),
        (b'{"annotation": {"queue": "https://example.com/queues/1"}}', "has no content"),
        (b'{"annotation": {"content": [], "queue": "one"}}', "does not name its queue"),
        (b'{"annotation": {"content": []}}', "does not name its queue"),
    ],
)
def test_what_shows_nothing_is_refused_with_its_reason(raw, reason):
    with pytest.raises(NoWitnessError, match=reason):
        read_seen(raw, "a.json")
