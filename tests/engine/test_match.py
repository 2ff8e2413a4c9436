"""``match``: steps in order, candidates into a field, and what follows for none, one and many."""

from decimal import Decimal

import pytest

from tests.documents import Document
from tests.engine.matches import EMPTY, ROWS, RULE, answered, options, values
from tests.tables import Searched, ask, asking


@pytest.mark.parametrize(
    ("fields", "chosen", "said"),
    [
        ({"vat": "CZ1"}, {"V1": "Acme Ltd. (Praha)"}, "Acme Ltd. by 1.00"),
        ({"vat": "XX", "iban": "de89 3704"}, {"V2": "Globex GmbH (Ulm)"}, "Globex GmbH by 1.00"),
        (
            {"vat": "CZ1", "iban": "de89 3704"}, {"V1": "Acme Ltd. (Praha)"},
            "Acme Ltd. by 1.00",
        ),
        (
            {"iban": "?", "sender": "globex gmb"}, {"V2": "Globex GmbH (Ulm)"},
            "Globex GmbH by 0.95",
        ),
    ],
)  # fmt: skip
def test_the_first_step_that_finds_anything_decides(fields, chosen, said):
    answer = answered(**fields)

    ((value, _),) = chosen.items()
    assert options(answer) == {"vendor_match": chosen}
    assert values(answer)["vendor_match"] == value
    assert values(answer)["vendor_name"] == said.partition(" by ")[0]
    assert answer.messages == [("info", None, said)]


def test_nothing_found_says_so_and_leaves_what_it_would_fill():
    answer = answered(sender="Initech", vendor_match="V9", vendor_name="Initech Inc.")

    assert answer.messages == [("warning", None, "No vendor matches Initech.")]
    assert options(answer) == {"vendor_match": {}}
    assert values(answer) == {"vendor_match": ""}


def test_many_are_candidates_and_none_of_them_is_chosen():
    answer = answered(sender="acme ltd.", vendor_match="V9")

    assert answer.messages == [("info", None, "2 match: Acme Ltd., Ltd. Acme.")]
    assert options(answer) == {
        "vendor_match": {"V1": "Acme Ltd. (Praha)", "V4": "Ltd. Acme (Brno)"}
    }
    assert values(answer) == {"vendor_match": ""}


def test_of_many_the_one_that_is_chosen_stays_and_fills():
    answer = answered(sender="acme ltd.", vendor_match="V4")

    assert [kind for kind, _, _ in answer.messages] == ["info"]
    assert values(answer) == {"vendor_name": "Ltd. Acme"}


def test_a_step_without_a_value_asks_nothing():
    tables = Searched(ROWS)

    answered(tables=tables, sender="Initech")

    assert [question.criteria[0].column for question, _ in tables.asked] == ["name"]


def test_a_table_that_cannot_be_asked_fails_the_rule_and_never_means_none():
    tables = Searched(ROWS, {"vendors": "the table vendors cannot be asked: no route to host"})

    answer = answered(tables=tables, vat="CZ1", vendor_match="V9")

    assert answer.failure == "the table vendors cannot be asked: no route to host"
    assert answer.json["operations"] == []
    assert [text for _, text in answer.said] == [
        f"The rule vendor could not be evaluated: {answer.failure}."
    ]


@pytest.mark.parametrize(
    "fields", [{"vat": "CZ1"}, {"sender": "acme ltd."}, {"sender": "Initech"}, {}]
)
def test_a_second_run_on_what_it_has_done_does_nothing(fields):
    made = asking(RULE, ROWS)
    first = ask(made, Document({**EMPTY, "vendor_match": "V9", **fields}), Searched(ROWS))
    marks = {
        first.name(one["id"]): {"options": one["value"]["options"]}
        for one in first.json["operations"]
        if "options" in one["value"]
    }
    after = Document({**EMPTY, "vendor_match": "V9", **fields, **values(first)}, marks=marks)

    assert ask(made, after, Searched(ROWS)).json["operations"] == []


