"""Schemas that come with a request: what they change, and what they cost."""

import json

import msgspec
import pytest

from gateway.engine.program import link
from gateway.hooks.side_loads import SideLoads
from tests.documents import Document, acme, ask, configured, gateway, number

#: Unreadable as a number, so that the sum is skipped; as a text the rule fails.
ROWS = {"line_items": [{"amount": ("1", "1")}, {"amount": ("0O2", None)}]}
RULES = '  - {id: sum, require: sum(amount) == 3, message: "{sum(amount)}"}'


def schema(**kinds):
    children = [{"category": "datapoint", "id": name, "type": kind} for name, kind in kinds.items()]
    return [{"id": 1, "content": [{"category": "section", "id": "s", "children": children}]}]


@pytest.mark.parametrize(
    ("envelope", "queue", "failed"),
    [
        pytest.param({}, "", (), id="shapes decide"),
        pytest.param({"schemas": schema(amount="number")}, "", (), id="a number"),
        pytest.param({"schemas": schema(amount="string")}, "", ("sum",), id="a text"),
        pytest.param(
            {"schemas": schema(amount="string")}, "fields: {amount: number}", (),
            id="what the queue declares counts more",
        ),
        pytest.param({"schemas": []}, "", (), id="none"),
        pytest.param({"schemas": None}, "", (), id="null"),
        pytest.param({"schemas": [None]}, "", (), id="a list of null"),
        pytest.param({"schemas": {"content": 3}}, "", (), id="an object"),
        pytest.param({"schemas": "https://example.com/schemas/1"}, "", (), id="an address"),
        pytest.param({"schemas": [{"content": [{"children": [3]}, None]}]}, "", (), id="odd"),
    ],
)  # fmt: skip
def test_a_schema_says_what_its_fields_are(envelope, queue, failed):
    answered = ask(gateway(RULES, queue), Document({}, ROWS, envelope=envelope))

    assert (answered.answer.fired, answered.answer.failed) == ((), failed)


def test_a_schema_decides_for_its_own_request_only():
    made = gateway('  - {id: a, when: zip == "12", on_failure: ignore, message: text}')
    as_text = Document({"zip": number("12")}, envelope={"schemas": schema(zip="string")})
    as_number = Document({"zip": number("12")}, envelope={"schemas": schema(zip="number")})

    answers = [ask(made, one).answer for one in (as_text, as_number, Document(as_text.header))]
    again = [ask(made, one).answer for one in (as_number, as_text)]

    assert [one.fired for one in answers] == [("a",), (), ()]
    assert [one.failed for one in answers] == [(), ("a",), ("a",)]
    assert [one.body for one in again] == [answers[1].body, answers[0].body]


def test_a_schema_is_read_once_and_ever_new_ones_are_not_kept_for_ever():
    program = link(configured(acme(RULES)).by_name["acme"].rules)
    side_loads = SideLoads()
    raws = [msgspec.Raw(json.dumps(schema(**{f"f{one}": "string"})).encode()) for one in range(40)]

    first = [side_loads.applied(program, raw) for raw in raws]

    assert all("f" + str(one) in made.rules.known for one, made in enumerate(first))
    assert side_loads.applied(program, raws[-1]) is first[-1]
    assert side_loads.applied(program, raws[0]) is not first[0]
    assert side_loads.applied(program, msgspec.Raw(b"null")) is program


def test_a_deep_or_wide_schema_harms_nobody():
    made = gateway("  - {id: a, message: fine}")
    deep = "[" * 900 + "]" * 900
    wide = schema(**{f"f{one}": "string" for one in range(30_000)})

    for schemas in (json.loads(deep), [{"content": json.loads(deep)}], wide):
        payload = Document({}, envelope={"schemas": schemas}).payload()
        assert ask(made, payload).said == [(None, "fine")]
