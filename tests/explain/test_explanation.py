"""Why rules did what they did: the engine's verdicts, in words."""

from pathlib import Path

import msgspec
import pytest

from gateway.config.load import load
from gateway.explain.document import document
from gateway.explain.explanation import Verdict, explain
from gateway.explain.recording import Recorder
from gateway.explain.telling import tell, tell_rule
from gateway.runtime import Gateway
from tests.documents import NOW, Document, gateway, number
from tests.examples import CONFIGS, REQUESTS, SECRETS

FIELDS = "fields: {amount_total: number, tax: number, zero: number, item_price: number}"
INVOICE = Document(
    {"amount_total": number("100"), "tax": ("", None), "zero": number("0"), "currency": "eur",
     "odd": ("x1", None)},
    {"items": [{"item_price": number("1"), "item_code": "7"},
               {"item_price": number("20"), "item_code": "B"}, {"item_price": ""}]},
    updated=("currency",),
)  # fmt: skip


def explained(rules, document=INVOICE, rule="r"):
    made = gateway(rules, FIELDS)
    found = explain(made, msgspec.json.encode(document.payload()), "acme").rule(rule)
    assert found is not None
    return found


def rule(text):
    return "".join(f"  {line}\n" for line in f"- id: r\n  {text}".splitlines())


MESSAGE = "message: {at: document, text: x}"
ROWS = (
    "3 runs, 1 fired: require does not hold; 1 skipped: require is empty: value is empty; "
    "1 passed: require holds"
)


@pytest.mark.parametrize(
    ("text", "verdict", "reason"),
    [
        ("on: initialize\n  " + MESSAGE, "event", "on initialize, not on updated"),
        ("mode: off\n  " + MESSAGE, "off", "mode off"),
        ("edited: [tax]\n  block: x", "unedited", "not edited: tax"),
        ("edited: [currency]\n  block: x", "fired", "it has no condition"),
        ("select: item_rate\n  when: value == 'A'\n  message: x", "unselected",
         "nothing selected: the document has no item_rate"),
        ("select: '[].nothing'\n  message: x", "unselected",
         "nothing selected by [].nothing"),
        ("when: amount_total > 1\n  " + MESSAGE, "fired", "when is true"),
        ("when: amount_total < 1\n  " + MESSAGE, "passed", "when is false"),
        ("when: tax > 1\n  " + MESSAGE, "passed", "when is empty: tax is empty"),
        ("when: foo > 1 and tax > 1\n  " + MESSAGE, "passed",
         "when is empty: foo is absent, tax is empty"),
        ("require: amount_total < 1\n  " + MESSAGE, "fired", "require does not hold"),
        ("require: amount_total > 1\n  " + MESSAGE, "passed", "require holds"),
        ("require: tax > amount_total\n  " + MESSAGE, "skipped", "require is empty: tax is empty"),
        ("require: sum(column.item_tax) > 1\n  " + MESSAGE, "skipped",
         "require is empty: column.item_tax is absent"),
        ("require: sum(item_price * number(item_code)) > 1\n  " + MESSAGE, "skipped",
         "require is empty: number(item_code) is unreadable in row 2"),
        ("require: (tax if tax > 1 else find(odd, 'y')) == 'y'\n  " + MESSAGE, "skipped",
         "require is empty: find(odd, 'y') is empty"),
        ("require: number(odd) > 1\n  " + MESSAGE, "skipped",
         "require is empty: number(odd) is unreadable"),
        ("require: find(currency, 'z+') == 'z'\n  " + MESSAGE, "skipped",
         "require is empty: find(currency, 'z+') is empty"),
        ("require: tax > 1\n  empty: fire\n  " + MESSAGE, "fired",
         "require is empty: tax is empty"),
        ("require: amount_total / zero > 1\n  " + MESSAGE, "failed",
         "division by zero, in amount_total / zero"),
        ("when: amount_total < 1\n  require: tax > 1\n  " + MESSAGE, "passed", "when is false"),
        ("replace: {nothing: x}", "failed", "the document has no field nothing"),
        ("hide: [items]", "failed", "items is a table; name its fields"),
        ("select: item_price\n  require: value < 10\n  message: x", "fired", ROWS),
        ("select: item_price\n  when: amount_total < 1\n  message: x", "passed",
         "3 runs, each: when is false"),
        ("let: {share: amount_total / zero}\n  require: share > 1\n  " + MESSAGE, "failed",
         "division by zero, in amount_total / zero"),
    ],
)  # fmt: skip
def test_each_rule_is_told_with_its_verdict_and_why(text, verdict, reason):
    found = explained(rule(text))

    assert (found.verdict, found.reason) == (verdict, reason)


