"""What is written as YAML is read back as it was, whatever it is."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from gateway.cases.writing import block, flow
from gateway.diagnostic import Report
from gateway.rules.yaml.reading import read_yaml
from gateway.rules.yaml.source import plain

TEXTS = st.one_of(
    st.text(max_size=20).filter(lambda text: text.isprintable() or "\ud800" not in text),
    st.sampled_from(
        ["yes", "0815", "~", "1e5", "a: b", "a #b", "- a", "{", "2025-01-31", " a", "="]
    ),
).filter(lambda text: not any("\ud800" <= sign <= "\udfff" for sign in text))
VALUES = st.recursive(
    st.one_of(TEXTS, st.booleans(), st.none(), st.integers(-(10**17), 10**17)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(TEXTS.filter(bool), inner, max_size=4)
    ),
    max_leaves=12,
)


def read(text):
    report = Report()
    root = read_yaml(text.encode(), "it.yaml", report)
    assert [found.message for found in report] == []
    return plain(root)


@given(st.dictionaries(TEXTS.filter(bool), VALUES, min_size=1, max_size=4))
def test_a_block_is_read_back_as_it_was(value):
    assert read("\n".join(block(value, 0)) + "\n") == value


@given(VALUES)
def test_a_line_is_read_back_as_it_was(value):
    assert read(f"it: {flow(value)}\n") == {"it": value}


@given(st.floats(0, 1).map(lambda number: round(number, 6)))
def test_a_fraction_has_no_exponent(number):
    assert float(Decimal(read(f"it: {flow(number)}\n")["it"])) == number
