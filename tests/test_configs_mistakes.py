"""Slips that are easily made in the example configuration, told where they are, with advice."""

import shutil

import pytest

from gateway.config.load import check
from tests.examples import CONFIGS, SECRETS

ACME = "queues/acme.queue.yaml"
GLOBEX = "queues/globex.queue.yaml"
#: A file, what is written instead of what in it, and where what is told.
CASES = [
    ("gateway.yaml", "tolerance: 0.05", "tolerance: 0,05",
     [("R304", "rules/lines.rules.yaml"), ("R304", "rules/vat.rules.yaml")],
     "'within' is a number or a percentage"),
    ("gateway.yaml", "highest_total: 10000", "highest_total: 10,000",
     [("R213", "rules/automation.rules.yaml"), ("R301", "rules/automation.rules.yaml")],
     "the value is text"),
    (ACME, "total: {is: amount_due, type: number}", "total: amount_due",
     [("R113", ACME)], "a field's other name is written {is: amount_due}"),
    (ACME, "vat_rates: [0, 12, 21]", "vat_rates: 0, 12, 21",
     [("R301", "rules/vat.rules.yaml")], "cannot look for number in text"),
    (ACME, "vat_rates: [0, 12, 21]", "vat_rates: ['0', '12', '21']",
     [("R301", "rules/vat.rules.yaml")], "cannot look for number in a list of text"),
    (ACME, "longest_terms: 60", "longest_term: 60",
     [("R417", ACME)], 'no rule of this queue uses the param "longest_term"'),
    (ACME, "lines-add-up: {message", "lines-addup: {message",
     [("R416", ACME)], 'did you mean "lines-add-up"?'),
    (ACME, "../rules/header.rules.yaml", "rules/header.rules.yaml",
     [("R129", ACME)], "did you mean '../rules/header.rules.yaml'?"),
    (GLOBEX, "locale: de", "locale: german", [("R139", GLOBEX)], "unknown locale 'german'"),
    (GLOBEX, "block: null", "block: false", [("R113", GLOBEX)], "allowed: true"),
    ("rules/dates.rules.yaml", "stop: first", "stop: true",
     [("R113", "rules/dates.rules.yaml")], "allowed: first"),
    ("rules/dates.rules.yaml", "require: terms >= 0", "require: term >= 0",
     [("R201", "rules/dates.rules.yaml")], "write terms for the name of let"),
    ("rules/dates.rules.yaml", "value <= today()", "value <= '31.12.2025'",
     [("R301", "rules/dates.rules.yaml")], 'write a date as in "2025-12-31"'),
    ("rules/header.rules.yaml", "when: is_set(account_num)", "if: is_set(account_num)",
     [("R110", "rules/header.rules.yaml")], "known here: add, block, "),
    ("rules/vat.rules.yaml", '"round(sum(item_amount_base * item_vat_rate) / 100, 2)"',
     "round(sum(item_amount_base * item_vat_rate) / 100, 2)",
     [("R112", "rules/vat.rules.yaml")],
     'put it in quotes: expected: "round(sum(item_amount_base * item_vat_rate) / 100, 2)"'),
    ("rules/vat.rules.yaml", "upper(this.text)", "upper(value)",
     [("R304", "rules/vat.rules.yaml")], "or this.text or field.NAME.text for"),
    ("rules/vat-paths.rules.yaml", "children[?schema_id=='item_vat_rate'][]",
     "children[?schema_id='item_vat_rate'][]",
     [("R210", "rules/vat-paths.rules.yaml")], "="),
    ("rules/vat-paths.rules.yaml", "value.node_value), \"ZERO\"", "value.nodevalue), \"ZERO\"",
     [("R207", "rules/vat-paths.rules.yaml")], 'did you mean "node_value"?'),
    ("rules/vat-paths.rules.yaml", "upper(value.node_value)", "upper(value)",
     [("R304", "rules/vat-paths.rules.yaml")], "this is a mapping"),
    ("rules/vat-paths.rules.yaml", "upper(value.node_value)", "upper(node_value)",
     [("R201", "rules/vat-paths.rules.yaml")], "write value.node_value for what is selected"),
    ("rules/vat-paths.rules.yaml", "{node_id: id, node_value", "{node_value",
     [("R407", "rules/vat-paths.rules.yaml")], "add id to the braces of the selector"),
    ("rules/lines.rules.yaml", "sum(item_amount_base)", "line_items.item_amount_base.sum",
     [("R207", "rules/lines.rules.yaml")], "write item_amount_base for the field"),
    ("rules/lines.rules.yaml", "sum(item_amount_base)", "item_amount_base.sum",
     [("R207", "rules/lines.rules.yaml")], "write sum(item_amount_base)"),
    ("rules/lines.rules.yaml", "row.previous.item_order_id", "previous.item_order_id",
     [("R207", "rules/lines.rules.yaml")], "write row.previous.item_order_id"),
    ("rules/lines.rules.yaml", "when: count(line_items) > 0", "when: count(line_items)",
     [("R302", "rules/lines.rules.yaml")], "a condition must be true or false, this is number"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "told", "words"), CASES)
def test_a_slip_is_told_where_it_is(file, old, new, told, words, tmp_path):
    folder = tmp_path / "configs"
    shutil.copytree(CONFIGS, folder)
    text = (folder / file).read_text(encoding="utf-8")
    assert text.count(old) == 1
    (folder / file).write_text(text.replace(old, new), encoding="utf-8")

    report = check(folder, SECRETS).report

    places = [(one.code, one.span.file.removeprefix(f"{folder}/")) for one in report]
    assert sorted(places) == sorted(told)
    assert any(words in f"{one.message} {one.hint}" for one in report)
