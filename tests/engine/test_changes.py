"""Options, visibility, validation and rows: what is sent, and what later rules see of it."""

import pytest

from tests.documents import Document, ask, gateway, nodes, number
from tests.platform import told

LINES = [
    {"code": "A", "amount": number("1"), "note": ""},
    {"code": "B", "amount": number("2"), "note": "x"},
    {"code": "FREIGHT", "amount": number("3"), "note": ""},
]
DOCUMENT = Document(
    {
        "vendor": "ACME",
        "iban": "",
        "method": "cash",
        "total": number("6"),
        "unread": ("1O0", None),
        "due": ("31.01.2025", "2025-01-31"),
    },
    {"line_items": LINES, "remarks": ["first", "second"], "taxes": []},
    marks={
        "iban": {"hidden": True, "validation_sources": ["human", "history"]},
        "vendor": {"hidden": False, "validation_sources": ["connector"]},
        "method": {
            "options": [{"value": "cash", "label": "Cash"}, {"value": "card", "label": "C"}]
        },
    },
)

PARAMS = {
    "texts": "[EUR, CZK]",
    "numbers": "[1, 2.50]",
    "centers": '[{value: "100", label: Production}, {value: "200"}]',
    "sites": "[{code: A, name: Alpha}, {code: B, name: Beta}]",
    "labels": "{cash: Cash, card: Card}",
}


def rules_with_params(rules):
    used = {name: text for name, text in PARAMS.items() if f"params.{name}" in rules}
    params = "".join(f"  {name}: {text}\n" for name, text in used.items())
    return (rules, f"params:\n{params}") if params else (rules, "")


def answer(rules, document=DOCUMENT):
    text, queue = rules_with_params(rules)
    return ask(gateway(text, queue), document)


def case(effects, operations, id=None):
    return pytest.param(f"  - {{id: a, {effects}}}\n", operations, id=id)


