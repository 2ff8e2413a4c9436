"""With a schema, what is surely a column is refused where one value is needed: at load."""

import pytest

from tests.pages import QUEUE, codes, load_files
from tests.rules.test_diagnostics_page import SCHEMA

FILES = {
    "acme.queue.yaml": f"{QUEUE}  schema: acme.schema.json\n",
    "acme.schema.json": SCHEMA,
}


def found(condition, select=""):
    rule = f"{{id: one, {select}when: '{condition}', message: {{at: document, text: Fine.}}}}"
    rules = {"invoice.rules.yaml": f"version: 1\nrules: [{rule}]\n"}
    return codes(load_files({**FILES, **rules}))


@pytest.mark.parametrize(
    "condition",
    [
        "item_quantity > 0",
        "0 < item_quantity < 5",
        'item_code in ["A", "B"]',
        "not (item_quantity > 0)",
        "amount_total > 0 and item_quantity > 0",
        "item_quantity * amount_total > 0",
        "-item_quantity < 0",
        'item_code[0:2] == "AB"',
        'starts_with(item_code, "AB")',
    ],
)
def test_a_column_is_no_condition(condition):
    assert found(condition) == {"R305"}


@pytest.mark.parametrize(
    ("condition", "select"),
    [
        ("any(item_quantity > 0)", ""),
        ("sum(item_quantity * amount_total) > 0", ""),
        ('"A" in item_code', ""),
        ("item_quantity > 0", "select: line_items, "),
        ("item_quantity < max(column.item_quantity)", "select: line_items, "),
        ("value > 0", "select: item_quantity, "),
    ],
)
def test_an_aggregate_and_a_cell_are_conditions(condition, select):
    assert found(condition, select) == set()
