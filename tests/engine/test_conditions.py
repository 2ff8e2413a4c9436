"""When the effects of a rule happen: ``when``, ``require``, ``otherwise``, ``empty``, ``mode``."""

import pytest

from tests.documents import Document, ask, gateway, number

HEADER = {"vendor": "ACME", "nothing": "", "total": number("5"), "unread": ("1O0", "None")}
LINES = {"line_items": [{"amount": number("1")}, {"amount": ""}, {"amount": number("3")}]}
DOCUMENT = Document(HEADER, LINES)

HOLDS, FAILS, EMPTY, BREAKS = (
    'vendor == "ACME"',
    'vendor == "B"',
    'upper(nothing) == "B"',
    "vendor < 3",
)


@pytest.mark.parametrize(
    ("keys", "happens"),
    [
        ("", "yes"),
        (f"when: {HOLDS}", "yes"),
        (f"when: {FAILS}", "no"),
        (f"when: {EMPTY}", "no"),
        (f"when: {BREAKS}", None),
        (f"require: {HOLDS}", "no"),
        (f"require: {FAILS}", "yes"),
        (f"require: {EMPTY}", None),
        (f"require: {BREAKS}", None),
        (f"require: {EMPTY}, empty: fire", "yes"),
        (f"require: {EMPTY}, empty: skip", None),
        (f"require: {BREAKS}, empty: fire", None),
        (f"when: {HOLDS}, require: {HOLDS}", "no"),
        (f"when: {HOLDS}, require: {FAILS}", "yes"),
        (f"when: {HOLDS}, require: {EMPTY}", None),
        (f"when: {FAILS}, require: {FAILS}", None),
        (f"when: {FAILS}, require: {BREAKS}", None),
        (f"when: {EMPTY}, require: {FAILS}", None),
        (f"when: {BREAKS}, require: {FAILS}", None),
        (f"when: {HOLDS} and {EMPTY}", "no"),
        (f"when: {FAILS} and {EMPTY}", "no"),
        (f"when: {HOLDS} or {EMPTY}", "yes"),
        (f"when: not ({EMPTY})", "no"),
        ("when: unread > 3", "no"),
        ("require: unread > 3", None),
        ("require: is_unreadable(unread)", "no"),
    ],
)
def test_effects_happen_by_the_answer_and_otherwise_by_its_opposite(keys, happens):
    keys = f'{keys}, otherwise: {{message: "no"}}, ' if keys else ""
    rules = f'  - {{id: a, {keys}on_failure: ignore, message: "yes"}}'

    answered = ask(gateway(rules, "fields: {unread: number}"), DOCUMENT)
    said = [text for _, text in answered.said]

    assert said == ([] if happens is None else [happens])


@pytest.mark.parametrize(
    ("keys", "fired", "passed", "skipped"),
    [
        ("when: amount > 1", [3], 2, 0),
        ("require: amount > 1", [1], 1, 1),
        ("require: amount > 1, empty: fire", [1, 2], 1, 0),
        ("when: is_set(amount), require: amount > 1", [1], 2, 0),
        ("when: row.first or row.last", [1, 3], 1, 0),
        ("when: amount == min(column.amount)", [1], 2, 0),
        ("when: amount + vendor_count > 100", [], 3, 0),
    ],
)
@pytest.mark.parametrize("select", ["line_items", "line_item", "amount"])
def test_each_row_has_its_own_answer(select, keys, fired, passed, skipped):
    rules = f"  - {{id: a, select: {select}, {keys}, message: {{at: amount, text: X}}}}"

    answered = ask(gateway(rules), DOCUMENT)

    (outcome,) = answered.evaluation.outcomes
    assert [place for place, _ in answered.said] == [f"amount[{row}]" for row in fired]
    assert (outcome.runs, outcome.fired) == (3, len(fired))
    assert (outcome.passed, outcome.skipped, outcome.failed) == (passed, skipped, 0)


SHADOW = """
  - id: watched
    mode: shadow
    replace: {vendor: "B"}
    message: Watched.
    block: true
  - {id: watched-badly, mode: shadow, when: vendor < 3, message: Watched.}
  - {id: silent, mode: off, message: Off.}
  - {id: after, when: vendor == "ACME", message: "{vendor}"}
"""


