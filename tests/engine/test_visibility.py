"""``visible`` follows its condition both ways; ``respond`` answers whoever asks."""

import json

import msgspec
import pytest

from tests.documents import UNSIGNED, Document, ask, gateway, number
from tests.platform import changed, told


def document(iban_hidden=None, **values):
    header = {"iban": "", "method": "cash", "total": number("6"), "order": "", **values}
    marks = {"iban": {} if iban_hidden is None else {"hidden": iban_hidden}}
    lines = [{"code": "A", "note": ""}, {"code": "B", "note": "x"}]
    return Document(header, {"line_items": lines}, marks=marks)


VISIBLE = "  - {id: a, %s, on_failure: ignore}\n"
SHOWN, HIDDEN = "shown", "hidden"


@pytest.mark.parametrize(
    ("rule", "values", "state"),
    [
        ("visible: {iban: method == 'cash'}", {}, SHOWN),
        ("visible: {iban: method == 'cash'}", {"method": "card"}, HIDDEN),
        ("visible: {iban: method == 'cash'}", {"method": ""}, HIDDEN),
        ("visible: {iban: number(method) > 1}", {}, HIDDEN),
        ("visible: {iban: 1 / (total - 6) > 1}", {}, None),
        ("when: total > 5, visible: {iban: method == 'cash'}", {}, SHOWN),
        ("when: total > 6, visible: {iban: method == 'cash'}", {}, HIDDEN),
        ("when: is_set(order) and total > 5, visible: {iban: method == 'cash'}", {}, HIDDEN),
        ("when: order == 'x', visible: {iban: method == 'cash'}", {}, HIDDEN),
        ("when: 1 / (total - 6) > 1, visible: {iban: method == 'cash'}", {}, None),
        ("require: total > 6, visible: {iban: method == 'cash'}", {}, SHOWN),
        ("require: total > 5, visible: {iban: method == 'cash'}", {}, HIDDEN),
        ("require: order == 'x', visible: {iban: method == 'cash'}", {}, HIDDEN),
        ("require: order == 'x', empty: fire, visible: {iban: method == 'cash'}", {}, SHOWN),
        ("visible: {iban: method == 'cash'}, replace: {order: '{1 / (total - 6)}'}", {}, None),
        ("when: total > 5, hide: order, otherwise: {visible: {iban: total > 1}}", {}, HIDDEN),
        ("when: total > 6, hide: order, otherwise: {visible: {iban: total > 1}}", {}, SHOWN),
        ("when: total > 6, hide: order, otherwise: {visible: {iban: total > 9}}", {}, HIDDEN),
        ("when: order == 'x', hide: order, otherwise: {visible: {iban: total > 1}}", {}, SHOWN),
        (
            "when: total > 5, visible: {iban: total > 9}, otherwise: {visible: {iban: total > 1}}",
            {},
            HIDDEN,
        ),
        (
            "when: total > 6, visible: {iban: total > 1}, otherwise: {visible: {iban: total > 1}}",
            {},
            SHOWN,
        ),
        (
            "require: order == 'x', hide: order, otherwise: {visible: {iban: total > 1}}",
            {},
            HIDDEN,
        ),
    ],
)
@pytest.mark.parametrize("before", [True, False, None])
def test_a_field_follows_its_condition_both_ways(rule, values, state, before):
    answered = ask(gateway(VISIBLE % rule), document(before, **values))

    unchanged = state is None or (before is True) is (state == HIDDEN)
    assert [one for one in told(answered) if one.startswith("iban")] == (
        [] if unchanged else [f"iban {state}"]
    )


@pytest.mark.parametrize(
    ("group", "state"),
    [
        ("when: total > 5", SHOWN),
        ("when: total > 6", HIDDEN),
        ("when: order == 'x'", HIDDEN),
        ("when: 1 / (total - 6) > 1", None),
        ("mode: shadow", None),
        ("mode: shadow, when: total > 6", None),
    ],
)
@pytest.mark.parametrize("before", [True, False])
def test_a_field_follows_the_condition_of_the_group_too(group, state, before):
    rules = f"""
  - {{group: g, {group}, rules: [
       {{id: a, on_failure: ignore, visible: {{iban: method == "cash"}}}}]}}
"""
    answered = ask(gateway(rules), document(before))

    unchanged = state is None or before is (state == HIDDEN)
    assert told(answered) == ([] if unchanged else [f"iban {state}"])


@pytest.mark.parametrize(
    ("rule", "operations"),
    [
        ("select: line_items, visible: {note: code == 'A'}", ["note[2] hidden"]),
        ("select: line_items, when: code == 'A', visible: {note: total > 1}", ["note[2] hidden"]),
        ("select: code, visible: {note: value == 'B'}", ["note[1] hidden"]),
        ("visible: {note: any(code == 'X')}", ["note[1] hidden", "note[2] hidden"]),
    ],
)
def test_cells_follow_a_condition_in_their_row(rule, operations):
    assert told(ask(gateway(VISIBLE % rule), document())) == operations