@pytest.mark.parametrize(
    ("rules", "operations"),
    [
        # options
        case("options: {method: [cash, wire]}", ["method cash:cash|wire:wire"]),
        case(
            'options: {method: [{value: "{total}", label: "{vendor}!"}, {value: b}]}',
            ["method 6:ACME!|b:b"],
        ),
        case("options: {method: {from: params.texts}}", ["method EUR:EUR|CZK:CZK"]),
        case("options: {method: {from: params.numbers}}", ["method 1:1|2.50:2.50"]),
        case("options: {method: {from: params.centers}}", ["method 100:Production|200:200"]),
        case(
            "options: {method: {from: params.sites, value: code, label: name}}",
            ["method A:Alpha|B:Beta"],
        ),
        case("options: {method: {from: params.sites, value: code}}", ["method A:A|B:B"]),
        case("options: {method: {from: params.labels}}", ["method cash:Cash|card:Card"]),
        case(
            "options: {method: [{value: cash, label: Cash}, {value: card, label: C}]}",
            [],
            id="the options that are there are not sent",
        ),
        case(
            'options: {method: ["{iban}", "{vendor}", "{upper(vendor)}"]}',
            ["method ACME:ACME"],
            id="an option that comes out empty is left out, and one value is there once",
        ),
        case(
            'options: {method: [{value: "", label: Please choose}, cash]}',
            ["method :Please choose|cash:cash"],
            id="a literal empty option is one",
        ),
        case('options: {method: [{value: a, label: "{iban}"}]}', ["method a:a"]),
        case(
            "options: {note: [a]}",
            ["note[1] a:a", "note[2] a:a", "note[3] a:a"],
            id="outside a row a column is each of its cells",
        ),
        case(
            'select: line_items, when: amount > 1, options: {note: ["{code}"]}',
            ["note[2] B:B", "note[3] FREIGHT:FREIGHT"],
            id="in a row it is the cell",
        ),
        # hide and show
        case("hide: method", ["method hidden"]),
        case("hide: [method, vendor, iban]", ["method hidden", "vendor hidden"]),
        case("show: iban", ["iban shown"]),
        case("show: [vendor, method]", [], id="what is shown is not shown again"),
        case("hide: note", ["note[1] hidden", "note[2] hidden", "note[3] hidden"]),
        case("select: line_items, when: is_empty(note), hide: note",
             ["note[1] hidden", "note[3] hidden"]),
        # validate
        case("validate: method", ["method connector"]),
        case("validate: [iban, vendor]", ["iban human+history+connector"],
             id="the sources that are there stay, and none is added twice"),
        case("select: amount, when: value > 2, validate: amount", ["amount[3] connector"]),
        # one operation for each datapoint
        case(
            "replace: {method: card}, options: {method: [card]}, hide: method, validate: method",
            ["method = card hidden card:card connector"],
        ),
        # add
        case("add: {table: line_items, cells: {code: TAX, amount: 7}}",
             ["add line_items code=TAX amount=7"]),
        case('add: {table: line_items, cells: {code: "{vendor}", amount: "{total / 4}"}}',
             ["add line_items code=ACME amount=1.5"]),
        case("add: {table: line_items, cells: {code: A, amount: 1.00}}", [],
             id="a row with the same cells is there"),
        case("add: {table: line_items, cells: {code: A, amount: 9}, key: code}", []),
        case("add: {table: line_items, cells: {code: A, amount: 9}, key: [code, amount]}",
             ["add line_items code=A amount=9"]),
        case('add: {table: line_items, cells: {code: C, amount: "{iban}"}}',
             ["add line_items code=C"], id="an empty cell is left out"),
        case('add: {table: line_items, cells: {note: "{iban}"}}', [],
             id="an empty row is not added"),
        case('add: {table: line_items, cells: {amount: 1, note: "{iban}"}}', [],
             id="empty and empty are the same"),
        case('select: line_items, add: {table: taxes, cells: {rate: "{code}"}}',
             ["add taxes rate=A", "add taxes rate=B", "add taxes rate=FREIGHT"]),
        case("select: line_items, add: {table: taxes, key: rate, "
             "cells: {rate: 21, base: '{amount}'}}",
             ["add taxes rate=21 base=1"], id="of several rows with one key the first is added"),
        case("add: {table: remarks, cells: {remark: third}}", ["add remarks third"]),
        case("add: {table: remarks, cells: {remark: first}}", []),
        # remove
        case('select: line_items, when: code == "FREIGHT", remove: true', ["remove line_item[3]"]),
        case("select: amount, when: value < 3, remove: true",
             ["remove line_item[1]", "remove line_item[2]"]),
        case("select: remark, when: value == 'first', remove: true", ["remove remark[1]"]),
        case("select: \"[].children[].children[?schema_id=='line_item'][]\", remove: true",
             ["remove line_item[1]", "remove line_item[2]", "remove line_item[3]"]),
        case("select: line_items, remove: true, replace: {code: X}, hide: note",
             ["remove line_item[1]", "remove line_item[2]", "remove line_item[3]"],
             id="nothing is sent for the cells of a removed row"),
    ],
)  # fmt: skip
def test_what_is_sent(rules, operations):
    assert told(answer(rules)) == operations


FAILS = "  - {id: a, on_failure: ignore, %s}\n"


