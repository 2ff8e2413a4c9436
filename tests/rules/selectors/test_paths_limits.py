"""What selectors are refused, where the fault is shown, and what a search may cost."""

from __future__ import annotations

import time

import jmespath
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jmespath import functions

from gateway.annotation.values import MAX_TEXT
from gateway.rules.selectors.budget import MAX_RESULTS
from gateway.rules.selectors.functions import SIGNATURES
from gateway.rules.selectors.path import PathSyntaxError, SelectorError, compile_path


def mistake(text):
    with pytest.raises(PathSyntaxError) as raised:
        compile_path(text)
    return raised.value


@pytest.mark.parametrize(
    ("text", "marked", "message"),
    [
        ("", "", "the selector is empty"),
        ("a.", "", "the selector ends too early"),
        ("a[?b=='c'", "", "the selector ends too early"),
        ("a[1:", "", "the selector ends too early"),
        ("{a: b", "", "the selector ends too early"),
        ("   ", "", "the selector ends too early"),
        ("a ]", "]", "unexpected ']'"),
        ("a. 'lit' .b", "'lit'", "unexpected \"'lit'\""),
        ("[].children[ ? x]", "?", "'?' means nothing here"),
        ("a[?b=='x]", "'x]", '"\'" is opened here and never closed'),
        ('a."b', '"b', "'\"' is opened here and never closed"),
        ("a == `1", "`1", "'`' is opened here and never closed"),
        ('a == `"\\q"`', '`"\\q"`', "between backticks stands JSON, and this is none"),
        ('a."\\q".b', '"\\q".b', "this quoted name has an escape that is none"),
        ('a."length" (@)', '"length"', "the name of a function has no quotes"),
        ("a.(b)", "(", "unexpected '('"),
        ("foo(a).b(c)", "foo", "unknown function 'foo'"),
        ("a[?length(@)].['ů', lenght (b)]", "lenght", "unknown function 'lenght'"),
        ("a[?foo(b)].length(bar(@))", "foo", "unknown function 'foo'"),
        ("a[?length(b)].bar(@)", "bar", "unknown function 'bar'"),
        ("[(nope)(@)]", "nope", "unknown function 'nope'"),
        ("keys(values(a, b))", "values", "values() takes 1 argument, 2 given"),
        ("[length(a), join(',')]", "join", "join() takes 2 arguments, 1 given"),
        ("merge()", "merge", "merge() takes at least 1 argument, 0 given"),
        ("a | [&b]", "&", "& stands only before an argument of map, sort_by, min_by and max_by"),
        ("length(&b)", "&", "& stands only before an argument of map, sort_by, min_by and max_by"),
        (
            "[map(&a, b), sort_by(a, &&b)]",
            "&&",
            "unexpected '&&'",
        ),
        ("[length(a), sort_by(a, b)]", "sort_by", "argument 2 of sort_by() is an expression"),
        ("a[0].b[ 1 : : 0 ].c[::2]", "[ 1 : : 0 ]", "the step of a slice cannot be 0"),
        ("a[::2].b[?c[::0]]", "[::0]", "the step of a slice cannot be 0"),
    ],
)
def test_a_mistake_is_told_with_its_place(text, marked, message):
    found = mistake(text)

    assert found.message == str(found) == message
    assert text[found.offset : found.offset + found.length] == marked
    assert found.offset == (text.index(marked) if marked else len(text))


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("lenght(a)", "did you mean 'length'?"),
        ("qqqqq(a)", None),
        ("a[?b='c']", "write == to compare"),
        ('`"\\q"`', "write text between single quotes"),
        ("sort_by(a, b)", "put & before it, as in &id"),
    ],
)
def test_a_mistake_comes_with_advice(text, hint):
    assert mistake(text).hint == hint


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("a" * 2_049, id="long"),
        pytest.param("|".join("a" * 61), id="pipes"),
        pytest.param("a" + "[]" * 60, id="projections"),
        pytest.param("(" * 1_000 + "a" + ")" * 1_000, id="groups"),
        pytest.param("!" * 2_000 + "a", id="negations"),
        pytest.param("`" + "[" * 60 + "]" * 60 + "`", id="literal"),
        pytest.param("`" + "[" * 1_020 + "]" * 1_020 + "`", id="literal beyond the parser"),
    ],
)
def test_a_selector_beyond_a_limit_is_refused(text):
    assert (
        "at most 2048 characters" in mistake(text).message or "60 levels" in mistake(text).message
    )


@pytest.mark.parametrize("text", ["a" * 2_048, "|".join("a" * 60), ".".join("a" * 1_000)])
def test_a_selector_within_the_limits_is_taken(text):
    assert compile_path(text).search({}) is None


def test_the_functions_are_those_of_the_library():
    table = functions.Functions.FUNCTION_TABLE
    known = {
        name: (len(row["signature"]), bool(row["signature"][-1].get("variadic")))
        for name, row in table.items()
    }
    assert {name: (row.count, row.variadic) for name, row in SIGNATURES.items()} == known
    for name, row in SIGNATURES.items():
        takes = [one["types"] == ["expref"] for one in table[name]["signature"]]
        assert takes == [position == row.reference for position in range(row.count)]


def doubled(times, start="@", then=""):
    return "|".join([start, *["[@,@]"] * times]) + then


