"""A key is given in the type that was asked for, or not at all."""

import pytest

from gateway.annotation.values import Kind
from gateway.config.given import Given, kind_of, read_locale
from gateway.diagnostic import Report
from gateway.rules.yaml.reading import read_yaml


def given(text):
    return Given(read_yaml(text.encode(), "gateway.yaml", Report()))


@pytest.mark.parametrize(
    ("ask", "written", "found"),
    [
        (lambda one: one.word("a"), "b: x", None),
        (lambda one: one.word("a"), "a: [x]", None),
        (lambda one: one.word("a"), "a: x", "x"),
        (lambda one: one.text("a").span.column, "a: x", 4),
        (lambda one: [text.value for text in one.texts("a")], "b: x", []),
        (lambda one: [text.value for text in one.texts("a")], "a: x", ["x"]),
        (lambda one: [text.value for text in one.texts("a")], "a: [x, [y], z]", ["x", "z"]),
        (lambda one: one.flag("a"), "b: true", False),
        pytest.param(lambda one: one.flag("a"), 'a: "true"', False, id="a text is no flag"),
        (lambda one: one.flag("a"), "a: true", True),
        (lambda one: one.whole("a"), "a: 3.5", None),
        (lambda one: one.whole("a"), "a: 3", 3),
        (lambda one: one.inner("a"), "a: x", None),
        (lambda one: one.inner("a").word("b"), "a: {b: x}", "x"),
        (lambda one: list(one.entries("a")), "a: x", []),
        (lambda one: [key.value for key, _ in one.entries("a")], "a: {b: x, c: y}", ["b", "c"]),
        (lambda one: kind_of(one.text("a")), "b: date", None),
        (lambda one: kind_of(one.text("a")), "a: date", Kind.DATE),
    ],
)
def test_a_key_is_given_as_it_was_asked_for(ask, written, found):
    assert ask(given(written)) == found


def test_an_unknown_locale_is_told_with_those_that_there_are():
    report = Report()

    assert read_locale(given("locale: cs"), report) == "cs"
    assert read_locale(given("version: 1"), report) is None
    assert read_locale(given("locale: xx"), report) is None

    (mistake,) = report
    assert (mistake.code, mistake.message) == ("R139", "unknown locale 'xx'")
    assert "cs" in mistake.hint
