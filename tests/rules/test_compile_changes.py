"""Effects on fields, rows and tables: options of a param, and what a queue changes of them."""

import json

import pytest

from gateway.effects import Level
from gateway.rules.effect import Choose, Derive, RemoveRow, Reveal, Say
from tests.pages import GOOD, QUEUE, ROOT, load_files

RULES = """\
version: 1
params: {{codes: {param}}}
rules:
  - id: one
    options: {{currency: {{from: params.codes{keys}}}}}
"""


def loaded(param, keys):
    text = RULES.format(param=param, keys=keys)
    return load_files({"invoice.rules.yaml": text}, over=GOOD)


REFUSED = [
    ("5", "", "'value'"),
    ("[[1]]", "", "'value'"),
    ('[{code: "1"}]', "", "'value'"),
    ('[{code: "1"}]', ", value: cod", "'cod'"),
    ('[{code: "1"}]', ", value: code, label: nme", "'code' and 'nme'"),
    ('[{code: "1", name: [A]}]', ", value: code, label: name", "'code' and 'name'"),
    ("{a: [b]}", "", "'value'"),
]
TAKEN = [
    ('["1", 2.50]', "", [("1", "1"), ("2.50", "2.50")]),
    ('{"1": Rent}', "", [("1", "Rent")]),
    ('[{value: "1", label: Rent}, {value: "2"}]', "", [("1", "Rent"), ("2", "2")]),
    ('[{code: "1", name: Rent}]', ", value: code", [("1", "1")]),
    ('[{code: "1", name: Rent}]', ", value: code, label: name", [("1", "Rent")]),
    ('[{value: "", label: Please choose}]', "", [("", "Please choose")]),
]


@pytest.mark.parametrize(("param", "keys", "named"), REFUSED)
def test_a_param_that_holds_no_options_is_refused(param, keys, named):
    (found,) = loaded(param, keys).report

    assert (found.code, found.message) == ("R422", "params.codes cannot be read as options")
    assert found.hint == f"give it a list of texts, or of mappings that all have {named}"


@pytest.mark.parametrize(("param", "keys", "options"), TAKEN)
def test_options_are_read_from_lists_and_mappings(param, keys, options):
    made = loaded(param, keys)
    assert list(made.report) == []
    (queue,) = made.configuration.queues.values()
    (effect,) = queue.rules.rules[0].effects

    assert isinstance(effect, Choose)
    assert [(value.parts[0], label.parts[0]) for value, label in effect.options] == options


def test_a_queue_may_change_every_key_of_a_rule_but_its_id():
    schemas = ROOT / "gateway/schemas"
    queue = json.loads((schemas / "queue.schema.json").read_text())
    rules = json.loads((schemas / "rules.schema.json").read_text())
    rule = rules["definitions"]["rule"]["properties"]

    assert set(queue["definitions"]["change"]["properties"]) == set(rule) - {"id"}


TABLE = """\
table:
      into: taxes
      from: lines
      by: [rate]
      cells: {tax_rate: "{rate}", tax_base: "{sum(amount)}"}
"""


@pytest.mark.parametrize(
    ("effect", "change", "kinds"),
    [
        ("hide: [iban]", "{hide: [bic]}", [("hide", ("bic",))]),
        ("hide: [iban]", "{hide: null, show: iban}", [("show", ("iban",))]),
        ("options: {currency: [EUR]}", "{options: {currency: [CZK]}}", [("options", "CZK")]),
        (
            TABLE,
            "{table: {order: [tax_rate], cells: {tax_base: null}}}",
            [("table", ("tax_rate",))],
        ),
        ("select: lines\n    remove: true", "{remove: null, hide: [code]}", [("hide", ("code",))]),
        ("hide: [iban]", "{message: {type: info, text: x}, hide: null}", [("say", Level.INFO)]),
    ],
)
def test_a_queue_changes_effects_key_by_key(effect, change, kinds):
    made = load_files(
        {
            "acme.queue.yaml": f"{QUEUE}  change: {{one: {change}}}\n",
            "invoice.rules.yaml": f"version: 1\nrules:\n  - id: one\n    {effect}\n",
        },
        over=GOOD,
    )
    assert list(made.report) == []
    (queue,) = made.configuration.queues.values()

    assert [_told(one) for one in queue.rules.rules[0].effects] == kinds


def _told(effect):
    match effect:
        case Reveal(fields, hidden):
            return ("hide" if hidden else "show", fields)
        case Choose(_, ((value, _),)):
            return ("options", value.parts[0])
        case Derive():
            return ("table", tuple(name for name, _ in effect.cells))
        case RemoveRow():
            return ("remove", None)
        case Say():
            return ("say", effect.level)
