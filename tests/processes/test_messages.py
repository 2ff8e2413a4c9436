"""Frames: whole messages out of a stream, however it was cut."""

import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.config.folder import Problem, Snapshot
from gateway.processes.control import Control
from gateway.processes.messages import (
    Beat,
    Counted,
    Drain,
    Ready,
    Take,
    Taken,
    framed,
    frames_of_children,
    frames_of_supervisor,
)

SNAPSHOT = Snapshot(
    root="configs",
    files={"gateway.yaml": b"version: 1\n", "odd/\N{SNOWMAN}.rules.yaml": b"\x00\xff"},
    aliases={"other.yaml": "gateway.yaml"},
    problems=(Problem("pipe.queue.yaml", "not a plain file"),),
    digest="ab" * 32,
    misnamed={"acme.queue.yml": "acme.queue.yaml"},
)
SECRETS = {"/run/secrets/a": b"\xff held", "/run/secrets/b": "no such file or folder"}
UP = [
    Ready(),
    Beat(1.5, 2, 3),
    Taken(7, "abc", ("acme",), fault=True),
    Counted(b"\x00counts"),
    Beat(),
]


@given(st.lists(st.integers(1, 30)))
def test_messages_come_out_as_they_went_in_wherever_the_stream_is_cut(sizes):
    stream = b"".join(map(framed, UP))
    frames, found = frames_of_children(), []
    for size in [*sizes, len(stream)]:
        found += frames.feed(stream[:size])
        stream = stream[size:]

    assert found == UP


def test_a_snapshot_and_its_secrets_arrive_as_they_were():
    order = Take.of(3, SNAPSHOT, SECRETS)

    (taken, drain) = frames_of_supervisor().feed(framed(order) + framed(Drain(2.5)))

    assert (taken.generation, taken.snapshot, taken.secret_files) == (3, SNAPSHOT, SECRETS)
    assert drain == Drain(2.5)


@pytest.fixture
def pipe():
    ours, theirs = socket.socketpair()
    yield ours, Control(theirs, 0, None, {}, None)
    ours.close()
    theirs.close()


def heard(pipe, frames):
    pipe.setblocking(False)
    found = []
    try:
        while piece := pipe.recv(1 << 16):
            found += frames.feed(piece)
    except BlockingIOError:
        return found


def test_a_loop_that_nobody_listens_to_never_waits_and_nothing_is_cut(pipe):
    ours, control = pipe
    counts = [bytes([number % 256]) * 50_000 for number in range(20)]
    sent = [one for one in counts if control.count(one)]
    assert 0 < len(sent) < len(counts)
    for _ in range(3):
        control.beat(1.0)

    # What went last may have gone in part.
    frames = frames_of_children()
    first = heard(ours, frames)
    assert control.count(b"last")
    rest = heard(ours, frames)

    assert [one.counts for one in [*first, *rest]] == [*sent, b"last"]


def test_a_child_without_a_supervisor_tells_nobody(pipe):
    ours, control = pipe
    ours.close()

    control.beat()
    assert not control.count(b"counts")
    assert not control.count(b"counts", wait=True)