def test_of_several_rules_the_last_decides_and_nothing_flickers():
    rules = """
  - {id: a, visible: {iban: method == "cash"}}
  - {id: b, when: total > 5, hide: iban}
  - {id: c, message: {at: iban, text: "{field.iban.hidden}"}}
"""
    made = gateway(rules)
    first = ask(made, document())

    assert told(first) == ["iban hidden"]
    assert first.said == [(None, "iban: true")]
    assert told(ask(made, changed(first.payload, first.json["operations"]))) == []


def test_a_rule_that_only_hides_in_passing_has_not_fired():
    answered = ask(gateway(VISIBLE % "when: total > 6, visible: {iban: total > 1}"), document())

    (outcome,) = answered.evaluation.outcomes
    assert (outcome.fired, outcome.passed) == (0, 1)
    assert told(answered) == ["iban hidden"]


def manual(**keys):
    return {"request_id": "r", "event": "invocation", "action": "manual", **keys}


def responded(rules, payload):
    body = msgspec.json.encode(payload)
    return gateway(rules).answer(body, UNSIGNED, "acme").body.decode()


RESPOND = "  - {id: a, on: invocation.manual, respond: %s}\n"


@pytest.mark.parametrize(
    ("respond", "text"),
    [
        ("{status: ok, count: 3, rate: 0.050, fine: true, none: null}",
         '{"status":"ok","count":3,"rate":0.050,"fine":true,"none":null}'),
        ("'{payload.amount}'", "12.5"),
        ("'{payload.amount * 10000000000}'", "125000000000.0"),
        ("'{number(payload.price) + 0}'", "0.10"),
        ("'{payload.missing}'", "null"),
        ("{id: '{payload.missing}!'}", '{"id":"!"}'),
        ("{day: '{today()}', later: '{today() + 1:%d.%m.}'}",
         '{"day":"2025-01-31","later":"01.02."}'),
        ("['{payload.flag}', '{payload.name}', '{payload.name} {payload.amount}']",
         '[true,"A <b>","A <b> 12.5"]'),
        ("'{payload.parts}'", '[{"n":1,"deep":{"x":[null,"a"]}},2.5]'),
        ("'{payload.map}'", '{"a":1,"b":null}'),
        ("'{payload.huge}'", "null"),
        ("'{payload.deep}'", "null"),
        ("'{number(payload.name)}'", "null"),
        ("plain text", '"plain text"'),
        ("''", '""'),
        ("[]", "[]"),
        ("{}", "{}"),
        ("null", "null"),
    ],
)  # fmt: skip
def test_a_response_is_any_json(respond, text):
    deep: object = "x"
    for _ in range(30):
        deep = {"d": deep}
    payload = manual(
        amount=12.5, price="0.10", flag=True, name="A <b>", huge=10**30, map={"a": 1, "b": None},
        parts=[{"n": 1, "deep": {"x": [None, "a"]}}, 2.5], deep=deep,
    )  # fmt: skip

    assert responded(RESPOND % respond, payload) == text


def test_a_duration_is_no_json_and_fails_its_rule():
    answer = json.loads(responded(RESPOND % "'{days(3) if is_empty(payload.x) else 1}'", manual()))

    assert answer["operations"] == []
    assert "the rule a could not be evaluated" in answer["messages"][0]["content"].lower()


@pytest.mark.parametrize(
    ("rules", "text"),
    [
        ("  - {id: a, on: invocation.manual, when: payload.x == 1, respond: a}\n",
         '{"messages":[],"operations":[]}'),
        ("  - {id: a, message: a}\n", '{"messages":[],"operations":[]}'),
        (("  - {id: a, on: invocation.manual, respond: a}\n"
         "  - {id: b, on: invocation.manual, respond: b}\n"), '"b"'),
        (("  - {id: a, on: invocation.manual, when: payload.x == 1, respond: a, "
         "otherwise: {respond: b}}\n"), '"b"'),
        (("  - {id: a, on: invocation.manual, when: is_set(payload.x), respond: a, "
         "otherwise: {respond: b}}\n"), '"b"'),
        ("  - {id: a, on: invocation.manual, mode: shadow, respond: a}\n",
         '{"messages":[],"operations":[]}'),
        ("  - {id: a, on: invocation.manual, select: 'payload.rows[]', respond: '{value}'}\n",
         '{"messages":[],"operations":[]}'),
        ("  - {id: a, on: invocation.manual, select: 'rows[]', respond: '{value}'}\n", "2"),
    ],
)  # fmt: skip
def test_the_last_rule_that_responds_counts(rules, text):
    assert responded(rules, manual(rows=[1, 2])) == text
