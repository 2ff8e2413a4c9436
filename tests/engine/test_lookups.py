"""What rules see of tables: answers asked in one batch, for no more rows than matter."""

from decimal import Decimal

import pytest

from tests.documents import Document, number
from tests.tables import Searched, ask, asking

VENDORS = [
    {"id": "V1", "name": "Acme Ltd.", "vat_id": "CZ1", "country": "CZ", "credit": Decimal(5000)},
    {"id": "V2", "name": "Globex", "vat_id": "DE2", "country": "DE", "credit": Decimal(800)},
    {"id": "V3", "name": "Initech", "vat_id": "DE3", "country": "DE", "credit": None},
]
ORDERS = [
    {"number": "4500", "vendor": "V1", "amount": Decimal("100.50"), "open": True},
    {"number": "4501", "vendor": "V1", "amount": Decimal("20.00"), "open": False},
    {"number": "4502", "vendor": "V2", "amount": Decimal(7), "open": True},
]
ROWS = {"vendors": VENDORS, "orders": ORDERS}
PAID = 'let: {paid: \'lookup_all("orders", vendor="V1")\'}'
LINES = [{"item_order": "4500"}, {"item_order": ""}, {"item_order": "4502"}, {"item_order": "9"}]


def said(expression, document=None, tables=None):
    """What a message with an expression in braces says; None when nothing is said."""
    made = asking(f"  - {{id: a, message: '{{{expression}}}|', {PAID}}}\n", ROWS)
    answered = ask(made, document or Document({"vat": "CZ1", "nil": ""}), tables or Searched(ROWS))
    return answered.messages[0][2].rstrip("|") if answered.messages else answered.failure


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        ('lookup("vendors", vat_id=vat).name', "Acme Ltd."),
        ('lookup("vendors", vat_id=vat).credit + 1', "5001"),
        ('lookup("vendors", id="V3").credit', ""),
        ('lookup("vendors", country="DE").name', ""),
        ('lookup("vendors", country="DE", name="Globex").id', "V2"),
        ('is_set(lookup("vendors", vat_id=vat))', "true"),
        ('is_set(lookup("vendors", country="DE"))', "false"),
        ('is_empty(lookup("vendors", vat_id=nil).name)', "true"),
        ('lookup("vendors", id=lookup("orders", number="4502").vendor).name', "Globex"),
        ('lookup("vendors", vat_id=upper("de" + "2")).name', "Globex"),
        ('count(lookup_all("vendors", country="DE"))', "2"),
        ('count(lookup_all("vendors", country="FR"))', "0"),
        ('count(lookup_all("vendors", country=nil))', "0"),
        ('sum(lookup_all("orders", vendor="V1").amount)', "120.50"),
        ("sum(where(paid.amount, paid.open))", "100.50"),
        ('any(lookup_all("orders", vendor="V1").open)', "true"),
        ('join(lookup_all("vendors", country="DE").name, "/")', "Globex/Initech"),
        ('exists("vendors", vat_id=vat)', "true"),
        ('exists("vendors", vat_id="XX")', "false"),
        ('is_empty(exists("vendors", vat_id=nil))', "true"),
        ('default(lookup("vendors", vat_id="XX").name, "nobody")', "nobody"),
    ],
)  # fmt: skip
def test_an_expression_sees_what_a_table_holds(expression, text):
    assert said(expression) == text


def test_a_key_that_cannot_be_read_spreads():
    document = Document({"total": ("about 5", None)})
    made = asking(
        '  - {id: a, require: "exists(\\"orders\\", amount=total)", message: missing}\n'
        '  - {id: b, require: "count(lookup_all(\\"orders\\", amount=total)) == 1", message: x}\n',
        ROWS,
        "fields: {total: number}",
    )
    tables = Searched(ROWS)

    answered = ask(made, document, tables)

    assert [outcome.skipped for outcome in answered.evaluation.outcomes] == [1, 1]
    assert tables.asked == []


@pytest.mark.parametrize("key", ["vat", "vat + nil"])
def test_a_table_that_cannot_be_asked_fails_the_rule_and_never_looks_empty(key):
    tables = Searched(ROWS, {"vendors": "the table vendors cannot be asked: connection refused"})
    made = asking(
        f"  - {{id: a, when: 'is_empty(lookup(\"vendors\", vat_id={key}))', message: missing}}\n",
        ROWS,
    )

    answered = ask(made, Document({"vat": "CZ1", "nil": "-"}), tables)

    assert answered.failure.startswith("the table vendors cannot be asked: connection refused, in")
    assert [text for _, text in answered.said] == [
        f"The rule a could not be evaluated: {answered.failure}."
    ]