GROUP = """\
  - group: g
    when: {when}
    stop: first
    rules:
      - {{id: first, {select}message: x}}
      - {{id: r, {select}message: two}}
"""


@pytest.mark.parametrize(
    ("when", "select", "verdict", "reason"),
    [
        ("amount_total > 1", "", "stopped", "stopped by first"),
        ("amount_total > 1", "select: item_price, ", "stopped", "stopped by first"),
        ("amount_total < 1", "", "guard", "the group's when is false"),
        ("tax < 1", "", "guard", "the group's when is empty: tax is empty"),
        ("amount_total / zero < 1", "", "failed", "division by zero, in amount_total / zero"),
    ],
)
def test_a_rule_that_its_group_keeps_from_running_says_so(when, select, verdict, reason):
    found = explained(GROUP.format(when=when, select=select))

    assert (found.verdict, found.reason) == (verdict, reason)
    assert found.guard is not None


def test_a_rule_in_shadow_says_what_it_would_have_answered():
    found = explained(rule(f"mode: shadow\n  when: amount_total > 1\n  {MESSAGE}\n  block: true"))

    assert tell_rule(found)[0] == (
        "fired    r  when is true; shadow, would have answered 1 error, 1 block"
        "  (configs/acme.rules.yaml:3)"
    )


def test_a_rule_is_drawn_row_by_row_the_firing_ones_first():
    found = explained(
        rule("select: item_price\n  when: value > 0\n  require: value < 10\n  replace: '9'")
    )

    assert tell_rule(found, runs=2)[1:] == [
        "  row 2 fired: require does not hold",
        "    when: value > 0",
        "          |     |",
        "          20    true",
        "    require: value < 10",
        "             |     |",
        "             20    false",
        '    -> replace item_price[2]: "9"',
        "  row 1 passed: require holds",
        "    when: value > 0",
        "          |     |",
        "          1     true",
        "    require: value < 10",
        "             |     |",
        "             1     true",
        "1 more run; --all shows them",
    ]


@pytest.mark.parametrize(
    ("text", "effects"),
    [
        ("message: {type: info, at: zero, text: 'is {zero}'}", [("info", "zero", "is 0", None)]),
        ("block: x", [("block", "document", "x", "updated carries no blocker")]),
        ("replace: {tax: '{amount_total}'}", [("replace", "tax", "100", None)]),
        ("replace: {zero: '{tax}'}", [("replace", "nothing", "", "the new value is empty")]),
        ("overwrite: empty\n  replace: {zero: '1'}", [("replace", "nothing", "",
          "the new value is empty, or overwrite: empty keeps the old one")]),
        ("mode: shadow\n  replace: {zero: '1'}",
         [("replace", "zero", "1", "the rule is in shadow")]),
        ("when: zero > 1\n  message: a\n  otherwise: {message: {text: b, type: info}}",
         [("info", "document", "b", None)]),
    ],
)  # fmt: skip
def test_effects_are_told_by_the_names_of_fields(text, effects):
    (run,) = explained(rule(text)).runs

    assert [(one.verb, one.at, one.text, one.kept) for one in run.effects] == effects


def test_datapoints_of_one_name_outside_of_tables_are_numbered():
    payload = INVOICE.payload()
    header = payload["annotation"]["content"][0]["children"]
    header.append({**header[0], "id": 1, "content": {"value": "7", "normalized_value": "7"}})
    made = gateway(rule("select: amount_total\n  when: value == 7\n  replace: '8'"), FIELDS)

    first, second = explain(made, msgspec.json.encode(payload), "acme").rules[0].runs

    assert (first.place, first.effects[0].at) == ("amount_total[2]", "amount_total[2]")
    assert (second.place, second.reason) == ("amount_total[1]", "when is false")


