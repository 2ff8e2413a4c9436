"""Which rule sees what: the order of rules and runs, and what becomes of what they write."""

import pytest

from tests.documents import Document, ask, gateway, number

LINES = {
    "line_items": [
        {"code": "A", "amount": number("1")},
        {"code": "", "amount": number("2")},
        {"code": "", "amount": number("3")},
    ]
}
DOCUMENT = Document(
    {
        "vendor": "ACME",
        "note": "",
        "total": number("10,383.05", "10383.05"),
        "due": ("31.01.2025", "2025-01-31"),
        "unread": ("1O0", None),
    },
    LINES,
)


def case(rules, values, said=(), document=DOCUMENT, queue="", id=None):
    return pytest.param(rules, values, list(said), document, queue, id=id)


@pytest.mark.parametrize(
    ("rules", "values", "said", "document", "queue"),
    [
        case(
            """
  - {id: a, replace: {vendor: "B"}}
  - {id: b, when: vendor == "B", replace: {note: "{vendor}!"}}
  - {id: c, when: note == "B!", message: "{vendor} {note}"}
""",
            {"vendor": "B", "note": "B!"},
            [(None, "B B!")],
            id="a later rule sees what an earlier one set",
        ),
        case(
            """
  - {id: a, when: vendor == "B", message: Too early.}
  - {id: b, replace: {vendor: "B"}}
""",
            {"vendor": "B"},
            id="an earlier rule does not",
        ),
        case(
            """
  - {id: a, select: line_items, replace: {amount: "{sum(column.amount)}"}}
  - {id: b, message: "{sum(amount)}"}
""",
            {"amount[1]": "6", "amount[2]": "6", "amount[3]": "6"},
            [(None, "18")],
            id="all runs of one rule see the values at its start",
        ),
        case(
            """
  - {id: a, select: code, overwrite: empty, replace: "{row.previous.code}"}
""",
            {"code[2]": "A", "code[3]": "A"},
            id="the row before is seen as just written, so that values fill down",
        ),
        case(
            """
  - id: a
    select: line_items
    when: is_empty(code)
    replace: {code: "{row.previous.code}{row.number}"}
""",
            {"code[2]": "A2", "code[3]": "A23"},
            id="rows fill down from each other",
        ),
        case(
            """
  - {id: a, select: code, overwrite: empty, replace: "{row.next.code}"}
""",
            {},
            id="the row after is seen as it was",
        ),
        case(
            """
  - {id: a, replace: {vendor: "B"}}
  - {id: b, replace: {vendor: "C"}}
""",
            {"vendor": "C"},
            id="of several writes the last counts",
        ),
        case(
            """
  - {id: a, replace: {vendor: "B"}}
  - {id: b, replace: {vendor: "ACME"}}
""",
            {},
            id="a value that came back is not sent",
        ),
        case(
            """
  - {id: a, select: line_items, replace: {vendor: "{row.number}"}}
""",
            {"vendor": "3"},
            id="of several runs the last counts",
        ),
        case(
            """
  - {id: a, replace: {total: "{total}", due: "{due}", vendor: "{vendor}"}}
  - {id: b, replace: {total: "10383.050"}}
  - {id: c, replace: {due: "2025-01-31"}}
  - {id: d, replace: {note: "", unread: "1O0"}}
  - {id: e, select: amount, replace: "{value * 1.00}"}
""",
            {},
            id="a value that is there already is not sent",
        ),
        case(
            """
  - {id: a, replace: {total: "10383.06", due: "2025-02-01", note: "0"}}
""",
            {"total": "10383.06", "due": "2025-02-01", "note": "0"},
            id="numbers are plain and dates are ISO",
        ),
        case(
            """
  - {id: a, replace: {total: "{total / 3 * 1000}", due: "{due + 1}", note: "{1 / 3}"}}
""",
            {
                "total": "3461016.666666666666666667",
                "due": "2025-02-01",
                "note": "0.333333333333333333",
            },
            id="no more digits are sent than are read back",
        ),
        case(
            """
  - {id: a, replace: {total: "", note: "", unread: ""}}
  - {id: b, when: is_empty(total), message: Empty now.}
""",
            {"total": "", "unread": ""},
            [(None, "Empty now.")],
            id="the literal clears",
        ),
        case(
            """
  - {id: a, replace: {vendor: "{upper(note)}", total: "{unread}", due: "{note}{note}"}}
""",
            {},
            queue="fields: {unread: number}",
            id="an empty result writes nothing",
        ),
        case(
            """
  - {id: a, overwrite: empty, replace: {vendor: "B", note: "B"}}
""",
            {"note": "B"},
            id="overwrite: empty keeps what is set",
        ),
        case(
            """
  - {id: a, overwrite: empty, replace: {vendor: "B", note: "B"}}
""",
            {"vendor": "B", "note": "B"},
            document=Document({"vendor": "N/A", "note": ""}),
            queue="placeholders: [N/A]",
            id="a placeholder is empty",
        ),
        case(
            """
  - {id: a, overwrite: untouched, replace: {vendor: "B", note: "B", amount: "9"}}
""",
            {"note": "B", "amount[1]": "9", "amount[2]": "9", "amount[3]": "9"},
            document=Document(
                {"vendor": "ACME", "note": "N"},
                LINES,
                marks={
                    "vendor": {"validation_sources": ["score", "human"]},
                    "note": {"validation_sources": ["score"]},
                },
            ),
            id="overwrite: untouched keeps what a person typed",
        ),
        case(
            """
  - {id: a, replace: {code: "X"}}
""",
            {"code[1]": "X", "code[2]": "X", "code[3]": "X"},
            id="outside a row a column means each of its cells",
        ),
        case(
            """
  - {id: a, select: line_items, when: row.last, replace: {code: "X", vendor: "Y"}}
""",
            {"code[3]": "X", "vendor": "Y"},
            id="in a row it is the row's cell",
        ),
        case(
            """
  - {id: a, select: notes, message: "{value} {row.number}", replace: "{value}!"}
  - {id: b, select: note, when: row.first, message: "{value} {count(column.note)}"}
""",
            {"note[1]": "one!", "note[2]": "two!"},
            [("note[1]", "one 1"), ("note[2]", "two 2"), ("note[1]", "one! 2")],
            document=Document(tables={"notes": ["one", "two"]}),
            id="the rows of a simple list are datapoints",
        ),
        case(
            """
  - {id: a, replace: {vendor: "{1 + 1}", note: "{1 + 1}"}}
  - {id: b, when: vendor == "2" and note == 2, message: Both.}
""",
            {"vendor": "2", "note": "2"},
            [(None, "Both.")],
            queue="fields: {vendor: text}",
            id="what is written to a text is text, what is written to nothing is what it was",
        ),
        case(
            """
  - {id: a, replace: {due_on: "2025-01-01"}}
""",
            {"due": "2025-01-01"},
            queue="fields: {due_on: {is: due}}",
            id="an alias is the queue's field",
        ),
    ],
)
def test_what_is_written(rules, values, said, document, queue):
    answered = ask(gateway(rules, queue), document)

    assert (answered.values, answered.said, answered.failure) == (values, said, None)


