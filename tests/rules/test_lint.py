"""Warnings about the rules of one queue together."""

import pytest

from gateway.diagnostic import Report
from gateway.rules.compile import compile_rules
from gateway.rules.context import PLAIN, RulesFile
from gateway.rules.yaml.reading import read_yaml


def warnings_of(rules: str) -> list[tuple[str, str | None]]:
    report = Report()
    root = read_yaml(f"version: 1\nrules:\n{rules}".encode(), "a.rules.yaml", report)
    assert root is not None
    compile_rules([RulesFile("a.rules.yaml", root)], PLAIN, report)
    assert not report.errors, list(report)
    return [(found.code, found.rule) for found in report]


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        (
            """
  - {id: reads, require: is_set(a), message: x}
  - {id: writes, replace: {a: "1"}}
""",
            [("R419", "reads")],
        ),
        pytest.param(
            """
  - {id: reads, select: b, require: is_set(column.a), message: {at: document, text: x}}
  - {id: writes, select: a, replace: "1"}
""",
            [("R419", "reads")],
            id="a selected field is written, too",
        ),
        pytest.param(
            """
  - {id: reads, on: updated, require: is_set(a), message: x}
  - {id: writes, on: initialize, replace: {a: "1"}}
""",
            [],
            id="never in the same event",
        ),
        pytest.param(
            """
  - {id: reads, require: is_set(a), message: x}
  - {id: writes, mode: shadow, replace: {a: "1"}}
""",
            [],
            id="a shadow writes nothing",
        ),
        (
            """
  - {id: first, when: is_empty(b), replace: {a: "1"}}
  - {id: second, when: is_empty(b), replace: {a: "2"}}
""",
            [("R420", "second")],
        ),
        pytest.param(
            """
  - {id: first, replace: {a: "{b + c}"}}
  - {id: second, replace: {a: "{b}"}}
""",
            [("R420", "second")],
            id="there whenever the first one is",
        ),
        pytest.param(
            """
  - {id: first, replace: {a: "{b}"}}
  - {id: second, replace: {a: "{b + c}"}}
""",
            [],
            id="the last computable one wins",
        ),
        pytest.param(
            """
  - {id: first, overwrite: empty, replace: {a: "{b}"}}
  - {id: second, overwrite: empty, replace: {a: "{c}"}}
""",
            [],
            id="a cascade fills what is still empty",
        ),
        pytest.param(
            """
  - {id: first, select: a, replace: "{trim(value)}"}
  - {id: second, select: a, replace: "{upper(value)}"}
""",
            [],
            id="a chain builds on what is there",
        ),
        pytest.param(
            """
  - {id: freight, add: {table: lines, cells: {code: FREIGHT}}}
  - {id: tax, add: {table: lines, cells: {code: TAX}}}
""",
            [],
            id="new rows stand beside each other",
        ),
        pytest.param(
            """
  - {id: first, replace: {a: "1"}}
  - {id: tried, mode: shadow, replace: {a: "2"}}
  - {id: third, when: is_set(b), replace: {a: "3"}}
""",
            [],
            id="a shadow lets no value vanish",
        ),
        pytest.param(
            """
  - {id: one, table: {into: taxes, from: lines, cells: {rate: "{code}"}}}
  - {id: other, table: {into: taxes, from: more, cells: {rate: "{code}"}}}
""",
            [("R420", "other")],
            id="a table is derived once",
        ),
        ("  - {id: never, when: 1 > 2, message: x}\n", [("R421", "never")]),
        ("  - {id: never, require: 1 < 2, message: x}\n", [("R421", "never")]),
        pytest.param(
            "  - {id: always, require: 1 < 2, message: x, otherwise: {message: z}}\n",
            [],
            id="otherwise speaks when require holds",
        ),
        pytest.param("  - {id: off, mode: off, when: 1 > 2, message: x}\n", [], id="off is off"),
    ],
)
def test_what_is_hardly_meant_is_a_warning(rules, expected):
    assert warnings_of(rules) == expected
