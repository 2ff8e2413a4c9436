"""Reading YAML: what is refused, what is read, and where each character stood."""

from __future__ import annotations

import time
import tracemalloc
from decimal import Decimal

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from gateway.diagnostic import Report, Span
from gateway.rules.yaml.reading import MAX_BYTES, MAX_DEPTH, MAX_MISTAKES, read_yaml
from gateway.rules.yaml.source import LINE_BREAK, List, Map, Scalar, Style, Text, plain


def read(text: str | bytes) -> tuple[Map | None, Report]:
    report = Report()
    raw = text if isinstance(text, bytes) else text.encode()
    return read_yaml(raw, "f.yaml", report), report


def text_at(source: str, key: str = "a") -> Text:
    root, report = read(source)
    assert not report
    assert root is not None
    node = root.get(key)
    assert isinstance(node, Scalar)
    return node.text


def cut_out(source: str, span: Span) -> str:
    """What stands at a place of a file."""
    lines = LINE_BREAK.split(source)
    if span.line == span.end_line:
        return lines[span.line - 1][span.column - 1 : span.end_column - 1]
    first, last = lines[span.line - 1], lines[span.end_line - 1]
    middle = lines[span.line : span.end_line - 1]
    return "\n".join([first[span.column - 1 :], *middle, last[: span.end_column - 1]])


@pytest.mark.parametrize(
    ("source", "code", "place", "hint"),
    [
        (b"a: \xff", "R101", (1, 4), "save it with the encoding UTF-8"),
        (b"\xff\xfea\0:\0", "R101", (1, 1), "save it with the encoding UTF-8"),
        ("a: b\nč: \x07", "R101", (2, 4), "delete it"),
        ('when: "abc" in x', "R102", (1, 7), """when: '"abc" in x'"""),
        ("when: 'a' == b", "R102", (1, 7), '''when: "'a' == b"'''),
        ("select: [].children[]", "R102", (1, 9), 'select: "[].children[]"'),
        ("when: a: b", "R102", (1, 7), 'when: "a: b"'),
        ("when: {a} == b", "R102", (1, 7), 'when: "{a} == b"'),
        ("when: %x", "R102", (1, 7), 'when: "%x"'),
        ("x: @y", "R102", (1, 4), 'x: "@y"'),
        ("x: `y", "R102", (1, 4), 'x: "`y"'),
        ("x: !x > 3", "R102", (1, 4), 'x: "!x > 3"'),
        ("x: > 3", "R102", (1, 4), 'x: "> 3"'),
        ("x: - 3", "R102", (1, 4), 'x: "- 3"'),
        ('l:\n  - "a" in b  # why', "R102", (2, 5), "- '\"a\" in b'  # why"),
        ("x: 'it's'", "R102", (1, 4), 'x: "it\'s"'),
        ("x: {{y}}", "R102", (1, 5), 'x: "{{y}}"'),
        ("x: \"matches(y, '\\d')\"", "R102", (1, 17), "x: 'matches(y, ''\\d'')'"),
        ('x: "\\x1"', "R102", (1, 5), "single quotes"),
        ("\tx: y", "R102", (1, 1), "use blanks"),
        ("a:\n\tb: 1", "R102", (2, 1), "use blanks"),
        ("a: b\n  c: d", "R102", (2, 3), "indentation"),
        ("a: b\nc\n", "R102", (2, 1), "key: value"),
        ("- a\nb: c", "R102", (2, 1), "indentation"),
        ("a: b # c\n  d", "R102", (2, 3), "a '#' ends a text"),
        ("a: {b: x: y}", "R102", (1, 9), "put texts in quotes"),
        (": x", "R102", (1, 1), ""),
        ("a: no", "R103", (1, 4), 'quote it: a: "no" (or write false)'),
        ("a: [x, 012]", "R103", (1, 8), 'a: [x, "012"]'),
        ("a: 1\nb: 2\na: 3", "R104", (3, 1), "keep one"),
        ("select: *x", "R105", (1, 9), 'select: "*x"'),
        ("a: &x b", "R105", (1, 4), 'a: "&x b"'),
        ("require: !x", "R105", (1, 10), 'require: "!x"'),
        ("a: &x\n  b: c", "R105", (1, 4), ""),
        ("<<: {a: 1}", "R105", (1, 1), ""),
        ("%YAML 1.2\n---\na: b", "R105", (1, 1), "delete the line"),
        ("%x y z\n---\na: b", "R105", (1, 1), "delete the line"),
        ("a: b\n---\nc: d", "R105", (2, 1), "a file of its own"),
        ("a: " + "[" * 50, "R106", (1, 3 + MAX_DEPTH), ""),
        (b"#" * (MAX_BYTES + 1), "R106", (1, 1), "divide it"),
        ("", "R107", (1, 1), ""),
        ("# nothing\n", "R107", (1, 1), ""),
        ("- a", "R107", (1, 1), ""),
        ("a", "R107", (1, 1), ""),
    ],
)
def test_what_yaml_reads_otherwise_is_refused_at_its_place(source, code, place, hint):
    _, report = read(source)

    found = next(iter(report))
    assert (found.code, (found.span.line, found.span.column)) == (code, place)
    assert hint in (found.hint or "")


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ('a: "b', 'the text in quotes that begins here is not closed by another "'),
        ("a: 'b\n\n\n", "the text in quotes that begins here is not closed by another '"),
        ("a: [b, c\n", "the list that begins here is not closed, or a comma is missing"),
        ("a: {b: c\n", "the mapping that begins here is not closed, or a comma is missing"),
    ],
)
def test_what_is_not_closed_is_shown_where_it_begins(source, message):
    _, report = read(source)

    (found,) = report
    assert (found.message, found.span.line, found.span.column) == (message, 1, 4)


