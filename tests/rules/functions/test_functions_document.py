"""The function table is complete, its examples hold, and its page is the one in docs/."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType

import msgspec
import pytest

from gateway.annotation.column import Column
from gateway.annotation.values import Kind
from gateway.diagnostic import Report, Span
from gateway.explain.probe import compile_probe, decode, probe
from gateway.rules.context import PLAIN, QueueContext
from gateway.rules.expressions.expression import compile_expression
from gateway.rules.expressions.interpret import interpret
from gateway.rules.expressions.references import Clock
from gateway.rules.expressions.scope import Scope, Selects
from gateway.rules.function import Mode
from gateway.rules.functions import FUNCTIONS
from gateway.rules.functions.date import EXAMPLE_NOW
from gateway.rules.functions.document import GROUPS, document, signature, written
from gateway.rules.functions.tables import EXAMPLE_TABLE, TABLE_FUNCTIONS
from gateway.rules.yaml.source import Style, Text
from tests.documents import Document
from tests.tables import Searched, shape_of

PAGE = Path(__file__).parents[3] / "docs" / "functions.md"
LANGUAGE = {
    "empty": "is_empty is_set is_unreadable default first_set",
    "number": "number equal round floor ceil abs min max sign",
    "columns": "sum avg count count_distinct first last any all none where duplicates join sum_by "
    "count_by",
    "text": "text upper lower title trim length contains starts_with ends_with replace split "
    "substring pad digits letters without_accents matches find substitute similarity distance",
    "date": "today now date days months years month_end weekday add_working_days "
    "working_days_between parse_date",
    "codes": "is_iban is_bic is_vat is_ean is_luhn is_lei is_email is_isin is_company_number",
    "choice": "map case",
}
TABLE_EXAMPLES = [
    pytest.param(example.expression, example.result, id=example.expression)
    for function in TABLE_FUNCTIONS.values()
    for example in function.examples
]
EXAMPLES = [
    pytest.param(example.expression, example.result, id=example.expression)
    for function in FUNCTIONS.values()
    for example in function.examples
]


def evaluated(expression):
    report = Report()
    text = Text(expression, Span("example", 1, 1, 1, len(expression) + 1), Style.PLAIN, None)
    context = QueueContext(
        name="example",
        params=MappingProxyType({}),
        own_params=frozenset(),
        fields=MappingProxyType({}),
        change=None,
        schema=None,
        locale="en",
        timezone="UTC",
        placeholders=(),
        on_failure="warn",
    )
    compiled = compile_expression(text, Scope(context, {}, {}, Selects.ANNOTATION), report)
    assert compiled is not None, [diagnostic.message for diagnostic in report]
    assert all(isinstance(reference, Clock) for reference in compiled.references)
    return interpret(compiled.tree, [EXAMPLE_NOW] * len(compiled.references))


@pytest.mark.parametrize(("expression", "result"), EXAMPLES)
def test_each_example_gives_what_it_says(expression, result):
    value = evaluated(expression)

    assert value == result
    assert type(value) is type(result) or isinstance(value, Column)


@pytest.mark.parametrize(("expression", "result"), TABLE_EXAMPLES)
def test_each_example_of_a_table_gives_what_it_says(expression, result):
    shapes = {"vendors": shape_of("vendors", EXAMPLE_TABLE)}
    context = replace(PLAIN, tables=shapes)
    report = Report()
    made = compile_probe(Text.inline(expression), None, context, (), report)
    assert made is not None, list(report)
    tables = Searched({"vendors": EXAMPLE_TABLE})
    body = msgspec.json.encode(Document().payload())

    (found,) = probe(made, decode(body), context, EXAMPLE_NOW, tables)

    assert (found.value, found.failure) == (result, None)


def test_the_table_has_the_functions_of_the_language_and_no_other():
    groups = {}
    for function in FUNCTIONS.values():
        groups.setdefault(function.group, set()).add(function.name)

    assert groups == {group: set(names.split()) for group, names in LANGUAGE.items()}
    assert list(GROUPS) == list(LANGUAGE)


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=lambda function: function.name)
def test_each_row_can_be_documented_and_called(function):
    names = [parameter.name for parameter in function.parameters]

    assert FUNCTIONS[function.name] is function
    assert len(set(names)) == len(names)
    assert all(name.isidentifier() for name in names)
    assert function.summary.endswith(".")
    assert any(function.name in example.expression for example in function.examples)
    assert bool(function.prepare) == any(one.literal for one in function.parameters)
    assert function.mode is not Mode.AGGREGATE or Kind.COLUMN not in function.parameters[0].kind


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("today", "today()"),
        ("round", 'round(x, n=0, mode="half_up")'),
        ("is_vat", "is_vat(x, country?)"),
        ("case", "case(condition, value, more?, …)"),
        ("starts_with", "starts_with(x, y, ignore_case=False)"),
        ("add_working_days", "add_working_days(d, n, holidays=[])"),
    ],
)
def test_a_signature_shows_what_may_be_left_out(name, written):
    assert signature(FUNCTIONS[name]) == written


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "empty"),
        (True, "True"),
        (Decimal("1E+2"), "100"),
        (date(2025, 1, 31), "2025-01-31"),
        (['"Kč"', Decimal("1.50")], '["\\"Kč\\"", 1.50]'),
    ],
)
def test_results_are_written_as_the_language_does(value, text):
    assert written(value) == text


def test_the_page_is_what_the_table_gives():
    page = PAGE.read_text(encoding="utf-8")

    assert page == document(FUNCTIONS), (
        "python -m gateway.rules.functions.document > docs/functions.md"
    )
    assert all(f"### `{name}(" in page for name in (*FUNCTIONS, *TABLE_FUNCTIONS))