def test_rows_are_asked_in_one_batch_and_each_key_once():
    made = asking(
        "  - id: a\n    select: lines\n    when: 'exists(\"orders\", number=item_order)'\n"
        '    message: {at: item_order, text: "{lookup(\\"orders\\", number=item_order).amount}"}\n',
        ROWS,
    )
    tables = Searched(ROWS)

    answered = ask(made, Document(tables={"lines": [*LINES, LINES[0]]}), tables)

    assert answered.said == [
        ("item_order[1]", "100.50"), ("item_order[3]", "7"), ("item_order[5]", "100.50")
    ]  # fmt: skip
    assert [keys for _, keys in tables.asked] == [[("4500",), ("4502",), ("9",)]]


def test_only_rows_that_apply_are_asked_for():
    made = asking(
        '  - id: a\n    select: lines\n    when: item_code == "A"\n'
        "    require: 'exists(\"orders\", number=item_order)'\n"
        "    replace: {item_vendor: '{lookup(\"vendors\", name=item_name).id}'}\n",
        ROWS,
    )
    rows = [
        {"item_code": code, "item_order": order, "item_name": name, "item_vendor": ""}
        for code, order, name in [("A", "9", "Globex"), ("B", "8", "x"), ("A", "4500", "y")]
    ]
    tables = Searched(ROWS)

    answered = ask(made, Document(tables={"lines": rows}), tables)

    assert answered.values == {"item_vendor[1]": "V2"}
    assert [keys for _, keys in tables.asked] == [[("9",), ("4500",)], [("Globex",)]]


def test_a_rule_that_does_not_apply_asks_nothing():
    made = asking(
        '  - {id: a, when: vat == "x", require: \'exists("vendors", vat_id=vat)\', message: x}\n'
        "  - {id: b, on: [export], when: 'exists(\"vendors\", vat_id=vat)', message: missing}\n",
        ROWS,
    )
    tables = Searched(ROWS)

    ask(made, Document({"vat": "CZ1"}), tables)

    assert tables.asked == []


def test_a_later_rule_asks_with_what_an_earlier_one_has_written():
    made = asking(
        '  - {id: a, replace: {vat: "DE2"}}\n'
        "  - {id: b, message: '{lookup(\"vendors\", vat_id=vat).name}.'}\n",
        ROWS,
    )

    assert ask(made, Document({"vat": "CZ1"}), Searched(ROWS)).said == [(None, "Globex.")]


def test_columns_are_asked_for_row_by_row():
    document = Document(tables={"lines": LINES})

    assert said('all(exists("orders", number=item_order))', document) == "false"
    assert said('count(where(item_order, exists("orders", number=item_order)))', document) == "2"
    assert said('sum(lookup("orders", number=item_order).amount)', document) == "107.50"


def test_several_records_for_each_row_of_a_column_are_too_many():
    document = Document(tables={"lines": LINES})

    told = said('count(lookup_all("orders", number=item_order))', document)

    assert "lookup_all takes single keys, not columns" in told


def test_a_sum_never_leaves_out_what_is_beyond_the_bound():
    rows = {"vendors": [], "orders": [{"vendor": "V1", "amount": Decimal(1)}] * 201}
    made = asking(
        "  - {id: a, message: '{sum(lookup_all(\"orders\", vendor=vat).amount)}.'}\n", rows
    )

    answered = ask(made, Document({"vat": "V1"}), Searched(rows))

    assert answered.failure.startswith("201 records are found, and lookup_all gives at most 200")


def test_what_fails_in_a_key_fails_the_run_where_the_answer_is_used():
    made = asking(
        "  - id: a\n    select: lines\n"
        "    when: 'exists(\"orders\", amount=10 / item_order)'\n"
        "    message: {at: item_order, text: there}\n",
        ROWS,
        "fields: {item_order: number}",
    )
    rows = [{"item_order": number("0")}, {"item_order": number("1")}]

    outcome = ask(made, Document(tables={"lines": rows}), Searched(ROWS)).evaluation.outcomes[0]

    assert (outcome.passed, outcome.failed) == (1, 1)
    assert outcome.failure == 'division by zero, in exists("orders", amount=10 / item_order)'


def test_true_and_one_are_different_keys():
    rows = {"vendors": [{"flag": True, "id": "yes"}]}
    made = asking(
        '  - {id: a, message: \'{lookup("vendors", flag=p).id}{lookup("vendors", flag=n).id}.\'}\n',
        rows,
        "fields: {p: boolean}",
    )
    tables = Searched(rows)

    ask(made, Document({"p": ("true", "true"), "n": number("1")}), tables)

    assert [keys for _, keys in tables.asked] == [[(True,)], [(Decimal(1),)]]
