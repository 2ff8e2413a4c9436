"""Where messages and blockers stand, what they say, and how a failure is told."""

import json

import pytest

from gateway.config.load import load_snapshot
from gateway.runtime import Gateway
from tests.documents import Document, acme, ask, folder, gateway, number

HEADER = {"vendor": "<A & B>", "total": number("5"), "nothing": ""}
ROWS = {"line_items": [{"code": "A", "amount": number("1")}, {"code": "B", "amount": number("2")}]}
DOCUMENT = Document(HEADER, ROWS)
SCHEMA = json.dumps(
    [
        {
            "category": "section",
            "id": "basic",
            "children": [
                {"category": "datapoint", "id": name, "type": kind, "label": label, **more}
                for name, kind, label, more in [
                    ("vendor", "string", "Supplier", {}),
                    ("total", "number", "Total due", {"hidden": True}),
                    ("nothing", "string", "Nothing", {}),
                    ("elsewhere", "string", "On no document", {}),
                ]
            ],
        }
    ]
)


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("message: X", [(None, "X")]),
        ("select: vendor, message: X", [("vendor", "X")]),
        ("select: amount, message: X", [("amount[1]", "X"), ("amount[2]", "X")]),
        ("message: {at: vendor, text: X}", [("vendor", "X")]),
        ("message: {at: [vendor, total], text: X}", [("vendor", "X"), ("total", "X")]),
        ("select: vendor, message: {at: document, text: X}", [(None, "X")]),
        ("select: vendor, message: {at: total, text: X}", [("total", "X")]),
        ("message: {at: amount, text: X}", [("amount[1]", "X")]),
        ("message: {at: line_items, text: X}", [("code[1]", "X")]),
        ("message: {at: line_item, text: X}", [("code[1]", "X")]),
        (
            "select: line_items, message: {at: code, text: X}",
            [("code[1]", "X"), ("code[2]", "X")],
        ),
        ("select: line_items, message: {at: line_items, text: X}", [("code[1]", "X")]),
        ("select: line_items, message: {at: vendor, text: X}", [("vendor", "X")]),
        (
            'select: line_items, message: {at: vendor, text: "{row.number}"}',
            [("vendor", "1"), ("vendor", "2")],
        ),
        ("select: \"[].children[?schema_id=='line_items'][]\", message: X", [(None, "X")]),
        ('select: "[].children[].content.value", message: X', [(None, "X")]),
        ("select: nowhere, message: X", []),
        ("message: {type: info, text: X}", [(None, "X")]),
    ],
)
def test_a_message_stands_where_its_rule_says(rule, said):
    answered = ask(gateway(f"  - {{id: a, {rule}}}"), DOCUMENT)

    assert (answered.said, answered.failure) == (said, None)


HIDDEN = {"hidden": True}


@pytest.mark.parametrize(
    ("at", "marks", "said"),
    [
        ("vendor", {"vendor": HIDDEN}, [(None, "vendor: X")]),
        ("amount", {"amount": HIDDEN}, [(None, "amount: X")]),
        ("line_items", {"code": HIDDEN}, [("amount[1]", "X")]),
        ("line_items", {"code": HIDDEN, "amount": HIDDEN}, [(None, "line_items: X")]),
        ("[vendor, total]", {"vendor": HIDDEN}, [(None, "vendor: X"), ("total", "X")]),
        ("vendor", {"vendor": {"hidden": False}}, [("vendor", "X")]),
    ],
)
def test_a_message_at_what_nobody_sees_stands_at_the_document(at, marks, said):
    made = gateway(f"  - {{id: a, message: {{at: {at}, text: X}}}}")

    assert ask(made, Document(HEADER, ROWS, marks=marks)).said == said


