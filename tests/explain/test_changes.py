"""What rules do to options, visibility, validation and rows is told, and what was there already."""

import msgspec
import pytest

from gateway.explain.document import document
from gateway.explain.explanation import Verdict, explain
from gateway.explain.telling import tell_rule
from tests.documents import Document, gateway, number

FIELDS = "fields: {amount: number, item_amount: number, vat_base: number}"
OPTIONS = [{"value": "1", "label": "1"}, {"value": "2", "label": "Two"}]
INVOICE = Document(
    {"kind": "1", "iban": "X", "amount": number("5"), "vendor": "V", "tags": ""},
    {
        "line_items": [
            {"item_code": "", "item_amount": ""},
            {"item_code": "A", "item_amount": number("1"), "item_rate": "21"},
            {"item_code": "B", "item_amount": number("2"), "item_rate": "21"},
        ],
        "vat": [{"vat_rate": "21", "vat_base": number("3")}],
        "pages": ["a", "b"],
    },
    marks={
        "kind": {"options": OPTIONS},
        "iban": {"hidden": True},
        "vendor": {"validation_sources": ["connector"]},
    },
)


def rule(text, name="r"):
    return "".join(f"  {line}\n" for line in f"- id: {name}\n  {text}".splitlines())


def explained(rules, payload=None, name="r"):
    body = msgspec.json.encode(payload or INVOICE.payload())
    explanation = explain(gateway(rules, FIELDS), body, "acme")
    return explanation, explanation.rule(name)


def effects(found):
    return [line.strip() for line in tell_rule(found) if line.startswith("    -> ")]


DERIVED = "table: {into: vat, from: line_items, by: item_rate, where: is_set(item_amount), cells: "


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("options: {kind: ['1', '3']}", ["-> options kind: 1, 3"]),
        (
            "options: {kind: ['1', {value: '2', label: Deux}]}",
            ["-> options kind: 1, 2 (Deux)"],
        ),
        (
            "options: {kind: ['1', {value: '2', label: Two}]}",
            ["-> options kind: 1, 2 (Two) (they are its options)"],
        ),
        (
            'replace: {kind: "{trim(kind)}", amount: "{amount + 0.00}", vendor: W}',
            [
                '-> replace kind: "1" (it has this value)',
                '-> replace amount: "5.00" (it has this value)',
                '-> replace vendor: "W"',
            ],
        ),
        ("hide: [vendor]", ["-> hide vendor"]),
        ("hide: [iban]", ["-> hide iban (it is hidden)"]),
        ("show: [iban, kind]", ["-> show iban", "-> show kind (it is visible)"]),
        ("visible: {vendor: amount > 9}", ["-> hide vendor"]),
        ("visible: {iban: amount > 1}", ["-> show iban"]),
        ("when: amount > 9\n  visible: {vendor: amount > 1}", ["-> hide vendor"]),
        ("require: amount > 9\n  visible: {iban: amount > 1}", ["-> show iban"]),
        ("validate: [kind]", ["-> validate kind"]),
        ("validate: [vendor]", ["-> validate vendor (it is validated)"]),
        (
            'add: {table: line_items, cells: {item_code: F, item_amount: "{amount}"}}',
            ['-> add line_items: item_code "F", item_amount "5"'],
        ),
        (
            "add: {table: line_items, cells: {item_code: B, item_rate: x}, key: [item_code]}",
            ['-> add line_items: item_code "B", item_rate "x" (there is such a row)'],
        ),
        (
            "select: line_items\n  add: {table: vat, cells: {vat_rate: new}}",
            [
                '-> add vat: vat_rate "new"',
                '-> add vat: vat_rate "new" (there is such a row)',
                '-> add vat: vat_rate "new" (there is such a row)',
            ],
        ),
        (
            "select: line_items\n  when: is_empty(item_code)\n  remove: true",
            ["-> remove line_items[1]"],
        ),
        ("select: pages\n  when: value == 'b'\n  remove: true", ["-> remove page[2]"]),
        (
            DERIVED + '{vat_rate: "{item_rate}", vat_base: "{sum(item_amount)}"}}',
            ["-> table vat (its rows are as derived)"],
        ),
        (
            DERIVED + '{vat_rate: "{item_rate}", vat_base: "{sum(item_amount) + 1}"}}',
            ['-> replace vat_base[1]: "4"'],
        ),
        (
            DERIVED + "{vat_rate: x, vat_base: '7'}}",
            ['-> replace vat_rate[1]: "x"', '-> replace vat_base[1]: "7"'],
        ),
        (
            DERIVED.replace("is_set", "is_empty") + "{vat_rate: '0', vat_base: '7'}}",
            ['-> replace vat_rate[1]: "0"', '-> replace vat_base[1]: "7"'],
        ),
        (
            "mode: shadow\n  validate: [kind]",
            ["-> validate kind (the rule is in shadow)"],
        ),
    ],
)
def test_what_a_rule_changes_is_told(text, lines):
    _, found = explained(rule(text))

    assert effects(found) == lines


