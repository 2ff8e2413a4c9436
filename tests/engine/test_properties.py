"""Any tree that is shaped like a payload gets an answer that the platform can take."""

import re
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from tests.documents import UNSIGNED, Answered, Document, ask, gateway, nodes

NAMES = ["vendor", "total", "due", "note", "code", "amount", "rate", "line_items", "taxes", "notes"]

#: Rules that settle: on the document that they have changed they change nothing more.
RULES = """
  - {id: say, select: total, message: "<{value}> {vendor} {this.confidence} {this.options}"}
  - {id: long, message: "{note}{note}{note}{vendor}"}
  - {id: at, message: {at: [vendor, line_items, amount, notes], text: "{count(line_items)} {due}"}}
  - {id: block, select: note, block: "{value}{value}{value}"}
  - {id: write, replace: {vendor: "{upper(trim(vendor))}", total: "{sum(amount)}", due: 2025-01}}
  - {id: round, select: amount, replace: "{round(value, 2)}"}
  - {id: fill, select: code, overwrite: empty, replace: "{row.previous.code}"}
  - {id: third, replace: {note: "{total / 3}"}}
  - {id: rows, select: line_items, when: amount > rate, message: {at: code, text: "{row.number}"}}
  - {id: other, select: line_items, require: is_set(rate), message: {at: rate, text: "{amount}"}}
  - {id: clear, select: remarks, when: "contains(value, 'x')", replace: ""}
  - {id: paths, select: "[].children[]", message: {type: info, text: "{value} {this.schema_id}"}}
  - {id: deep, select: "[].children[].children[].children[]", message: "{value}"}
  - {id: ids, select: "[].children[].children[].{row: @, id: id}", message: {type: info, text: row}}
  - {id: odd, select: "[].*[].*", message: {type: warning, text: "{value}"}}
  - {id: facts, when: annotation.metadata.a == payload.settings.a, message: "{annotation.status}"}
"""
MADE = gateway(RULES)

texts = st.one_of(
    st.sampled_from(["", "A", "a b", "12.50", "0", "-3", "x" * 1_600, "N/A", "None", "<b>&amp;"]),
    st.text(st.characters(codec="utf-8"), max_size=6),
    st.sampled_from(["\0", "\x9b\x07", "\u202e", "x" * 70_000, "1e999999999", "\ufeff"]),
)
normalized = st.one_of(
    st.none(),
    st.sampled_from(["1", "2.5", "-0.00", "320.79999999999995", "2025-01-31", "2025-02-30", "007"]),
    st.sampled_from(["9" * 18, "9" * 19, "1e5", "None", "", "NaN", "Infinity", "１"]),
)
odd: st.SearchStrategy[Any] = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(allow_nan=False, allow_infinity=False),
    texts,
    st.lists(st.integers(), max_size=2),
    st.dictionaries(st.sampled_from(["id", "a"]), st.integers(), max_size=2),
)
ids = st.one_of(st.integers(1, 40), st.integers(-(2**65), 2**65), st.sampled_from(["7", "n", ""]))


