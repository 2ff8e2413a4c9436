"""Quotes: what is advised reads back as the text that was meant."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from gateway.rules.yaml.quoting import cut, quote, replaced


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("a: b", '"a: b"'),
        ("x == 'a'", "\"x == 'a'\""),
        ('x == "a"', "'x == \"a\"'"),
        (r"'\d'", r"'''\d'''"),
        ("""'a' + 'b' + "c\"""", '''"'a' + 'b' + \\"c\\""'''),
        ("""'a' + "b\"""", """'''a'' + "b"'"""),
    ],
)
def test_the_prettiest_valid_quotes_are_chosen(text, quoted):
    assert quote(text) == quoted


@given(st.text(st.characters(min_codepoint=32, max_codepoint=0x7E), max_size=40))
def test_a_quoted_text_reads_back_as_itself(text):
    assert yaml.safe_load(f"a: {quote(text)}") == {"a": text}


@pytest.mark.parametrize(
    ("line", "written"),
    [
        ("  when: a: b", 'when: "a: b"'),
        ("  - - a: b: c", '- - a: "b: c"'),
        ("  when: 'a' in b  # why", "when: \"'a' in b\"  # why"),
        ("  message: Order: #12", 'message: "Order: #12"'),
        ("  message: 'it's'", 'message: "it\'s"'),
    ],
)
def test_a_line_is_written_again_with_its_value_in_quotes(line, written):
    parts = cut(line)

    assert parts is not None
    assert parts.quoted() == written


@pytest.mark.parametrize("line", ["", "   ", "a: " + "b" * 200])
def test_no_line_is_written_again_that_advises_nothing(line):
    assert cut(line) is None


def test_a_line_too_long_to_read_is_not_written_again():
    assert replaced("x" * 200, 0, 1, "y") is None
    assert replaced("  a: no", 5, 7, '"no"') == 'a: "no"'
