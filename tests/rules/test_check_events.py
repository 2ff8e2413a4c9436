"""Which effects which events can carry: one table, held to everything that knows effects."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from gateway.diagnostic import Report
from gateway.rules.compile import compile_rules
from gateway.rules.compile_changes import CHANGES
from gateway.rules.compile_files import ARRIVALS
from gateway.rules.context import PLAIN, RulesFile
from gateway.rules.events import (
    ACTIONS,
    CARRIERS,
    FACTS,
    MANUAL,
    OTHER_EVENTS,
    carried_by,
)
from gateway.rules.yaml.reading import read_yaml

SCHEMAS = Path(__file__).parents[2] / "gateway" / "schemas"
RULES = json.loads((SCHEMAS / "rules.schema.json").read_text(encoding="utf-8"))
QUEUE = json.loads((SCHEMAS / "queue.schema.json").read_text(encoding="utf-8"))


def compiled(rule):
    report = Report()
    text = f"version: 1\nrules:\n  - {{id: it, {rule}}}\n"
    root = read_yaml(text.encode(), "it.rules.yaml", report)
    rules = compile_rules([RulesFile("it.rules.yaml", root)], PLAIN, report)
    return rules.rules, [(found.code, found.message) for found in report]


def test_every_effect_has_a_row():
    effects = RULES["definitions"]["effects"]["properties"]
    keys = RULES["definitions"]["rule"]["properties"]
    changes = QUEUE["definitions"]["change"]["properties"]

    assert set(effects) == set(CARRIERS)
    assert set(CARRIERS) <= set(keys)
    assert set(CARRIERS) <= set(changes)
    assert set(CHANGES) | set(ARRIVALS) <= set(CARRIERS)


def test_every_carrier_is_an_event():
    assert all(carriers <= ACTIONS | OTHER_EVENTS.keys() for carriers in CARRIERS.values())
    assert FACTS.keys() == OTHER_EVENTS.keys()


def test_the_page_says_what_each_event_has_and_carries():
    page = (SCHEMAS.parents[1] / "docs" / "rules.md").read_text(encoding="utf-8")
    rows = [line.split("|")[1:-1] for line in page.splitlines() if line.startswith("| `")]
    told = {
        event.strip(" `"): (set(re.findall("`(.*?)`", facts)), set(re.findall("`(.*?)`", effects)))
        for event, _, facts, effects in (row for row in rows if len(row) == 4)
        if event.strip(" `") in OTHER_EVENTS
    }

    # Whoever invokes the hook sends what they like.
    facts = {event: set(FACTS[event]) if event != MANUAL else set() for event in OTHER_EVENTS}
    assert told == {event: (facts[event], set(carried_by(event))) for event in OTHER_EVENTS}


@pytest.mark.parametrize(
    ("rule", "code", "message"),
    [
        ("on: initialise, message: a", "R402", "unknown event 'initialise'"),
        ("on: email.created, message: a", "R402", "unknown event 'email.created'"),
        ("on: annotation_status, message: a", "R402", "unknown event 'annotation_status'"),
        ("on: changed, message: a", "R402", "unknown event 'changed'"),
        ("on: [export, email.received], message: a", "R426",
         "content events and others do not go together in one rule"),
        ("on: annotation_status.changed, message: a", "R401",
         "annotation_status.changed cannot carry message: its answer is ignored"),
        ("on: [invocation.manual, invocation.scheduled], respond: a", "R401",
         "invocation.scheduled cannot carry respond: its answer is ignored"),
        ("on: invocation.manual, when: payload.a, respond: a, otherwise: {block: a}", "R401",
         "invocation.manual cannot carry block: its answer goes to whoever invokes the hook"),
        ("select: x, import: false", "R401", "none of its events can carry import"),
        ("on: upload.created, select: files, values: {a: x}", "R401",
         "upload.created cannot carry values: its answer speaks of uploaded files"),
        ("on: [email.received, upload.created], sender: {email: x}", "R401",
         "upload.created cannot carry sender: its answer speaks of uploaded files"),
        ("on: email.received, select: files, message: a", "R401",
         "email.received cannot carry message: its answer speaks of attached files"),
        ("on: email.received, import: false", "R407", "no file is selected"),
        ("on: email.received, values: {a: x}", "R407", "no file is selected"),
        ("on: upload.created, message: a", "R407", "no file is selected"),
        ("on: upload.created, select: files, message: {at: document, text: a}", "R427",
         "upload.created has no fields"),
        ("on: email.received, select: 'files[].{name: filename}', import: false", "R407",
         "what is selected does not say which file it is"),
        ("on: email.received, select: files, when: value, import: false, otherwise: {block: a}",
         "R401",
         "email.received cannot carry block: its answer speaks of attached files"),
        ("on: upload.created, when: document.id == 1, select: files, import: false", "R207",
         "upload.created has no document"),
        ("on: upload.created, when: is_set(email.date), select: files, import: false", "R207",
         "only email.received has email.date"),
        ("when: is_set(email.reply_to), message: a", "R207",
         "only email.received has email.reply_to"),
        ("on: email.received, select: files, when: row.number > 1, import: false", "R207",
         "email.received has no row.number"),
        ("on: email.received, select: files, when: this.confidence > 1, import: false", "R207",
         "email.received has no this"),
        ("on: email.received, select: files, when: row.previous.a == 'x', import: false", "R201",
         "email.received has no field 'a'"),
        ("respond: a", "R401", "none of its events can carry respond"),
        ("on: confirm, block: a", "R401", "none of its events can carry the blocker"),
        ("on: invocation.manual, edited: [a], respond: a", "R427",
         "nothing is edited on invocation.manual"),
        ("on: invocation.manual, when: a > 1, respond: a", "R201",
         "invocation.manual has no field 'a'"),
        ("on: invocation.manual, when: row.number > 1, respond: a", "R207",
         "there is no row: the rule selects none"),
    ],
)  # fmt: skip
def test_what_no_event_can_carry_is_refused(rule, code, message):
    rules, found = compiled(rule)

    assert (rules, found) == ((), [(code, message)])


@pytest.mark.parametrize(
    ("rule", "actions"),
    [
        ("message: a", ACTIONS),
        ("on: updated, message: a", {"updated", "user_update"}),
        ("on: annotation_content, message: a", ACTIONS),
        ("on: [confirm, annotation_content.export], message: a", {"confirm", "export"}),
        ("on: updated, block: true, message: a", {"updated", "user_update"}),
        ("on: invocation.manual, respond: a", {"invocation.manual"}),
        (
            "on: [email.received, upload.created], select: files, import: false",
            {"email.received", "upload.created"},
        ),
        ("on: email.received, when: is_set(email.date), sender: {email: x}", {"email.received"}),
        ("on: email.received, select: 'files[].{id: id}', import: false", {"email.received"}),
        (
            (
                "on: email.received, select: files, when: value.n_pages > 1, values: {a: x}, "
                "otherwise: {import: false}"
            ),
            {"email.received"},
        ),
        ("on: upload.created, select: documents, message: a", {"upload.created"}),
        ("on: invocation.manual, select: rows, respond: '{value}'", {"invocation.manual"}),
        ("on: invocation.manual, when: is_set(annotation.id), respond: a", {"invocation.manual"}),
    ],
)
def test_what_an_event_can_carry_is_compiled(rule, actions):
    (rule,), found = compiled(rule)

    assert (rule.actions, found) == (actions, [])


@pytest.mark.parametrize(
    ("group", "rule", "actions"),
    [
        ("group: g", "message: a", ACTIONS),
        ("group: g, on: [initialize, confirm]", "on: confirm, message: a", {"confirm"}),
        ("group: g, on: initialize", "message: a", {"initialize"}),
        ("group: g, on: invocation.manual", "respond: a", {"invocation.manual"}),
        ("group: g, on: [export, invocation.manual]", "message: a", {"export"}),
        ("group: g, on: [export, invocation.manual]", "on: invocation.manual, respond: a",
         {"invocation.manual"}),
    ],
)  # fmt: skip
def test_a_rule_shares_the_events_of_its_group(group, rule, actions):
    report = Report()
    text = f"version: 1\nrules:\n  - {{{group}, rules: [{{id: it, {rule}}}]}}\n"
    root = read_yaml(text.encode(), "it.rules.yaml", report)
    (found,) = compile_rules([RulesFile("it.rules.yaml", root)], PLAIN, report).rules

    assert (found.actions, list(report)) == (actions, [])


@pytest.mark.parametrize(
    ("on", "select", "key", "hint"),
    [
        ("email.received", "files", "file_name", 'did you mean "filename"?'),
        ("email.received", "files[]", "original_file_name", "there are document, filename"),
        ("email.received", "files[?n_pages > `1` && filename != ']']", "size", "there are"),
        ("email.received", "files[0]", "size", "there are"),
        ("upload.created", "files", "mime_type", "write select: documents, which have it"),
        ("upload.created", "documents[*]", "prevent_importing", "write select: files"),
        ("[email.received, upload.created]", "files", "size", "there are"),
    ],
)
def test_a_key_that_no_file_has_is_refused(on, select, key, hint):
    report = Report()
    text = (
        f"version: 1\nrules:\n  - id: it\n    on: {on}\n    select: {json.dumps(select)}\n"
        f"    when: is_set(value.{key})\n    import: false\n"
    )
    root = read_yaml(text.encode(), "it.rules.yaml", report)
    compile_rules([RulesFile("it.rules.yaml", root)], PLAIN, report)

    (found,) = report
    assert (found.code, found.message) == ("R207", f'what is selected has no "{key}"')
    assert found.hint.startswith(hint)


@pytest.mark.parametrize(
    ("on", "select", "key"),
    [
        ("email.received", "files", "n_pages"),
        ("email.received", "files[].{id: id, size: size}", "size"),
        ("email.received", "files[].parts[]", "size"),
        ("email.received", "headers", "subject"),
        ("upload.created", "documents", "metadata"),
        ("upload.created", "documents[?mime_type=='text/csv']", "original_file_name"),
        ("[email.received, upload.created]", "files", "mime_type"),
        ("[email.received, upload.created]", "files", "queue"),
        ("invocation.manual", "rows", "anything"),
    ],
)
def test_a_key_that_something_has_is_taken(on, select, key):
    report = Report()
    effect = "respond: a" if "manual" in on else "import: false"
    text = (
        f"version: 1\nrules:\n  - id: it\n    on: {on}\n    select: {json.dumps(select)}\n"
        f"    when: is_set(value.{key})\n    {effect}\n"
    )
    root = read_yaml(text.encode(), "it.rules.yaml", report)
    compile_rules([RulesFile("it.rules.yaml", root)], PLAIN, report)

    assert list(report) == []


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("email", 'did you mean "email.received"?'),
        ("received", 'did you mean "email.received"?'),
        ("invocation", 'did you mean "invocation.scheduled" or "invocation.manual"?'),
        ("annotation_status", 'did you mean "annotation_status.changed"?'),
    ],
)
def test_half_the_name_of_an_event_is_advised_on(word, hint):
    report = Report()
    root = read_yaml(
        f"version: 1\nrules:\n  - {{id: it, on: {word}, message: a}}\n".encode(), "it", report
    )
    compile_rules([RulesFile("it", root)], PLAIN, report)

    assert [found.hint for found in report] == [hint]
