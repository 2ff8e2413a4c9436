"""Rules of one queue: what is merged, inherited, renamed and refused."""

from __future__ import annotations

from decimal import Decimal

import pytest

from gateway.annotation.values import Kind
from gateway.diagnostic import Report
from gateway.effects import Level
from gateway.rules.compile import compile_rules, exact
from gateway.rules.context import FieldDeclaration, Param, QueueContext, RulesFile
from gateway.rules.effect import At, Put, Say, Stop
from gateway.rules.queue_schema import QueueSchema, SchemaField
from gateway.rules.rule import ByPath, BySchemaId, Mode, OnFailure, Overwrite
from gateway.rules.yaml.reading import read_yaml
from gateway.rules.yaml.structure import check_structure
from tests.rules.expressions.support import NOWHERE, SCHEMA

D = Decimal


def node(text, file):
    report = Report()
    root = read_yaml(text.encode(), file, report)
    assert list(report) == []
    return root


def rules_file(text, params="", file="a.rules.yaml"):
    root = node(f"version: 1\n{params}rules:\n{text}", file)
    report = Report()
    assert check_structure(root, "rules", report), [found.message for found in report]
    return RulesFile(file, root)


def queue(change=None, values=None, own=(), fields=None, schema=None, locale="en"):
    return QueueContext(
        name="test",
        params={name: Param(value, NOWHERE) for name, value in (values or {}).items()},
        own_params=frozenset(own),
        fields=fields or {},
        change=node(change, "q.queue.yaml") if change else None,
        schema=schema,
        locale=locale,
        timezone="UTC",
        placeholders=(),
        on_failure="warn",
    )


def compiled(text, params="", **context):
    report = Report()
    found = compile_rules([rules_file(text, params)], queue(**context), report)
    assert list(report) == [], [(one.code, one.message) for one in report]
    return found.rules


def mistakes(text, params="", **context):
    report = Report()
    compile_rules([rules_file(text, params)], queue(**context), report)
    return [(found.code, found.message, found.hint) for found in report]


MESSAGE = "- id: one\n  message: No.\n"


def test_what_a_rule_says_by_default():
    (rule,) = compiled(MESSAGE)

    (effect,) = rule.effects
    assert (effect.level, effect.at) == (Level.ERROR, None)
    assert (rule.mode, rule.overwrite, rule.on_failure) == (
        Mode.ENFORCE,
        Overwrite.ALWAYS,
        OnFailure.WARN,
    )
    assert (rule.select, rule.when, rule.require, rule.group) == (None, None, None, None)
    assert "initialize" in rule.actions


@pytest.mark.parametrize(
    ("effects", "kinds"),
    [
        ("message: {text: No., type: warning, at: [a, b]}", [Say]),
        ("message: No.\n  block: true", [Say, Stop]),
        ("block: No.", [Stop]),
        ("message: No.\n  block: {at: a}", [Say, Stop]),
        ("block: {at: a, text: No.}", [Stop]),
        ("replace: {a: x, b: ''}", [Put, Put]),
    ],
)
def test_effects(effects, kinds):
    (rule,) = compiled(f"- id: one\n  {effects}\n")

    assert list(map(type, rule.effects)) == kinds


def test_a_literal_empty_text_clears():
    (rule,) = compiled("- id: one\n  replace: {a: x, b: ''}\n")

    assert [effect.clears for effect in rule.effects] == [False, True]


@pytest.mark.parametrize(
    ("at", "fields"), [("document", ()), ("a", ("a",)), ("[a, b]", ("a", "b")), ("total", ("due",))]
)
def test_places(at, fields):
    other = {"total": FieldDeclaration("due", None, NOWHERE)}

    (rule,) = compiled(f"- id: one\n  message: {{text: No., at: {at}}}\n", fields=other)

    assert rule.effects[0].at == At(fields)


