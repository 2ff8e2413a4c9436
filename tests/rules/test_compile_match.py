"""``match`` as compiled: what can be known of it before a document is seen."""

from dataclasses import replace

import pytest

from gateway.annotation.values import Kind
from gateway.diagnostic import Report
from gateway.rules.effect import ChooseFrom, Match
from gateway.rules.expressions.expression import compile_expression
from gateway.rules.question import Criterion, How, Question
from gateway.rules.queue_schema import QueueSchema
from gateway.rules.tables import TableShape
from gateway.rules.yaml.source import Text
from tests.pages import GOOD, QUEUE
from tests.rules.expressions.support import schema_field, scope
from tests.tables import built

SCHEMA = """\
[{"category": "section", "id": "all", "children": [
  {"category": "datapoint", "id": "sender", "type": "string"},
  {"category": "datapoint", "id": "vat", "type": "string"},
  {"category": "datapoint", "id": "total", "type": "number"},
  {"category": "datapoint", "id": "issued", "type": "date"},
  {"category": "datapoint", "id": "vendor", "type": "enum", "options": []},
  {"category": "datapoint", "id": "note", "type": "string"},
  {"category": "datapoint", "id": "go", "type": "button"},
  {"category": "datapoint", "id": "computed", "type": "string", "formula": "1"},
  {"category": "multivalue", "id": "lines", "children":
    {"category": "tuple", "id": "line", "children": [
      {"category": "datapoint", "id": "code", "type": "string"},
      {"category": "datapoint", "id": "item_vendor", "type": "enum", "options": []}]}}]}]
"""
TABLES = {
    "vendors": TableShape(
        "vendors",
        {"id": Kind.TEXT, "name": Kind.TEXT, "credit": Kind.NUMBER, "since": Kind.DATE,
         "open": Kind.BOOLEAN},
    ),
    "live": TableShape("live", {"id": Kind.TEXT}, ("number",)),
    "anything": TableShape("anything", None),
    "scored": TableShape("scored", {"name": Kind.TEXT, "score": Kind.TEXT}),
    "both": TableShape("both", {"id": Kind.TEXT}),
}  # fmt: skip
BY = 'by: {name: "{sender}"}'
INTO = 'into: vendor, value: "{hit.id}"'


def found(effect, select="", schema=SCHEMA):
    queue = QUEUE + ("  schema: acme.schema.json\n" if schema else "")
    files = {
        **GOOD,
        "acme.queue.yaml": queue,
        "invoice.rules.yaml": "version: 1\nparams: {both: [A], codes: [B]}\nrules:\n"
        f"  - id: one\n    {select}\n    {effect}\n",
    }
    if schema:
        files["acme.schema.json"] = schema
    return built(files, TABLES, frozenset({"payroll"}))[0]


def mistakes(effect, **more):
    return [
        (one.code, one.message) for one in found(effect, **more).report if one.severity == "error"
    ]


def match(keys):
    return f"match: {{{keys}}}"