def test_a_doubled_key_is_told_with_both_places_and_the_first_kept():
    root, report = read("a: 1\nb: {c: 1, c: 2}\na: 3\n")

    places = [(f.span.line, f.span.column, f.related.line, f.related.column) for f in report]
    assert places == [(2, 11, 2, 5), (3, 1, 1, 1)]
    assert root is not None
    assert plain(root) == {"a": 1, "b": {"c": 1}}


@pytest.mark.parametrize(
    "written",
    [
        *("y", "Y", "n", "N", "yes", "Yes", "no", "NO", "True", "TRUE", "False", "NULL", "Null"),
        *("012", "-012", "00", "0x1F", "0o7", "0b1", "1_000", "1_0.5", "1:30", "190:20:30"),
        *("2025-01-31", "2025-1-1", "2025-01-31T10:00:00Z", ".inf", "-.INF", ".nan", ".NaN"),
        *("1e3", "1.5E-3", "1e999999999", "1.", ".5", "+5"),
        *("1234567890123456789", "0.1234567890123456789"),
    ],
)
def test_an_ambiguous_plain_scalar_is_refused_and_kept_as_text(written):
    root, report = read(f"a: {written}")

    assert [found.code for found in report] == ["R103"]
    assert root is not None
    assert plain(root) == {"a": written}


@pytest.mark.parametrize(
    ("written", "data"),
    [
        ("", None),
        ("~", None),
        ("null", None),
        ("true", True),
        ("false", False),
        ("0", 0),
        ("-12", -12),
        ("0.05", Decimal("0.05")),
        ("1.10", Decimal("1.10")),
        ("on", "on"),
        ("off", "off"),
        ("Off", "Off"),
        ("'no'", "no"),
        ('"012"', "012"),
        ("1.2.3", "1.2.3"),
        ("10 EUR", "10 EUR"),
        ("-1 + x", "-1 + x"),
        ("nobody", "nobody"),
        ("a:b", "a:b"),
        ("[on, off, 1]", ["on", "off", 1]),
        ("{on: off}", {"on": "off"}),
    ],
)
def test_plain_scalars_follow_yaml_1_2_and_numbers_are_exact(written, data):
    root, report = read(f"a: {written}")

    assert not report
    assert root is not None
    value = plain(root)["a"]
    assert (value, type(value)) == (data, type(data))
    assert str(value) == str(data)


def test_keys_are_texts():
    root, report = read("on: 1\nno: 2\n012: 3\n2025-01-31: 4\n1.10: 5\n")

    assert not report
    assert root is not None
    assert list(root.entries) == ["on", "no", "012", "2025-01-31", "1.10"]


