"""What a queue changes in the rules that it shares: names, languages, deviations, params."""

import json

import pytest

from gateway.config.load import load_snapshot
from tests.documents import Document, acme, ask, folder, gateway, number

DOCUMENT = Document(
    {"vendor": "ACME", "amount_due": number("1234.5")},
    {"line_items": [{"amount": number("1")}, {"amount": number("2")}]},
)
SCHEMA = json.dumps(
    [
        {
            "category": "section",
            "id": "basic",
            "children": [
                {"category": "datapoint", "id": "vendor", "type": "string"},
                {"category": "datapoint", "id": "amount_due", "type": "number", "formula": "1"},
                {
                    "category": "multivalue",
                    "id": "line_items",
                    "children": {
                        "category": "tuple",
                        "id": "line_item",
                        "children": [{"category": "datapoint", "id": "amount", "type": "number"}],
                    },
                },
            ],
        }
    ]
)


@pytest.mark.parametrize(
    ("rules", "queue", "said"),
    [
        pytest.param(
            """
  - {id: a, select: total, when: value > 5, message: "{total:,.2f}"}
  - {id: b, message: {at: [total, supplier], text: "{field.total.text}"}}
""",
            "fields: {total: {is: amount_due}, supplier: {is: vendor}}",
            [("amount_due", "1,234.50"), ("amount_due", "1234.5"), ("vendor", "1234.5")],
            id="names of the rules are fields of the queue",
        ),
        pytest.param(
            "  - {id: a, message: {text: {en: Hello, de: Hallo, cs: Ahoj}}}",
            "locale: de-AT",
            [(None, "Hallo")],
            id="the queue's language",
        ),
        pytest.param(
            "  - {id: a, message: {text: {cs: Ahoj, en: Hello}}}",
            "locale: fr",
            [(None, "Hello")],
            id="else English",
        ),
        pytest.param(
            "  - {id: a, message: {text: {cs: Ahoj, sk: Ahojte}}}",
            "locale: fr",
            [(None, "Ahoj")],
            id="else the first",
        ),
        pytest.param(
            '  - {id: a, message: "{amount_due:,.2f}"}',
            "locale: de",
            [(None, "1.234,50")],
            id="the queue's separators",
        ),
        pytest.param(
            """
  - {id: a, message: One}
  - {id: b, message: {at: vendor, text: Two}}
  - {id: c, when: amount_due > params.limit, message: "{params.limit}"}
""",
            """\
params: {limit: 7}
change:
  a: {mode: off}
  b: {message: {type: info, at: null}, when: vendor == "ACME"}
""",
            [(None, "Two"), (None, "7")],
            id="deviations are merged key by key",
        ),
    ],
)
def test_a_queue_has_its_own_ways(rules, queue, said):
    answered = ask(gateway(rules, queue), DOCUMENT)

    assert (answered.said, answered.failure) == (said, None)


def test_params_are_found_in_the_file_then_the_gateway_then_the_queue():
    rules = '  - {id: a, message: "{params.a} {params.b} {params.c}"}\n'
    files = {
        "gateway.yaml": "version: 1\nparams: {b: 2, c: 2}\n",
        "acme.rules.yaml": f"version: 1\nparams: {{a: 1, b: 1, c: 1}}\nrules:\n{rules}",
    }

    assert ask(gateway(rules, "params: {c: 3}", **files), DOCUMENT).said == [(None, "1 2 3")]


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        ('replace: {amount_due: "1"}', "R408"),
        ('select: amount_due, replace: "1"', "R408"),
        ('replace: {line_items: "1"}', "R408"),
        ('replace: {nowhere: "1"}', "R201"),
        ("message: {at: nowhere, text: X}", "R201"),
        ("select: nowhere, message: X", "R201"),
        ('edited: [nowhere], replace: {vendor: "1"}', "R201"),
        ("select: line_items, message: X", "R404"),
    ],
)
def test_what_a_schema_knows_is_refused_at_load(rule, code):
    files = acme(
        f"  - {{id: a, {rule}}}", "schema: acme.schema.json", **{"acme.schema.json": SCHEMA}
    )

    found = load_snapshot(folder(files), {}).report

    assert [one.code for one in found] == [code]