@pytest.mark.parametrize(
    ("effects", "failure"),
    [
        ("hide: [method, nowhere]", "the document has no field nowhere"),
        ("show: [method, nowhere]", "the document has no field nowhere"),
        ("validate: [method, nowhere]", "the document has no field nowhere"),
        ("options: {method: [a], nowhere: [a]}", "the document has no field nowhere"),
        ("visible: {method: vendor == 'ACME', nowhere: vendor == 'X'}",
         "the document has no field nowhere"),
        ("visible: {vendor: total == vendor}",
         "vendor is text; declare it as number, or write number(vendor)"),
        ("add: {table: nowhere, cells: {a: b}}", "the document has no table nowhere"),
        ("add: {table: line_items, cells: {vendor: b}}", "vendor is no column of line_items"),
        ("add: {table: taxes, cells: {code: b}}", "code is no column of taxes"),
        ("add: {table: line_items, cells: {code: C, amount: '{number(unread)}'}}",
         "a value for a new row cannot be read"),
        ("add: {table: line_items, cells: {code: '{number(unread)}!'}}",
         "a value for a new row cannot be read"),
        ("select: vendor, remove: true", "what is selected stands in no row"),
        ("select: '[].{n: schema_id}', remove: true", "what is selected stands in no row"),
    ],
)  # fmt: skip
def test_a_run_that_fails_sends_nothing_of_what_it_does(effects, failure):
    answered = answer(FAILS % f"replace: {{method: card}}, hide: method, {effects}"
                      if "hide" not in effects and "select" not in effects
                      else FAILS % effects)  # fmt: skip

    assert answered.failure == failure
    assert told(answered) == []


def test_a_failing_row_leaves_the_others():
    answered = answer("""
  - {id: a, select: line_items, on_failure: ignore, hide: note,
     add: {table: taxes, cells: {rate: "{6 / (amount - 2)}"}}}
""")

    assert told(answered) == ["note[1] hidden", "note[3] hidden", "add taxes rate=-6", "add taxes rate=6"]  # noqa: E501  # fmt: skip


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        pytest.param(
            """
  - {id: a, hide: vendor, show: iban, options: {method: [x]}, validate: iban}
  - {id: b,
     message: "{field.vendor.hidden} {field.iban.hidden} {join(field.iban.validation_sources)}
       {join(field.method.options)}"}
""",
            [(None, "true false human, history, connector x")],
            id="attributes are as changed",
        ),
        pytest.param(
            """
  - {id: a, add: {table: line_items, cells: {code: TAX, amount: 7}}}
  - {id: b, message: "{count(line_items)} {sum(amount)} {join(code)} {count(note)}"}
  - {id: c, select: line_items,
     message: {at: code, text: "{row.number} {row.last} {row.next.code} {sum(column.amount)}"}}
  - {id: d, select: amount, message: "{value}"}
""",
            [
                (None, "4 13 A, B, FREIGHT, TAX 1"),
                ("code[1]", "1 false B 13"),
                ("code[2]", "2 false FREIGHT 13"),
                ("code[3]", "3 false TAX 13"),
                ("amount[1]", "1"),
                ("amount[2]", "2"),
                ("amount[3]", "3"),
            ],
            id="added rows count in columns and are not selected",
        ),
        pytest.param(
            """
  - {id: a, select: line_items, when: code == "A", remove: true}
  - {id: b, message: "{count(line_items)} {sum(amount)} {join(code)}"}
  - {id: c, select: line_items, message: {at: code, text: "{row.number} {row.previous.code}"}}
  - {id: d, select: "[].children[].children[].children[?schema_id=='code'][]", message: "d {value}"}
  - {id: e, select: "[].children[].children[].children[?schema_id=='code'][].content.value",
     message: "e {value}"}
  - {id: g, select: "[].children[].children[?schema_id=='line_item'] | [].children | []",
     message: "g {value}"}
""",
            [
                (None, "2 5 B, FREIGHT"),
                ("code[2]", "1 "),
                ("code[3]", "2 B"),
                ("code[2]", "d B"),
                ("code[3]", "d FREIGHT"),
                (None, "e B"),
                (None, "e FREIGHT"),
                ("code[2]", "g B"),
                ("amount[2]", "g 2"),
                ("note[2]", "g x"),
                ("code[3]", "g FREIGHT"),
                ("amount[3]", "g 3"),
                ("note[3]", "g "),
            ],
            id="removed rows are neither seen nor selected",
        ),
        pytest.param(
            """
  - {id: a, select: line_items, remove: true}
  - {id: b, select: "[].children[].children[].children[?schema_id=='code'][]", message: "{value}"}
  - {id: c, select: line_items, message: {at: code, text: c}}
  - {id: d, message: "{count(line_items)} {count(code)} {sum(amount)}"}
  - {id: e, select: "[]", message: "e {value.schema_id}"}
  - {id: f, message: {at: code, text: f}}
""",
            [(None, "0 0 "), (None, "e basic"), (None, "e lines"), (None, "code: f")],
            id="all rows removed",
        ),
        pytest.param(
            """
  - {id: a, add: {table: line_items, cells: {code: TAX}}}
  - {id: b, replace: {code: X}}
  - {id: c, message: "{join(code)}"}
  - {id: d, select: line_items, remove: true}
  - {id: e, message: "{join(code)}"}
""",
            [(None, "X, X, X, X"), (None, "X")],
            id="values of added rows can be changed",
        ),
        pytest.param(
            """
  - {id: a, message: {at: vendor, text: a}}
  - {id: b, message: {at: iban, text: b}}
  - {id: c, select: note, message: c}
  - {id: d, select: line_items, when: code != "A", remove: true}
  - {id: e, hide: vendor, show: iban}
""",
            [(None, "vendor: a"), ("iban", "b"), ("note[1]", "c"), (None, "note: c")],
            id="messages stand where they can be seen after all rules",
        ),
        pytest.param(
            """
  - {id: a, mode: shadow, hide: vendor, show: iban, validate: iban, options: {method: [x]},
     add: {table: line_items, cells: {code: TAX}}}
  - {id: a2, mode: shadow, select: line_items, remove: true}
  - {id: a3, mode: shadow, table: {into: line_items, from: taxes, cells: {code: x}}}
  - {id: a4, mode: shadow, when: 1 > total, visible: {vendor: total > 1}}
  - {id: b, message: "{field.vendor.hidden} {count(line_items)}"}
""",
            [(None, "false 3")],
            id="shadow changes nothing",
        ),
        pytest.param(
            """
  - group: g
    stop: first
    rules:
      - {id: a, select: line_items, when: code == "A", remove: true}
      - {id: b, select: line_items, message: {at: code, text: b}}
""",
            [("code[2]", "b"), ("code[3]", "b")],
            id="a group ends for the row that was removed, not for the next",
        ),
    ],
)
def test_what_later_rules_see(rules, said):
    answered = answer(rules)

    assert answered.failure is None
    assert answered.said == said
    if "shadow" in rules:
        assert told(answered) == []