@pytest.mark.parametrize(
    ("locale", "text"),
    [("cs", "Ne."), ("cs-CZ", "Ne."), ("de", "No."), ("en", "No."), ("fr", "No.")],
)
def test_the_queue_s_language_is_answered(locale, text):
    (rule,) = compiled('- id: one\n  message: {text: {cs: "Ne.", en: "No."}}\n', locale=locale)

    assert rule.effects[0].text.parts == (text,)


def test_the_first_language_is_answered_where_english_is_missing():
    (rule,) = compiled('- id: one\n  message: {text: {cs: "Ne.", de: "Nein."}}\n', locale="fr")

    assert rule.effects[0].text.parts == ("Ne.",)


def test_a_mistake_in_any_language_is_told():
    (found,) = mistakes('- id: one\n  message: {text: {cs: "{nn(1)}", en: "No."}}\n')

    assert found[0] == "R202"


@pytest.mark.parametrize(
    ("select", "selector"),
    [("total", BySchemaId("total")), ("lines", BySchemaId("lines")), ("line", BySchemaId("line"))],
)
def test_a_schema_id_selects(select, selector):
    (rule,) = compiled(
        f"- id: one\n  select: {select}\n  message: {{text: No., at: document}}\n", schema=SCHEMA
    )

    assert rule.select == selector


def test_anything_else_is_jmespath():
    (rule,) = compiled('- id: one\n  select: "[].children[?schema_id==`a`][]"\n  message: No.\n')

    assert isinstance(rule.select, ByPath)


@pytest.mark.parametrize(
    ("rule_mode", "group_mode", "mode"),
    [
        ("enforce", "shadow", Mode.SHADOW), ("shadow", "enforce", Mode.SHADOW),
        ("shadow", "off", Mode.OFF),
        ("off", "shadow", Mode.OFF), ("enforce", "enforce", Mode.ENFORCE),
    ],
)  # fmt: skip
def test_the_stricter_of_two_modes_holds(rule_mode, group_mode, mode):
    (rule,) = compiled(
        f"- group: g\n  mode: {group_mode}\n  rules:\n"
        f"    - id: one\n      mode: {rule_mode}\n      message: No.\n"
    )

    assert rule.mode is mode


def test_a_group_shares_its_keys():
    one, two = compiled(
        "- group: g\n  on: [initialize, updated]\n  when: common > 1\n  stop: first\n"
        "  edited: [a]\n"
        "  let: {twice: common * 2}\n  rules:\n"
        "    - id: one\n      on: [updated, confirm]\n      replace: {b: '{twice}'}\n"
        "    - id: two\n      edited: [c]\n      replace: {d: x}\n"
    )

    assert one.actions == {"updated", "user_update"} & one.actions
    assert one.group is two.group
    assert one.group.stops
    assert two.edited == {"a", "c"}
    assert len(list(one.expressions())) == 2


def test_names_of_let_are_those_of_the_file_the_group_and_the_rule():
    (rule,) = compiled(
        "- group: g\n  let: {b: a + 1}\n  rules:\n"
        "    - id: one\n      let: {c: b + 1}\n      when: c > 1\n"
        "      require: a > 0\n      message: No.\n",
        params="let: {a: total}\n",
    )

    assert [len(one.references) for one in rule.expressions()] == [1, 1]


def test_params_of_the_queue_go_over_those_of_the_file():
    (rule,) = compiled(
        "- id: one\n  when: total > params.limit\n  message: No.\n",
        params="params: {limit: 1}\n", own=["limit"], values={"limit": D(5)},
    )  # fmt: skip

    assert rule.when.tree.operands[1].value == D(5)


CHANGED = "- id: one\n  when: total > 1\n  message: No.\n  block: true\n"