@pytest.mark.parametrize(
    ("replace", "reason"),
    [
        ('vendor: "{pad(vendor, 999)}{pad(note2, 502)}"', "at most 1500 characters, this has 1501"),
        ('nowhere: "B"', "no field nowhere"),
        ('line_items: "B"', "line_items is a table; name its fields"),
        ('vendor: "{total + vendor}"', "vendor is text"),
        ('vendor: "{total / (total - total)}"', "division by zero"),
        ('total: "{total * 100000000000000000}"', "18 digits"),
    ],
)
def test_an_effect_that_cannot_be_carried_out_fails_its_rule_and_sends_nothing_of_it(
    replace, reason
):
    rules = f"""
  - id: a
    message: Not sent.
    replace: {{due: "2025-05-05", {replace}}}
  - {{id: b, replace: {{total: "1"}}}}
"""
    document = Document({**DOCUMENT.header, "note2": "x"}, LINES)

    answered = ask(gateway(rules), document)

    ((kind, place, text),) = answered.messages
    assert (kind, place) == ("warning", None)
    assert text.startswith("The rule a could not be evaluated: ")
    assert reason in text
    assert answered.values == {"total": "1"}
    assert answered.answer.failed == ("a",)


def test_a_run_that_fails_fails_for_its_row_alone():
    answered = ask(
        gateway("""
  - {id: a, select: line_items, replace: {code: "{6 / (amount - 2)}"}}
  - {id: b, message: "{join(code, ' ')}"}
"""),
        DOCUMENT,
    )

    assert answered.values == {"code[1]": "-6", "code[3]": "6"}
    assert [text for _, _, text in answered.messages][1:] == ["-6 6"]
    (outcome, _) = answered.evaluation.outcomes
    assert (outcome.runs, outcome.fired, outcome.failed) == (3, 2, 1)


def test_cells_that_a_row_lacks_are_empty_and_cannot_be_written():
    rows = [{"code": "A", "amount": number("1")}, {"amount": number("2")}, {"code": "C"}]
    answered = ask(
        gateway("""
  - {id: a, select: line_items, when: is_empty(code), message: {at: code, text: "{row.number}"}}
  - {id: b, message: "{sum(amount)} {count(amount)} {count(line_items)}"}
  - {id: c, select: line_items, replace: {amount: "{row.number * 10}"}}
"""),
        Document(tables={"line_items": rows}),
    )

    assert answered.said[:2] == [(None, "code: 2"), (None, "3 2 3")]
    assert answered.values == {"amount[1]": "10", "amount[2]": "20"}
    assert answered.failure == "this row has no amount"
