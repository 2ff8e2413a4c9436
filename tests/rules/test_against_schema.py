"""What a queue's schema says against its rules."""

import pytest

from tests.pages import GOOD, QUEUE, load_files, rules_file

SCHEMA = """\
[{"category": "section", "id": "all", "children": [
  {"category": "datapoint", "id": "currency", "type": "enum",
   "options": [{"value": "EUR", "label": "Euro"}, {"value": "CZK", "label": "Koruna"}]},
  {"category": "datapoint", "id": "vendor", "type": "enum", "options": []},
  {"category": "datapoint", "id": "code", "type": "string",
   "constraints": {"length": {"max": 5}}},
  {"category": "datapoint", "id": "total", "type": "number"},
  {"category": "datapoint", "id": "issued", "type": "date"},
  {"category": "datapoint", "id": "note", "type": "string", "hidden": true},
  {"category": "datapoint", "id": "press", "type": "button"},
  {"category": "datapoint", "id": "due", "type": "number", "formula": "field.total"},
  {"category": "multivalue", "id": "lines", "children":
    {"category": "tuple", "id": "line", "children": [
      {"category": "datapoint", "id": "unit", "type": "enum",
       "options": [{"value": "piece"}, {"value": "hour"}]},
      {"category": "datapoint", "id": "amount", "type": "number"}]}}]}]
"""


def found(rule):
    loaded = load_files(
        {
            "acme.schema.json": SCHEMA,
            "acme.queue.yaml": f"{QUEUE}  schema: acme.schema.json\n",
            "invoice.rules.yaml": rules_file(f"id: one\n{rule}\n"),
        },
        over=GOOD,
    )
    return [(one.code, one.severity.value, one.message, one.hint) for one in loaded.report]


REFUSED = [
    ("replace: {currency: EURO}", "R432", "currency has no option 'EURO'", 'did you mean "EUR"?'),
    ("replace: {currency: XX}", "R432", "currency has no option 'XX'", "there are EUR, CZK"),
    (
        "select: currency\nreplace: eur",
        "R432",
        "currency has no option 'eur'",
        'did you mean "EUR"?',
    ),
    ("replace: {unit: box}", "R432", "unit has no option 'box'", "there are piece, hour"),
    (
        "replace: {code: ABCDEF}",
        "R409",
        "code takes at most 5 characters, these are 6",
        None,
    ),
    (
        'replace: {code: "ABCDEF{total}"}',
        "R409",
        "code takes at most 5 characters, these are 6",
        None,
    ),
    (
        "replace: {total: abc}",
        "R433",
        "total is a number, 'abc' is none",
        'write a plain decimal, such as "1234.50"',
    ),
    (
        'replace: {amount: "1,234.50"}',
        "R433",
        "amount is a number, '1,234.50' is none",
        'write a plain decimal, such as "1234.50"',
    ),
    (
        'replace: {issued: "31.1.2025"}',
        "R433",
        "issued is a date, '31.1.2025' is none",
        'write an ISO date, such as "2025-01-31"',
    ),
    ("replace: {press: x}", "R408", "press is a button; it has no value", None),
    (
        'replace: {due: "1"}',
        "R408",
        "due is a formula field; the platform ignores writes to it",
        None,
    ),
    ("replace: {all: x}", "R408", "all is a section; it has no value", None),
    (
        "options: {code: [A]}",
        "R408",
        "code is of the type string; only an enum has options",
        None,
    ),
    (
        "select: code\nremove: true",
        "R407",
        "code stands in no row",
        "select a table, or a field of one",
    ),
    (
        "table: {into: lines, from: lines, order: [amount], cells: {amount: '{amount}'}}",
        "R424",
        "lines is made of itself, so cells must name every column",
        'add unit: "{unit}"',
    ),
    (
        "table: {into: lines, from: lines, by: code, cells: {amount: '{sum(amount)}', unit: hour}}",
        "R424",
        "code is no column of lines",
        None,
    ),
    (
        "add: {table: line, cells: {unit: hour}}",
        "R408",
        "line is a row, not a table",
        None,
    ),
    (
        "on: invocation.manual\nrespond: {a: '{total}'}",
        "R201",
        "invocation.manual has no field 'total'",
        "write payload.total for what the request says",
    ),
    ("hide: [lines]", "R408", "lines is a table, not a field", "name the fields of the table"),
    ("validate: [line]", "R408", "line is a row, not a field", "name the fields of the row"),
    ("show: [all]", "R408", "all is a section, not a field", "name the fields of the section"),
    (
        "table: {into: lines, from: total, cells: {unit: hour}}",
        "R408",
        "total is a field, not a table",
        None,
    ),
    ("edited: [totl]\nreplace: {code: A}", "R201", 'unknown field "totl"', 'did you mean "total"?'),
    ("message: {at: totl, text: A}", "R201", 'unknown field "totl"', 'did you mean "total"?'),
    ("replace: {totl: A}", "R201", 'unknown field "totl"', 'did you mean "total"?'),
    ("select: totl\nreplace: A", "R201", 'unknown field "totl"', 'did you mean "total"?'),
    (
        "select: lines\nrequire: row.previous.amont > 1\nmessage: {at: unit, text: A}",
        "R201",
        'unknown field "amont"',
        'did you mean "amount"?',
    ),
]


