"""What a reload has changed, told by rules."""

import pytest

from gateway.config.difference import Difference, difference
from gateway.config.load import load
from tests.config.following import ENVIRONMENT, GATEWAY, queue, write

RULES = """\
version: 1
params: {most: 100}
let: {double: amount_total * 2}
rules:
  - id: limit
    when: amount_total > params.most
    message: More than {params.most}.
  - id: twice
    when: double > 10
    message: Twice.
  - id: iban
    select: iban
    require: matches(value, "[A-Z]{2}.*")
    message: {text: No IBAN., at: vendor}
  - group: checks
    when: is_set(vendor)
    rules:
      - {id: inner, message: Inner}
"""
FILES = {
    "gateway.yaml": GATEWAY,
    "acme.queue.yaml": queue("ACME"),
    "a.rules.yaml": RULES,
}
NEW = "  - {id: new, message: New}\n"


def changed(*ids):
    return Difference(changed=tuple(f"acme/{one}" for one in ids))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({}, Difference()),
        pytest.param({"a.rules.yaml": "# moved\n\n" + RULES}, Difference(), id="moved"),
        pytest.param(
            {"a.rules.yaml": RULES.replace("message: Twice.", 'message: "Twice."')}, Difference(),
            id="the same in other words",
        ),
        ({"a.rules.yaml": RULES + NEW}, Difference(added=("acme/new",))),
        (
            {"a.rules.yaml": RULES.replace("id: twice", "id: double")},
            Difference(added=("acme/double",), removed=("acme/twice",)),
        ),
        ({"a.rules.yaml": RULES.replace("message: Twice.", "message: Double.")}, changed("twice")),
        ({"a.rules.yaml": RULES.replace("[A-Z]{2}", "[A-Z]{3}")}, changed("iban")),
        ({"a.rules.yaml": RULES.replace("at: vendor", "at: iban")}, changed("iban")),
        ({"a.rules.yaml": RULES.replace("select: iban", "select: bic")}, changed("iban")),
        pytest.param(
            {"a.rules.yaml": RULES.replace("most: 100", "most: 200")}, changed("limit"),
            id="what a param stands for",
        ),
        pytest.param(
            {"acme.queue.yaml": queue("ACME", extra="  params: {most: 7}\n")}, changed("limit"),
            id="a param of the queue",
        ),
        pytest.param(
            {"a.rules.yaml": RULES.replace("total * 2", "total * 3")}, changed("twice"),
            id="what a name of let stands for",
        ),
        pytest.param(
            {"a.rules.yaml": RULES.replace("is_set(vendor)", "is_set(iban)")}, changed("inner"),
            id="the condition of a group",
        ),
        (
            {"acme.queue.yaml": queue("ACME", extra="  change: {twice: {mode: shadow}}\n")},
            changed("twice"),
        ),
        ({"globex.queue.yaml": queue("GLOBEX", 11)}, Difference(
            added=("globex/limit", "globex/twice", "globex/iban", "globex/inner"),
        )),
    ],
)  # fmt: skip
def test_rules_are_told_by_what_they_mean(tmp_path, change, told):
    write(tmp_path, FILES)
    before = load(tmp_path, ENVIRONMENT)
    write(tmp_path, change)

    assert difference(before, load(tmp_path, ENVIRONMENT)) == told
