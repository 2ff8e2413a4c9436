"""``notify``: who is told what, and when nobody is."""

from dataclasses import replace

import msgspec
import pytest

from gateway.effects import Form
from gateway.engine.notices import MAX_BODY
from tests.documents import Document, gateway, number

GATEWAY = """\
version: 1
destinations:
  erp: {url: "https://erp.example.com/"}
  sheet: {url: "https://sheet.example.com/", form: form}
  chat: {url: "https://chat.example.com/", form: text}
"""
DOCUMENT = Document(
    {
        "total": number("1210.50"),
        "issued": ("31/01/2025", "2025-01-31"),
        "name": 'Anna & "Söhne"\nGmbH',
        "order": "",
        "odd": ("l2,00", None),
    },
    {"line_items": [{"code": "A", "amount": number("600")}, {"code": "B", "amount": number("0.10")},
                    {"code": "", "amount": number("0")}]},
)  # fmt: skip
QUEUE = "fields: {odd: number}"
RULE = "  - {id: tell, on: initialize, notify: {to: erp, body: %s}}\n"


def evaluated(rules, document=DOCUMENT, action="initialize"):
    served = gateway(rules, QUEUE, **{"gateway.yaml": GATEWAY})
    payload = replace(document, action=action).payload()
    return served.dry_run(msgspec.json.encode(payload), "acme").evaluation


def told(rules, **given):
    return [one.body.decode() for one in evaluated(rules, **given).deliveries]


@pytest.mark.parametrize(
    ("body", "sent"),
    [
        ('{total: "{total}"}', '{"total":1210.50}'),
        ('{total: "{total:,.2f}"}', '{"total":"1,210.50"}'),
        ('{twice: "{total * 2}", half: "{total / 4}"}', '{"twice":2421.00,"half":302.625}'),
        ('{issued: "{issued}", year: "{issued:%Y}"}', '{"issued":"2025-01-31","year":"2025"}'),
        ('{order: "{order}", text: "Order {order}."}', '{"order":null,"text":"Order ."}'),
        ('{big: "{total > 1000}", all: [1, 0.50, true, "x"]}',
         '{"big":true,"all":[1,0.50,true,"x"]}'),
        ('{name: "{name}"}', '{"name":"Anna & \\"Söhne\\"\\nGmbH"}'),
        ('{id: "{annotation.id}", event: "{event}.{action}"}',
         '{"id":314528,"event":"annotation_content.initialize"}'),
        ('"{total}"', "1210.50"),
        ('["{total}", {nested: [["{order}"]]}]', '[1210.50,{"nested":[[null]]}]'),
        ('{each: line_items, as: "{code}"}', '["A","B",null]'),
        ('{each: line_items, where: amount > 0, as: {n: "{row.number}", a: "{amount}"}}',
         '[{"n":1,"a":600},{"n":2,"a":0.10}]'),
        ('{each: line_items, where: amount > 1000, as: 1}', "[]"),
        ('{sum: "{sum(amount)}", rows: {each: line_items, as: ["{sum(column.amount)}"]}}',
         '{"sum":600.10,"rows":[[600.10],[600.10],[600.10]]}'),
        ('{a: {each: line_items, where: code == "A", as: 1}, b: {each: line_items, as: "{code}"}}',
         '{"a":[1],"b":["A","B",null]}'),
    ],
)  # fmt: skip
def test_a_body_is_json_with_values_in_it(body, sent):
    assert told(RULE % body) == [sent]


@pytest.mark.parametrize(
    ("notify", "form", "sent"),
    [
        ('{to: sheet, body: {name: "{name}", total: "{total}", order: "{order}", a b: true}}',
         Form.FORM,
         "name=Anna+%26+%22S%C3%B6hne%22%0AGmbH&total=1210.50&order=&a+b=true"),
        ('{to: chat, body: "{name}: {total:,.2f} & <b>"}', Form.TEXT,
         'Anna & "Söhne"\nGmbH: 1,210.50 & <b>'),
        ('{to: chat, body: "{total}"}', Form.TEXT, "1210.50"),
    ],
)  # fmt: skip
def test_a_destination_gets_the_form_it_takes(notify, form, sent):
    rule = f"  - {{id: tell, on: initialize, notify: {notify}}}\n"
    (delivered,) = evaluated(rule).deliveries

    assert (delivered.form, delivered.body.decode()) == (form, sent)