def test_independent_mistakes_are_all_reported():
    _, report = read("a: no\nb: *x\nc: 1\nc: 2\nd: !t x\ne: 'unclosed")

    assert [found.code for found in report] == ["R103", "R105", "R104", "R105", "R102"]


def test_a_secret_is_not_repeated_in_a_sentence():
    _, report = read("secret: 0123456789\n")

    (found,) = report
    assert "0123456789" not in f"{found.message} {found.hint}"


def test_a_byte_order_mark_does_not_move_the_columns():
    root, report = read(b"\xef\xbb\xbfa: b")

    assert not report
    assert root is not None
    assert root.entries["a"].key.span == Span("f.yaml", 1, 1, 1, 2)


@pytest.mark.parametrize(
    ("source", "start", "length", "written"),
    [
        ("a: one two", 4, 3, "two"),
        ("a: čau 𝄞 two", 6, 3, "two"),
        ("a: one\n  two\n\n  three", 4, 3, "two"),
        ("a: one\n  two\n\n  three", 8, 5, "three"),
        ("a: 'it''s here'", 5, 4, "here"),
        ("a: 'it''s here'", 2, 1, "''"),
        ("a: 'one\n\n  two'", 4, 3, "two"),
        (r'a: "\tone \"two\""', 5, 5, r"\"two\""),
        (r'a: "\x41\u010d\U0001d11e two"', 0, 1, r"\x41"),
        (r'a: "\x41\u010d\U0001d11e two"', 1, 2, r"\u010d\U0001d11e"),
        (r'a: "\x41\u010d\U0001d11e two"', 4, 3, "two"),
        ('a: "one \\\n   two"', 4, 3, "two"),
        ('a: "one\n\n   two"', 4, 3, "two"),
        ("a: |\n  one\n    two\nb: c", 6, 3, "two"),
        ("a: |  # why\n\n  one\n  two\n", 5, 3, "two"),
        ("a: |2-\n   one\n  two\n", 5, 3, "two"),
        ("b: c\na: |+\n  one\n\n", 0, 3, "one"),
        ("a: >\n  one\n  two\n\n  three\n", 4, 3, "two"),
        ("a: >\n  one\n  two\n\n  three\n", 8, 5, "three"),
        ("a: >-\n  one\n    two\n  three\n", 6, 3, "two"),
        ("a: >-\n  one\n    two\n  three\n", 10, 5, "three"),
        ("a: one\r\nb: two", 0, 3, "one"),
        ("a: |\r\n  one\r\n  two\r\n", 4, 3, "two"),
        pytest.param("a: x", 1, 1, "", id="behind the end"),
        pytest.param("a: x", 99, 1, "", id="far behind the end"),
        pytest.param("a: 'x'", 1, 1, "'", id="behind the end in quotes"),
        pytest.param("a: |\n  xy\nb: c", 3, 1, "", id="behind the end of a block"),
        pytest.param("a: xyz", 1, 99, "yz", id="no longer than the text"),
        pytest.param("a: xyz", 1, 0, "y", id="never nothing"),
    ],
)
def test_a_text_knows_where_each_character_stood(source, start, length, written):
    assert cut_out(source, text_at(source).at(start, length)) == written


def test_behind_the_end_is_one_column_behind_the_text():
    assert text_at("a: xyz").at(3) == Span("f.yaml", 1, 7, 1, 8)


def test_a_range_over_a_fold_spans_both_lines():
    assert text_at("a: one\n  two").at(2, 4) == Span("f.yaml", 1, 6, 2, 5)


def test_a_text_not_from_yaml_begins_at_the_first_line():
    text = Text.inline("one\ntwo")

    assert text.span == Span("<input>", 1, 1, 2, 4)
    assert text.at(4, 3) == Span("<input>", 2, 1, 2, 4)


WORDS = st.text(st.sampled_from("ab'\"\\ \t\n#:č𝄞\u2028é-|>{}"), min_size=1, max_size=30)


@given(WORDS, st.sampled_from(["'", '"', "|", ">"]), st.booleans())
@example("a\n\n b", ">", True)
def test_every_character_of_an_emitted_text_is_placed(value, style, wide):
    source = yaml.dump(
        {"a": value}, default_style=style, allow_unicode=True, width=5 if wide else 1000
    )
    # The emitter folds some texts that begin with a blank into others.
    value = yaml.load(source, yaml.BaseLoader)["a"]  # noqa: S506  # texts only
    root, report = read(source)
    assert not report
    assert root is not None
    text = root.get("a").text
    assert text.value == value
    for at, sign in enumerate(value):
        place = text.at(at)
        assert place != text.span or len(value) == 1
        if sign in "ab#{}":
            assert sign == cut_out(source, place)


