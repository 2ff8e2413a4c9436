"""Templates: what stands in braces, what is refused, what is written."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, setcontext

import pytest

from gateway.annotation.column import Column
from gateway.annotation.values import CONTEXT, MAX_TEXT, UNREADABLE
from gateway.diagnostic import Report
from gateway.rules.expressions.emit import compile_tree
from gateway.rules.function import FunctionError
from gateway.rules.templates.template import compile_template, render
from gateway.rules.yaml.reading import read_yaml
from gateway.rules.yaml.source import Style, Text
from tests.rules.expressions.support import NOWHERE, SCHEMA, context, operands, scope

D = Decimal


def template(text, within=None):
    report = Report()
    found = compile_template(quoted(text), within or scope(), report)
    assert found is not None, [(one.code, one.message) for one in report]
    return found


def quoted(text):
    written = Text.inline(text)
    return Text(text, written.span, Style.DOUBLE, None)


def rendered(text, *, escape=False, within=None, **values):
    setcontext(CONTEXT)
    found = template(text, within)
    given = [
        compile_tree(hole.expression.tree, len(hole.expression.references))(
            *operands(hole.expression, values)
        )
        for hole in found.holes
    ]
    return render(found, given, escape=escape)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("", ""),
        ("plain", "plain"),
        ("{t}", "ab"),
        ("a {t} b {n} c", "a ab b 12.50 c"),
        ("{{t}}", "{t}"),
        ("{{{t}}}", "{ab}"),
        ("}}{{", "}{"),
        ("{ t }", "ab"),
        ("{n:.1f}", "12.5"),
        ("{n * 2:,.2f}", "25.00"),
        ("{t[0:1]}", "a"),
        ("{t[0:1]:>3}", "  a"),
        ("{map(t, {'ab': '}'})}", "}"),
        ("{map(t, {'ab': 'a:b'}):>5}", "  a:b"),
        ('{"{" + t + "}"}', "{ab}"),
        ("{t + ':'}", "ab:"),
        ("{d:%d.%m.%Y}", "31.01.2025"),
        ("{d}", "2025-01-31"),
        ("{p}", "true"),
        ("{x}", ""),
        ("{x:.2f}", ""),
        ("{['a', 1, 2.50]}", "a, 1, 2.50"),
        ("č{t}ž", "čabž"),
    ],
)
def test_expressions_are_written_into_the_text(text, written):
    values = {"t": "ab", "n": D("12.50"), "d": date(2025, 1, 31), "p": True}

    assert rendered(text, **values) == written


@pytest.mark.parametrize("value", [None, UNREADABLE])
def test_what_is_empty_or_cannot_be_read_is_written_as_nothing(value):
    assert rendered("[{x}|{x:>9}]", x=value) == "[|]"


def test_values_are_escaped_and_the_author_s_text_is_not():
    assert rendered("<b>{t}</b>", escape=True, t='<i> & "q"') == '<b>&lt;i&gt; &amp; "q"</b>'
    assert rendered("<b>{t}</b>", t="<i>") == "<b><i></b>"


@pytest.mark.parametrize(
    ("text", "lone"),
    [("{n}", True), ("{ n }", True), ("{n:.2f}", False), (" {n}", False), ("{n}{m}", False),
     ("n", False), ("", False)],
)  # fmt: skip
def test_an_expression_alone_keeps_the_type_of_its_value(text, lone):
    assert (template(text).lone is not None) is lone


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        (Column([]), "a column in a template; aggregate it, or select its table"),
        ({}, "a mapping cannot be written into a text"),
        ("x" * (MAX_TEXT + 1), f"a text of more than {MAX_TEXT} characters"),
    ],
)
def test_what_cannot_be_written_fails(value, sentence):
    with pytest.raises(FunctionError) as raised:
        rendered("{x}", x=value)

    assert str(raised.value) == sentence


@pytest.mark.parametrize(
    ("text", "code", "message", "place"),
    [
        ("a } b", "R211", "a single } in a template", "}"),
        ("a {n", "R211", "a { that is not closed", "{"),
        ("a {n:.2f", "R211", "a { that is not closed", "{"),
        ("a {map(n, {1: 2}", "R211", "a { that is not closed", "{"),
        ("a {t + 'x}", "R211", "a quote that is not closed in a template", "'"),
        ("a {} b", "R211", "nothing in these braces", "{}"),
        ("a { :.2f} b", "R211", "nothing in these braces", "{ :.2f}"),
        ("a {n:%q} b", "R213", "'%q' is no date format", "%q"),
        ("a {n:} b", "R213", "'' is no format", "}"),
        ("a {d:.2f} b", "R213", "this format is for number, the value is date", None),
        ("a {nn(1)} b", "R202", "unknown function 'nn'", "nn"),
        ("a {n +} b", "R205", "not an expression", "+"),
        ("{sum(n, m)} {column.c}", "R305", "a column in a template", "column.c"),
        ("{params.rates}", "R301", "a mapping cannot be written into a text", "params.rates"),
        ("{days(1)}", "R301", "a duration cannot be written into a text", "days(1)"),
    ],
)
def test_a_mistake_is_told_at_its_place(text, code, message, place):
    report = Report()

    assert compile_template(quoted(text), scope(), report) is None
    (found,) = report
    assert found.code == code
    assert found.message.startswith(message)
    assert place in (None, text[found.span.column - 1 : found.span.end_column - 1])


def test_every_hole_is_checked():
    report = Report()

    compile_template(quoted("{nn(1)} {mm(2)} {n:zz}"), scope(), report)

    assert [found.code for found in report] == ["R202", "R202", "R213"]


#: Scalars of every style around the same template, with the place of its mistake.
STYLED = [
    pytest.param("key: a {nn(1)} b\n", 1, 9, id="plain"),
    pytest.param("key: 'it''s {nn(1)}'\n", 1, 14, id="single quotes"),
    pytest.param('key: "a\\tb {nn(1)}"\n', 1, 13, id="double quotes"),
    pytest.param('key: "\\u010d {nn(1)}"\n', 1, 15, id="an escaped letter"),
    pytest.param("key: |\n  first\n  b {nn(1)}\n", 3, 6, id="literal"),
    pytest.param("key: |\n  first {t +\n  nn(1)}\n", 3, 3, id="literal over lines"),
    pytest.param("key: >-\n  first\n  second {nn(1)}\n", 3, 11, id="folded"),
    pytest.param("key: >\n  first {t +\n  nn(1)}\n", 3, 3, id="folded over lines"),
    pytest.param("key: first\n  second {nn(1)}\n", 2, 11, id="plain over lines"),
]


@pytest.mark.parametrize(("yaml", "line", "column"), STYLED)
def test_places_are_those_of_the_file_in_every_style(yaml, line, column):
    report = Report()
    root = read_yaml(yaml.encode(), "a.yaml", report)

    assert compile_template(root.get("key").text, scope(), report) is None

    (found,) = report
    span = found.span
    assert (span.line, span.column) == (line, column)
    assert (span.end_line, span.end_column) == (line, column + 2)


@pytest.mark.parametrize(
    "text",
    [
        "total", "value", "row.number", "total * 2", "amount_total * 2", "amount_total + 1", "a*b",
        "field.total.value", "params.tolerance", "row.previous.amount", "upper(total)",
        "sum(amount)",
        "a_b - c / d", "twice",
    ],
)  # fmt: skip
def test_forgotten_braces_are_told(text):
    report = Report()
    within = scope(fields={}, schema=SCHEMA, lets={"twice": "total * 2"})

    assert compile_template(Text.inline(text), within, report) is None
    (found,) = report
    assert found.code == "R215"
    assert found.hint == f'write "{{{text}}}" for the value, or quote it if the text is meant'
    assert compile_template(quoted(text), within, Report()) is not None


@pytest.mark.parametrize(
    "text",
    [
        "Total", "", "N/A", "0.0", "a - b", "Please check (again)", "note(s)", "10 * 2 pieces",
        "See line.2", "total is wrong", "{total}", "upper case", "2025-01-31", "A/B",
    ],
)  # fmt: skip
def test_a_text_that_is_meant_stands(text):
    report = Report()

    assert compile_template(Text.inline(text), scope(fields={}, schema=SCHEMA), report) is not None
    assert list(report) == []


def test_a_comment_behind_an_unquoted_template_is_told():
    report = Report()
    text = Text.inline("Order")

    compile_template(Text("Order", text.span, Style.PLAIN, NOWHERE), scope(), report)

    (found,) = report
    assert (found.code, found.span, found.hint) == (
        "R214",
        NOWHERE,
        "write the whole text in quotes",
    )


def test_formats_follow_the_queue_s_locale():
    within = scope()
    german = type(within)(
        context=context(locale="de-AT"), params={}, lets={}, selects=within.selects
    )

    assert rendered("{n:,.2f}", within=german, n=D("1234.5")) == "1.234,50"