AT_START = "  - {id: a, on: initialize, %s}\n"


@pytest.mark.parametrize(
    ("rules", "bodies"),
    [
        (AT_START % "when: total > 1, notify: {to: erp, body: 1}", ["1"]),
        (AT_START % "when: total < 1, notify: {to: erp, body: 1}", []),
        (AT_START % "when: total < 1, notify: {to: erp, body: 1}, "
         "otherwise: {notify: {to: erp, body: 2}}", ["2"]),
        (AT_START % "mode: shadow, notify: {to: erp, body: 1}", []),
        (AT_START % 'select: line_items, when: amount > 0, notify: {to: erp, body: "{code}"}',
         ['"A"', '"B"']),
        (AT_START % "notify: [{to: erp, body: 1}, {to: sheet, body: {a: 2}}]", ["1", "a=2"]),
        (("  - {id: b, on: initialize, replace: {order: X}}\n"
          + AT_START % 'notify: {to: erp, body: "{order}"}'), ['"X"']),
        ("  - {group: g, on: initialize, rules: [{id: a, notify: {to: erp, body: 1}}]}\n", ["1"]),
    ],
)  # fmt: skip
def test_it_is_told_once_for_each_run_that_fires(rules, bodies):
    assert told(rules) == bodies


def test_runs_are_told_apart_by_what_they_are_about():
    rule = "  - {id: a, on: initialize, select: line_items, notify: {to: erp, body: 1}}\n"
    whole = "  - {id: a, on: initialize, notify: {to: erp, body: 1}}\n"

    runs = [one.run for one in evaluated(rule).deliveries]

    assert len(set(runs)) == 3
    assert [one.run for one in evaluated(rule).deliveries] == runs
    assert [one.run for one in evaluated(whole).deliveries] == [""]


@pytest.mark.parametrize(
    ("notify", "why"),
    [
        ('{to: erp, body: "{odd}"}', "a value for erp cannot be read"),
        ('{to: erp, body: {a: {each: line_items, as: "{1 / amount}"}}}', "division by zero"),
        ('{to: erp, body: {each: nothing, as: 1}}', "the document has no table nothing"),
        ('{to: erp, body: 1, key: "{odd}"}', "a value for its key cannot be read"),
        ('{to: erp, body: 1, key: "{order}"}', "its key is empty, as are all values in it"),
        ('{to: erp, body: 1, key: "{pad(name, 900)}{pad(name, 900)}"}', "a key of more than 1,000"),
        ('{to: sheet, body: {codes: "{payload.annotation}"}}', "a list or mapping where a text"),
    ],
)  # fmt: skip
def test_a_run_that_cannot_be_told_whole_fails_and_tells_nothing(notify, why):
    rule = f"  - {{id: tell, on: initialize, notify: [{{to: erp, body: 0}}, {notify}]}}\n"

    evaluation = evaluated(rule)

    (outcome,) = evaluation.outcomes
    assert (outcome.failed, evaluation.deliveries) == (1, [])
    assert why in outcome.failure


def test_what_a_shadow_would_tell_is_counted():
    rule = "  - {id: a, on: initialize, mode: shadow, notify: {to: erp, body: 1}}\n"

    assert evaluated(rule).shadows == {"a": 1}


def test_a_body_has_a_largest_size():
    rule = RULE % '{each: line_items, as: "{pad(code, 900)}"}'
    many = [{"code": f"C{number}"} for number in range(MAX_BODY // 900)]

    evaluation = evaluated(rule, Document(tables={"line_items": many}))

    assert evaluation.deliveries == []
    assert "a body of more than 1,000,000 bytes for erp" in evaluation.outcomes[0].failure
    assert told(rule, document=Document(tables={"line_items": many[:900]}))


def test_nothing_secret_of_a_request_can_be_told():
    secret = {"secrets": {"a": "canary"}, "rossum_authorization_token": "canary"}
    asked = {"event": "invocation", "action": "manual", "request_id": "1", **secret}
    rule = "  - {id: a, on: invocation.manual, select: '@', notify: {to: erp, body: '{value}'}}\n"
    served = gateway(rule, **{"gateway.yaml": GATEWAY})

    (delivered,) = served.dry_run(msgspec.json.encode(asked), "acme").evaluation.deliveries

    assert msgspec.json.decode(delivered.body) == {
        "event": "invocation", "action": "manual", "request_id": "1"
    }  # fmt: skip
