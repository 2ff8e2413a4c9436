import io
import re
from dataclasses import dataclass

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.telemetry.identity import Trace
from gateway.web import refusals
from gateway.web.calls import Call
from gateway.web.logs import Log, clean_id

CALL = Call(0.0, "r-1", None)


@dataclass(frozen=True)
class Answer:
    request_id: str | None = "r-1"
    queue: str | None = "acme"
    event: str = "annotation_content.updated"
    revision: str = "abc123"
    rules: int = 3
    fired: tuple[str, ...] = ("one", "two")
    failed: tuple[str, ...] = ()
    request: None = None
    untold: None = None


def written(write, form="json"):
    stream = io.BytesIO()
    write(Log(stream, form))
    return stream.getvalue()


def line(write):
    return msgspec.json.decode(written(write))


def test_a_request_is_one_line_with_everything_that_tells_of_it():
    told = line(lambda log: log.answered(CALL, Answer(), 0.0123456))

    assert list(told)[:3] == ["ts", "level", "event"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", told.pop("ts"))
    assert told == {
        "level": "info",
        "event": "request",
        "request_id": "r-1",
        "queue": "acme",
        "annotation": None,
        "hook": "annotation_content.updated",
        "revision": "abc123",
        "status": 200,
        "duration_ms": 12.346,
        "rules": 3,
        "fired": ["one", "two"],
        "failed": [],
    }


@pytest.mark.parametrize(
    ("write", "level"),
    [
        (lambda log: log.answered(CALL, Answer(), 0.1), "info"),
        (lambda log: log.answered(CALL, Answer(failed=("two",)), 0.1), "warning"),
        (lambda log: log.refused(CALL, refusals.SIGNATURE, 0.1, reason="missing"), "warning"),
        (lambda log: log.refused(CALL, refusals.BUSY, 0.1), "error"),
        (lambda log: log.fault("broke"), "error"),
        (lambda log: log.tell("started", revision="abc"), "info"),
        (lambda log: log.alert("reload_refused", revision="abc"), "warning"),
    ],
)
def test_the_level_says_who_should_look(write, level):
    assert line(write)["level"] == level


def test_a_line_names_the_trace_and_what_the_body_calls_itself():
    call = Call(0.0, "from-the-proxy", Trace("0af7651916cd43dd8448eb211c80319c", "b" * 16, 1))

    told = line(lambda log: log.answered(call, Answer(), 0.1))

    assert list(told)[3:6] == ["request_id", "trace_id", "hook_request_id"]
    assert (told["request_id"], told["hook_request_id"]) == ("from-the-proxy", "r-1")
    assert told["trace_id"] == "0af7651916cd43dd8448eb211c80319c"


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        (None, None),
        ("", ""),
        (
            "fa40ae0d-ea36-4bd8-b6e6-50f0d8c8aaf7",
            "fa40ae0d-ea36-4bd8-b6e6-50f0d8c8aaf7",
        ),
        ("a b\nc\x1b[31m", "a?b?c??31m"),
        ('"},{"', "??,??".replace(",", "?")),
        ("\ud800é", "??"),
        pytest.param("x" * 1_000_000, "x" * 64, id="a long one is cut"),
    ],
)
def test_a_request_id_is_short_and_plain(text, cleaned):
    assert clean_id(text) == cleaned


def test_a_fault_tells_where_it_was_but_not_what_it_said():
    def write(log):
        try:
            try:
                int("a captured value")
            except ValueError as error:
                raise LookupError("a captured value") from error
        except LookupError as error:
            log.fault("broke", error)

    told = line(write)

    assert told["traceback"][0] == "LookupError"
    assert "ValueError" in told["traceback"]
    assert "test_logs.py" in told["traceback"][1]
    assert "captured" not in str(told)


def test_a_deep_recursion_is_told_in_few_lines():
    def deeper(count):
        return deeper(count + 1)

    def write(log):
        try:
            deeper(0)
        except RecursionError as error:
            log.fault("broke", error)

    assert len(line(write)["traceback"]) == 60


@given(st.text(), st.text(), st.tuples(st.text()))
def test_any_text_gives_one_line_of_json_or_of_text(request_id, queue, fired):
    answer = Answer(request_id=request_id, queue=queue, fired=fired)

    for form in ("json", "text"):
        assert written(lambda log: log.answered(CALL, answer, 0.1), form).count(b"\n") == 1


@pytest.mark.parametrize("form", ["json", "text"])
def test_text_that_cannot_be_encoded_is_written_all_the_same(form):
    told = written(lambda log: log.tell("started", address="\ud800", parts=["\udfff"]), form)

    assert b"ud800" in told
    assert b"udfff" in told


def test_text_lines_are_for_people():
    told = written(
        lambda log: log.refused(CALL, refusals.SIGNATURE, 0.001, reason="missing"), "text"
    ).decode()

    assert told.endswith(
        " warning request request_id=r-1 status=401 duration_ms=1.0 error=signature "
        "reason=missing\n"
    )
    assert "fired" not in told


class Broken(io.RawIOBase):
    def write(self, _written):
        raise BrokenPipeError


@pytest.mark.parametrize("stream", [Broken(), io.BytesIO()])
def test_a_log_that_cannot_be_written_stops_nothing(stream):
    if isinstance(stream, io.BytesIO):
        stream.close()

    lost = []
    log = Log(stream)
    log.lost = lambda: lost.append(1)

    log.answered(CALL, Answer(), 0.1)

    assert lost == [1]
