"""Rules that select by JMESPath: what a run is, where it stands, and what ``value`` is."""

import pytest

from tests.documents import Document, ask, gateway, number

DOCUMENT = Document(
    {"vendor": "ACME", "total": number("7")},
    {
        "line_items": [
            {"code": "A", "amount": number("1")},
            {"code": "B", "amount": number("2")},
        ],
        "taxes": [{"rate": number("21"), "base": number("3")}],
        "remarks": ["one", "two"],
    },
)
CELLS = "[].children[].children[].children[]"


@pytest.mark.parametrize(
    ("path", "text", "said"),
    [
        pytest.param(
            "[].children[?schema_id=='vendor'][]", "{value}", [("vendor", "ACME")], id="a field"
        ),
        pytest.param(
            "[0].children[0]", "{value}", [("vendor", "ACME")], id="one node is one run"
        ),
        pytest.param(
            f"{CELLS} | [?schema_id=='amount']",
            "{value} {row.number} {code}",
            [("amount[1]", "1 1 A"), ("amount[2]", "2 2 B")],
            id="cells stand in their rows",
        ),
        pytest.param(
            f"reverse({CELLS} | [?schema_id=='amount'])",
            "{value} {row.number} {code}",
            [("amount[2]", "2 2 B"), ("amount[1]", "1 1 A")],
            id="in the order of the results",
        ),
        pytest.param(
            f"{CELLS}.{{node: id, said: content.value}} | [1:3]",
            "{value.said} {row.number}",
            [("amount[1]", "1 1"), ("code[2]", "B 2")],
            id="a result that carries an id under another name",
        ),
        pytest.param(
            "[].children[].{id: id, of: schema_id} | [:2]",
            "{value.of}",
            [("vendor", "vendor"), ("total", "total")],
            id="a result that carries an id",
        ),
        pytest.param(
            "[].children[].{of: schema_id} | [1:3]",
            "{value.of}",
            [(None, "total"), (None, "line_items")],
            id="a result without one",
        ),
        pytest.param(
            "[].children[].schema_id | [:2]", "{value}", [(None, "vendor"), (None, "total")],
            id="texts",
        ),
        pytest.param(
            "[].children[?schema_id=='remarks'][].children[]",
            "{value} {row.number}",
            [("remark[1]", "one 1"), ("remark[2]", "two 2")],
            id="the datapoints of a simple list",
        ),
        pytest.param(
            "[].children[?schema_id=='line_items'][].children[]",
            "{row.number} {code}",
            [(None, "1 A"), (None, "2 B")],
            id="rows",
        ),
        pytest.param(
            "[].children[].[@, children[0].children[0]][] | [?content]",
            "{value} {row.number}",
            [("vendor", "ACME "), ("total", "7 "), ("code[1]", "A 1"), ("rate", "21 1")],
            id="header and several tables at once",
        ),
        pytest.param("length([])", "{value}", [(None, "2")], id="a number"),
        pytest.param("[].children[?schema_id=='nowhere'][]", "{value}", [], id="nothing"),
        pytest.param("nowhere", "{value}", [], id="null"),
        pytest.param("{id: 'invented', a: 'b'}", "{value.a}", [(None, "b")], id="an id of nobody"),
        pytest.param("[{id: `true`, a: 'b'}]", "{value.a}", [(None, "b")], id="an id that is none"),
        pytest.param("[*].id", "{value}", [(None, "1020"), (None, "1021")], id="numbers"),
    ],
)  # fmt: skip
def test_each_result_is_a_run(path, text, said):
    made = gateway(f'  - id: a\n    select: "{path}"\n    message: "{text}"\n')

    answered = ask(made, DOCUMENT)

    if said and said[0][1].isdigit() and len(said[0][1]) == 4:  # Ids are counted, not promised.
        said = [(None, str(one["id"])) for one in answered.payload["annotation"]["content"]]
    assert (answered.said, answered.failure) == (said, None)


def test_a_path_sees_the_request_as_it_arrived_and_values_as_they_are():
    made = gateway(f"""
  - {{id: a, replace: {{vendor: "B"}}, message: "a"}}
  - id: b
    select: "[].children[?content.value=='ACME'][]"
    message: "{{value}}"
  - id: c
    select: "{CELLS} | [?content.value=='A']"
    replace: "{{value}}{{value}}"
  - {{id: d, select: "{CELLS} | [?content.value=='AA']", message: "d"}}
""")

    answered = ask(made, DOCUMENT)

    assert answered.said == [(None, "a"), ("vendor", "B")]
    assert answered.values == {"vendor": "B", "code[1]": "AA"}


@pytest.mark.parametrize(
    ("path", "effect", "reason"),
    [
        ("[].children[].schema_id", 'replace: "x"', "carries no datapoint's id"),
        ("[].children[?schema_id=='line_items'][]", 'replace: "x"', "no value of its own"),
        ("[].children[].children[]", 'replace: {nowhere: "x"}', "no field nowhere"),
        ("[].children[].abs(schema_id)", "message: x", "abs()"),
        ("sum([].children[].schema_id)", "message: x", "sum()"),
    ],
)
def test_what_cannot_be_done_to_a_result_fails_the_rule(path, effect, reason):
    made = gateway(f'  - id: a\n    select: "{path}"\n    {effect}\n')

    answered = ask(made, DOCUMENT)

    assert reason in answered.failure
    assert answered.values == {}
    assert "ACME" not in answered.answer.body.decode()


@pytest.mark.parametrize("effect", ['replace: "9"', 'replace: {amount: "9"}'])
def test_a_renamed_id_is_enough_to_write(effect):
    path = f"{CELLS}.{{node: id, of: schema_id}} | [?of=='amount']"
    made = gateway(f'  - id: a\n    select: "{path}"\n    when: row.last\n    {effect}\n')

    assert ask(made, DOCUMENT).values == {"amount[2]": "9"}