def test_names_are_those_of_the_document_as_it_arrived():
    rules = rule("select: line_items\n  when: is_empty(item_code)\n  remove: true", "gone")
    rules += rule("select: item_code\n  when: value == 'B'\n  message: x\n  replace: c")

    _, found = explained(rules)

    assert effects(found) == ["-> error item_code[3]: x", '-> replace item_code[3]: "c"']


def test_what_a_group_hides_that_does_not_apply_is_told():
    rules = rule("visible: {vendor: amount > 1}\n  select: amount").replace("\n", "\n    ")
    group = f"  - group: g\n    when: amount > 9\n    rules:\n    {rules.rstrip()}\n"

    _, found = explained(group)

    assert found.verdict is Verdict.GUARD
    assert tell_rule(found)[0].startswith(
        "not run  r  the group's when is false -> 1 hide  (configs/acme.rules.yaml:"
    )
    assert effects(found) == ["-> hide vendor"]


def test_the_condition_that_a_field_follows_is_drawn():
    _, found = explained(rule("visible: {vendor: amount > 9}"))

    assert tell_rule(found)[1:] == [
        "    visible vendor: amount > 9",
        "                    |      |",
        "                    5      false",
        "    -> hide vendor",
    ]


def test_only_what_is_answered_is_counted():
    _, found = explained(rule("show: [iban, kind]\n  validate: [vendor]\n  options: {kind: ['9']}"))

    assert " -> 1 options, 1 show  (" in tell_rule(found)[0]


ASKED = {"event": "invocation", "action": "manual", "supplier": "4711"}


def test_a_response_is_told_as_json():
    text = "on: invocation.manual\n  respond: {known: '{payload.supplier == \"4711\"}', rate: 0.5}"

    explanation, found = explained(rule(text), ASKED)

    assert explanation.event == "invocation.manual"
    assert effects(found) == ['-> respond caller: {"known": true, "rate": 0.5}']
    (told,) = document(explanation, "r")["rules"]
    assert told["details"][0]["effects"] == [
        {
            "effect": "respond",
            "at": "caller",
            "text": '{"known": true, "rate": 0.5}',
            "kept": None,
        }
    ]


@pytest.mark.parametrize(
    ("on", "payload", "reason"),
    [
        ("updated", ASKED, "on updated, not on invocation.manual"),
        ("[confirm, initialize]", ASKED, "on confirm, initialize, not on invocation.manual"),
        ("user_update", ASKED, "on user_update, not on invocation.manual"),
        ("annotation_content", ASKED, "on annotation_content, not on invocation.manual"),
        ("initialize", None, "on initialize, not on updated"),
        (
            "initialize",
            {"event": "annotation_content", "action": "initialize"},
            "this initialize has no content",
        ),
    ],
)
def test_a_rule_for_another_event_names_both(on, payload, reason):
    _, found = explained(rule(f"on: {on}\n  hide: [iban]"), payload)

    assert (found.verdict, found.reason) == (Verdict.EVENT, reason)


def test_a_cell_of_an_added_row_is_named_by_its_position():
    rules = rule("add: {table: line_items, cells: {item_code: C}}", "new")
    rules += rule("replace: {item_code: x}")

    _, found = explained(rules)

    assert effects(found)[-1] == '-> replace item_code[4]: "x"'
