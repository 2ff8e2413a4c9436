"""Drawings: the layout, its limits, and what must not reach a terminal."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.config.drawing import draw, draw_all
from gateway.diagnostic import Diagnostic, Report, Severity, Span


def mistake(*place: int, **more: object) -> Diagnostic:
    line, column, end_line, end_column = place
    span = Span("a.rules.yaml", line, column, end_line, end_column)
    return Diagnostic(code="R204", severity=Severity.ERROR, message="wrong", span=span, **more)


def excerpt(source: str, *place: int) -> list[str]:
    return draw(mistake(*place), source).splitlines()[1:-1]


def test_a_drawing_has_position_excerpt_hint_second_place_and_page():
    other = Span("b.rules.yaml", 3, 1, 3, 4)
    found = mistake(14, 5, 14, 8, hint="write that", related=other)

    assert draw(found, "\n" * 13 + "a:  bcd > 1\n").splitlines() == [
        "a.rules.yaml:14:5: error[R204]: wrong",
        "   14 | a:  bcd > 1",
        "      |     ^^^",
        "      = write that",
        "      = see also b.rules.yaml:3:1",
        "      = docs/diagnostics.md#r204",
    ]


@pytest.mark.parametrize(
    ("source", "place", "lines"),
    [
        pytest.param("a\tb", (1, 3, 1, 4), ["a b", "  ^"], id="a tab is one blank"),
        pytest.param("漢字 b", (1, 4, 1, 5), ["漢字 b", "     ^"], id="wide characters"),
        pytest.param("漢字 b", (1, 1, 1, 3), ["漢字 b", "^^^^"], id="wide carets"),
        pytest.param("e\u0301 b", (1, 4, 1, 5), ["e\u0301 b", "  ^"], id="combining characters"),
        pytest.param("a b\nc", (1, 3, 2, 2), ["a b", "  ^"], id="the first line of several"),
        pytest.param("abc", (1, 4, 1, 5), ["abc", "   ^"], id="behind the end"),
        pytest.param("abc", (1, 9, 1, 9), ["abc", "   ^"], id="far behind the end"),
        pytest.param("\ufeffabc", (1, 1, 1, 2), ["abc", "^"], id="a byte order mark"),
        pytest.param("a\u2028bc\u202e", (2, 2, 2, 3), ["bc·", " ^"], id="lines as YAML has them"),
        pytest.param("a\x1b[2Jb", (1, 6, 1, 7), ["a·[2Jb", "     ^"], id="no escape sequences"),
        pytest.param("secret: abc", (1, 1, 1, 7), ["secret: •••", "^^^^^^"], id="no secrets"),
        pytest.param(
            "secret: [x, '${env:A}']",
            (1, 1, 1, 7),
            ["secret: [•, '${env:A}']", "^^^^^^"],
            id="references are no secrets",
        ),
    ],
)
def test_carets_stand_below_what_is_meant(source, place, lines):
    shown = [line[8:] for line in excerpt(source, *place)]

    assert shown == lines


def test_a_long_line_is_cut_around_the_place():
    source = "a" * 200 + "BAD" + "c" * 200

    line, carets = excerpt(source, 1, 201, 1, 204)

    assert len(line) <= 8 + 100
    assert line[8] == line[-1] == "…"
    assert line[len(carets) - 3 : len(carets)] == "BAD"


def test_without_a_source_or_its_line_there_is_no_excerpt():
    assert len(draw(mistake(1, 1, 1, 2), None).splitlines()) == 2
    assert len(draw(mistake(9, 1, 9, 2), "a").splitlines()) == 2


def test_all_are_drawn_in_order_with_one_summary():
    report = Report()
    report.error("R102", "second", Span("b", 1, 1, 1, 2))
    report.warning("R401", "first", Span("a", 2, 1, 2, 2))
    report.error("R104", "third", Span("b", 3, 1, 3, 2))

    drawn = draw_all(report, {"b": "x\ny\nz"})

    assert [line for line in drawn.splitlines() if line.startswith(("a:", "b:"))] == [
        "a:2:1: warning[R401]: first",
        "b:1:1: error[R102]: second",
        "b:3:1: error[R104]: third",
    ]
    assert drawn.splitlines()[-1] == "2 errors, 1 warning in 2 files"


def test_a_single_warning_is_counted_in_the_singular():
    report = Report()
    report.warning("R401", "only", Span("a", 1, 1, 1, 2))

    assert draw_all(report, {}).splitlines()[-1] == "1 warning in 1 file"


def test_nothing_wrong_draws_nothing():
    assert draw_all(Report(), {}) == ""


@given(st.text(max_size=300), st.tuples(*[st.integers(1, 400)] * 4), st.text(max_size=20))
def test_any_drawing_has_at_most_six_lines_without_control_characters(source, place, text):
    found = mistake(*place, hint=text, related=Span(text, 1, 1, 1, 1))

    lines = draw(found, source).split("\n")

    assert len(lines) <= 6
    assert not {sign for line in lines for sign in line} & {
        "\r",
        "\x1b",
        "\x85",
        "\u2028",
        "\u202e",
    }