@pytest.mark.parametrize(
    ("keys", "code", "message"),
    [
        (f"table: vendor, {BY}, {INTO}", "R220", "unknown table 'vendor'"),
        (f"table: payroll, {BY}, {INTO}", "R221", "the table 'payroll' is not for this queue"),
        (
            f'table: vendors, by: {{nam: "{{sender}}"}}, {INTO}',
            "R222", "the table 'vendors' has no column 'nam'",
        ),
        (
            f'table: live, by: {{id: "{{sender}}"}}, {INTO}',
            "R223", "the table 'live' is asked with each of its parameters",
        ),
        (
            f'table: live, by: {{number: {{normal: "{{sender}}"}}}}, {INTO}',
            "R440", "a live table compares as its query does",
        ),
        (
            f'table: vendors, by: {{credit: {{similar: "{{sender}}"}}}}, {INTO}',
            "R440", "vendors.credit is number, and no text",
        ),
        (
            f'table: vendors, by: {{name: {{at_least: 0.5}}}}, {INTO}',
            "R440", "a column is compared in one way",
        ),
        (
            f'table: vendors, by: {{name: {{normal: "x", similar: "y"}}}}, {INTO}',
            "R440", "a column is compared in one way",
        ),
        (
            f'table: vendors, by: {{name: {{normal: "x", at_least: 0.5}}}}, {INTO}',
            "R440", "at_least is for similar",
        ),
        (
            f'table: vendors, by: {{name: {{similar: "x", at_least: 0}}}}, {INTO}',
            "R440", "at_least is between 0 and 1",
        ),
        (
            f'table: vendors, by: {{credit: "{{sender}}"}}, {INTO}',
            "R304", "vendors.credit is number, this is text",
        ),
        (
            f'table: vendors, by: {{credit: "{{total}} EUR"}}, {INTO}',
            "R304", "vendors.credit is number, this is text",
        ),
        (
            f'table: vendors, by: {{name: "{{total}}"}}, {INTO}',
            "R304", "vendors.name is text, this is number",
        ),
        (
            f'table: vendors, by: {{name: {{similar: "{{total}}"}}}}, {INTO}',
            "R304", "vendors.name is text, this is number",
        ),
        (f"table: vendors, {BY}", "R441", "this match changes nothing and says nothing"),
        (f"table: vendors, {BY}, into: vendor", "R441", "what goes into the field is missing"),
        (
            f"table: vendors, {BY}, label: x, none: {{message: no one}}",
            "R441", "label says what goes into a field, and none is named",
        ),
        (
            f'table: vendors, {BY}, into: vendor, value: "{{hit.code}}"',
            "R222", "the table 'vendors' has no column 'code'",
        ),
        (
            f'table: vendors, {BY}, {INTO}, label: "{{hits.name}}"',
            "R207", "hits is what match has found, and this is outside of it",
        ),
        (
            f'table: vendors, {BY}, {INTO}, where: hit.credit',
            "R302", "a condition must be true or false, this is number",
        ),
        (
            f'table: vendors, {BY}, {INTO}, where: hit.credit > hit.name',
            "R301", "cannot compare number and text",
        ),
        (
            f"table: vendors, {BY}, {INTO}, order: nam",
            "R222", "the table 'vendors' has no column 'nam'",
        ),
        (
            f'table: vendors, {BY}, none: {{message: "{{hit.name}}"}}',
            "R207", "hit is the only record, and here there may be several",
        ),
        (
            f'table: vendors, {BY}, many: {{message: "{{hit.name}}"}}',
            "R207", "hit is the only record, and here there may be several",
        ),
        (
            f'table: vendors, {BY}, many: {{message: "{{hits.name}}"}}',
            "R305", "a column in a template",
        ),
        (
            f'table: vendors, {BY}, one: {{message: "{{hit}}"}}',
            "R301", "a mapping cannot be written into a text",
        ),
        (f'table: vendors, {BY}, into: nobody, value: x', "R201", 'unknown field "nobody"'),
        (f'table: vendors, {BY}, into: lines, value: x', "R408", "lines is a table, not a field"),
        (
            f'table: vendors, {BY}, into: go, value: x',
            "R408", "go is a button; it has no value",
        ),
        (
            f'table: vendors, {BY}, into: computed, value: x',
            "R408", "computed is a formula field; the platform ignores writes to it",
        ),
        (
            f'table: vendors, {BY}, into: note, value: x, label: z',
            "R408", "note is of the type string; only an enum has options",
        ),
        (
            f'table: vendors, {BY}, into: note, value: x, options: [z]',
            "R408", "note is of the type string; only an enum has options",
        ),
        (
            f'table: vendors, {BY}, fill: {{computed: "{{hit.name}}"}}',
            "R408", "computed is a formula field; the platform ignores writes to it",
        ),
        (
            f'table: vendors, {BY}, fill: {{note: "{{hit.nam}}"}}',
            "R222", "the table 'vendors' has no column 'nam'",
        ),
        (
            f"table: vendors, {BY}, none: {{respond: x}}",
            "R401", "none of its events can carry respond",
        ),
    ],
)  # fmt: skip
def test_what_a_match_cannot_say_is_refused(keys, code, message):
    assert mistakes(match(keys)) == [(code, message)]