WIDE = {"rows": [{"n": number, "text": "x" * 100} for number in range(1_000)]}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (doubled(50), "the selector needs more than 1000000 steps"),
        (doubled(50, "`1`"), "the selector needs more than 1000000 steps"),
        (doubled(50, "@", "|to_string(@)"), "the selector needs more than 1000000 steps"),
        (doubled(40, "@", "|@==@"), "the selector needs more than 1000000 steps"),
        (doubled(40, "@", "|contains(@, @)"), "the selector needs more than 1000000 steps"),
        ("|".join(["rows", *["[@,@][]"] * 40]), "the selector makes more than 50000 results"),
        ("|".join(["{a: @, b: @}"] * 50), "the selector needs more than 1000000 steps"),
        ("|".join(["[merge({a: @}, {b: @})]"] * 45), "the selector needs more than 1000000 steps"),
        ("|".join(["map(&[@, @], [@, @])"] * 25), "the selector needs more than 1000000 steps"),
        (
            "|".join(["[rows]", *["[@,@][]"] * 15, "[*][?n==`-1`]"]),
            "the selector needs more than 1000000 steps",
        ),
        (
            "|".join(["[rows]", *["[@,@][]"] * 15, "[*].sort_by(@, &n)[?n==`-1`]"]),
            "the selector needs more than 1000000 steps",
        ),
        (
            "|".join(["rows[*].text|join('',@)"] + ["join(@,[@,@,@])"] * 5),
            "join() makes a text of more than 65536 characters",
        ),
        (
            "[rows[*].text, rows][].[`[" + ",".join("1" * 900) + "]`, @]",
            "the selector needs more than 1000000 steps",
        ),
        (
            "rows[*].to_string([" + ",".join(["text"] * 300) + "])",
            "the selector needs more than 1000000 steps",
        ),
        (
            "rows[*].join('', [" + ",".join(["text"] * 300) + "])",
            "the selector needs more than 1000000 steps",
        ),
        ("to_string(rows)", "to_string() makes a text of more than 65536 characters"),
        (
            "|".join(["rows[:9]"] + ["to_string([@, @])"] * 20),
            "to_string() makes a text of more than 65536 characters",
        ),
    ],
)
def test_a_growing_search_ends_soon(text, sentence):
    path = compile_path(text)
    started = time.process_time()

    with pytest.raises(SelectorError) as raised:
        path.search(WIDE)

    assert str(raised.value) == sentence
    assert time.process_time() - started < 2


def test_a_list_of_more_results_is_refused():
    one = compile_path("[*]")

    assert len(one.search([1] * MAX_RESULTS)) == MAX_RESULTS
    with pytest.raises(SelectorError, match="more than 50000 results"):
        one.search([1] * (MAX_RESULTS + 1))


def test_texts_up_to_the_bound_are_made():
    half = "x" * (MAX_TEXT // 2)

    assert len(compile_path("join('', [@, @])").search(half)) == MAX_TEXT
    assert len(compile_path("to_string([@])").search("x" * (MAX_TEXT - 4))) == MAX_TEXT
    with pytest.raises(SelectorError, match=r"to_string\(\)"):
        compile_path("to_string([@])").search("x" * (MAX_TEXT - 3))


def test_a_reshaped_table_of_many_fields_is_measured_and_given():
    keys = ", ".join(f"k{number}: n" for number in range(80))

    assert len(compile_path(f"rows[].{{{keys}}}").search(WIDE)) == 1_000


@pytest.mark.parametrize(
    ("text", "data", "sentence"),
    [
        (
            "a < b",
            {"a": 1, "b": "2"},
            "the selector compares or combines values of different types",
        ),
        ("contains('a', @)", 1, "the selector compares or combines values of different types"),
        ("ceil(@)", float("inf"), "the selector met a number that is too large"),
        ("ceil(@)", float("nan"), "the selector met a value that a function cannot take"),
        ("avg(@)", [10**400], "the selector met a number that is too large"),
        pytest.param(
            "to_string(@)",
            10**5000,
            "the selector met a value that a function cannot take",
            id="an integer beyond what Python writes",
        ),
        ("merge(@, `[1]`)", {}, "the selector compares or combines values of different types"),
        ("length(@)", None, "length() takes string or array or object, not null"),
        ("max(@)", [1, None], "max() takes array of number or array of string, not null"),
        ("abs(@)", "secret", "abs() takes number, not string"),
    ],
)
def test_a_failure_is_a_sentence_without_values(text, data, sentence):
    with pytest.raises(SelectorError) as raised:
        compile_path(text).search(data)

    assert str(raised.value) == raised.value.reason == sentence
    assert raised.value.__cause__ is None
    assert raised.value.__suppress_context__


def nested(levels):
    data = []
    for _ in range(levels):
        data = [data]
    return data


@pytest.mark.parametrize("text", ["to_string(@)", "[0] == [1]"])
def test_a_document_that_is_too_deep_is_a_failure(text):
    with pytest.raises(SelectorError, match="nested too deep"):
        compile_path(text).search([nested(20_000), nested(20_000)])


@pytest.mark.parametrize("text", ["`[1]`", "a || `[1]`", '[`{"a": []}`]', "not_null(a, `[[]]`)"])
def test_a_changed_result_changes_no_later_one(text):
    path = compile_path(text)
    first = path.search({})
    before = jmespath.compile(text).search({})
    assert first == before

    first.append("changed")
    if isinstance(first[0], dict):
        first[0]["a"].append("changed")

    assert path.search({}) == compile_path(text).search({})
    assert path.search({}) == jmespath.compile(text).search({})
    assert "changed" not in str(path.search({}))


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=30) | st.text("a.[]?*|&!(){}:,@`'\"\\=<>0- ", max_size=30))
def test_any_text_is_compiled_or_refused_within_itself(text):
    start, length = 0, len(text)
    try:
        compile_path(text)
    except PathSyntaxError as mistake:
        start, length = mistake.offset, mistake.length

    assert 0 <= start <= start + length <= len(text)
