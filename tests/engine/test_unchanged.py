"""Values that are there already are not written, whether columns are looked at whole or not."""

import pytest

from tests.documents import Document, ask, gateway

LINES = [
    {"price": ("1,000.00", "1000.00"), "unit": "pcs", "due": ("1.2.25", "2025-02-01")},
    {"price": ("2.5", "2.5"), "unit": "KS", "due": ("2.2.25", "2025-02-02")},
]


def answered(rule, lines=LINES, header=None, more=""):
    rules = f"  - {{id: first, {rule}}}\n{more}"
    return ask(gateway(rules), Document(header or {}, {"lines": lines}))


def outcome(found):
    first = found.evaluation.outcomes[0]
    return first.runs, first.fired, first.failed


@pytest.mark.parametrize(
    ("rule", "written"),
    [
        pytest.param('select: price, replace: "{round(value, 2)}"', {}, id="another scale"),
        ('select: price, replace: "{value}"', {}),
        ('select: price, replace: "{value + 0}"', {}),
        ('select: price, replace: "{round(value)}"', {"price[2]": "3"}),
        ('select: lines, replace: {price: "{price * 1}"}', {}),
        ('select: due, replace: "{value}"', {}),
        ("select: unit, replace: \"{map(value, {'KS': 'pcs'}, value)}\"", {"unit[2]": "pcs"}),
        ('select: unit, replace: "{lower(value)}"', {"unit[2]": "ks"}),
        ('select: lines, replace: {unit: "{upper(unit)}"}', {"unit[1]": "PCS"}),
        ('select: lines, when: row.number > 1, replace: {unit: "{upper(unit)}"}', {}),
        ('select: unit, replace: "pcs"', {"unit[2]": "pcs"}),
        ('select: lines, replace: {unit: "{unit}", price: "{price}"}', {}),
        ('select: "[].children[].children[].children[1]", replace: "{value}"', {}),
    ],
)
def test_only_what_changes_is_sent_and_every_run_fires(rule, written):
    found = answered(rule)

    assert found.values == written
    runs, fired, failed = outcome(found)
    assert (fired, failed) == (1 if "when" in rule else runs, 0)


def test_a_later_rule_sees_what_stays_as_it_is_displayed():
    later = '  - {id: then, select: price, message: "{this.text} {value}"}\n'

    found = answered('select: price, replace: "{round(value, 1)}"', more=later)

    assert [text for _, _, text in found.messages] == ["1,000.00 1000.00", "2.5 2.5"]


def test_a_later_rule_sees_what_has_changed_in_all_selections():
    later = (
        '  - {id: seen, select: lines, when: unit == "pcs", message: {at: unit, text: "{unit}"}}\n'
    )
    earlier = 'select: lines, when: unit == "KS", replace: {unit: pcs}'

    assert len(answered(earlier, more=later).messages) == 2


def test_of_several_runs_that_write_one_field_the_last_counts_though_it_changes_nothing():
    found = answered('select: unit, replace: {total: "{value}"}', header={"total": "KS"})

    assert found.values == {}
    assert outcome(found) == (2, 2, 0)


def test_a_value_that_is_there_but_too_long_to_send_fails_its_run():
    lines = [{"unit": "x" * 1501}, {"unit": "pcs"}]

    assert outcome(answered('select: unit, replace: "{value}"', lines)) == (2, 1, 1)


@pytest.mark.parametrize("value", ["", ("?", None)])
def test_a_column_with_an_empty_or_unreadable_cell_is_told_apart(value):
    lines = [{"price": value}, {"price": ("2", "2")}]

    found = answered('select: price, replace: "{default(value, 7)}"', lines)

    assert found.values == ({"price[1]": "7"} if value == "" else {})
    assert outcome(found) == (2, 2, 0)


def test_a_run_that_fails_fails_alone_beside_runs_that_change_nothing():
    lines = [{"price": ("1", "1")}, {"price": ("0", "0")}, {"price": ("-1", "-1")}]

    found = answered('select: price, replace: "{1 / value}"', lines)

    assert found.values == {}
    assert outcome(found) == (3, 2, 1)