@pytest.mark.parametrize(
    ("at", "marks", "said"),
    [
        ("total", {}, [(None, "Total due: X")]),
        ("total", {"total": {"hidden": False}}, [("total", "X")]),
        ("vendor", {"vendor": HIDDEN}, [(None, "Supplier: X")]),
        ("elsewhere", {}, [(None, "On no document: X")]),
    ],
)
@pytest.mark.parametrize("source", ["file", "side-load"])
def test_the_schema_says_what_is_hidden_and_what_it_is_called(at, marks, said, source):
    rules = f"  - {{id: a, message: {{at: {at}, text: X}}}}"
    if source == "file":
        made, envelope = (
            gateway(rules, "schema: acme.schema.json", **{"acme.schema.json": SCHEMA}),
            {},
        )
    else:
        made, envelope = gateway(rules), {"schemas": [{"id": 1, "content": json.loads(SCHEMA)}]}

    assert ask(made, Document(HEADER, marks=marks, envelope=envelope)).said == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{vendor}", "&lt;A &amp; B&gt;"),
        ("<b>{total:.2f}</b>", "<b>5.00</b>"),
        ("{nothing}|{nowhere}", "|"),
        ("{{{total}}}", "{5}"),
    ],
)
def test_what_documents_say_is_escaped_what_rules_say_is_not(text, said):
    ((_, found),) = ask(gateway(f'  - {{id: a, message: "{text}"}}'), DOCUMENT).said

    assert found == said


def test_a_message_is_cut_at_its_limit_and_has_no_control_characters():
    document = Document({"long": "x" * 9_000, "odd": "a\0b\x07c\rd\te\nf\x9bg"})
    made = gateway("""
  - {id: a, message: "{long}"}
  - {id: b, message: "{odd}"}
  - {id: c, block: "{long}"}
""")
    answered = ask(made, Document(document.header, action="initialize"))

    (_, long), (_, odd) = answered.said
    assert (len(long), long[-2:]) == (4_096, "x…")
    assert odd == "a\ufffdbcde\nfg"
    assert len(answered.blocks[0][1]) == 4_096


@pytest.mark.parametrize("effect", ['message: "{nothing}"', 'block: " {nothing}{nowhere} "'])
def test_a_text_of_which_nothing_is_left_fails_the_rule(effect):
    answered = ask(gateway(f"  - {{id: a, {effect}}}"), Document(HEADER, action="initialize"))

    assert answered.answer.failed == ("a",)
    assert [text for _, text in answered.said] == [text for _, text in answered.blocks]


def test_identical_messages_are_answered_once():
    made = gateway("""
  - {id: a, message: X}
  - {id: b, message: X}
  - {id: c, message: {type: warning, text: X}}
  - {id: d, message: {at: vendor, text: X}}
  - {id: e, select: line_items, message: {at: document, text: X}}
""")

    assert ask(made, DOCUMENT).messages == [
        ("error", None, "X"),
        ("warning", None, "X"),
        ("error", "vendor", "X"),
    ]


@pytest.mark.parametrize(
    ("rule", "blocks"),
    [
        ("message: X, block: true", [(None, "X")]),
        ("message: {at: vendor, text: X}, block: true", [("vendor", "X")]),
        ("select: vendor, message: X, block: true", [("vendor", "X")]),
        ('block: "{vendor}"', [(None, "&lt;A &amp; B&gt;")]),
        ("message: X, block: Z", [(None, "Z")]),
        ("block: {at: vendor, text: Z}", [("vendor", "Z")]),
        ("select: amount, block: Z", [("amount[1]", "Z"), ("amount[2]", "Z")]),
        ("message: X, block: {at: vendor}", [("vendor", "X")]),
    ],
)
def test_a_blocker_is_answered_where_it_is_honored(rule, blocks):
    made = gateway(f"  - {{id: a, {rule}}}")

    assert ask(made, Document(HEADER, ROWS, action="initialize")).blocks == blocks
    assert "automation_blockers" not in ask(made, DOCUMENT).json


