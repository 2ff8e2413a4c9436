"""What all rules are asked at once is what each of them would say in its turn."""

import random
from decimal import localcontext

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.annotation.content import Content
from gateway.annotation.values import CONTEXT
from gateway.engine.asking import Asker, NoTables
from gateway.engine.frame import Frame
from gateway.engine.program import link
from gateway.engine.selection import ANNOTATION
from gateway.engine.sieve import sieved
from gateway.hooks.reads import reads_of
from gateway.hooks.request import Decoder
from tests.documents import NOW, UNSIGNED, Document, acme, ask, configured, gateway

VALUES = [
    "", "A", "b", "a long text", ("2.5", "2.5"), ("1,00", "1.00"), ("0", "0"), ("?", None),
    ("12", "12"), ("1.2.25", "2025-02-01"), ("31.1.25", "2025-01-31"), "N/A", "x" * 1_501,
]  # fmt: skip
values = st.sampled_from(VALUES)
numbers = st.sampled_from([("2.5", "2.5"), ("1", "1.00"), ("0", "0"), ("12", "12")])
words = st.sampled_from(["A", "b", "PO1", "po2"])
#: Columns of one kind, as on most documents, and of any.
mixed = st.fixed_dictionaries({"amount": values, "price": values, "code": values, "due": values})
plain = st.fixed_dictionaries(
    {"amount": numbers, "price": numbers, "code": words, "due": st.just(VALUES[9])}
)
ragged = st.dictionaries(st.sampled_from(["amount", "price", "code"]), values)
rows = st.one_of(*(st.lists(one, max_size=5) for one in (mixed, plain, plain, plain, ragged)))
header = st.one_of(
    st.fixed_dictionaries(dict.fromkeys(["total", "vendor", "date"], values)),
    st.fixed_dictionaries({"total": numbers, "vendor": words, "date": st.just(VALUES[10])}),
    st.dictionaries(st.sampled_from(["total", "vendor", "amount"]), values),
)
documents = st.builds(
    lambda header, rows, notes, action: Document(
        header, {"line_items": rows, "notes": notes}, action=action, updated=("total",)
    ),
    header,
    rows,
    st.lists(values, max_size=3),
    st.sampled_from(["initialize", "updated"]),
)

RULES = """\
{when: total > 1, message: many}
{require: total == sum(amount), message: '{total} {sum(amount)}'}
{require: total >= amount, message: x}
{require: is_set(vendor) and total < 100, empty: fire, message: {at: vendor, text: wrong}}
{when: count(line_items) > 0, require: "equal(sum(amount * price), total, within=1)", message: x}
{when: vendor, message: 'no condition'}
{when: annotation.status == 'reviewing', require: date >= today(), message: late}
{require: any(column.amount > total) or field.total.confidence > 1, message: x}
{require: any(amount == price) and count(vendor) == 1, block: wrong}
{select: vendor, require: "matches(value, '[A-Z]+')", message: '{value}'}
{select: vendor, when: is_set(value), replace: '{upper(value)}'}
{select: total, require: value == total, message: '{value}'}
{select: amount, require: value > 0, message: '{value}'}
{select: amount, require: is_set(value), empty: fire, message: missing}
{select: amount, when: price > 1, require: price < total, message: '{price}'}
{select: amount, require: value <= sum(column.amount), message: '{value}'}
{select: amount, replace: '{round(value, 1)}'}
{select: code, replace: '{value}'}
{select: code, when: "contains(upper(value), 'PO')", replace: '{upper(value)}'}
{select: code, when: "contains(value, 'b')", message: '{value}'}
{select: code, require: "value in ['A', 'b', 'PO1', 'po2']", message: '{value}'}
{select: code, require: "matches(value, '[A-Za-z0-9]+')", message: '{value}'}
{select: line_items, require: "equal(amount * price, total)", message: {at: code, text: x}}
{select: line_items, require: due > date, message: {at: due, text: '{row.number}'}}
{select: line_item, require: amount == price, message: {at: document, text: '{row.number}'}}
{select: line_items, when: row.number > 1, message: {at: document, text: '{row.number}'}}
{select: line_items, replace: {price: '{amount}'}}
{select: line_items, when: "code == 'A'", replace: {code: B}}
{select: notes, require: is_set(value), message: '{value}'}
{select: note, require: value != 'A', message: '{value}'}
{select: absent, require: value == 1, message: x}
{require: absent == 1, empty: fire, message: absent}
{when: is_set(vendor), replace: {vendor: '{lower(vendor)}'}}
{when: is_set(total), replace: {total: '{total}'}}
{replace: {vendor: '{vendor}'}}
{replace: {total: '{sum(amount)}'}}
{when: total > 5, hide: [vendor]}
{require: not field.vendor.hidden, message: hidden}
{when: "vendor == 'A'", add: {table: line_items, cells: {amount: '5', code: new}}}
{select: line_items, when: amount == 0, remove: true}
{require: count(line_items) < 4, mode: shadow, message: many}
{require: total > 1, message: wrong, otherwise: {message: right}}
{edited: [total], require: total > 1, block: wrong}
{visible: {vendor: total > 2}}
{select: "[].children[].children[].children[?schema_id=='code'][]", require: value > 1, message: x}
{select: "[].children[?schema_id=='vendor'][]", require: "matches(value, '[A-Z]+')", message: x}
{select: "[].children[?schema_id=='line_items'][]", require: is_set(vendor), message: x}
{select: "[].children[].children[].children[?schema_id=='amount'][]", replace: '{value * 1}'}
{select: amount, when: value > 1, require: row.previous.amount < value, message: x}
{require: total / sum(amount) > 1, message: x}
"""  # fmt: skip
GROUPED = """\
  - group: first
    stop: first
    rules: [{id: g1, select: amount, when: value > 2, message: big}, {id: g2, select: amount, when: value > 1, message: some}, {id: g3, select: code, replace: '{value}'}]
  - group: when
    when: total > 1
    rules: [{id: w1, require: is_set(date), empty: fire, message: wrong}, {id: w2, replace: {total: '0'}}, {id: w3, select: code, require: "value == 'A'", message: wrong}]
"""  # noqa: E501


