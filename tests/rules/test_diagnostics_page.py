"""The page of diagnostics, held to what compiling rules really finds: codes R201 to R499."""

import re
from pathlib import Path

import pytest

from gateway.annotation.values import Kind
from gateway.rules.tables import TableShape
from tests.drawn import assert_drawn
from tests.pages import GOOD, QUEUE, codes, sections
from tests.tables import built

ROOT = Path(__file__).parents[2]
SECTIONS = sections("R200", "R500")
EXAMPLE = re.compile(r"^```yaml\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FILE = re.compile(r"^# (\S.*\.yaml)$", re.MULTILINE)
#: Too large for a page, and large enough to be wrong.
LARGE = {
    "R209": "{id: one, when: 'sender_name in [" + '"A", ' * 400 + """"B"]', message: Fine.}""",
    "R409": "{id: one, replace: {sender_name: " + "x" * 1501 + "}}",
}
#: What the examples of the page take for granted: the schema of their queue.
SCHEMA = """\
[{"category": "section", "id": "all", "children": [
  {"category": "datapoint", "id": "document_id", "type": "string"},
  {"category": "datapoint", "id": "sender_name", "type": "string"},
  {"category": "datapoint", "id": "currency", "type": "enum",
   "options": [{"value": "EUR", "label": "Euro"}, {"value": "CZK", "label": "Koruna"}]},
  {"category": "datapoint", "id": "internal_note", "type": "string", "hidden": true},
  {"category": "datapoint", "id": "date_issue", "type": "date"},
  {"category": "datapoint", "id": "amount_total", "type": "number"},
  {"category": "datapoint", "id": "amount_due", "type": "number", "formula": "field.amount_total"},
  {"category": "multivalue", "id": "line_items", "children":
    {"category": "tuple", "id": "line_item", "children": [
      {"category": "datapoint", "id": "item_code", "type": "string"},
      {"category": "datapoint", "id": "item_quantity", "type": "number"},
      {"category": "datapoint", "id": "item_amount", "type": "number"}]}}]}]
"""


def files_of(example):
    """Read an example: files below lines with their names, or one rules file."""
    names = FILE.split(example)[1:]
    given = dict(zip(names[::2], names[1::2], strict=True)) or {"invoice.rules.yaml": example}
    queue = given.pop("acme.queue.yaml", QUEUE)
    return {"acme.queue.yaml": f"{queue}  schema: acme.schema.json\n", **given}


#: And the tables that it may ask, and one that it may not.
TABLES = {
    "vendors": TableShape(
        "vendors",
        {"id": Kind.TEXT, "name": Kind.TEXT, "city": Kind.TEXT, "credit": Kind.NUMBER},
    ),
    "live": TableShape("live", {"amount": Kind.NUMBER}, ("number",)),
}
UNGRANTED = frozenset({"payroll"})


def loaded(example):
    files = {**GOOD, "acme.schema.json": SCHEMA, **files_of(example)}
    return built(files, TABLES, UNGRANTED)


def codes_of(example):
    return codes(loaded(example)[0])


def test_every_code_of_the_compiler_has_its_section():
    used = {
        code
        for module in (ROOT / "gateway").rglob("*.py")
        for code in re.findall(r'"(R[2-4]\d\d)"', module.read_text(encoding="utf-8"))
    }

    assert used == set(SECTIONS)


@pytest.mark.parametrize("code", sorted(LARGE))
def test_what_is_too_large_has_its_code(code):
    assert codes_of(f"version: 1\nrules: [{LARGE[code]}]\n") == {code}


@pytest.mark.parametrize("code", sorted(SECTIONS.keys() - LARGE.keys()))
def test_the_first_example_is_wrong_and_the_second_right(code):
    wrong, right = EXAMPLE.findall(SECTIONS[code])

    assert codes_of(wrong) == {code}
    assert codes_of(right) == set()


@pytest.mark.parametrize("code", sorted(SECTIONS.keys() - LARGE.keys()))
def test_the_wrong_example_is_drawn_exactly_so(code):
    _, drawn = loaded(EXAMPLE.findall(SECTIONS[code])[0])

    assert_drawn(code, drawn)