def test_values_are_those_that_the_rule_saw_before_later_rules_wrote():
    rules = rule("when: amount_total > 1\n  replace: {amount_total: '1'}") + (
        "  - id: later\n    when: amount_total > 1\n    message: x\n"
    )

    first, later = (tell_rule(explained(rules, rule=name)) for name in ("r", "later"))

    assert first[3].split() == ["100", "true"]
    assert later[3].split() == ["1", "false"]


def test_a_request_without_content_runs_no_rule():
    made = gateway(rule(MESSAGE))
    body = msgspec.json.encode({"event": "annotation_status", "action": "changed"})

    (found,) = explain(made, body, "acme").rules

    assert (found.verdict, found.reason) == (
        Verdict.EVENT,
        "on annotation_content, not on annotation_status.changed",
    )


def test_the_time_is_an_argument():
    made = gateway(rule("when: days(1) + today() > today()\n  message: '{today()}'"))
    body = msgspec.json.encode(INVOICE.payload())

    (found,) = explain(made, body, "acme", NOW.replace(year=2030)).rules

    assert found.runs[0].effects[0].text == "2030-01-31"


def test_only_a_rule_that_is_asked_for_shows_values():
    made = gateway(rule("require: currency == 'CZK'\n  message: x"), FIELDS)
    explanation = explain(made, msgspec.json.encode(INVOICE.payload()), "acme")

    everything = document(explanation)
    one = document(explanation, "r")

    assert "eur" not in str(everything)
    assert "eur" not in "".join(tell(explanation))
    assert everything["version"] == 1
    assert everything["rules"][0]["outcome"] == "fired"
    (run,) = one["rules"][0]["details"]
    assert run["conditions"] == [
        {"key": "require", "parts": [
            {"text": "currency == 'CZK'", "kind": "boolean", "value": False},
            {"text": "currency", "kind": "text", "value": "eur"},
        ], "questions": []}
    ]  # fmt: skip


def test_names_of_let_and_what_was_not_needed_are_in_the_document():
    text = "let: {x: zero + 1}\n  when: zero > x and tax > 1\n  message: No total."
    made = gateway(rule(text), FIELDS)
    explanation = explain(made, msgspec.json.encode(INVOICE.payload()), "acme")

    (run,) = document(explanation, "r")["rules"][0]["details"]
    parts = {one["text"]: (one["kind"], one["value"]) for one in run["conditions"][0]["parts"]}

    assert parts == {
        "zero > x and tax > 1": ("boolean", False),
        "zero > x": ("boolean", False),
        "zero": ("number", "0"),
        "x": ("number", "1"),
        "zero + 1": ("number", "1"),
        "tax > 1": ("not needed", None),
        "tax": ("empty", None),
    }


PAYLOADS = sorted(REQUESTS.glob("*.json"))


@pytest.fixture(scope="module")
def example():
    return Gateway(load(CONFIGS, SECRETS), clock=lambda: NOW)


@pytest.mark.parametrize("payload", PAYLOADS, ids=lambda path: path.stem)
def test_an_explained_request_is_answered_as_any_other(example, payload: Path):
    """What a tracer is told never changes the answer, and adds up to the engine's counts."""
    name, body = payload.stem.partition("-")[0], payload.read_bytes()

    answer = example.dry_run(body, name)
    explanation = explain(example, body, name)

    assert example.dry_run(body, name, tracer=Recorder()).body == answer.body
    assert [one.rule.id for one in explanation.rules if one.counts.get(Verdict.FIRED)] == list(
        answer.fired
    )
    outcomes = {one.rule: one for one in answer.evaluation.outcomes} if answer.evaluation else {}
    for one in explanation.rules:
        outcome = outcomes.get(one.rule.id)
        counted = [one.counts.get(key, 0) for key in ("fired", "passed", "skipped", "failed")]
        assert counted == (
            [outcome.fired, outcome.passed, outcome.skipped, outcome.failed]
            if outcome
            else [0, 0, 0, 0]
        )
        assert all(line.isprintable() for line in tell_rule(one, None))
    assert len(tell(explanation)) == 1 + len(explanation.rules)
