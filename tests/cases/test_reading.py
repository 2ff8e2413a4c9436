"""Mistakes in test files are found before a case runs, and the values of cells are as written."""

import msgspec
import pytest

from tests.cases.support import case_file, codes, loaded, ran
from tests.documents import nodes

OK = "- {name: it, given: {fields: {total: 1}}, expect: {}}\n"
SCHEMA = """\
[{"category": "section", "id": "all", "children": [
  {"category": "datapoint", "id": "amount_total", "type": "number"},
  {"category": "datapoint", "id": "vendor", "type": "string"},
  {"category": "multivalue", "id": "line_items", "children":
    {"category": "tuple", "id": "line", "children": [
      {"category": "datapoint", "id": "item_rate", "type": "number"}]}}]}]
"""
#: What the sections of a document that is made of given values are called.
SECTIONS = {"fields", "tables"}
RULES = "  - id: total-positive\n    require: amount_total > 0\n    message: Bad.\n"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("version: 1\nqueue: acme.queue.yaml\ncases: []\n", "R114"),
        ("version: 1\nqueue: acme.queue.yaml\n", "R111"),
        (case_file("- {name: it, expects: {}}\n"), "R110"),
        (case_file("- {name: it, expect: {message: []}}\n"), "R110"),
        (case_file("- {name: it, given: {fields: {total: [1]}}, expect: {}}\n"), "R112"),
        (case_file("- {name: it, expect: {messages: [{type: fatal}]}}\n"), "R113"),
        (case_file(OK).replace("acme.queue.yaml", "acne.queue.yaml"), "R129"),
        (case_file(OK).replace("acme.queue.yaml", "acme.rules.yaml"), "R128"),
        (case_file("- {name: it, expect: {failed: [total-negative]}}\n"), "R501"),
        (case_file("- {name: it, expect: {messages: [{rule: total-positve}]}}\n"), "R501"),
        (case_file(OK, "defaults: {event: annotation_content.saved}\n"), "R502"),
        (case_file("- {name: it, given: {edited: [total]}, expect: {}}\n"), "R502"),
        (case_file(OK, 'defaults: {now: "2025-01-31T12:00:00"}\n'), "R503"),
        (case_file(OK, "defaults: {now: tomorrow}\n"), "R503"),
        (case_file('- {name: it, expect: {replace: {"line_items[0].x": "1"}}}\n'), "R504"),
        (case_file('- {name: it, set: {"a b": "1"}, expect: {}}\n'), "R504"),
        (case_file('- {name: it, given: {fields: {"a[1]": "1"}}, expect: {}}\n'), "R504"),
        (case_file("- {name: it, given: {payload: p.json, fields: {a: b}}, expect: {}}\n"), "R505"),
        (case_file(OK, "defaults: {annotation: {content: []}}\n"), "R505"),
        (case_file(OK, 'defaults: {now: "9999-12-31T23:59:59-12:00"}\n'), "R503"),
        (case_file(OK + OK), "R506"),
        (case_file("- {name: it, each: [{name: a, expect: {}}, {name: a, expect: {}}]}\n"), "R506"),
        (case_file("- {name: it, given: {fields: {total: 1}}}\n"), "R507"),
        (case_file("- {name: it, each: [{set: {total: 1}}]}\n"), "R507"),
        (case_file("- {name: it, expect: {messages: [{text: {matches: '('}}]}}\n"), "R508"),
    ],
)
def test_a_mistake_is_found_before_a_case_runs(text, code):
    found = codes(text, payloads={"p.json": b"{}"})

    assert found == [code]


def test_a_file_with_mistakes_has_no_cases():
    _, (file,), _ = loaded(case_file(OK + "- {name: other, expect: {failed: [unknown]}}\n"))

    assert file.cases == ()


def test_a_payload_that_is_not_there_is_a_mistake():
    assert codes(case_file("- {name: it, given: {payload: x.json}, expect: {}}\n")) == ["R129"]


@pytest.mark.parametrize(
    "case",
    [
        "{name: it, given: {fields: {vendr: x}}, expect: {}}",
        "{name: it, given: {line_item: []}, expect: {}}",
        "{name: it, given: {line_items: [{rate: 1}]}, expect: {}}",
        "{name: it, given: {fields: {item_rate: 1}}, expect: {}}",
        "{name: it, given: {fields: {line: x}}, expect: {}}",
        "{name: it, given: {line_items: [{vendor: x}]}, expect: {}}",
        "{name: it, set: {'line_items[1].rate': 1}, expect: {}}",
        "{name: it, expect: {messages: [{at: vendr}]}}",
        "{name: it, expect: {replace: {'line_items[1].rate': '1'}}}",
    ],
)
def test_a_name_that_the_schema_does_not_have_there_is_a_mistake(case):
    more = {"acme.schema.json": SCHEMA}

    assert codes(
        case_file(f"- {case}\n"), rules=RULES, queue="schema: acme.schema.json\n", **more
    ) == ["R504"]


