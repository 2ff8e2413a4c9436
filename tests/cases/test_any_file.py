"""No test file and no payload makes the runner raise: each becomes a diagnostic or a result."""

import copy

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from gateway.cases.load import load_tests
from gateway.cases.payload import GivenError
from gateway.cases.record import recorded
from gateway.cases.run import Runner
from gateway.cases.telling import tell_result
from gateway.cases.why import explainer
from gateway.cases.writing import block
from gateway.diagnostic import Report
from gateway.rules.yaml.reading import read_yaml
from gateway.rules.yaml.source import plain
from tests.cases.support import StoredTexts, case_file, files
from tests.documents import Document, configured, folder
from tests.spots import spots

CONFIGURATION = configured(files(case_file("- {name: it, expect: {}}\n")))
SEED = """\
version: 1
queue: acme.queue.yaml
defaults: {event: updated, now: "2025-01-31", document: {id: 1}}
cases:
  - name: one
    given: {payload: p.json, set: {vendor: x}, edited: [vendor], annotation: {status: a}}
    expect: {subset: true, fired: [watched], failed: [], replace: {note: ""}}
  - name: two
    given:
      fields: {total: {value: "-1", confidence: 0.5, page: 1, hidden: true, options: [a]}}
      line_items: [{item_rate: ZERO, item_amount: 1}, x]
      email: {subject: x}
      queue: {id: 1}
    expect:
      messages: [{rule: adds-up, at: document, type: warning, text: {contains: up}}]
      blockers: [{at: "line_items[1].item_rate", text: {matches: ".*"}}]
    each: [{name: a, set: {total: 1}}, {skip: later, given: {edited: [line_items]}, expect: {}}]
"""
VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(-2, 2), st.text(max_size=3), st.just({}), st.just([]),
    st.sampled_from(["document", "total", "line_items[1].item_rate", "adds-up", "confirm", "("]),
)  # fmt: skip


def spoil(draw, data, times):
    whole = {"it": copy.deepcopy(data)}
    for _ in range(draw.draw(st.integers(0, times))):
        *steps, last = draw.draw(st.sampled_from([*spots(whole)]))
        place = whole
        for step in steps:
            place = place[step]
        place[last] = draw.draw(VALUES)
    return whole["it"]


def payload():
    return Document(
        header={"vendor": "Acme", "note": ""}, tables={"line_items": [{"item_rate": "ZERO"}]}
    ).payload()


@given(st.data())
def test_any_test_file_and_any_payload_give_diagnostics_or_results(draw):
    root = plain(read_yaml(SEED.encode(), "seed", Report()))
    data = spoil(draw, root, 3)
    text = "\n".join(block(data if isinstance(data, dict) else {"version": data}, 0)) + "\n"
    named = files(text)
    report = Report()
    stored = StoredTexts({"p.json": msgspec.json.encode(spoil(draw, payload(), 2))})

    loaded = load_tests(folder(named), CONFIGURATION, stored, report)
    runner = Runner(CONFIGURATION, lambda: 0.0)
    for result in runner.run(case for file in loaded for case in file.cases):
        assert list(tell_result(result, explainer(runner)))


@given(st.data())
def test_any_payload_is_recorded_as_a_case_or_refused(draw):
    body = msgspec.json.encode(spoil(draw, payload(), 3))
    runner = Runner(CONFIGURATION, lambda: 0.0)

    try:
        text = recorded(body, "acme.queue.yaml", CONFIGURATION.by_name["acme"], runner, b"k")
    except GivenError:
        return

    report = Report()
    (file,) = load_tests(folder(files(text)), CONFIGURATION, StoredTexts({}), report)
    assert [found.message for found in report] == []
    assert [result.status for result in runner.run(file.cases)] == ["passed"]


def test_the_seed_itself_is_right():
    report = Report()
    load_tests(folder(files(SEED)), CONFIGURATION, StoredTexts({"p.json": b"{}"}), report)

    assert [found.message for found in report] == []