def shuffled(seed):
    """Some of the rules, in some order, with the groups among them."""
    chosen = random.Random(seed)
    written = [f"  - {{id: r{n}, {one[1:]}\n" for n, one in enumerate(RULES.splitlines())]
    few = chosen.sample(written, chosen.choice([4, 8, len(written)]))
    few.insert(chosen.randrange(len(few)), GROUPED)
    queue = 'fields: {date: date}\nplaceholders: ["N/A"]' if seed % 2 else ""
    return gateway("".join(few), queue)


class Silent:
    """A tracer that is told why and says nothing: with it, every rule takes the general path."""

    def __getattr__(self, _name):
        return lambda *_: None


MADE = [shuffled(seed) for seed in range(12)]


def told(answer):
    found = answer.evaluation
    said = answer.body, found.messages, found.operations, found.blocks
    return *said, found.outcomes, found.shadows


@given(documents, st.sampled_from(MADE))
def test_with_and_without_the_sieve_rules_say_the_same(document, made):
    body = msgspec.json.encode(document.payload())

    assert told(made.answer(body, UNSIGNED, "acme")) == told(
        made.dry_run(body, "acme", tracer=Silent())
    )


def test_of_a_name_outside_and_inside_a_table_the_column_is_meant():
    rules = "  - {id: gone, select: amount, when: value == 0, remove: true}\n"
    rules += "  - {id: left, require: count(amount) == 1, message: x}\n"
    document = Document({"amount": "A"}, {"line_items": [{"amount": ("0", "0")}]})

    answered = ask(gateway(rules), document)

    assert [one["content"] for one in answered.json["messages"]] == ["x"]


@pytest.mark.parametrize("tracer", [None, Silent()])
def test_the_kind_of_a_column_is_decided_by_the_rows_that_are_there(tracer):
    rules = "  - {id: before, select: amount, when: is_unreadable(value), message: unreadable}\n"
    rules += "  - {id: gone, select: line_items, when: \"code == 'b'\", remove: true}\n"
    rules += "  - {id: after, select: amount, when: \"value in ['A', 'b']\", message: text}\n"
    rows = [{"amount": "A", "code": "A"}, {"amount": ("1", "1"), "code": "b"}]
    body = msgspec.json.encode(Document({}, {"line_items": rows}).payload())

    found = gateway(rules).dry_run(body, "acme", tracer=tracer).evaluation

    assert [one.content for one in found.messages] == ["unreadable", "text"]


CELLS = "[].children[].children[].children[?schema_id=='amount'][]"
#: A document as they mostly are.
ORDINARY = Document(
    {"total": ("37.00", "37.00"), "vendor": "ACME", "date": VALUES[10]},
    {
        "line_items": [
            {"amount": ("2.50", "2.50"), "price": ("2", "2"), "code": "A", "due": VALUES[9]},
            {"amount": ("1.00", "1.00"), "price": ("32", "32"), "code": "po1", "due": VALUES[9]},
        ],
        "notes": ["A", "b"],
    },
)


def sifted(rules, document):
    """What the sieve says of each rule: its outcome, or None."""
    program = sieved(link(configured(acme(rules)).by_name["acme"].rules))
    request = Decoder(reads_of(program.rules)).decode(msgspec.json.encode(document.payload()))
    content = Content(request.tree, program.rules.kinds, program.rules.placeholders)
    frame = Frame(ANNOTATION, content, request.at(NOW, lambda: False), Asker(NoTables()))
    with localcontext(CONTEXT):
        return program.sieves["updated"].ask(frame)