@pytest.mark.parametrize(
    ("where", "message"),
    [
        ("{hit.name}", "hit is what match has found, and this is outside of it"),
        ("{count(hits)} {hits.name}", "hits is what match has found, and this is outside of it"),
    ],
)
def test_what_a_match_has_found_is_nowhere_else(where, message):
    assert ("R207", message) in mistakes(f'message: "{where}"', schema=None)


def test_edited_does_not_go_with_a_message_inside():
    effect = match(f"table: vendors, {BY}, none: {{message: no one}}")

    assert mistakes(effect, select="edited: [sender]") == [
        ("R411", "edited does not go with message")
    ]


def test_a_message_of_a_row_says_where_it_stands():
    effect = match('table: vendors, by: {name: "{code}"}, none: {message: no one}')

    ((code, _),) = mistakes(effect, select="select: lines")
    assert code == "R404"


def effect_of(effect, **more):
    made = found(effect, **more)
    assert list(made.report) == []
    (queue,) = made.configuration.queues.values()
    (compiled,) = queue.rules.rules[0].effects
    return compiled


def test_steps_are_questions():
    effect = effect_of(
        match(
            'table: vendors, by: [{name: "{sender}", credit: "{total}"}, {name: {normal: "x"}},'
            ' {name: {similar: "{vat}"}}, {id: {similar: x, at_least: 0.5}}], ' + INTO
        )
    )

    assert isinstance(effect, Match)
    assert [attempt.question for attempt in effect.by] == [
        Question("vendors", (Criterion("name"), Criterion("credit"))),
        Question("vendors", (Criterion("name", How.NORMAL),)),
        Question(
            "vendors", (Criterion("name", How.SIMILAR, effect.by[2].question.criteria[0].at_least),)
        ),
        Question(
            "vendors", (Criterion("id", How.SIMILAR, effect.by[3].question.criteria[0].at_least),)
        ),
    ]
    assert [str(one.question.criteria[0].at_least) for one in effect.by[2:]] == ["0.85", "0.5"]


@pytest.mark.parametrize(
    ("by", "kind"),
    [
        ("open: true", Kind.BOOLEAN),
        ("credit: 100.50", Kind.NUMBER),
        ("id: 100", None),
        ('id: "100"', None),
    ],
)
def test_what_is_written_out_is_sought_as_what_the_column_holds(by, kind):
    effect = effect_of(match(f"table: vendors, by: {{{by}}}, {INTO}"))

    (key,) = effect.by[0].keys
    assert (None if key.lone is None else key.lone.expression.kind) == kind


@pytest.mark.parametrize(
    ("keys", "schema", "sends"),
    [
        (INTO, SCHEMA, True),
        ('into: note, value: "{hit.id}"', SCHEMA, False),
        ('into: vendor, value: "{hit.id}"', None, True),
        ('into: vendor, value: "{hit.id}", options: false', None, False),
    ],
)
def test_an_enum_gets_options_and_a_text_field_none(keys, schema, sends):
    assert (
        effect_of(match(f"table: vendors, {BY}, {keys}"), schema=schema).into.has_options is sends
    )


def test_the_score_is_a_number_unless_a_column_has_its_name():
    number = match(f'table: vendors, {BY}, one: {{message: "{{hit.score:.2f}}"}}')
    text = match(f'table: scored, {BY}, one: {{message: "{{hit.score:.2f}}"}}')
    unknown = match(f'table: anything, {BY}, one: {{message: "{{hit.score:.2f}} {{hit.x}}"}}')

    assert mistakes(number) == mistakes(unknown) == []
    assert mistakes(text) == [("R213", "this format is for number, the value is text")]