def sometimes(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Mostly what the platform sends, now and then something else."""
    return st.one_of(*[strategy] * 6, odd)


def node(children: st.SearchStrategy[Any] | None) -> st.SearchStrategy[Any]:
    content = st.fixed_dictionaries(
        {"value": sometimes(texts), "normalized_value": sometimes(normalized)},
        optional={
            "page": sometimes(st.integers(1, 3)),
            "rir_text": sometimes(texts),
            "rir_confidence": sometimes(st.floats(0, 1)),
        },
    )
    optional = {
        "hidden": sometimes(st.booleans()),
        "category": sometimes(st.sampled_from(["datapoint", "tuple", "multivalue"])),
        "validation_sources": sometimes(st.just(["human"])),
        "options": sometimes(st.just([{"value": "A", "label": "B"}])),
    }
    required = {"id": sometimes(ids), "schema_id": sometimes(st.sampled_from(NAMES))}
    if children is None:
        required["content"] = sometimes(content)
    else:
        required["children"] = sometimes(st.lists(sometimes(children), max_size=4))
    return st.fixed_dictionaries(required, optional=optional)


datapoints = node(None)
tables = node(node(datapoints) | datapoints)
trees = st.lists(sometimes(node(datapoints | tables)), max_size=3)
payloads = st.builds(
    lambda tree, keys, metadata, action: {
        **Document(action=action).payload(),
        **keys,
        "annotation": {"id": 1, "content": tree, "metadata": metadata},
    },
    trees,
    st.dictionaries(
        st.sampled_from(["updated_datapoints", "document", "settings", "schemas", "request_id"]),
        odd,
        max_size=3,
    ),
    odd,
    st.sampled_from(["initialize", "updated"]),
)


def answer(payload):
    return Answered(MADE.answer(msgspec.json.encode(payload), UNSIGNED, "acme"), payload)


def key(node_id):
    return type(node_id), node_id


@given(payloads)
def test_any_tree_gets_an_answer_within_the_wire_contract(payload):
    answered = answer(payload).json

    existing = {
        key(one["id"])
        for one in nodes(payload["annotation"]["content"])
        if isinstance(one.get("id"), int | str) and "children" not in one
    }
    blockers = answered.get("automation_blockers", [])
    operations = answered["operations"]
    named = [one["id"] for one in [*answered["messages"], *blockers] if "id" in one]
    assert {key(one) for one in [*named, *(one["id"] for one in operations)]} <= existing
    assert len({key(one["id"]) for one in operations}) == len(operations)
    for one in operations:
        assert one.keys() == {"op", "id", "value"}
        assert len(one["value"]["content"]["value"]) <= 1_500
    for one in [*answered["messages"], *blockers]:
        assert len(one["content"]) <= 4_096
        assert not re.search("[\0-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff]", one["content"])


@given(payloads)
def test_two_runs_of_one_request_agree(payload):
    assert answer(payload).answer.body == answer(payload).answer.body


@given(payloads)
def test_the_partial_and_the_full_decode_agree(payload):
    """One surprising type anywhere, and a request is read in the other way."""
    plain = {**payload, "request_id": None, "updated_datapoints": []}

    assert answer(plain).json == answer({**plain, "request_id": 3}).json


values = st.sampled_from(
    [
        "",
        "A",
        " b ",
        "x1",
        ("12.50", "12.5"),
        ("1,0", "1.0"),
        ("3", "3"),
        ("?", None),
        ("1/3", "0.3"),
    ]
)
rows = st.fixed_dictionaries({"code": values, "amount": values, "rate": values})
header = st.fixed_dictionaries(dict.fromkeys(["vendor", "total", "due", "note"], values))
documents = st.builds(
    lambda header, rows, notes: Document(header, {"line_items": rows, "remarks": notes}),
    header,
    st.lists(rows, max_size=4),
    st.lists(values, max_size=3),
)


def applied(payload, operations):
    """The document as the platform makes it of an answer."""
    payload = msgspec.json.decode(msgspec.json.encode(payload))
    new = {one["id"]: one["value"]["content"]["value"] for one in operations}
    for one in nodes(payload["annotation"]["content"]):
        if one["id"] in new:
            value = new[one["id"]]
            plain = re.fullmatch(r"-?[0-9]+(\.[0-9]+)?|[0-9]{4}-[0-9]{2}-[0-9]{2}", value)
            one["content"] = {"value": value, "normalized_value": value if plain else None}
    return payload


@given(documents)
def test_on_the_changed_document_nothing_is_sent(document):
    payload = document.payload()
    first = answer(payload)
    changed = applied(payload, first.json["operations"])

    assert answer(changed).json["operations"] == []


PATHS = {
    "vendor": "[].children[?schema_id=='vendor'][]",
    "amount": "[].children[].children[].children[?schema_id=='amount'][]",
    "line_item": "[].children[].children[?schema_id=='line_item'][]",
    "remark": "[].children[?schema_id=='remarks'][].children[]",
}
EFFECTS = """\
message: {at: %s, text: "{row.number} {total} {code}"}
    replace: {code: "{code}{row.number}"}"""
FIELD_EFFECTS = """\
when: is_set(value)
    message: "{value}|{this.text}|{this.id}|{row.number}|{row.previous.amount}"
    replace: "{value}{total}"
    on_failure: ignore"""


def both(name):
    effects = EFFECTS % "amount" if name == "line_item" else FIELD_EFFECTS
    return [
        gateway(f'  - id: a\n    select: "{one}"\n    {effects}') for one in (name, PATHS[name])
    ]


PAIRS = {name: both(name) for name in PATHS}


@given(documents, st.sampled_from(list(PATHS)))
def test_a_schema_id_and_the_path_that_means_it_give_one_answer(document, name):
    by_id, by_path = (ask(made, document) for made in PAIRS[name])

    assert by_id.json == by_path.json
    assert by_id.evaluation.outcomes == by_path.evaluation.outcomes