def test_a_shadow_is_evaluated_but_neither_answered_nor_seen():
    answered = ask(gateway(SHADOW), Document(HEADER, action="initialize"))

    assert answered.said == [(None, "ACME")]
    assert (answered.values, answered.blocks) == ({}, [])
    assert answered.answer.fired == ("watched", "after")
    assert answered.answer.failed == ("watched-badly",)
    assert answered.evaluation.shadows == {"watched": 3}


ACTIONS = ["initialize", "started", "user_update", "updated", "confirm", "export"]


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        ("", ACTIONS),
        ("on: [updated], ", ["user_update", "updated"]),
        ("on: [user_update], ", ["user_update"]),
        ("on: [annotation_content.confirm, export], ", ["confirm", "export"]),
    ],
)
def test_a_rule_runs_on_its_events(on, expected):
    made = gateway(f"  - {{id: a, {on}message: X}}")

    answers = {action: ask(made, Document(HEADER, action=action)) for action in [*ACTIONS, "new"]}

    assert [action for action, answered in answers.items() if answered.said] == expected


@pytest.mark.parametrize(
    ("edited", "updated", "runs"),
    [
        ("vendor", ("vendor",), True),
        ("vendor", ("total",), False),
        ("vendor", (), False),
        ("total, vendor", ("vendor", "amount"), True),
        ("amount", ("amount",), True),
        ("line_items", ("amount",), True),
        ("line_items", ("line_items",), True),
        ("line_item", ("line_item",), True),
        ("line_items", ("vendor",), False),
        ("nowhere", ("vendor",), False),
        ("supplier", ("vendor",), True),
    ],
)
@pytest.mark.parametrize("action", ["updated", "user_update"])
def test_edited_asks_which_fields_were_edited(edited, updated, runs, action):
    made = gateway(
        f'  - {{id: a, edited: [{edited}], replace: {{nothing: "X"}}}}',
        "fields: {supplier: {is: vendor}}",
    )

    answered = ask(made, Document(HEADER, LINES, action=action, updated=updated))

    assert (answered.values == {"nothing": "X"}) is runs


@pytest.mark.parametrize("action", ["initialize", "started", "confirm", "export"])
def test_edited_asks_nothing_on_other_events(action):
    made = gateway('  - {id: a, edited: [vendor], replace: {nothing: "X"}}')

    assert ask(made, Document(HEADER, action=action)).values == {"nothing": "X"}


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ("when: payload.flag", "payload.flag"),
        ("require: payload.flag", "payload.flag"),
        ("select: vendor, when: payload.flag", "payload.flag"),
        ("select: vendor, when: value", "value"),
        ("let: {flag: payload.flag}, when: flag", "payload.flag"),
    ],
)
def test_a_condition_that_is_no_truth_fails_the_rule(keys, words):
    rules = f"  - {{id: a, {keys}, message: X}}\n  - {{id: b, message: still there}}\n"
    answered = ask(gateway(rules), Document(HEADER, envelope={"flag": "1"}))

    assert answered.answer.failed == ("a",)
    assert answered.answer.fired == ("b",)
    assert answered.failure == f"a condition must be true or false, this is text, in {words}"


@pytest.mark.parametrize(
    ("let", "when", "failure"),
    [
        ("vendor + 1", "x > 2", "vendor is text; declare it as number, or write number(vendor)"),
        ("count(nothing)", "1 / x > 2", "division by zero, in 1 / x"),
        ("1 / count(nothing)", "2 > x", "division by zero, in 1 / count(nothing)"),
    ],
)
def test_a_failure_inside_of_let_quotes_what_let_says(let, when, failure):
    made = gateway(f'  - {{id: a, let: {{x: "{let}"}}, when: {when}, message: Never.}}')

    assert ask(made, Document(HEADER)).failure == failure


@pytest.mark.parametrize(
    "when",
    [
        "(1 if vendor == 'x' else 1 / count(nothing)) > 1",
        "case(vendor == 'x', 1, vendor != 'x', 1 / count(nothing)) > 1",
        "vendor == 'x' or 1 / count(nothing) > 1",
    ],
)
def test_the_part_that_fails_is_quoted_not_one_that_was_not_needed(when):
    made = gateway(f'  - {{id: a, when: "{when}", message: Never.}}')

    assert ask(made, Document(HEADER)).failure == "division by zero, in 1 / count(nothing)"