@pytest.mark.parametrize(
    ("source", "comment"),
    [
        ("a: Order #12 missing", "#12 missing"),
        ("a: b#c", None),
        ("a: b  # c", "# c"),
        ("a: b\n  c # d\n", "# d"),
        ("a: 'b' # c", None),
        ("a: b\n# c", None),
    ],
)
def test_a_comment_behind_a_plain_scalar_is_kept(source, comment):
    text = text_at(source)

    assert (text.comment and cut_out(source, text.comment)) == comment


@pytest.mark.parametrize(
    ("source", "style"),
    [
        ("a: b", Style.PLAIN),
        ("a: 'b'", Style.SINGLE),
        ('a: "b"', Style.DOUBLE),
        ("a: |\n  b", Style.LITERAL),
        ("a: >\n  b", Style.FOLDED),
    ],
)
def test_a_text_keeps_its_style(source, style):
    assert text_at(source).style is style


def test_collections_span_their_content_and_no_more():
    source = "a:\n  - b: c\n    d: [1, 2]\n# comment\ne: f\n"
    root, _ = read(source)

    assert root is not None
    items = root.get("a")
    assert isinstance(items, List)
    assert cut_out(source, items.span) == "- b: c\n    d: [1, 2]"
    assert items.items[0].get("d").flow == "[1, 2]"


BOMBS = {
    "nested lists": b"a: " + b"[" * 500_000,
    "nested mappings": b"{a: " * 250_000,
    "nested items": b"- " * 450_000,
    "nested keys": b"? " * 450_000,
    "aliases": b"a: &a [x]\n" + b"b: [" + b"*a," * 300_000 + b"]",
    "wide mapping": b"\n".join(b"k%d: 1" % at for at in range(15_000)),
    "long number": b"a: " + b"9" * 900_000,
    "long exponent": b"a: 1e" + b"9" * 900_000,
    "long blanks": b'a: "' + b" " * 300_000 + b'x"',
    "long line that is wrong": b'a: "b" ' + b"c d " * 240_000,
    "long block": b"a: |\n" + b"  x\n" * 60_000,
    "empty lines": b"a: >\n" + b"\n" * 200_000 + b"  x",
    "wrong at the end": b"a: b\n" * 180_000 + b"a: 'b",
    "many ambiguous": b"a: [" + b"no," * 190_000 + b"]",
    "comments": b"a: b" + b" #" * 480_000,
}


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS)
def test_no_file_takes_long_or_much(bomb):
    started = time.process_time()
    root, _ = read(bomb)
    if root is not None and isinstance(root.get("a"), Scalar):
        text = root.get("a").text
        text.at(0)
        text.at(len(text.value) - 1)

    assert time.process_time() - started < 4


def test_the_number_of_values_is_bounded():
    _, report = read(b"a: [" + b"1," * 200_001 + b"]")

    (found,) = report
    assert (found.code, found.message) == ("R106", "the file holds more than 200,000 values")


def test_reading_ends_after_a_hundred_mistakes():
    _, report = read(BOMBS["many ambiguous"])

    assert len(report) == MAX_MISTAKES + 1
    assert [found.code for found in report if found.code != "R103"] == ["R106"]


def test_nested_lists_take_no_memory():
    tracemalloc.start()
    read(BOMBS["nested lists"])
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak < 20_000_000


@given(st.binary(max_size=200))
def test_no_bytes_make_the_reader_raise(raw):
    root, report = read(raw)

    assert (root is None) <= bool(report)


@given(st.text(st.sampled_from("ab1 \n\t:-?*&!|>'\"%@`{}[],#\\~x0\r\u2028é"), max_size=60))
def test_no_text_of_yaml_signs_makes_the_reader_raise(text):
    root, report = read(text)

    assert root is not None or report.errors
    for found in report:
        assert 1 <= found.span.line <= len(LINE_BREAK.split(text))
        assert (found.span.line, found.span.column) < (found.span.end_line, found.span.end_column)
