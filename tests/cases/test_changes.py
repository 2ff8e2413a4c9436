"""Effects on options, visibility, validation and rows, and responses: each must be expected."""

import re

import msgspec
import pytest

from gateway.cases.payload import GivenError
from gateway.cases.record import recorded
from gateway.cases.run import Runner
from gateway.cases.telling import difference_lines
from gateway.cases.update import updated
from tests.cases.support import case_file, codes, ran
from tests.cases.support import files as files_of
from tests.documents import Document, configured, number

RULES = """\
  - id: centers
    options: {center: {from: params.centers}}
  - id: transfer
    visible: {iban: method == "transfer"}
  - id: sure
    when: is_set(vendor)
    validate: [vendor]
  - id: empty-row
    select: line_items
    when: is_empty(item_code) and is_empty(item_amount)
    remove: true
  - id: freight
    when: freight > 0
    add:
      table: line_items
      cells: {item_code: FREIGHT, item_amount: "{freight}"}
      key: [item_code]
  - id: known
    on: invocation.manual
    respond:
      known: '{payload.supplier in ["4711"]}'
      name: No. {payload.supplier}
      rate: 0.5
      left: null
"""
QUEUE = """\
fields: {freight: number, item_amount: number, code: {is: item_code}}
params: {centers: ["100", {value: "200", label: Production}]}
"""
GIVEN = """\
{fields: {center: {value: "100", options: ["1"]}, iban: {value: X, hidden: true},
  method: transfer, vendor: V, freight: 12.50},
  line_items: [{code: A, item_amount: 1}, {code: "", item_amount: ""}]}"""
OPTIONS = 'center: ["100", {value: "200", label: Production}]'
SENT_OPTIONS = OPTIONS.partition(": ")[2]
ROW = "{table: line_items, cells: {code: FREIGHT, item_amount: '12.50'}}"
SENT = '{item_code: FREIGHT, item_amount: "12.50"}'
ALL = (
    f"{{options: {{{OPTIONS}}}, show: [iban], validate: [vendor],"
    f' add: [{ROW}], remove: ["line_items[2]"]}}'
)
ASKED = "{event: invocation.manual, payload: {supplier: '4711'}}"
KNOWN = "{known: true, name: No. 4711, rate: 0.5, left: null}"


def rule_set(**more):
    return {"rules": RULES, "queue": QUEUE, **more}


def one(expect, given=GIVEN, **more):
    text = case_file(f"- name: it\n  given: {given}\n  expect: {expect}\n")
    _, (result,) = ran(text, **rule_set(**more))
    return result


def told(result):
    return [line for found in result.differences for line in difference_lines(found)]


@pytest.mark.parametrize(
    ("right", "wrong", "lines"),
    [
        (
            OPTIONS,
            'center: ["100", "300"]',
            [
                "options: different: at center",
                '  options expected: ["100", "300"]',
                f"  options answered: {SENT_OPTIONS}",
            ],
        ),
        (
            OPTIONS,
            OPTIONS.replace("Production", "Sales"),
            [
                "options: different: at center",
                '  options expected: ["100", {value: "200", label: Sales}]',
                f"  options answered: {SENT_OPTIONS}",
            ],
        ),
        (
            OPTIONS,
            'center: ["200", "100"]',
            [
                "options: different: at center",
                '  options expected: ["200", "100"]',
                f"  options answered: {SENT_OPTIONS}",
            ],
        ),
        (
            f"options: {{{OPTIONS}}}, ",
            "",
            [f"options: not expected: at center, options {SENT_OPTIONS}"],
        ),
        ("show: [iban], ", "", ["show: not expected: at iban"]),
        (
            "show: [iban]",
            "hide: [iban]",
            ["hide: missing: at iban", "show: not expected: at iban"],
        ),
        ("validate: [vendor],", "", ["validate: not expected: at vendor"]),
        (
            "validate: [vendor]",
            "validate: [vendor, vendr]",
            [
                "validate: missing: at vendr",
                "  the document has no field 'vendr'; did you mean 'vendor'?",
            ],
        ),
        (
            f" add: [{ROW}],",
            "",
            [
                f"add: not expected: table line_items, cells {SENT}",
            ],
        ),
        (f"[{ROW}]", f"[{ROW}, {ROW}]", [f"add: missing: table line_items, cells {SENT}"]),
        (
            "'12.50'}",
            "'12.5'}",
            [
                "add: different: table line_items",
                '  cells expected: {item_code: FREIGHT, item_amount: "12.5"}',
                f"  cells answered: {SENT}",
            ],
        ),
        pytest.param(
            ", item_amount: '12.50'}",
            "}",
            [
                "add: different: table line_items",
                "  cells expected: {item_code: FREIGHT}",
                f"  cells answered: {SENT}",
            ],
            id="all cells of a row are expected",
        ),
        (', remove: ["line_items[2]"]', "", ["remove: not expected: row line_items[2]"]),
        (
            "line_items[2]",
            "line_items[1]",
            ["remove: missing: row line_items[1]", "remove: not expected: row line_items[2]"],
        ),
        (
            '["line_items[2]"]',
            '["line_items[2]", "line_items[3]"]',
            [
                "remove: missing: row line_items[3]",
                "  the document has no row 'line_items[3]'",
            ],
        ),
        (
            "{options",
            "{respond: {}, options",
            ["respond: missing: answer {}"],
        ),
    ],
)  # fmt: skip
def test_a_case_fails_when_a_change_differs(right, wrong, lines):
    assert right in ALL

    result = one(ALL.replace(right, wrong))

    assert result.status == "failed"
    assert told(result) == lines


