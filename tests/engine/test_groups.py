"""What rules of a group share: events, fields, a condition, and an end."""

import pytest

from tests.documents import Document, ask, gateway, number

HEADER = {"vendor": "ACME", "nothing": "", "total": number("5")}
LINES = {
    "line_items": [{"amount": number("1")}, {"amount": number("2")}, {"amount": number("3")}],
    "taxes": [{"rate": number("21")}],
}
DOCUMENT = Document(HEADER, LINES)


def group(keys, *rules):
    listed = "".join(f"      - {rule}\n" for rule in rules)
    return f"  - group: g\n    {keys}\n    rules:\n{listed}"


@pytest.mark.parametrize(
    ("when", "said"),
    [
        ('vendor == "ACME"', ["one", "two"]),
        ('vendor == "B"', []),
        ('upper(nothing) == "B"', []),
    ],
)
def test_the_conditions_of_group_and_rule_must_both_hold(when, said):
    made = gateway(
        group(
            f"when: {when}",
            "{id: one, message: one}",
            "{id: two, when: total > 3, message: two}",
            "{id: three, when: total > 5, message: three}",
        )
    )

    assert [text for _, text in ask(made, DOCUMENT).said] == said


def test_the_condition_of_a_group_is_evaluated_once_at_its_first_rule():
    made = gateway(
        group(
            "when: total == 5",
            '{id: one, replace: {total: "6"}}',
            "{id: two, message: two}",
        )
    )

    answered = ask(made, DOCUMENT)

    assert (answered.said, answered.values) == ([(None, "two")], {"total": "6"})


def test_a_group_whose_condition_fails_fails_each_rule():
    made = gateway(group("when: vendor < 3", "{id: one, message: one}", "{id: two, message: two}"))

    answered = ask(made, DOCUMENT)

    assert answered.answer.failed == ("one", "two")
    assert len(answered.said) == 2


def test_the_events_and_modes_of_group_and_rule_intersect():
    made = gateway(
        group(
            "{on: [updated, confirm], mode: shadow}".strip("{}").replace(", mode", "\n    mode"),
            "{id: one, on: [confirm, export], message: one}",
            "{id: two, mode: off, message: two}",
        )
    )

    fired = {
        action: ask(made, Document(HEADER, action=action)).answer.fired
        for action in ("updated", "confirm", "export")
    }

    assert fired == {"updated": (), "confirm": ("one",), "export": ()}


STOP = "stop: first"


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        pytest.param(
            [
                "{id: one, select: amount, when: value == 2, message: one}",
                "{id: two, select: line_items, message: {at: amount, text: two}}",
                "{id: three, select: amount, message: three}",
            ],
            [("amount[2]", "one"), ("amount[1]", "two"), ("amount[3]", "two")],
            id="per row",
        ),
        pytest.param(
            [
                "{id: one, select: line_items, message: {at: amount, text: one}}",
                "{id: two, select: rate, message: two}",
            ],
            [("amount[1]", "one"), ("amount[2]", "one"), ("amount[3]", "one"), ("rate", "two")],
            id="a row of another table is another row",
        ),
        pytest.param(
            [
                "{id: one, select: vendor, message: one}",
                "{id: two, select: vendor, message: two}",
                "{id: three, select: total, message: three}",
            ],
            [("vendor", "one"), ("total", "three")],
            id="per field",
        ),
        pytest.param(
            [
                "{id: one, when: total > 99, message: one}",
                "{id: two, message: two}",
                "{id: three, select: vendor, message: three}",
                "{id: four, message: four}",
            ],
            [(None, "two")],
            id="an annotation rule ends it for everything",
        ),
        pytest.param(
            [
                "{id: one, mode: shadow, message: one}",
                "{id: two, when: vendor < 3, on_failure: ignore, message: two}",
                "{id: three, require: total == 5, message: x, otherwise: {message: three}}",
                "{id: four, require: upper(nothing) == vendor, message: four}",
                "{id: five, message: five}",
            ],
            [(None, "three"), (None, "five")],
            id="only a rule that fires ends it",
        ),
        pytest.param(
            [
                "{id: one, select: \"[].children[?schema_id=='vendor'][]\", message: one}",
                "{id: two, select: vendor, message: two}",
            ],
            [("vendor", "one")],
            id="a path ends it for its fields",
        ),
    ],
)
def test_a_rule_that_fires_ends_its_group(rules, said):
    assert ask(gateway(group(STOP, *rules)), DOCUMENT).said == said


def test_an_ended_group_ends_nothing_else():
    made = gateway(
        group(STOP, "{id: one, message: one}", "{id: two, message: two}")
        + group(STOP, "{id: three, message: three}")
        + "  - {id: four, message: four}\n"
    )

    assert [text for _, text in ask(made, DOCUMENT).said] == ["one", "three", "four"]
