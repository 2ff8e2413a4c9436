"""A whole column may be matched at one go; a yes must be what each text says on its own."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.rules.functions.regex import compile_pattern
from gateway.rules.functions.sweep import lacking

SWEPT = [
    "PO[0-9]{6}",
    r"[A-Z]{2}\d+|x",
    r"(a|b)*c?",
    r"\w+( \w+)*",
    r"[+-]?\d+(?:\.\d\d)?",
    r"",
    r"[]a-c]+",
    r"\bab\b",
    r"[\w.-]+@[\w.-]+",
    "ž+",
]
#: They could reach across the mark between two texts, or speak of where a text begins and ends.
NOT_SWEPT = [
    ".*", "[^a]+", r"\D", r"\W", r"\S", r"\x00", r"\pL", r"\PL", "^a", "a$", r"\Aa", r"a\z",
    r"\Q..\E", "(?s)a", "(?i)a", "[[:alpha:]]", r"[\D]", r"[\x00-a]", "[\x01-a]", r"\C", r"\0",
]  # fmt: skip


@pytest.mark.parametrize("pattern", NOT_SWEPT)
def test_a_pattern_that_could_match_the_mark_is_not_swept(pattern):
    try:
        found = compile_pattern(pattern, False)
    except ValueError:
        return

    assert found.swept is None
    assert not found.all_match(["a"])


@pytest.mark.parametrize("pattern", SWEPT)
@given(texts=st.lists(st.text("ab cPO19AZxž.-@+\n\0]", max_size=8), min_size=1, max_size=4))
def test_a_yes_is_what_each_text_says_on_its_own(pattern, texts):
    found = compile_pattern(pattern, False)

    if found.all_match(texts):
        assert all(found.regex.fullmatch(text) is not None for text in texts)


@pytest.mark.parametrize(
    ("pattern", "texts"),
    [
        ("PO[0-9]{6}", ["PO123456", "PO000000"]),
        (r"[A-Z]{2}\d+|x", ["AB1", "x", "ZZ99"]),
        (r"\w+( \w+)*", ["one two", "žluť"]),
        (r"(a|b)*c?", ["", "abc", "c"]),
    ],
)
def test_a_column_that_matches_is_told_at_one_go(pattern, texts):
    found = compile_pattern(pattern, False)

    assert found.all_match(texts)
    assert not found.all_match([*texts, "?"])
    assert not found.all_match(["?", *texts])


def test_a_text_that_does_not_match_is_not_made_up_of_two():
    assert not compile_pattern("(?:ab)?", False).all_match(["a", "b"])


@pytest.mark.parametrize("text", ["PO123456", "po123456", "PO12345", "PO123456 ", ""])
@pytest.mark.parametrize("ignore_case", [False, True])
def test_the_quick_match_is_the_full_match(text, ignore_case):
    found = compile_pattern("PO[0-9]{6}", ignore_case)

    assert found.matches(text) == (found.regex.fullmatch(text) is not None)


@pytest.mark.parametrize(
    ("texts", "sought", "change", "lacks"),
    [
        (["steel", "zero"], "ZERO", None, True),
        (["steel", "zero"], "ZERO", "upper", False),
        (["steel", "Zero"], "zero", "lower", False),
        (["straße"], "SS", "upper", False),
        pytest.param(["ze", "ro"], "zero", None, True, id="not across two texts"),
        pytest.param(["ΟΔΟΣ", "Α"], "\u03c3", "lower", True, id="a final letter stays final"),
        pytest.param(["ΟΔΟΣ", "Α"], "\u03c2", "lower", False, id="and is found so"),
        pytest.param(["x" * 30_000, "y"], "z", "upper", False, id="may grow beyond the bounds"),
        pytest.param(["x" * 3_000] * 10, "z", "upper", True, id="many, none of them too long"),
    ],
)
def test_what_no_text_has_in_it_is_told_at_one_go(texts, sought, change, lacks):
    assert lacking(sought, change)(texts) is lacks
