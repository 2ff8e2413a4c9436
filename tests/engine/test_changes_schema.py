"""What a schema says of tables without rows, and of nodes that say nothing of themselves."""

import pytest

from tests.documents import Document, ask, gateway, number
from tests.platform import told

SCHEMA = """[{"category": "section", "id": "s", "children": [
  {"category": "datapoint", "id": "vendor", "type": "string", "hidden": true},
  {"category": "datapoint", "id": "total", "type": "number"},
  {"category": "multivalue", "id": "line_items", "children":
    {"category": "tuple", "id": "line_item", "children": [
      {"category": "datapoint", "id": "code", "type": "string"},
      {"category": "datapoint", "id": "amount", "type": "number"}]}},
  {"category": "multivalue", "id": "notes", "children":
    {"category": "datapoint", "id": "note", "type": "string"}}]}]"""
EMPTY = Document({"vendor": "ACME", "total": number("6")}, {"line_items": [], "notes": []})


def with_schema(rules, document=EMPTY):
    return ask(gateway(rules, "schema: acme.schema.json", **{"acme.schema.json": SCHEMA}), document)


@pytest.mark.parametrize(
    ("effects", "operations"),
    [
        ("add: {table: notes, cells: {note: a}}", ["add notes a"]),
        ("add: {table: line_items, cells: {code: a}}", ["add line_items code=a"]),
        ("hide: [code, note]", []),
        ("validate: code", []),
        ("visible: {code: total > 1}", []),
        ("replace: {code: x}", []),
        ("show: vendor", ["vendor shown"]),
        ("hide: vendor", []),
        ("visible: {vendor: total > 1}", ["vendor shown"]),
        ("table: {into: line_items, from: notes, cells: {code: '{note}', amount: 1}}", []),
    ],
)
def test_a_schema_says_what_tables_without_rows_and_nodes_without_marks_are(effects, operations):
    answered = with_schema(f"  - {{id: a, {effects}}}\n")

    assert answered.failure is None
    assert told(answered) == operations