def test_short_forms_inside_are_written_out_before_a_queue_changes_them():
    rules = f"""\
version: 1
rules:
  - id: one
    match: {{table: vendors, {BY}, none: {{message: no one}}}}
"""
    change = "none: {message: {type: warning}, block: Look.}, fill: {note: x}"
    queue = QUEUE + f"  change: {{one: {{match: {{{change}}}}}}}\n"
    files = {**GOOD, "acme.queue.yaml": queue, "invoice.rules.yaml": rules}
    made, drawn = built(files, TABLES)

    assert not made.report.errors, drawn
    (rule,) = made.configuration.by_name["acme"].rules.rules
    (effect,) = rule.effects
    assert [one.level.value for one in effect.none[:1]] == ["warning"]
    assert len(effect.none) == 2
    assert rule.writes() == {"note"}


def test_a_match_that_reads_what_a_later_rule_writes_is_warned_of():
    rules = f"""\
version: 1
rules:
  - id: one
    match: {{table: vendors, {BY}, {INTO}}}
  - {{id: two, replace: {{sender: "{{trim(sender)}}"}}}}
  - {{id: three, when: is_empty(vendor), message: x}}
  - {{id: four, match: {{table: vendors, {BY}, {INTO}}}}}
"""
    made, _ = built({**GOOD, "invoice.rules.yaml": rules}, TABLES)

    assert [(one.code, one.message) for one in made.report] == [
        ("R419", "one reads sender, which the later rule two writes"),
        ("R419", "three reads vendor, which the later rule four writes"),
        ("R420", "four and one both write vendor under the same condition"),
    ]


@pytest.mark.parametrize(
    ("source", "code", "message"),
    [
        ("from: vendor, value: id", "R220", "unknown table 'vendor'"),
        ("from: payroll, value: id", "R221", "the table 'payroll' is not for this queue"),
        ("from: vendors", "R422", "options from a table need a column of values"),
        ("from: vendors, value: nam", "R222", "the table 'vendors' has no column 'nam'"),
        ("from: vendors, value: id, label: x", "R222", "the table 'vendors' has no column 'x'"),
        (
            "from: live, value: id",
            "R223", "the table 'live' is asked with each of its parameters",
        ),
        ("from: both, value: id", "R422", "'both' is a table and a param"),
        ("from: params.cods", "R204", 'unknown param "cods"'),
    ],
)  # fmt: skip
def test_options_from_a_table_that_cannot_give_them_are_refused(source, code, message):
    assert mistakes(f"options: {{vendor: {{{source}}}}}") == [(code, message)]


def test_options_come_from_two_columns():
    effect = effect_of("options: {vendor: {from: vendors, value: id, label: name}}")

    assert effect == ChooseFrom("vendor", Question("vendors", ()), "id", "name")


@pytest.mark.parametrize(
    ("keys", "wrong"),
    [
        ('one: {values: {vendor: "{hit.id}"}}', []),
        (
            'into: x, value: "{hit.id}", one: {values: {vendor: "{hit.id}"}}',
            [("R401", "email.received has no fields, so a match has no into there")],
        ),
        (
            'one: {replace: {x: "{hit.id}"}}',
            [("R401", "email.received cannot carry replace: its answer speaks of attached files")],
        ),
    ],
)
def test_an_event_without_content_matches_for_its_own_effects(keys, wrong):
    effect = match(f'table: vendors, by: {{name: "{{email.from}}"}}, {keys}')
    select = "on: email.received\n    select: files"

    assert mistakes(effect, select=select, schema=None) == wrong


def test_what_was_found_is_taken_for_no_field_that_a_payload_may_have_had():
    fields = {"sender": schema_field("sender"), "lines": schema_field("lines", None, "multivalue")}
    seen = QueueSchema(fields, from_payloads=True, unseen=("lines",))
    report = Report()
    shape = TABLES["vendors"]
    where = replace(scope(schema=seen, fields={}), hit=shape, hits=shape)

    for text in ("hit.name", "count(hits)"):
        assert compile_expression(Text.inline(text), where, report) is not None

    assert list(report) == []
