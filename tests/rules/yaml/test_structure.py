"""A file's structure: what its author is told, and that the schemas say what they promise."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from gateway.diagnostic import Report
from gateway.rules.yaml.reading import MAX_MISTAKES, read_yaml
from gateway.rules.yaml.structure import check_structure
from gateway.spelling import closest, distance

SCHEMAS = Path(__file__).parents[3] / "gateway" / "schemas"
KINDS = ("gateway", "queue", "rules")

GATEWAY = "version: 1\n"
QUEUE = "version: 1\nqueue:\n  ids: [1]\n  rules: [a.rules.yaml]\n"
RULES = "version: 1\nrules:\n"
RULE = f"{RULES}  - id: a\n    "


def check(source: str, kind: str) -> tuple[bool, Report]:
    report = Report()
    root = read_yaml(source.encode(), "f.yaml", report)
    assert root is not None
    return check_structure(root, kind, report), report


@pytest.mark.parametrize(
    ("kind", "source", "code", "place", "message", "hint"),
    [
        ("rules", RULE + "whne: x", "R110", (4, 5), "unknown key 'whne'", "did you mean 'when'?"),
        ("rules", RULE + "frobnicate: x", "R110", (4, 5), "unknown key 'frobnicate'", "known here"),
        ("rules", RULE + "id_: x", "R110", (4, 5), "unknown key 'id_'", "'id' is there already"),
        ("rules", RULES + "  - Id: a", "R110", (3, 5), "unknown key 'Id'", "did you mean 'id'?"),
        ("gateway", "versoin: 1", "R110", (1, 1), "unknown key 'versoin'", "'version'"),
        ("gateway", GATEWAY + "lists: {}", "R110", (2, 1), "unknown key 'lists'", "known here"),
        ("rules", RULES + "  - when: a", "R111", (3, 5), "the key 'id' is missing", "add 'id:'"),
        (
            *("rules", RULE + "message:\n      at: x", "R111", (4, 5)),
            *("the key 'text' is missing", "add 'text:' below 'message'"),
        ),
        (
            *("gateway", "params: {}", "R111", (1, 1)),
            *("the key 'version' is missing", "at the top of the file"),
        ),
        ("rules", RULES, "R112", (2, 1), "expected a list, this is empty", "write a list"),
        ("rules", RULES + "  - x", "R112", (3, 5), "expected a mapping, this is a text", ""),
        ("rules", RULES + "  -", "R112", (3, 4), "expected a mapping, this is empty", "the line"),
        (
            *("rules", RULE + "when: [a]", "R112", (4, 11)),
            *("expected an expression, this is a list", 'when: "[a]"'),
        ),
        (
            *("rules", RULE + "when: true", "R112", (4, 11)),
            *("expected an expression, this is true", "a rule without 'when' always applies"),
        ),
        (
            *("rules", RULE + "when: false", "R112", (4, 11)),
            *("expected an expression, this is false", "mode: off"),
        ),
        (
            *("rules", RULE + "require: 5", "R112", (4, 14)),
            *("expected an expression, this is the number 5", "an expression is text"),
        ),
        (
            *("rules", RULE + "require:", "R112", (4, 5)),
            *("expected an expression, this is empty", "delete the key"),
        ),
        (
            *("rules", RULE + "let: {b: 3}", "R112", (4, 14)),
            *("expected an expression, this is the number 3", "an expression is text"),
        ),
        (
            *("rules", RULE + "message: {amount_total}", "R112", (4, 14)),
            *("YAML reads '{amount_total}' as a mapping, not as text", 'message: "{amount_total}"'),
        ),
        (
            *("rules", RULE + "replace: {a: '1', b: {c:.2f}}", "R112", (4, 26)),
            *("YAML reads '{c:.2f}' as a mapping, not as text", 'b: "{c:.2f}"'),
        ),
        (
            *("rules", RULE + "message: {text: [x]}", "R112", (4, 21)),
            *("expected a text or a mapping, this is a list", 'text: "[x]"'),
        ),
        (
            *("rules", RULE + "message: [x]", "R112", (4, 14)),
            *("expected a text or a mapping, this is a list", 'message: "[x]"'),
        ),
        (
            *("rules", RULE + "description: 5", "R112", (4, 18)),
            *("expected a text, this is the number 5", 'description: "5"'),
        ),
        (
            *("rules", RULE + "edited: amount", "R112", (4, 13)),
            *("expected a list, this is a text", "edited: [amount]"),
        ),
        (
            *("gateway", "version: '1'", "R112", (1, 10)),
            *("expected a whole number, this is a text", "without quotes: version: 1"),
        ),
        (
            *("gateway", GATEWAY + "params: [a]", "R112", (2, 9)),
            *("expected a mapping, this is a list", "without '- '"),
        ),
        (
            *("gateway", GATEWAY + "secret: 123", "R112", (2, 9)),
            *("expected a text or a list, this is a number", "write a reference"),
        ),
        (
            *("queue", QUEUE + "  fields: {a: [x]}", "R112", (5, 15)),
            *("expected a text or a mapping, this is a list", ""),
        ),
        (
            *("queue", QUEUE + "  legacy_signature: 'true'", "R112", (5, 21)),
            *("expected true or false, this is a text", "legacy_signature: true"),
        ),
        (
            *("queue", QUEUE + "  params: {a: true}", "R112", (5, 15)),
            *("expected a number, a text, a list or a mapping, this is true", 'a: "true"'),
        ),
        ("gateway", "version: 2", "R113", (1, 10), "2 is not allowed as 'version'", "allowed: 1"),
        (
            *("rules", RULES + "  - id: Due Date!", "R113", (3, 9)),
            *("'Due Date!' cannot be a rule id", "write 'due-date'"),
        ),
        (
            *("rules", RULES + f"  - id: {'a' * 65}", "R113", (3, 9)),
            *("65 characters are too many; at most 64", ""),
        ),
        (
            *("rules", RULE + "mode: of", "R113", (4, 11)),
            *("'of' is not allowed as 'mode'", "did you mean 'off'? allowed: enforce, shadow"),
        ),
        (
            *("rules", RULE + "mode: [off]", "R112", (4, 11)),
            *("expected enforce, shadow or off, this is a list", ""),
        ),
        (
            *("rules", RULE + "block: false", "R113", (4, 12)),
            *("false is not allowed as 'block'", "allowed: true"),
        ),
        (
            *("rules", RULE + "let: {1x: a}", "R113", (4, 11)),
            *("'1x' cannot be a name", "beginning with a letter"),
        ),
        (
            *("rules", RULE + "edited: [a, b, a]", "R113", (4, 20)),
            *("'a' is in the list for the second time", "delete one"),
        ),
        (
            *("queue", QUEUE + "  fields: {a: nmber}", "R113", (5, 15)),
            *("'nmber' is not allowed as 'a'", "did you mean 'number'?"),
        ),
        ("queue", QUEUE + "  fields: {a: {iss: b}}", "R110", (5, 16), "unknown key 'iss'", "'is'"),
        (
            "queue",
            QUEUE + "  change: {a: {mod: off}}",
            "R110",
            (5, 16),
            "unknown key 'mod'",
            "mode",
        ),
        (
            *("queue", QUEUE + "  secret: [a, b, c]", "R113", (5, 11)),
            *("'secret' has 3 items; at most 2", ""),
        ),
        (
            *("queue", QUEUE + "  secret: [abc, abc]", "R113", (5, 17)),
            *("the secret is in the list for the second time", ""),
        ),
        (
            *("queue", QUEUE.replace("[1]", "[0]"), "R113", (3, 9)),
            *("0 is too small for an item of 'ids'", "at least 1"),
        ),
        (
            *("queue", QUEUE.replace("[1]", "[]"), "R114", (3, 8)),
            *("'ids' is an empty list", "never means all of them"),
        ),
        ("queue", QUEUE + "  secret: []", "R114", (5, 11), "'secret' is an empty list", "at least"),
        ("rules", RULES[:-1] + " []", "R114", (2, 8), "'rules' is an empty list", "nothing"),
        ("rules", RULE + "when: ''", "R114", (4, 11), "'when' is an empty text", "delete the key"),
        ("rules", RULE + "otherwise: {}", "R114", (4, 16), "'otherwise' is an empty mapping", ""),
    ],
)
def test_a_mistake_is_told_once_in_the_words_of_its_author(
    kind, source, code, place, message, hint
):
    is_right, report = check(source, kind)

    (found,) = report
    assert (found.code, (found.span.line, found.span.column)) == (code, place)
    assert found.message == message
    assert hint in (found.hint or "")
    assert not is_right


def test_an_unknown_key_that_explains_a_missing_one_is_one_mistake():
    _, report = check("versoin: 1\nqueue: {idz: [1], ruels: [x]}", "queue")

    assert [(found.code, found.hint) for found in report] == [
        ("R110", "did you mean 'version'?"),
        ("R110", "did you mean 'ids'?"),
        ("R110", "did you mean 'rules'?"),
    ]


def test_all_independent_mistakes_are_told_in_one_run():
    rules = "  - id: A\n    mode: x\n  - group: g\n    rules:\n      - id: b\n        on: []\n"
    _, report = check(RULES + rules, "rules")

    assert [(found.code, found.span.line) for found in report] == [
        ("R113", 3),
        ("R113", 4),
        ("R114", 8),
    ]


def test_what_yaml_already_refused_is_not_told_twice():
    is_right, report = check(RULE + "mode: no\n    edited: *x\n    on: []", "rules")

    assert [found.code for found in report] == ["R103", "R105", "R114"]
    assert not is_right


def test_a_file_refused_while_reading_is_not_right():
    is_right, _ = check(RULE + "description: no", "rules")

    assert not is_right


@pytest.mark.parametrize(
    ("kind", "source"),
    [
        ("gateway", GATEWAY),
        ("gateway", GATEWAY + "secret: [a, b]\nparams: {a: 1, b: 0.5, c: x, d: [1], e: {f: true}}"),
        ("queue", QUEUE),
        (
            "queue",
            QUEUE + "  unsigned: true\n  fields: {a: number, b: {is: c, type: date}}",
        ),
        ("queue", QUEUE + "  change: {a: {mode: off, when: null, message: {type: info}}, b: null}"),
        (
            "queue",
            QUEUE + "  locale: cs\n  placeholders: [N/A]\n  on_failure: error",
        ),
        ("rules", RULE + "block: true"),
        ("rules", RULE + "block: {text: x}\n    on: updated\n    mode: off"),
        ("rules", RULE + "replace: 0"),
        ("rules", RULE + 'replace: {a: 0.5, b: true, c: ""}'),
        ("rules", RULE + "message: {at: [a, b], type: info, text: {en: x, cs: z}}"),
        ("rules", RULE + "otherwise: {message: x, block: true, replace: {a: b}}"),
        ("rules", RULES + "  - group: g\n    stop: first\n    when: x\n    rules: [{id: a}]"),
    ],
)
def test_what_the_language_allows_is_right(kind, source):
    is_right, report = check(source, kind)

    assert list(report) == []
    assert is_right


BOMBS = {
    "mixed ids": QUEUE.replace("[1]", f"[{'a,1.5,' * 10_000}]"),
    "unknown keys": "version: 1\n" + "".join(f"versio{at}: 1\n" for at in range(8_000)),
    "wrong rules": RULES + "  - x\n" * 20_000,
    "wrong params": "version: 1\nparams:\n" + "".join(f"  1{at}: 1\n" for at in range(8_000)),
}


@pytest.mark.parametrize("kind", ["queue"])
@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS)
def test_no_structure_takes_long_or_tells_without_end(bomb, kind):
    kind = "rules" if bomb.startswith(RULES) else "gateway" if "params" in bomb else kind
    started = time.process_time()

    _, report = check(bomb, kind)

    assert 0 < len(report) <= MAX_MISTAKES
    assert time.process_time() - started < 4


NODES = st.recursive(
    st.sampled_from(["1", "a", "''", "true", "", "0.5", "off", "{x}"]),
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]")
        | st.dictionaries(
            st.sampled_from(
                [
                    "version",
                    "rules",
                    "id",
                    "group",
                    "message",
                    "queue",
                    "ids",
                    "fields",
                    "text",
                    "on",
                ]
            ),
            inner,
            max_size=4,
        ).map(lambda d: "{" + ", ".join(f"{k}: {v}" for k, v in d.items()) + "}")
    ),
    max_leaves=12,
)


@given(NODES, NODES, st.sampled_from(KINDS))
def test_no_structure_makes_the_check_raise(left, right, kind):
    report = Report()
    root = read_yaml(f"version: {left}\nrules: {right}\nqueue: {left}\n".encode(), "f", report)
    if root is not None:
        is_right = check_structure(root, kind, report)
        assert is_right == (report.errors == 0)
        assert all("schema" not in found.message for found in report)


@pytest.mark.parametrize("kind", KINDS)
def test_a_schema_is_valid_and_its_examples_too(kind):
    schema = json.loads((SCHEMAS / f"{kind}.schema.json").read_text(encoding="utf-8"))
    Draft7Validator.check_schema(schema)

    def walk(part):
        for example in part.get("examples", []):
            Draft7Validator({**part, "definitions": schema["definitions"]}).validate(example)
        for inner in part.values():
            if isinstance(inner, dict):
                walk(inner)

    walk(schema)
    assert schema["title"] == schema["title"].lower()


@pytest.mark.parametrize("kind", KINDS)
def test_every_key_of_a_schema_is_described(kind):
    schema = json.loads((SCHEMAS / f"{kind}.schema.json").read_text(encoding="utf-8"))

    def undescribed(part, name=""):
        for key, inner in part.items():
            if key == "properties":
                for each, value in inner.items():
                    reference = value.get("$ref", "").removeprefix("#/definitions/")
                    target = schema["definitions"].get(reference, value)
                    if not {"description", "oneOf"} & target.keys():
                        yield f"{name}.{each}"
            if isinstance(inner, dict):
                yield from undescribed(inner, key)

    assert list(undescribed(schema)) == []


def test_the_schemas_are_found_at_the_top_too():
    assert (SCHEMAS.parents[1] / "schemas").resolve() == SCHEMAS.resolve()


@pytest.mark.parametrize(
    ("word", "known", "meant"),
    [
        ("at", ["id"], None),
        ("amuont_total", ["amount_total"], "amount_total"),
        ("tax_id", ["amount_total"], None),
        ("whne", ["when", "where"], "when"),
        ("Message", ["message"], "message"),
        ("x" * 65, ["x" * 64], None),
        ("a", [], None),
    ],
)
def test_only_a_close_word_is_suggested(word, known, meant):
    assert closest(word, known) == meant


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [("", "", 0), ("", "ab", 2), ("ab", "ba", 1), ("kitten", "sitting", 3), ("same", "same", 0)],
)
def test_a_distance_counts_slips(left, right, expected):
    assert distance(left, right) == expected