@pytest.mark.parametrize(
    ("queue", "rule", "level"),
    [
        ("", "", "warning"),
        ("on_failure: warn", "", "warning"),
        ("on_failure: error", "", "error"),
        ("on_failure: ignore", "", None),
        ("on_failure: error", "on_failure: ignore, ", None),
        ("on_failure: ignore", "on_failure: error, ", "error"),
    ],
)
def test_a_failure_is_marked_once_as_rule_or_queue_chose(queue, rule, level):
    made = gateway(
        f"  - {{id: broken, {rule}select: code, when: value + code < 3, message: X}}",
        queue,
    )
    text = (
        "The rule broken could not be evaluated: "
        "value + code is text and 3 is number; they cannot be compared or combined."
    )

    updated = ask(made, DOCUMENT)
    first = ask(made, Document(HEADER, ROWS, action="initialize"))

    assert updated.messages == ([(level, None, text)] if level else [])
    assert first.blocks == ([(None, text)] if level else [])
    assert updated.answer.failed == ("broken",)
    assert updated.evaluation.outcomes[0].failed == 2


def test_the_mark_of_a_failure_is_no_markup():
    made = gateway("""  - {id: a, when: "vendor + '<script>' < total", message: X}""")

    ((_, text),) = ask(made, DOCUMENT).said

    assert "<" not in text
    assert "&lt;script&gt;" in text


CANARY = "canary-4711"


@pytest.mark.parametrize(
    "expression",
    [
        "vendor < 3", "vendor + total > 3", "total == vendor", "number(vendor) + vendor > 3",
        "total / (total - total) > 3", "vendor[total:] == 'a'", "sum(vendor, total) > 1",
        "max(vendor, total) == 3", "substring(vendor, total, total - 99) == 'a'",
        "matches(vendor, '.*') and vendor < 3", "parse_date(vendor, 'DD.MM.YYYY') < vendor",
        "is_vat(vendor, vendor)", "is_company_number(vendor, vendor)", "pad(vendor, 1001) == 'a'",
        "round(total, 99) == 3", "payload.settings.x < 3", "payload.settings.x.y == 'a'",
        "map(vendor, {'a': 1}, 'x') < total", "days(total * total * 999999999) == 1",
        "date(total, total, total) == date(vendor, total, total)", "similarity(vendor, total) > 1",
        "equal(vendor, total)", "total in vendor", "vendor in total", "lower(total) == vendor",
        "case(vendor, 1, 2) == 1", "case(payload.settings.x, 1, 2) == 1", "not vendor",
        "vendor and total > 1", "number(payload.settings.x) > 3", "join(payload.settings.x) == 'a'",
        "split(vendor, '-', 99999) == 'a'", "split(vendor, vendor, total * 0) == 'a'",
        "replace(vendor, vendor, vendor) < 3", "working_days_between(vendor, total) > 1",
        "add_working_days(vendor, total) < 1", "today() - vendor > 1", "month_end(vendor) == 1",
        "if_ == 1", "vendor - 3 == 1", "-vendor == 3", "abs(vendor) == 3", "total % vendor == 3",
        "date(vendor) == today()", "number(total, vendor) == 1", "text(payload.settings) == 'a'",
        "distance(vendor, total) > 1", "upper(payload.settings) == 'a'", "floor(vendor) == 1",
    ],
)  # fmt: skip
def test_a_failure_never_tells_what_was_captured(expression):
    loaded = load_snapshot(folder(acme(f'  - {{id: a, when: "{expression}", message: X}}')), {})
    if not loaded.good:  # Refused at load: then no document meets it.
        return
    document = Document(
        {"vendor": CANARY, "total": number("47110815.5")},
        envelope={"settings": {"x": CANARY}, "secrets": {"k": CANARY}},
    )

    answered = ask(Gateway(loaded.configuration), document)

    told = f"{answered.failure} {answered.evaluation!r}" if answered.failure else ""
    assert "4711" not in told
    assert "4711" not in answered.answer.body.decode()


def test_a_country_of_the_document_is_not_told_either():
    made = gateway("""  - {id: a, when: "is_vat(vendor, code)", message: X}""")

    failure = ask(made, Document({"vendor": "1", "code": "QX"})).failure

    assert failure.startswith("there is no check of VAT numbers of this country")
    assert "QX" not in failure
