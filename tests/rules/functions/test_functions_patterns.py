"""Patterns."""

import re
import unicodedata
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.annotation.values import MAX_TEXT
from gateway.rules.function import FunctionError
from gateway.rules.functions.patterns import (
    find,
    matches,
    prepare_find,
    prepare_substitute,
    substitute,
)
from gateway.rules.functions.regex import MAX_WORK, compile_pattern

D = Decimal


@pytest.mark.parametrize(
    ("pattern", "sentence"),
    [
        ("a(?=b)", "no looking ahead; match that text too"),
        ("a(?!b)", "no looking ahead"),
        ("(?<=a)b", "no looking behind"),
        ("(?<!a)b", "no looking behind"),
        (r"(a)\1", "no references to groups; find the parts and compare"),
        (r"(?P<x>a)(?P=x)", "no references to groups"),
        (r"(?<x>a)\k<x>", "no references to groups"),
        ("a++", r"no possessive repetition; write '\+'"),
        ("a{2,3}+", r"no possessive repetition; write '\{2,3}'"),
        ("(?>a)", "no atomic groups"),
        ("(?(1)a|b)", "no conditional groups"),
        ("(?P>x)", "no recursive patterns"),
        ("(?|a)", "no branch resets"),
        ("a(?#b)", "no comments"),
        ("(a", r"not a pattern: missing \)"),
        ("a\\", "not a pattern: trailing"),
        ("[z-a]", "not a pattern: invalid character class range"),
        ("x{2000}", "not a pattern: invalid repetition size"),
        (r"[\b]", "not a pattern: invalid escape"),
        ("a" * 1_001, "at most 1000 characters"),
        ("(a)" * 101, "at most 100 groups"),
        ("(?P<a>)" * 101, "at most 100 groups"),
        (r"\w{1000}", "the pattern is too large"),
        ("((a{100}){100}){100}", r"bad repetition|too large|invalid repetition"),
    ],
)
def test_what_cannot_run_is_refused_with_what_to_write_instead(pattern, sentence):
    with pytest.raises(ValueError, match=sentence):
        compile_pattern(pattern, ignore_case=False)


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (r"\w+", "Žluťoučký_kůň٣"),
        (r"[\w-]+", "Žluť-1"),
        (r"\W+", " -€"),
        (r"[\W]+", " -€"),
        (r"[^\W\d]+", "abč"),
        (r"\d+", "1٣"),
        (r"[^\d]+", "ab"),
        (r"\D+", "ab"),
        (r"[\D]+", "ab"),
        (r"\s+", " \u00a0\u2009\n\v"),
        (r"\S+", "a€"),
        (r"[\s\S]+", "a \n€"),
        (r"[[]+", "[["),
        (r"[]a]+", "]a"),
        (r"[^]a]+", "b["),
        (r"[[:alpha:]\d]+", "ab1"),
        (r"\Q(?=\d\E", r"(?=\d"),
        (r"[(?=a)*+]+", "(?=a*+)"),
        (r"\(\?=a\++", "(?=a++"),
        (r"(?P<x>a)(?<y>b)\Z", "ab"),
        (r"[č-ž]+\x{10d}", "čč"),
        (r"\w{1,100}", "č"),
        (r"a*?b+?", "aab"),
        ("(a)" * 100, "a" * 100),
    ],
)
def test_what_a_pattern_says(pattern, text):
    assert matches(text, compile_pattern(pattern, ignore_case=False))


@pytest.mark.parametrize("letter", "wds")
def test_classes_are_those_of_unicode(letter):
    def kind(character):
        category = unicodedata.category(character)
        return {
            "w": category[0] in "LMN" or character == "_",
            "d": category == "Nd",
            "s": category[0] == "Z" or character in "\t\n\v\f\r\x85",
        }[letter]

    sample = [chr(code) for code in (*range(0x250), *range(0x250, 0x3000, 7), 0xFF3F, 0x1D7CE)]
    one, other, within, without = (
        compile_pattern(pattern, ignore_case=False)
        for pattern in (rf"\{letter}", rf"\{letter.upper()}", rf"[\{letter}]",
                        rf"[\{letter.upper()}]")
    )  # fmt: skip
    for character in sample:
        if unicodedata.category(character) == "Cn":
            continue  # Which are assigned depends on the version of Unicode.
        expected = kind(character)
        found = [matches(character, one), matches(character, within)]
        others = [matches(character, other), matches(character, without)]
        assert (found, others) == ([expected] * 2, [not expected] * 2), hex(ord(character))


def test_matching_is_of_the_whole_value():
    pattern = compile_pattern("a|ab", ignore_case=False)

    assert matches("ab", pattern)
    assert not matches("ab\n", pattern)
    assert not matches("xab", pattern)


def test_case_is_ignored_when_asked():
    assert matches("ŽLUTÝ", compile_pattern("žlutý", ignore_case=True))
    assert not matches("ŽLUTÝ", compile_pattern("žlutý", ignore_case=False))