@pytest.mark.parametrize(
    "expect",
    [
        ALL,
        ALL.replace('{value: "200", label: Production}', '"200"'),
        ALL.replace('"200"', "200"),
        ALL.replace("'12.50'", "{contains: '12'}"),
        ALL.replace(ROW, "{table: line_items}"),
        ALL.replace("table: line_items, ", ""),
        "{subset: true}",
        "{subset: true, show: [iban]}",
    ],
)
def test_a_case_passes_when_all_changes_are_expected(expect):
    result = one(expect)

    assert told(result) == []
    assert result.status == "passed"


def test_what_is_there_already_is_not_answered():
    given = """{fields: {center: {value: "100", options: ["100", {value: 200, label: Production}]},
      iban: {value: X, hidden: true}, vendor: {value: V, validation_sources: [connector]}},
      line_items: [{code: FREIGHT}]}"""

    assert one("{}", given).status == "passed"


def test_a_field_that_is_hidden_is_expected_in_hide():
    given = '{fields: {center: {value: "", options: [100]}, iban: X}}'
    expect = f"{{options: {{{OPTIONS}}}, hide: [iban]}}"

    assert told(one(expect, given)) == []
    assert told(one(expect.replace("hide", "show"), given)) == [
        "hide: not expected: at iban",
        "show: missing: at iban",
    ]


@pytest.mark.parametrize(
    ("expect", "lines"),
    [
        (f"{{respond: {KNOWN}}}", []),
        (f"{{respond: {KNOWN.replace('0.5', '0.50')}}}", []),
        ("{}", [f"respond: not expected: answer {KNOWN}"]),
        *(
            (
                f"{{respond: {wrong}}}",
                [
                    "respond: different:",
                    f"  answer expected: {wrong}",
                    f"  answer answered: {KNOWN}",
                ],
            )
            for wrong in (
                KNOWN.replace("true", "false"),
                KNOWN.replace("true", "1"),
                KNOWN.replace("0.5", '"0.5"'),
                KNOWN.replace(", left: null", ""),
                "[true]",
                "null",
            )
        ),
    ],
)
def test_a_response_is_expected_as_a_whole(expect, lines):
    assert told(one(expect, ASKED)) == lines


def test_a_stored_invocation_is_given_more_keys():
    stored = {"i.json": b'{"event": "invocation", "action": "manual", "supplier": "1"}'}
    text = "- name: it\n  given: {payload: i.json}\n  each:\n"
    text += "    - {expect: {subset: true, respond: {known: false, name: No. 1}}}\n"
    text += f"    - {{given: {{payload: {{supplier: '4711'}}}}, expect: {{respond: {KNOWN}}}}}\n"

    _, results = ran(case_file(text), payloads=stored, **rule_set())

    assert [result.status for result in results] == ["failed", "passed"]
    assert "  answer answered: {known: false, name: No. 1, rate: 0.5, left: null}" in told(
        results[0]
    )