LINES = """\
  - id: order
    select: lines
    match:
      table: orders
      by: {number: "{item_order}"}
      into: item_order_match
      value: "{hit.number}"
      none: {message: {at: item_order, type: warning, text: "No order {item_order}."}}
      one: {replace: {item_price: "{hit.price}"}}
"""
ORDERS = {"orders": [{"number": str(number), "price": Decimal(number)} for number in range(1, 5)]}


def test_rows_are_matched_in_one_batch():
    orders = ["1", "9", "", "1", "3"]
    lines = [{"item_order": one, "item_order_match": "", "item_price": ""} for one in orders]
    tables = Searched(ORDERS)

    answer = ask(asking(LINES, ORDERS), Document(tables={"lines": lines}), tables)

    assert [keys for _, keys in tables.asked] == [[("1",), ("9",), ("3",)]]
    assert values(answer) == {
        "item_order_match[1]": "1", "item_price[1]": "1", "item_order_match[4]": "1",
        "item_price[4]": "1", "item_order_match[5]": "3", "item_price[5]": "3",
    }  # fmt: skip
    assert answer.said == [("item_order[2]", "No order 9."), ("item_order[3]", "No order .")]


def test_a_row_that_cannot_be_matched_fails_alone():
    rule = LINES.replace('"{item_order}"', '"{text(10 / number(item_order))}"')
    lines = [
        {"item_order": one, "item_order_match": "", "item_price": ""} for one in ["5", "0", "10"]
    ]

    answer = ask(asking(rule, ORDERS), Document(tables={"lines": lines}), Searched(ORDERS))

    assert values(answer) == {
        "item_order_match[1]": "2", "item_price[1]": "2",
        "item_order_match[3]": "1", "item_price[3]": "1",
    }  # fmt: skip
    assert answer.failure.startswith("division by zero, in 10 / number(item_order)")


def test_a_rule_in_shadow_asks_and_answers_nothing():
    answer = answered(RULE.replace("id: vendor\n", "id: vendor\n    mode: shadow\n", 1), vat="CZ1")

    assert (answer.json["operations"], answer.json["messages"]) == ([], [])
    assert answer.evaluation.shadows == {"vendor": 4}


def test_a_match_that_finds_nothing_may_match_another_table():
    rule = """\
  - id: vendor
    match:
      table: vendors
      by: {vat_id: "{vat}"}
      one: {message: "vendor {hit.name}"}
      none:
        match:
          table: partners
          by: {vat: "{vat}"}
          one: {message: "partner {hit.title}"}
          none: {message: "nobody"}
"""
    rows = {**ROWS, "partners": [{"vat": "X1", "title": "Initech"}]}

    said = [answered(rule, rows=rows, vat=vat).said for vat in ("CZ1", "X1", "X2")]

    assert said == [[(None, "vendor Acme Ltd.")], [(None, "partner Initech")], [(None, "nobody")]]


def test_what_follows_may_ask_tables_too():
    rule = """\
  - id: vendor
    match:
      table: vendors
      by: {vat_id: "{vat}"}
      fill: {vendor_name: '{lookup("cities", name=hit.city).country}'}
      one: {message: '{lookup("cities", name=hit.city).country}.'}
"""
    rows = {**ROWS, "cities": [{"name": "Praha", "country": "CZ"}]}
    answer = answered(rule, rows=rows, vat="CZ1")

    assert answer.said == [(None, "CZ.")]
    assert values(answer) == {"vendor_name": "CZ"}


def test_fields_are_shown_while_an_outcome_lasts():
    rule = """\
  - id: vendor
    when: is_set(vat)
    match:
      table: vendors
      by: {vat_id: "{vat}"}
      none: {visible: {vendor_name: "true"}}
"""
    hidden = [
        [one["value"]["hidden"] for one in answered(rule, vat=vat).json["operations"]]
        for vat in ("CZ1", "X", "")
    ]

    assert hidden == [[True], [], [True]]


def test_the_else_of_a_rule_may_match():
    rule = """\
  - id: vendor
    when: is_empty(vat)
    message: no VAT id
    otherwise: {match: {table: vendors, by: {vat_id: "{vat}"}, one: {message: "{hit.name}"}}}
"""

    assert answered(rule, vat="CZ1").said == [(None, "Acme Ltd.")]