def test_a_call_that_would_take_long_is_refused():
    pattern = compile_pattern("(?:.{1,31}){1,31}x", ignore_case=False)

    assert not matches("a" * (MAX_WORK // pattern.cost), pattern)
    with pytest.raises(FunctionError, match="too large for a text of this length"):
        matches("a" * MAX_TEXT, pattern)


@pytest.mark.parametrize(
    ("text", "pattern", "group", "result"),
    [
        ("Order 4711", r"\d+", D(0), "4711"),
        ("č: 4711", r"(\w): (\d+)", D(2), "4711"),
        ("č: 4711", r"(?P<letter>\w): (\d+)", "letter", "č"),
        ("none", r"\d+", D(0), None),
        pytest.param("b", "(a)?b", D(1), None, id="a group that took no part"),
        pytest.param("b", "a*", D(0), None, id="a stretch without characters"),
    ],
)
def test_finding(text, pattern, group, result):
    assert find(text, prepare_find(pattern, group, ignore_case=False)) == result


@pytest.mark.parametrize("group", [D(2), D(-1), D("0.5"), "x"])
def test_a_group_that_is_not_there_is_refused(group):
    with pytest.raises(ValueError, match="the pattern has no group"):
        prepare_find("(a)", group, ignore_case=False)


@pytest.mark.parametrize("by", [r"\2", r"\g<x>", r"\n", "\\", r"\g<1", r"\x41"])
def test_a_wrong_replacement_is_refused(by):
    with pytest.raises(ValueError, match=r"no group|no reference such as"):
        prepare_substitute("(a)", by, ignore_case=False)


@pytest.mark.parametrize(
    ("text", "pattern", "by", "result"),
    [
        ("1 234 567", r"\s", "", "1234567"),
        ("31.1.2025", r"(\d+)\.(\d+)\.(\d+)", r"\3-\2-\1", "2025-1-31"),
        ("ab", r"(?P<x>a)", r"<\g<x>\g<1>\0>", "<aaa>b"),
        ("a", "a", r"\\1", r"\1"),
        ("b", "(a)?b", r"[\1]", "[]"),
        ("žž", "ž", "z", "zz"),
        ("ab", "x*", "-", "-a-b-"),
        ("aa", "a+", "", None),
        ("none", "x", "y", "none"),
        ("a{}%s", "a", "{0}%d", "{0}%d{}%s"),
    ],
)
def test_substituting(text, pattern, by, result):
    assert substitute(text, prepare_substitute(pattern, by, ignore_case=False)) == result


def test_a_result_too_long_is_not_built():
    prepared = prepare_substitute("a", "b" * 1_000, ignore_case=False)

    with pytest.raises(FunctionError, match="longer than 65536"):
        substitute("a" * 1_000, prepared)


@pytest.mark.parametrize(
    ("pattern", "single_pass"),
    [
        (r"\s+", True),
        (r"PO:?\s*([0-9]{2,4})", True),
        (r"[|)?*][+?]*", True),
        ("a|b", False),
        ("a(?:.*b)?", False),
        ("(ab)+", False),
        ("(ab){2}", False),
        ("<.*?>", False),
        ("a{1,2}?", False),
    ],
)
def test_patterns_whose_hits_are_found_in_one_pass(pattern, single_pass):
    assert compile_pattern(pattern, ignore_case=False).single_pass is single_pass


@pytest.mark.parametrize("pattern", ["a(?:.*b)?", "a.*?b|a", "(?:a.*b)*", "a(?:[ab]*a[ab]{18}c)?"])
def test_hits_that_would_take_long_to_find_are_refused(pattern):
    prepared = prepare_substitute(pattern, "", ignore_case=False)

    with pytest.raises(FunctionError, match="too many hits"):
        substitute("a" * MAX_TEXT, prepared)


def test_a_simple_pattern_may_have_many_hits():
    prepared = prepare_substitute(r"\s", "", ignore_case=False)

    assert substitute("a " * 20_000, prepared) == "a" * 20_000


@given(st.text("ab(?:=!<>P)[]^\\wdsSDWZQE|*+{1,2}.$-č\n", max_size=30), st.text(max_size=20))
def test_any_pattern_is_refused_or_runs(pattern, text):
    try:
        compiled = compile_pattern(pattern, ignore_case=False)
    except ValueError:
        return
    assert isinstance(matches(text, compiled), bool)
    found = find(text, prepare_find(pattern, D(0), ignore_case=False))
    assert found is None or found in text


@given(st.text("ab1. č", max_size=20), st.sampled_from(["a", "[ab]+", r"(a)|(\d)", r"\s+", r"\w"]))
def test_substituting_agrees_with_python(text, pattern):
    prepared = prepare_substitute(pattern, "<x>", ignore_case=False)

    assert (substitute(text, prepared) or "") == re.sub(pattern, "<x>", text)


@given(st.text(max_size=20))
def test_any_replacement_is_refused_or_runs(by):
    try:
        prepared = prepare_substitute("(a)", by, ignore_case=False)
    except ValueError:
        return
    assert substitute("xyz", prepared) == "xyz"