@pytest.mark.parametrize(
    ("case", "code"),
    [
        ("{name: it, expect: {hide: iban}}", "R112"),
        ("{name: it, expect: {options: [center]}}", "R112"),
        ("{name: it, expect: {options: {center: [{label: x}]}}}", "R111"),
        ("{name: it, expect: {add: [{rows: 1}]}}", "R110"),
        ("{name: it, expect: {remove: ['line_items[0]']}}", "R504"),
        ("{name: it, expect: {show: ['a b']}}", "R504"),
        ("{name: it, given: {payload: {event: x}}, expect: {}}", "R505"),
        ("{name: it, given: {payload: {annotation: {}}}, expect: {}}", "R505"),
        ("{name: it, given: {event: invocation.manual, fields: {a: b}}, expect: {}}", "R505"),
        ("{name: it, given: {event: invocation.manual, edited: [a]}, expect: {}}", "R502"),
        ("{name: it, given: {event: invocation.manul}, expect: {}}", "R502"),
    ],
)
def test_a_mistake_in_what_changes_is_found(case, code):
    assert codes(case_file(f"- {case}\n"), **rule_set()) == [code]


@pytest.mark.parametrize(
    ("given", "start"),
    [(GIVEN, "{}"), (GIVEN, "{hide: [iban]}"), (ASKED, "{}"), (ASKED, "{respond: [1]}")],
)
def test_an_updated_expectation_of_changes_passes(given, start):
    text = case_file(f"- name: it\n  given: {given}\n  expect: {start}\n")
    _, results = ran(text, **rule_set())

    written = updated(text, results)

    _, (result,) = ran(written, **rule_set())
    assert written != text
    assert result.status == "passed"


def record(payload):
    configuration = configured(files_of(case_file("- {name: it, expect: {}}\n"), **rule_set()))
    runner = Runner(configuration, lambda: 0.0)
    body = msgspec.json.encode(payload)
    return recorded(body, "acme.queue.yaml", configuration.by_name["acme"], runner, b"a key")


@pytest.mark.parametrize(
    ("label", "expected"), [("Production", ""), ("Works", "options: {center: [")]
)
def test_a_recorded_case_expects_the_changes(label, expected):
    options = [{"value": "100", "label": "100"}, {"value": "200", "label": label}]
    document = Document(
        header={"center": "100", "iban": "X1", "vendor": "Acme", "freight": number("7.00")},
        tables={"line_items": [{"item_code": "", "item_amount": ""}, {"item_code": "FREIGHT"}]},
        marks={"center": {"options": options}, "vendor": {"validation_sources": ["connector"]}},
    )

    text = record(document.payload())

    _, (result,) = ran(text, **rule_set())
    assert result.status == "passed"
    assert "hide: [iban]" in text
    assert 'remove: ["line_items[1]"]' in text
    assert "validate:" not in text
    assert "add:" not in text
    assert expected in text
    assert ("Works" in text, "Acme" in text) == (False, False)
    if not expected:
        assert "options: {center" not in text


def test_a_recorded_invocation_keeps_what_rules_read():
    keys = {"supplier": "4711", "secret_word": "Acme"}

    text = record({"event": "invocation", "action": "manual", **keys})

    _, (result,) = ran(text, **rule_set())
    assert result.status == "passed"
    assert "event: invocation.manual" in text
    assert re.search(r'payload: \{supplier: "4711"\}', text)
    assert "secret_word" not in text


def test_an_event_without_rules_is_not_recorded():
    with pytest.raises(GivenError, match="no hook request with content"):
        record({"event": "email", "action": "bounced"})


GATEWAY = """\
version: 1
destinations:
  erp: {url: "https://erp.example.com/"}
  sheet: {url: "https://sheet.example.com/", form: form}
"""
TOLD = """\
  - id: tell
    on: initialize
    notify:
      - {to: erp, body: {total: "{amount_total}", lines: [1, 0.50]}, key: "{amount_total}"}
      - {to: sheet, body: {total: "{amount_total}"}}
"""


@pytest.mark.parametrize(
    ("expect", "lines"),
    [
        ("{notify: [{to: erp}, {to: sheet}]}", []),
        (
            "{notify: [{body: {total: '5.0'}}, {to: erp, rule: tell, key: '5.0'}]}",
            [],
        ),
        (
            "{notify: [{to: erp}]}",
            ['notify: not expected: rule tell, to sheet, body {total: "5.0"}, key '],
        ),
        (
            "{notify: [{to: erp, body: {total: 6}}, {to: sheet}]}",
            [
                "notify: different: to erp",
                "  body expected: {total: 6}",
                "  body answered: {total: 5.0, lines: [1, 0.5]}",
            ],
        ),
    ],
)
def test_what_other_systems_are_told_is_expected(expect, lines):
    text = case_file(
        f"- {{name: a, given: {{fields: {{amount_total: '5.0'}}}}, expect: {expect}}}\n"
    )
    _, (result,) = ran(text, rules=TOLD, **{"gateway.yaml": GATEWAY})

    assert [line for one in result.differences for line in difference_lines(one)] == lines
