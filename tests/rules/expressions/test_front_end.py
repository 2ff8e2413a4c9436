"""What authors are told: any text gives a result, or a mistake at its place."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gateway.annotation.values import Kind
from gateway.diagnostic import Report
from gateway.rules.context import FieldDeclaration, Separators
from gateway.rules.expressions.emit import compile_tree
from gateway.rules.expressions.expression import compile_condition, compile_expression
from gateway.rules.expressions.parsing import MAX_NODES, MAX_SOURCE
from gateway.rules.expressions.scope import Selects
from gateway.rules.functions import FUNCTIONS
from gateway.rules.functions.tables import TABLE_FUNCTIONS
from gateway.rules.selectors.path import PathSyntaxError, compile_path
from gateway.rules.templates.formats import DateFormat, FormatError, NumberFormat, parse_format
from gateway.rules.templates.template import compile_template
from gateway.rules.yaml.source import Text
from tests.rules.expressions.grammar import LETS
from tests.rules.expressions.support import NOWHERE, SCHEMA, TABLES, compiled, mistakes, scope

ROWS = scope(Selects.ROWS, "lines", fields={}, schema=SCHEMA)
CELLS = scope(Selects.DATAPOINTS, "amount", fields={}, schema=SCHEMA)
HEADER = scope(fields={}, schema=SCHEMA)
RESULTS = scope(Selects.RESULTS)

WORDS = [
    *FUNCTIONS, *TABLE_FUNCTIONS, '"vendors"', 'lookup("vendors", id=', 'exists("live", number=',
    "id=", "credit=", ".name", ".score", "hit", "hits",
    "n", "t", "d", "p", "value", "row", "row.previous", "field.n", "column.c", "params",
    "params.codes", "and", "or", "not", "in", "if", "else", "lambda", "for", "None", "true", "is",
    "(", ")", "[", "]", "{", "}", ":", ",", ".", "+", "-", "*", "**", "/", "//", "%", "==", "=",
    "!=",
    "<", ">=", ":=", '"', "'", '"A"', 'r"\\d"', "\\", "0", "1.5", "1e400", "1_0", "0x1", "9" * 30,
    "č", "\u00a0", "\ud800", "\0", "\n", "\r", "\f", "#", "@", "`", "?", "!", "$", "~", "_",
    "__class__",
    "{{", "}}", ":.2f", "%d", "[].children", "schema_id", "&&", "||", "|", "*", "now",
]  # fmt: skip
TEXTS = st.one_of(
    st.text(max_size=40),
    st.lists(st.sampled_from(WORDS), max_size=14).map(" ".join),
    st.lists(st.sampled_from(WORDS), max_size=14).map("".join),
)
MATCHED = replace(scope(), hit=TABLES["vendors"], hits=TABLES["anything"])
ANY_SCOPE = [scope(lets=LETS), scope(Selects.DATAPOINTS, "n"), ROWS, RESULTS, MATCHED]


@pytest.mark.parametrize("compile_text", [compile_expression, compile_condition, compile_template])
@settings(max_examples=300)
@example("(" * 300, 0)
@example("-" * 5000, 0)
@example("not " * 90 + "p", 0)
@example("n." * 2000 + "n", 0)
@example("[" * 150 + "]" * 150, 0)
@example("'" + "x" * 5000 + "'", 0)
@example("{" * 99, 0)
@example("1e99999999999", 0)
@example("f(**n)", 0)
@example("f(*n)", 0)
@given(TEXTS, st.integers(0, len(ANY_SCOPE) - 1))
def test_any_text_gives_a_result_or_mistakes_inside_it(compile_text, text, number):
    report = Report()
    written = Text.inline(text)

    found = compile_text(written, ANY_SCOPE[number], report)

    assert (found is None) <= bool(report.errors)
    for mistake in report:
        assert (mistake.span.line, mistake.span.column) >= (1, 1)
        assert (mistake.span.line, mistake.span.column) <= (
            written.span.end_line, written.span.end_column,
        )  # fmt: skip
        assert mistake.message
    if found is not None and compile_text is not compile_template:
        compile_tree(found.tree, len(found.references))


@settings(max_examples=300)
@given(TEXTS)
def test_any_text_gives_a_selector_or_a_mistake_inside_it(text):
    offset = 0
    try:
        compile_path(text)
    except PathSyntaxError as error:
        offset = error.offset
    assert 0 <= offset <= len(text)


@settings(max_examples=300)
@given(st.one_of(TEXTS, st.text("<>^+ 0,.fd%123mYBa", max_size=8)))
def test_any_text_gives_a_format_or_a_mistake(text):
    try:
        found = parse_format(text, "en")
    except FormatError as error:
        found = error.hint
    assert found
    assert isinstance(found, NumberFormat | DateFormat | str)


@pytest.mark.parametrize(
    ("text", "code", "message", "place"),
    [
        ("", "R205", "an expression is missing here", ""),
        ("n +", "R205", "not an expression", "+"),
        ("(n", "R205", "not an expression: '(' was never closed", "("),
        ("n = 1", "R205", "not an expression", None),
        ("n && m", "R205", "not an expression", None),
        ("n\0", "R205", "not an expression", None),
        ("lambda: 1", "R206", "lambda is not part of the language", "lambda: 1"),
        ("[n for n in c]", "R206", "a comprehension is not part of the language", "[n for n in c]"),
        ("f'{n}'", "R206", "an f-string is not part of the language", "f'{n}'"),
        ("(n := 1)", "R206", "an assignment is not part of the language", "n := 1"),
        ("abs(*c)", "R206", "a star is not part of the language", "*c"),
        ("abs(**c)", "R206", "a star is not part of the language", "c"),
        ("{**params.rates}", "R206", "a star is not part of the language", "{**params.rates}"),
        ("{1, 2}", "R206", "a set is not part of the language", "{1, 2}"),
        ("n is 1", "R206", "`is` is not part of the language", "n is 1"),
        ("n ** 2", "R206", "this operator is not part of the language", "n ** 2"),
        ("n | 2", "R206", "this operator is not part of the language", "n | 2"),
        ("~n", "R206", "~ is not part of the language", "~n"),
        ("t[0]", "R206", "only slices of text are part of the language", "t[0]"),
        ("t[::2]", "R206", "only slices of text are part of the language", "t[::2]"),
        ("t.upper()", "R206", "values have no methods here", "t.upper"),
        ("t[0:1](1)", "R206", "values have no methods here", "t[0:1]"),
        ("[n, 1]", "R206", "lists and mappings hold only literals and params here", "n"),
        ("{[1]: 2}", "R206", "a key is a text or a number", "[1]"),
        ("0x10", "R206", "'0x10' is not a number here", "0x10"),
        ("1_000", "R206", "'1_000' is not a number here", "1_000"),
        ("1j", "R206", "'1j' is not a number here", "1j"),
        ("1e99", "R206", "'1e99' is not a number here", "1e99"),
        ("...", "R206", "'...' is not a number here", "..."),
        ("1" * 19, "R206", f"'{'1' * 19}' is not a number here", "1" * 19),
        ("b'A' == t", "R206", None, "b'A'"),
        ("u'A' == t", "R206", "a text has no prefix 'u' here", "u'A'"),
        (r"t == '\d'", "R206", "a backslash needs a text that begins with r", r"'\d'"),
        ("t.__class__", "R206", "no name begins with _ behind a dot", "t.__class__"),
        ("params._x", "R206", "no name begins with _ behind a dot", "params._x"),
        ("uper(t)", "R202", "unknown function 'uper'", "uper"),
        ("abs(n, m)", "R203", "abs() takes at most 1 argument", "m"),
        ("today(n)", "R203", "today() takes no arguments", "n"),
        ("round(n, 1, 'half_up', 4)", "R203", "round() takes at most 3 arguments", "4"),
        ("abs()", "R203", "abs() needs 'x'", "abs()"),
        ("equal(n, m, withn=1)", "R203", "equal() has no parameter 'withn'", "1"),
        ("equal(n, m, zzzzz=1)", "R203", "equal() has no parameter 'zzzzz'", "1"),
        ("abs(n, x=1)", "R203", "abs() gets 'x' twice", "1"),
        ("abs(t)", "R304", "abs() takes number as x, this is text", "t"),
        ("upper(n)", "R304", "upper() takes text as x, this is number", "n"),
        ("matches(t, u)", "R208", "matches() needs 'pattern' written out, or as params.NAME", "u"),
        ("round(n, 1, 'sideways')", "R208", None, "'sideways'"),
        ("params.tolerence", "R204", 'unknown param "tolerence"', "params.tolerence"),
        ("params.nothing_like_it", "R204", 'unknown param "nothing_like_it"', None),
        ("params.rates.cs", "R204", "this param has no key 'cs'", "params.rates.cs"),
        ("params.word.cs", "R204", "this param has no key 'cs'", "params.word.cs"),
        ("row", "R207", "row is not a value by itself", "row"),
        ("params", "R207", "params is not a value by itself", "params"),
        ("field", "R207", "field is not a value by itself", "field"),
        ("field.n", "R207", "field.n is a datapoint", "field.n"),
        ("field.n.confidance", "R207", 'a field has no "confidance"', "field.n.confidance"),
        ("field.n.zzzzzzz", "R207", 'a field has no "zzzzzzz"', "field.n.zzzzzzz"),
        ("n.text", "R207", "n is a value, so it has no .text", "n.text"),
        ("count(n, m).parts", "R207", "count(n, m) has no parts, so no .parts", None),
        ("event.name", "R207", "event is text, so it has no .name", "event.name"),
        ("annotation.statsu", "R207", 'annotation has no "statsu"', "annotation.statsu"),
        ("payload.secrets.x", "R207", "payload.secrets is kept from rules", "payload.secrets.x"),
        ("this.text", "R207", "this is the selected datapoint, and the rule selects none",
         "this.text"),
        ("value", "R207", "value is the selected datapoint's, and the rule selects nothing",
         "value"),
        ("row.number", "R207", "there is no row: the rule selects none", "row.number"),
        ("n == None", "R303", "nothing is compared with None", "None"),
        ("n == null", "R303", "nothing is compared with null", "null"),
        ("t == ''", "R303", 'no value is ever ""', "''"),
        ("'' != t", "R303", 'no value is ever ""', "''"),
        ("t in ['A', '']", "R303", 'no value is ever ""', "['A', '']"),
        ("n + t", "R301", "cannot add number and text", "n + t"),
        ("d + d", "R301", "cannot add date and date", "d + d"),
        ("d - t", "R301", "cannot subtract date and text", "d - t"),
        ("n == t", "R301", "cannot compare number and text", "n == t"),
        ("p < n", "R301", "cannot compare true or false and number", "p < n"),
        ("n in 5", "R301", "cannot look for number in number", "n in 5"),
        ("{1: 2} in [1]", "R301", None, "{1: 2} in [1]"),
        ("not n", "R301", "not needs a condition, n is number", "n"),
        ("p and t", "R301", "and needs conditions, t is text", "t"),
        ("t or p", "R301", "or needs conditions, t is text", "t"),
        ("1 if n else 2", "R301", "if needs a condition, n is number", "n"),
        ("-t", "R301", "a sign needs a number, t is text", "t"),
        ("n[1:]", "R301", "only text can be sliced, n is number", "n"),
        ("t['a':]", "R301", "a slice needs whole numbers, 'a' is text", "'a'"),
        ("n == 'Kč' and t == 1", "R301", None, "n == 'Kč'"),
        ("'žluť' == t and n == t", "R301", None, "n == t"),
        ("  n ==  t ", "R301", None, "n ==  t"),
        ("n + " * MAX_NODES + "n", "R209", None, None),
        ("'" + "x" * MAX_SOURCE + "'", "R209", f"an expression has at most {MAX_SOURCE} characters",
         None),
        ("not " * 31 + "p", "R209", None, None),
    ],
)  # fmt: skip
def test_a_mistake_is_told_at_its_place(text, code, message, place):
    (found,) = mistakes(text)

    assert found[0] == code
    assert message is None or found[1] == message
    assert place is None or found[2] == place


def hint(text, within=None, compile_text=compile_expression):
    report = Report()
    compile_text(Text.inline(text), within or scope(), report)
    (found,) = report
    return found.hint


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("n && m", "write `and`"), ("n || m", "write `or`"), ("!p", "write `not`"),
        ("n = 1", "write `==` to compare"), ("n <> m", "write `!=`"),
        ("p ? 1 : 2", "write `a if condition else b`"),
        ("$n > 1", "fields are named without a sign"), ("n > 1;", "a rule has one expression here"),
        ("{n} {m}", "an expression has no braces; they belong in templates"), ("(n", None),
 ("n ** 2", "write x * x"), ("n | 1", None),
        ("t.upper()", "write upper(...)"), ("t[0:1](1)", None),
        ("uper(t)", 'did you mean "upper"?'),
        ("zzzzzzzzz(t)", None), ("equal(n, m, withn=1)", 'did you mean "within"?'),
        ("equal(n, m, zzzzz=1)", "it is called equal(a, b, within=0)"),
        ("substring(t)", "it is called substring(x, start, length=empty)"),
        ("first_set()", "it is called first_set(x, ...)"),
        ("pad()", 'it is called pad(x, width, fill="0", side="left")'),
        ("abs(t)", "declare the field as number, or write number(...)"),
        ("upper(n)",
         "write text(...), or this.text or field.NAME.text for what the document shows"),
        ("month_end(n)", None),
        ("t + n", "t is text; declare it as number, or write number(t)"),
        ("n == t", "t is text; declare it as number, or write number(t)"),
        ("n == 'a'", None), ("t == ''", "ask is_empty(x) or is_set(x)"),
        ("params.tolerence", 'did you mean "params.tolerance"?'),
        ("params.zzzzzzzzzzz", "set it under params of the rules file"),
        ("params.rates.cs", 'did you mean "cz"?'),
        ("field.n.confidance", 'did you mean "confidence"?'),
        ("n.text", "write field.n.text"),
        ("row", "write row.number; a field of this name is field.row.value"),
        ("matches(t, u)", "a document never gives a pattern or a format"),
        ("'\\d' == t", "write r'\\d' if the backslash is meant"),
        ("n == 0x1", "write plain digits, at most 18 on each side of the point"),
        ("annotation.statsu", 'did you mean "status"?'),
    ],
)  # fmt: skip
def test_advice_says_what_to_write(text, advice):
    found = hint(text)

    assert found == advice


@pytest.mark.parametrize(
    ("within", "text", "code", "message"),
    [
        (HEADER, "totl > 1", "R201", 'unknown field "totl"'),
        (HEADER, "field.totl.text", "R201", 'unknown field "totl"'),
        (HEADER, "column.amont", "R201", 'unknown field "amont"'),
        (HEADER, "column.total", "R207", "total is no column"),
        (ROWS, "row.previous.amont", "R201", 'unknown field "amont"'),
        (ROWS, "row.previous", "R207", 'a row has no "previous"'),
        (ROWS, "row.numbr", "R207", 'a row has no "numbr"'),
        (ROWS, "value", "R207", "value is the selected datapoint's, and the rule selects rows"),
        (CELLS, "value == code", "R301", "cannot compare number and text"),
        (ROWS, "amount == code", "R301", "cannot compare number and text"),
        (HEADER, "total == issued", "R301", "cannot compare number and date"),
        (ROWS, "upper(amount)", "R304", "upper() takes text as x, this is number"),
    ],
)
def test_a_schema_makes_names_and_types_checkable(within, text, code, message):
    (found,) = mistakes(text, within)

    assert found[:2] == (code, message)


@pytest.mark.parametrize(
    ("within", "text", "kind"),
    [
        (HEADER, "total", Kind.NUMBER),
        (HEADER, "amount", Kind.COLUMN),
        (HEADER, "lines", Kind.COLUMN),
        (HEADER, "field.row.value", Kind.NUMBER),
        (HEADER, "field.amount.text", Kind.TEXT | Kind.COLUMN),
        (HEADER, "sum(amount)", Kind.NUMBER),
        (HEADER, "amount * 2", Kind.NUMBER | Kind.DATE | Kind.TEXT | Kind.COLUMN),
        (ROWS, "amount", Kind.NUMBER),
        (ROWS, "rate", Kind.COLUMN),
        (ROWS, "column.amount", Kind.COLUMN),
        (ROWS, "row.number", Kind.NUMBER),
        (ROWS, "row.first", Kind.BOOLEAN),
        (ROWS, "row.next.amount", Kind.NUMBER),
        (CELLS, "value", Kind.NUMBER),
        (CELLS, "this.value", Kind.NUMBER),
        (CELLS, "this.confidence", Kind.NUMBER),
        (CELLS, "amount < 1 < 2", Kind.BOOLEAN),
        (scope(), "x", Kind.SCALAR | Kind.COLUMN),
        (scope(), "n > 1 and x", Kind.BOOLEAN | Kind.COLUMN),
        (scope(), "event", Kind.TEXT),
        (RESULTS, "value", Kind.ANY & ~Kind.COLUMN),
    ],
)
def test_what_a_name_can_be(within, text, kind):
    found = compiled(text, within).kind

    assert found & kind
    if text != "amount * 2":
        assert found == kind


@pytest.mark.parametrize(
    ("text", "code", "message"),
    [
        ("n", "R302", "a condition must be true or false, this is number or a column"),
        ("t + u", "R302", "a condition must be true or false, this is text or a column"),
        ("column.c", "R305", "a column is no condition"),
        ("n +", "R205", "not an expression"),
    ],
)
def test_a_condition_must_be_true_or_false(text, code, message):
    (found,) = mistakes(text, compile_text=compile_condition)

    assert found[:2] == (code, message)


@pytest.mark.parametrize(
    ("lets", "text", "code", "message"),
    [
        ({"a": "b", "b": "c2", "c2": "b"}, "a", "R212",
         "let 'b' is defined by itself: b -> c2 -> b"),
        ({"a": "a + 1"}, "a", "R212", "let 'a' is defined by itself: a -> a"),
        ({"a": "n +"}, "a", "R205", "not an expression"),
        (
            {f"a{number}": f"a{number + 1} + a{number + 1}" for number in range(20)} | {"a20": "n"},
            "a0", "R209", "too large once the names of let are written out",
        ),
    ],
)  # fmt: skip
def test_names_of_let_end_somewhere(lets, text, code, message):
    (found,) = mistakes(text, scope(lets=lets))

    assert found[:2] == (code, message)


def test_a_mistake_in_a_let_stands_where_the_let_is():
    report = Report()
    let = Text.inline("nn(1)", "let.yaml")
    within = scope()
    within.lets["a"] = let

    assert compile_expression(Text.inline("a", "rule.yaml"), within, report) is None
    (found,) = report
    assert found.span.file == "let.yaml"


@pytest.mark.parametrize(
    "text",
    [
        "not " * 28 + "p",
        "abs(" * 13 + "inner" + ")" * 13,
        "(1 if n == " * 9 + "inner" + " else 2)" * 9,
        "case(p, " * 9 + "inner" + ")" * 9,
    ],
)
def test_the_deepest_expressions_compile(text):
    lets = {"inner": "max(n, " * 13 + "n" + ")" * 13}

    found = compiled(text, scope(lets=lets))

    assert compile_tree(found.tree, len(found.references))


def test_another_name_of_a_field_is_its_schema_id():
    fields = {"total": FieldDeclaration("amount_due", Kind.NUMBER, NOWHERE)}

    (reference,) = compiled("total + 1", scope(fields=fields)).references

    assert reference.schema_id == "amount_due"


@pytest.mark.parametrize("text", ["upper(x)", "upper(value)", "contains(upper(x), 'A')"])
def test_an_untyped_field_is_read_as_displayed_where_only_text_is_of_use(text):
    found = compiled(text, scope(Selects.DATAPOINTS, "x", fields={}))

    assert all("Text" in type(one).__name__ for one in found.references)


def test_locales_differ_in_their_separators():
    assert parse_format(",.2f", "en").separators == Separators(",", ".")
    assert parse_format(",.2f", "de").separators == Separators(".", ",")
