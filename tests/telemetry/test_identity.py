import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.telemetry.identity import Trace, new_id, request_id_of, trace_of

TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


@pytest.mark.parametrize(
    "sent",
    [
        None,
        "",
        "a b",
        "a\nb",
        "é",
        '"',
        "<script>",
        pytest.param("x" * 129, id="too long"),
        pytest.param("one, two", id="two headers, joined"),
    ],
)
def test_a_request_id_that_is_long_or_odd_is_not_taken(sent):
    assert request_id_of(sent) is None


@pytest.mark.parametrize("sent", ["r-1", "x" * 128, "fa40ae0d-ea36-4bd8-b6e6-50f0d8c8aaf7", "a=/+"])
def test_a_request_id_that_is_short_and_plain_is_taken_as_it_is(sent):
    assert request_id_of(sent) == sent


def test_new_ids_are_request_ids_and_never_the_same():
    made = {new_id() for _ in range(1000)}

    assert len(made) == 1000
    assert all(request_id_of(one) == one for one in made)


@pytest.mark.parametrize(
    "sent",
    [
        None,
        "",
        "garbage",
        f"00-{TRACE}-{SPAN}",
        f"00-{TRACE}-{SPAN}-1",
        f"00-{TRACE}-{SPAN}-011",
        f"00-{TRACE[:-1]}-{SPAN}-01",
        f"00-{TRACE}0-{SPAN}-01",
        f"00-{TRACE.upper()}-{SPAN}-01",
        f"00-{TRACE}-{SPAN.upper()}-01",
        f"00-{TRACE}-{SPAN}-0G",
        f" 00-{TRACE}-{SPAN}-01",
        f"00-{TRACE}-{SPAN}-01\n",
        f"00-{TRACE}-{SPAN}-01,00-{TRACE}-{SPAN}-01",
        pytest.param(f"00-{TRACE}-{SPAN}-01-more", id="version 00 has four parts"),
        pytest.param(f"cc-{TRACE}-{SPAN}-01more", id="a further part begins with a dash"),
        pytest.param(f"ff-{TRACE}-{SPAN}-01", id="there is no version ff"),
        pytest.param(f"00-{'0' * 32}-{SPAN}-01", id="no trace"),
        pytest.param(f"00-{TRACE}-{'0' * 16}-01", id="no span"),
        pytest.param(f"00-{TRACE}-{SPAN}-０1", id="a digit that is not ASCII"),
    ],
)
def test_a_malformed_traceparent_is_ignored(sent):
    assert trace_of(sent) is None


@pytest.mark.parametrize(
    ("sent", "flags"),
    [
        (f"00-{TRACE}-{SPAN}-01", 1),
        (f"00-{TRACE}-{SPAN}-00", 0),
        (f"cc-{TRACE}-{SPAN}-ff", 255),
        (f"cc-{TRACE}-{SPAN}-01-what-the-future-brings", 1),
    ],
)
def test_a_traceparent_names_trace_and_span(sent, flags):
    assert trace_of(sent) == Trace(TRACE, SPAN, flags)


@given(st.text())
def test_no_header_raises(sent):
    assert trace_of(sent) is None
    assert request_id_of(sent) in (None, sent)