@pytest.mark.parametrize(
    ("rule", "outcome"),
    [
        ("require: sum(amount * price) == total", "passed"),
        ("require: absent > 1", "skipped"),
        ("when: total > 100, require: absent > 1", "passed"),
        ("when: annotation.status == 'reviewing', require: is_set(vendor)", "passed"),
        ("when: count(line_items) > 5", "passed"),
        ("select: vendor, require: 'matches(value, \"[A-Z]+\")'", "passed"),
        ("select: vendor, require: value == absent", "skipped"),
        ("select: amount, require: value > 0", "passed"),
        ("select: amount, require: value < total", "passed"),
        ("select: amount, require: value <= sum(column.amount)", "passed"),
        ("select: line_items, require: is_set(code) and price >= 2", "passed"),
        ("select: line_item, require: due > date", "passed"),
        ("select: code, when: 'contains(upper(value), \"KG\")'", "passed"),
        ("select: absent, require: value == 1", "unselected"),
        ("select: \"[].children[?schema_id=='vendor'][]\", require: is_set(value)", "passed"),
        ("select: \"[].children[?schema_id=='line_items'][]\", require: is_set(total)", None),
        (f'select: "{CELLS}", require: value < total', "passed"),
        ("select: \"[].children[?schema_id=='absent'][]\", require: value == 1", "unselected"),
        pytest.param("require: total > 100", None, id="fires"),
        pytest.param("select: amount, require: value > 1", None, id="fires in a row"),
        pytest.param("select: notes, require: is_set(value)", None, id="a list by its table"),
        pytest.param("require: vendor > 1", None, id="fails"),
        pytest.param("when: vendor", None, id="is no condition"),
    ],
)
def test_what_a_sieve_says_of_rules_with_a_message(rule, outcome):
    (found,) = sifted(f"  - {{id: x, {rule}, message: x}}\n", ORDINARY)

    if outcome is None or found is None:
        assert (found, outcome) == (None, None)
    else:
        counts = {"passed": found.passed, "skipped": found.skipped}
        assert counts.get(outcome, 0) == found.runs
        assert (found.fired, found.failed, outcome == "unselected") == (0, 0, found.runs == 0)


@pytest.mark.parametrize(
    ("rule", "fired"),
    [
        ("select: amount, replace: '{round(value, 2)}'", 2),
        ("select: code, replace: '{value}'", 2),
        ("select: line_items, replace: {price: '{price}'}", 2),
        ("select: vendor, replace: '{upper(value)}'", 1),
        ("when: is_set(total), replace: {total: '{total + 0}'}", 1),
        pytest.param("select: amount, replace: '{round(value)}'", None, id="writes"),
        pytest.param("replace: {vendor: '{lower(vendor)}'}", None, id="writes once"),
        pytest.param("replace: {amount: '{total}'}", None, id="writes a column"),
        pytest.param("replace: {vendor: '{vendor} '}", None, id="a text with an expression in it"),
        pytest.param("replace: {vendor: '{vendor}', total: '{total}'}", None, id="two values"),
        pytest.param("mode: shadow, replace: {vendor: '{vendor}'}", None, id="is counted"),
        pytest.param("edited: [vendor], replace: {vendor: '{vendor}'}", None, id="if edited"),
        pytest.param("overwrite: empty, replace: {vendor: '{vendor}'}", None, id="asks more"),
    ],
)
def test_what_a_sieve_says_of_rules_that_write(rule, fired):
    (found,) = sifted(f"  - {{id: x, {rule}}}\n", ORDINARY)

    assert (None if found is None else (found.runs, found.fired)) == (fired and (fired, fired))


def test_rows_of_which_the_steps_would_be_too_many_are_left_to_the_general_path():
    rule = "  - {id: x, select: line_items, require: amount + amount + amount > 0, message: x}\n"
    rows = [{"amount": ("1", "1")}] * 30_000

    assert sifted(rule, Document({}, {"line_items": rows[:10]})) != [None]
    assert sifted(rule, Document({}, {"line_items": rows})) == [None]


def test_one_long_rule_costs_only_those_that_are_asked_with_it():
    keys = "select: amount, message: x, require"
    rules = [f"  - {{id: x{number}, {keys}: value > 0}}\n" for number in range(64)]
    rules[3] = f"  - {{id: long, {keys}: {' and '.join(['amount > 0'] * 40)}}}\n"
    rows = [{"amount": ("1", "1")}] * 3_000

    found = sifted("".join(rules), Document({}, {"line_items": rows}))

    assert [one is None for one in found] == [True] * 32 + [False] * 32