def test_a_list_that_loses_all_its_values_stays_a_list():
    document = Document({}, {"remarks": ["a", "b"]})
    answered = answer(
        """
  - {id: a, select: remark, remove: true}
  - {id: b, add: {table: remarks, cells: {remark: c}}}
""",
        document,
    )

    assert told(answered) == ["remove remark[1]", "remove remark[2]", "add remarks c"]


def test_ids_are_texts_where_they_came_as_texts():
    payload = DOCUMENT.payload()
    for node in nodes(payload["annotation"]["content"]):
        node["id"] = str(node["id"])
    answered = answer(
        """
  - {id: a, hide: vendor, add: {table: line_items, cells: {code: X}}}
  - {id: b, select: line_items, when: code == "A", remove: true}
""",
        payload,
    )

    assert [type(one["id"]) for one in answered.json["operations"]] == [str] * 3


def test_a_table_that_the_document_does_not_have_fails_the_rule():
    answered = answer("  - {id: a, add: {table: line_items, cells: {code: X}}}\n", Document())

    assert answered.failure == "the document has no table line_items"


@pytest.mark.parametrize("odd", ["x", 3, ["x"], [None], {"a": 1}, [{"value": 3}], None])
@pytest.mark.parametrize("mark", ["options", "validation_sources", "hidden"])
def test_odd_marks_are_no_fault(mark, odd):
    document = Document({"vendor": "ACME"}, marks={"vendor": {mark: odd}})
    answered = answer(
        "  - {id: a, options: {vendor: [a]}, validate: vendor, hide: vendor}\n", document
    )

    assert [one["id"] for one in answered.json["operations"]] == [1001]