@pytest.mark.parametrize(
    ("change", "seen"),
    [
        ("{one: {mode: off}}", lambda rule: rule.mode is Mode.OFF),
        ("{one: {message: {type: warning}}}", lambda rule: rule.effects[0].level is Level.WARNING),
        ("{one: {message: Never.}}", lambda rule: rule.effects[0].text.parts == ("Never.",)),
        ("{one: {when: null}}", lambda rule: rule.when is None),
        ("{one: {block: null}}", lambda rule: len(rule.effects) == 1),
        ("{one: {otherwise: {message: Yes.}}}", lambda rule: len(rule.otherwise) == 1),
        ("{one: {on: confirm}}", lambda rule: rule.actions == {"confirm"}),
        ("{}", lambda rule: rule.when is not None),
    ],
)
def test_a_queue_s_deviations_are_merged_in(change, seen):
    (rule,) = compiled(CHANGED, change=change)

    assert seen(rule)


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ("{oen: {mode: off}}", ("R416", 'no rule "oen" to change', 'did you mean "one"?')),
        ("{zzzzzzzz: {mode: off}}", ("R416", 'no rule "zzzzzzzz" to change', None)),
    ],
)
def test_a_change_that_changes_nothing_is_told(change, found):
    assert mistakes(CHANGED, change=change) == [found]


def test_a_change_is_checked_as_a_rule_is():
    (found,) = mistakes(CHANGED, change="{one: {message: {tpye: warning}}}")

    assert found[0] == "R110"


def test_a_param_of_the_queue_that_no_rule_uses_is_told():
    (found,) = mistakes(MESSAGE, own=["limit"], values={"limit": D(5)})

    assert found[:2] == ("R417", 'no rule of this queue uses the param "limit"')


ROWS = QueueSchema({**SCHEMA.fields, "sum": SchemaField(
    "sum", "The sum", Kind.NUMBER, "datapoint", None, True, True, (), None, "number"
)})  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        ("select: totl\n  message: No.", "R201"),
        ("select: info\n  message: No.", "R210"),
        ("message: {text: No., at: totl}", "R201"),
        ("message: {text: No., at: [total, document]}", "R406"),
        ("select: lines\n  message: No.", "R404"),
        ("select: lines\n  replace: x", "R407"),
        ("replace: x", "R407"),
        ("replace: {lines: x}", "R408"),
        ("replace: {sum: x}", "R408"),
        ("select: sum\n  replace: x", "R408"),
        ("replace: {totl: x}", "R201"),
        ("replace: {total: '{nn(1)}'}", "R202"),
        ("block: {at: total}", "R403"),
        ("block: true", "R405"),
        ("let: {total: '1'}\n  message: No.", "R212"),
        ("let: {value: '1'}\n  message: No.", "R212"),
        ("replace: {total: '" + "x" * 1501 + "'}", "R409"),
        ("message: '{nn(1)}'\n  block: true", "R202"),
    ],
)
def test_what_a_queue_s_schema_lets_be_known_is_told(rule, code):
    assert [found[0] for found in mistakes(f"- id: one\n  {rule}\n", schema=ROWS)] == [code]


def test_what_the_schema_says_goes_with_the_rules():
    report = Report()
    fields = {"note": FieldDeclaration("note", Kind.TEXT, NOWHERE)}

    found = compile_rules([rules_file(MESSAGE)], queue(schema=ROWS, fields=fields), report)

    assert found.kinds["note"] is Kind.TEXT
    assert found.kinds["total"] is Kind.NUMBER
    assert (found.labels, found.hidden) == ({"sum": "The sum"}, {"sum"})
    assert "total" in found.known
    assert len(found) == 1


@pytest.mark.parametrize(
    ("data", "value"),
    [
        (1, D(1)),
        (True, True),
        ("a", "a"),
        ([1, {"a": 2}], [D(1), {"a": D(2)}]),
        (D("1.5"), D("1.5")),
    ],
)
def test_numbers_of_params_are_decimals(data, value):
    found = exact(data)

    assert found == value
    assert type(found) is type(value)
