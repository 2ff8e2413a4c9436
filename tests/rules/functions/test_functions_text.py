"""Text."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.annotation.values import MAX_TEXT
from gateway.rules.function import FunctionError
from gateway.rules.functions import FUNCTIONS
from gateway.rules.functions.text import (
    contains,
    digits,
    distance,
    ends_with,
    letters,
    lower,
    pad,
    padding,
    replace,
    similarity,
    split,
    starts_with,
    substring,
    title,
    trim,
    upper,
    without_accents,
)

D = Decimal
LONG = "ß" * MAX_TEXT


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: upper(LONG), "longer than 65536"),
        (lambda: without_accents(LONG), "longer than 65536"),
        (lambda: replace("a" * 1_000, "a", "b" * 1_000), "longer than 65536"),
        (lambda: replace("a", "", "b"), "needs a text to look for"),
        (lambda: split("a", "", D(1)), "needs a separator"),
        (lambda: split("a", ",", D(0)), "n counts from 1"),
        (lambda: split("a", ",", D("1.5")), "n must be a whole number"),
        (lambda: substring("abc", D(0)), "start counts from 1"),
        (lambda: substring("abc", D(1), D(-1)), "length must be a whole number"),
        (lambda: pad("7", D(1_001), ("0", "left")), "width must be a whole number between 0 and"),
        (lambda: pad("7", D(-1), ("0", "left")), "width must be"),
        (lambda: contains("a1", D(1)), "looks for text in text"),
        (lambda: similarity("a" * 2_001, "a" * 2_000), "too long to be compared"),
        (lambda: distance("a" * MAX_TEXT, "a" * MAX_TEXT), "too long to be compared"),
    ],
)
def test_what_would_be_too_much_is_refused(call, sentence):
    with pytest.raises(FunctionError, match=sentence):
        call()


@pytest.mark.parametrize(
    ("fill", "side", "sentence"),
    [
        ("", "left", "one character, not ''"),
        ("ab", "left", "one character, not 'ab'"),
        ("0", "both", '"left" or "right", not \'both\''),
    ],
)
def test_a_wrong_padding_is_refused_at_load(fill, side, sentence):
    with pytest.raises(ValueError, match=sentence):
        padding(fill, side)


@pytest.mark.parametrize(
    ("call", "result"),
    [
        (lambda: upper("ﬁ"), "FI"),
        (lambda: lower("İ"), "i̇"),
        (lambda: title("JEAN-LUC o’NEILL 3RD"), "Jean-Luc O’neill 3rd"),
        (lambda: title("čeněk  ŽLUTÝ_kůň"), "Čeněk  Žlutý_Kůň"),
        (lambda: trim("\u00a0a b\n"), "a b"),
        (lambda: trim(" \t"), None),
        (lambda: replace("aaa", "aa", "b"), "ba"),
        (lambda: replace("---", "-", ""), None),
        (lambda: split("a,b,,d", ",", D(2)), "b"),
        (lambda: split("a,b,,d", ",", D(-1)), "d"),
        (lambda: split("a,b,,d", ",", D(-4)), "a"),
        (lambda: split("a,b,,d", ",", D(3)), None),
        (lambda: split("a,b,,d", ",", D(5)), None),
        (lambda: split("a,b,,d", ",", D(-5)), None),
        (lambda: substring("abcdef", D(2), D(3)), "bcd"),
        (lambda: substring("abcdef", D(-2)), "ef"),
        (lambda: substring("abcdef", D(-9), D(2)), "ab"),
        (lambda: substring("abcdef", D(6), D(9)), "f"),
        (lambda: substring("abcdef", D(7)), None),
        (lambda: substring("abcdef", D(1), D(0)), None),
        (lambda: without_accents("plain"), "plain"),
        (lambda: pad("7", D(3), padding("0", "left")), "007"),
        (lambda: pad(D("7.50"), D(6), padding(" ", "right")), "7.50  "),
        (lambda: pad("1234", D(3), padding("0", "left")), "1234"),
        (lambda: digits("CZ 12-3 ٤"), "123"),
        (lambda: digits("none"), None),
        (lambda: letters("CZ 12-3 Žß"), "CZŽß"),
        (lambda: letters("12"), None),
        (
            lambda: without_accents("Ærøskøbing, Đặng, Łódź, naïve"),
            "AEroskobing, Dang, Lodz, naive",
        ),
        (lambda: without_accents("e\u0301\u0302"), "e"),
        (lambda: without_accents("½ № 5"), "½ № 5"),
        (lambda: without_accents("\u0301"), None),
    ],
)
def test_texts_made_of_texts(call, result):
    assert call() == result


@pytest.mark.parametrize(
    ("call", "result"),
    [
        (lambda: contains("Zero rate", "ZERO"), False),
        (lambda: contains("Zero rate", "ZERO", True), True),
        (lambda: contains("Straße", "STRASSE", True), True),
        (lambda: contains("abc", ""), True),
        (lambda: contains(["a", "b"], "b"), True),
        (lambda: contains(["a", "b"], "B"), False),
        (lambda: contains(["a", "b"], "B", True), True),
        (lambda: contains(["ab"], "b"), False),
        (lambda: contains([D("1.0"), "2"], D(1)), True),
        (lambda: contains([D(1), "2"], D(2)), False),
        pytest.param(lambda: contains([D(1)], True), False, id="true is not the number 1"),
        (lambda: starts_with("INV-1", "inv"), False),
        (lambda: starts_with("INV-1", "inv", True), True),
        (lambda: ends_with("a.PDF", ".pdf"), False),
        (lambda: ends_with("a.PDF", ".pdf", True), True),
    ],
)
def test_questions_about_texts(call, result):
    assert call() is result


@pytest.mark.parametrize(
    ("a", "b", "result"),
    [
        ("ACME Ltd", "ACME Ltd", "1.0000"),
        ("ACME, Ltd.", "ltd acme", "1.0000"),
        ("ACME", "ACMI", "0.7500"),
        ("abc", "abd", "0.6666"),
        ("abc", "xyz", "0.0000"),
        ("a" * 1_999 + "b", "a" * 2_000, "0.9995"),
        pytest.param("---", "...", "0.0000", id="no words, not the same"),
        pytest.param("---", "---", "1.0000", id="no words, the same"),
        ("---", "a", "0.0000"),
    ],
)
def test_similarity_looks_at_words_in_any_order(a, b, result):
    assert str(similarity(a, b)) == result
    assert str(similarity(b, a)) == result


@pytest.mark.parametrize(
    ("a", "b", "result"), [("", "abc", 3), ("kitten", "sitting", 3), ("ab", "ba", 2), ("č", "c", 1)]
)
def test_distance_counts_single_changes(a, b, result):
    assert distance(a, b) == result


@given(st.text(), st.text())
def test_similarity_is_between_0_and_1(a, b):
    assert 0 <= similarity(a, b) <= 1
    assert similarity(a, a) == 1


ONE_TEXT = [
    function.call
    for function in FUNCTIONS.values()
    if function.group == "text" and len(function.parameters) == 1
]


@given(st.text(), st.sampled_from(ONE_TEXT))
def test_no_function_leaves_a_text_without_characters(text, call):
    assert call(text) != "" or text == ""


@given(st.text(max_size=50), st.text(max_size=3), st.integers(-9, 9).map(D))
def test_parts_are_in_the_text_or_refused(text, separator, n):
    for call, others in ((split, (separator, n)), (substring, (n,)), (substring, (n, n))):
        try:
            part = call(text, *others)
        except FunctionError:
            continue
        assert part is None or part in text