@pytest.mark.parametrize(
    ("field", "cell", "value", "normalized"),
    [
        pytest.param("amount_total", "10.50", "10.50", "10.50", id="a number is text as written"),
        ("amount_total", "'1 000'", "1 000", None),
        ("amount_total", "''", "", None),
        ("amount_total", "null", "", None),
        ("amount_total", "{value: '1 000', normalized_value: 1000}", "1 000", "1000"),
        ("amount_total", "{value: '5', normalized_value: null}", "5", None),
        ("date_issue", "'2025-01-31'", "2025-01-31", "2025-01-31"),
        ("date_issue", "'5'", "5", None),
        pytest.param("code", "'12'", "12", "12", id="undeclared, the shape decides"),
        ("code", "'012'", "012", None),
        ("code", "'2025-01-31'", "2025-01-31", "2025-01-31"),
        ("code", "true", "true", None),
    ],
)
def test_a_value_is_given_what_the_platform_would_make_of_it(field, cell, value, normalized):
    runner, _ = ran(case_file(OK))
    _, (file,), _ = loaded(
        case_file(f"- {{name: it, given: {{fields: {{{field}: {cell}}}}}, expect: {{}}}}\n")
    )

    made, _ = runner.evaluate(file.cases[0])

    content = made.places.nodes[field]["content"]
    assert (content["value"], content["normalized_value"]) == (value, normalized)


def test_a_cell_says_what_else_rules_can_read():
    cell = (
        "{value: x, hidden: true, confidence: 0.5, page: 2, extracted: w, options: [x, z], "
        "validation_sources: [human]}"
    )
    runner, _ = ran(case_file(OK))
    _, (file,), _ = loaded(
        case_file(f"- {{name: it, given: {{fields: {{code: {cell}}}}}, expect: {{}}}}\n")
    )

    made, _ = runner.evaluate(file.cases[0])

    node = made.places.nodes["code"]
    assert node["hidden"] is True
    assert node["validation_sources"] == ["human"]
    assert [one["value"] for one in node["options"]] == ["x", "z"]
    assert {key: node["content"][key] for key in ("rir_text", "rir_confidence", "page")} == {
        "rir_text": "w",
        "rir_confidence": 0.5,
        "page": 2,
    }


def test_tables_and_simple_lists_have_addresses_by_row():
    runner, _ = ran(case_file(OK))
    _, (file,), _ = loaded(
        case_file(
            "- {name: it, given: {line_items: [{a: 1, b: 2}, {a: 3}], pages: [x, w]}, expect: {}}\n"
        )
    )

    made, _ = runner.evaluate(file.cases[0])

    assert list(made.places.nodes) == [
        "line_items[1].a",
        "line_items[1].b",
        "line_items[2].a",
        "pages[1]",
        "pages[2]",
    ]


def test_rows_are_called_as_in_the_schema_and_else_without_their_s():
    case = case_file(
        "- {name: it, given: {line_items: [{item_rate: 1}], pages: [x]}, expect: {}}\n"
    )
    with_schema = SCHEMA.replace(
        "]}}]}]",
        ']}}, {"category": "multivalue", "id": "pages", "children":'
        ' {"category": "datapoint", "id": "page_code", "type": "string"}}]}]',
    )

    assert with_schema != SCHEMA
    assert ids_of(case) == {"line_items", "line_item", "item_rate", "pages", "page"}
    more = {"rules": RULES, "queue": "schema: s.schema.json\n", "s.schema.json": with_schema}
    assert ids_of(case, **more) >= {"line_items", "line", "item_rate", "pages", "page_code"}


def test_with_a_schema_a_document_has_every_field_and_every_cell():
    case = case_file("- {name: it, given: {line_items: [{}]}, expect: {}}\n")
    more = {"queue": "schema: s.schema.json\n", "s.schema.json": SCHEMA}
    everything = {"amount_total", "vendor", "line_items", "line", "item_rate"}

    assert ids_of(case, rules=RULES, **more) == everything
    assert ids_of(case) == {"line_items", "line_item"}


def test_with_a_schema_a_rule_may_write_and_a_case_set_a_field_that_is_not_given():
    rules = "  - {id: named, when: amount_total > 1, replace: {vendor: ACME}}\n"
    case = "- {name: it, given: {}, set: {amount_total: 2}, expect: {replace: {vendor: ACME}}}\n"
    more = {"queue": "schema: s.schema.json\n", "s.schema.json": SCHEMA}
    _, (result,) = ran(case_file(case), rules=rules, **more)

    assert (result.status, result.reason, list(result.differences)) == ("passed", None, [])


def ids_of(text, **more):
    _, (result,) = ran(text, **more)
    body = msgspec.json.decode(result.made.body)
    return {node["schema_id"] for node in nodes(body["annotation"]["content"])} - SECTIONS


FACTS = """\
  - id: from-mail
    when: annotation.status == "to_review" and queue.name == "Mail" and email.subject == "Hi"
    message: "{document.original_file_name}"
"""


def test_facts_of_the_request_can_be_given():
    given = "{annotation: {status: to_review}, queue: {name: Mail}, email: {subject: Hi}}"
    text = case_file(
        "- name: it\n"
        f"  given: {given}\n"
        "  expect: {messages: [{rule: from-mail, at: document, text: a.pdf}]}\n",
        "defaults: {document: {original_file_name: a.pdf}}\n",
    )

    _, (result,) = ran(text, rules=FACTS, queue="")

    assert result.status == "passed"