@pytest.mark.parametrize(("rule", "code", "message", "hint"), REFUSED)
def test_what_a_field_will_never_take_is_refused(rule, code, message, hint):
    assert found(rule) == [(code, "error", message, hint)]


@pytest.mark.parametrize(
    "rule",
    [
        "replace: {currency: EUR}",
        'replace: {currency: ""}',
        'replace: {currency: "{code}"}',
        "replace: {vendor: anything}",
        "replace: {code: ABCDE}",
        'replace: {total: "1234.50"}',
        'replace: {total: ""}',
        'replace: {issued: "2025-01-31"}',
        'require: currency == "EUR"\nmessage: {at: document, text: A}',
        'when: currency in ["EUR", "CZK"]\nmessage: A',
        "when: '\"EU\" in currency'\nmessage: A",
        'select: unit\nwhen: value == "hour"\nmessage: A',
        "message: {at: note, text: A}\nshow: [note]",
        "replace: {currency: USD}\noptions: {currency: [USD]}",
    ],
)
def test_what_a_field_takes_is_accepted(rule):
    assert found(rule) == []


@pytest.mark.parametrize(
    ("rule", "code", "message", "hint"),
    [
        (
            'when: currency == "EURO"\nmessage: A',
            "R432",
            "currency has no option 'EURO'",
            'did you mean "EUR"?',
        ),
        (
            'when: currency in ["EUR", "USD"]\nmessage: A',
            "R432",
            "currency has no option 'USD'",
            "there are EUR, CZK",
        ),
        (
            'select: unit\nwhen: value != "hours"\nmessage: A',
            "R432",
            "unit has no option 'hours'",
            'did you mean "hour"?',
        ),
        (
            'select: lines\nwhen: any(column.unit == "box")\nmessage: {at: unit, text: A}',
            "R432",
            "unit has no option 'box'",
            "there are piece, hour",
        ),
        (
            "let: {foreign: 'currency == \"USD\"'}\nwhen: foreign\nmessage: A",
            "R432",
            "currency has no option 'USD'",
            "there are EUR, CZK",
        ),
        (
            "message: {at: note, text: A}",
            "R434",
            "note is hidden, so its message is shown for the document",
            "say at: document, or name a field that is seen",
        ),
        (
            "select: note\nmessage: A",
            "R434",
            "note is hidden, so its message is shown for the document",
            "say at: document, or name a field that is seen",
        ),
    ],
)
def test_what_is_hardly_meant_is_told(rule, code, message, hint):
    assert found(rule) == [(code, "warning", message, hint)]


def test_an_option_in_a_let_is_marked_where_it_is_written():
    loaded = load_files(
        {
            "acme.schema.json": SCHEMA,
            "acme.queue.yaml": f"{QUEUE}  schema: acme.schema.json\n",
            "invoice.rules.yaml": (
                'version: 1\nlet:\n  foreign: currency == "USD"\n'
                "rules:\n  - {id: one, when: foreign, message: A}\n"
            ),
        }
    )

    (warning,) = loaded.report
    assert (warning.span.line, warning.span.column, warning.span.end_column) == (3, 24, 29)
