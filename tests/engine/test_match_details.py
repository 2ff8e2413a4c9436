"""``match``: filters, orders, defaults, and what may fail about a record; options from a table."""

from decimal import Decimal

import pytest

from tests.documents import Document, number
from tests.engine.matches import EMPTY, PLAIN, ROWS, VENDORS, answered, options, plain, values
from tests.tables import Searched, ask, asking


def test_a_default_is_an_option_and_chosen_where_no_record_is():
    default = 'default: {value: "", label: Please choose}'
    other = "options: [{value: NEW, label: A new vendor}, {value: V1, label: never seen}]"
    more = f"{default}\n      {other}"

    many = plain(more, sender="acme ltd.", vendor_match="V9")
    none = plain(more, sender="Initech", vendor_match="V9")
    kept = plain(more, sender="Initech", vendor_match="NEW")

    assert list(options(many)["vendor_match"].items()) == [
        ("", "Please choose"), ("V1", "V1"), ("V4", "V4"), ("NEW", "A new vendor")
    ]  # fmt: skip
    assert options(none)["vendor_match"] == {
        "": "Please choose", "NEW": "A new vendor", "V1": "never seen"
    }  # fmt: skip
    assert values(many) == values(none) == {"vendor_match": ""}
    assert values(kept) == {}


def test_a_default_with_a_value_is_written():
    more = "default: {value: NEW, label: A new vendor}"

    assert values(plain(more, sender="Initech")) == {"vendor_match": "NEW"}
    assert values(plain(more, sender="acme ltd.")) == {"vendor_match": "NEW"}
    assert values(plain(more, sender="acme ltd.", vendor_match="V4")) == {}
    assert values(plain(more, sender="Globex GmbH", vendor_match="NEW")) == {"vendor_match": "V2"}


@pytest.mark.parametrize(
    ("more", "found"),
    [
        ('where: hit.city != "Brno"', ["V1"]),
        ("where: hit.score > 1", []),
        ('where: hit.id == lookup("vendors", city="Brno").id', ["V4"]),
        ("order: city", ["V4", "V1"]),
        ('order: ["-score", "-id"]', ["V4", "V1"]),
        ("order: [iban, id]", ["V1", "V4"]),
    ],
)
def test_records_are_filtered_and_sorted(more, found):
    assert list(options(plain(more, sender="acme ltd."))["vendor_match"]) == found


def test_a_filter_decides_which_step_has_found_anything():
    rule = """\
  - id: vendor
    match:
      table: vendors
      by: [{vat_id: "{vat}"}, {name: {similar: "{sender}", at_least: 0.8}}]
      where: hit.city == "Brno"
      one: {message: "{hit.id}"}
      none: {message: nothing}
"""

    assert answered(rule, vat="CZ1", sender="acme ltd.").said == [(None, "V4")]
    assert answered(rule, vat="CZ1", sender="globex").said == [(None, "nothing")]


def test_too_many_records_are_not_filtered_since_some_would_be_missed():
    rows = {"vendors": [{"id": "V1", "city": "Ulm"}] * 201}
    rule = """\
  - id: vendor
    match: {table: vendors, by: {id: "{vat}"}, where: hit.city == "Ulm", many: {message: many}}
"""

    assert answered(rule, rows=rows, vat="V1").failure == (
        "201 records are found, and where looks at 200 at most; make the step narrower"
    )


def test_what_a_person_typed_is_kept_where_the_rule_says_so():
    made = asking(
        PLAIN.format(overwrite="untouched", more='fill: {vendor_name: "{hit.name}"}'), ROWS
    )
    marks = {"vendor_match": {"validation_sources": ["human"]}}
    document = Document({**EMPTY, "sender": "Globex GmbH", "vendor_match": "V9"}, marks=marks)

    answer = ask(made, document, Searched(ROWS))

    assert values(answer) == {"vendor_name": "Globex GmbH"}
    assert options(answer) == {"vendor_match": {"V2": "V2"}}


def test_a_record_without_a_value_is_no_option():
    rows = {"vendors": [{"id": None, "name": "Acme"}, {"id": "V2", "name": "Acme"}]}
    rule = """\
  - id: vendor
    match: {table: vendors, by: {name: "{sender}"}, into: vendor_match, value: "{hit.id}"}
"""

    assert options(answered(rule, rows=rows, sender="Acme")) == {"vendor_match": {"V2": "V2"}}


def test_a_text_field_gets_no_options():
    assert options(plain("options: false", sender="Globex GmbH")) == {}
    assert values(plain("options: false", sender="Globex GmbH")) == {"vendor_match": "V2"}


def test_numbers_are_sought_as_numbers():
    rows = {"orders": [{"number": Decimal("100.50"), "id": "O1"}]}
    rule = """\
  - id: order
    match: {table: orders, by: {number: "{total}"}, into: vendor_match, value: "{hit.id}"}
"""
    made = asking(rule, rows, "fields: {total: number}")
    document = Document({**EMPTY, "total": number("100,5", "100.5")})

    assert values(ask(made, document, Searched(rows))) == {"vendor_match": "O1"}


def test_options_come_from_a_table():
    rule = "  - {id: o, options: {vendor_match: {from: vendors, value: id, label: name}}}\n"

    assert options(answered(rule)) == {"vendor_match": {one["id"]: one["name"] for one in VENDORS}}


def test_a_table_of_too_many_records_gives_no_options():
    rows = {"vendors": [{"id": str(number)} for number in range(201)]}
    rule = "  - {id: o, options: {vendor_match: {from: vendors, value: id}}}\n"

    assert answered(rule, rows=rows).failure == "a table of 201 records; at most 200 are options"


@pytest.mark.parametrize(
    ("more", "failure"),
    [
        ("where: 1 / (hit.size - 1) > 0", "division by zero"),
        ('label: "{1 / (hit.size - 1)}"', "division by zero"),
        ("order: mixed", "mixed holds values of several kinds; they have no order"),
        ('default: {value: "{lookup(\\"vendors\\", id=1 / none).id}"}', "division by zero"),
    ],
)
def test_what_fails_about_a_record_fails_the_run(more, failure):
    more = more.replace("1 / none", "text(1 / number(zero))").replace('\\"', "'")
    rows = {
        "vendors": [
            {"id": "V1", "name": "Acme", "size": Decimal(1), "mixed": "a"},
            {"id": "V2", "name": "Acme", "size": Decimal(2), "mixed": Decimal(1)},
        ]
    }
    rule = f"""\
  - id: vendor
    match:
      table: vendors
      by: {{name: "{{sender}}"}}
      into: vendor_match
      value: "{{hit.id}}"
      {more}
"""

    answer = answered(rule, rows=rows, sender="Acme", zero="0", vendor_match="V9")

    assert answer.failure.startswith(failure)
    assert answer.json["operations"] == []


def test_a_key_is_a_single_value():
    rule = """\
  - id: vendor
    match: {table: vendors, by: {name: "{annotation.metadata.names}"}, none: {message: none}}
"""
    document = Document(EMPTY, annotation={"metadata": {"names": ["Acme"]}})

    assert ask(asking(rule, ROWS), document, Searched(ROWS)).failure == (
        "a table is asked for single values, this is a list"
    )


def test_a_default_may_be_looked_up():
    more = 'default: {value: \'{lookup("vendors", city="Brno").id}\', label: Brno}'
    answer = plain(more, sender="Initech")

    assert values(answer) == {"vendor_match": "V4"}
    assert options(answer) == {"vendor_match": {"V4": "Brno"}}
