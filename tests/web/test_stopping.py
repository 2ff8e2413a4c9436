"""Stopping: nothing begun is cut, nothing answered is lost."""

import pytest

from tests.waiting import until
from tests.web.support import ANSWER, BODY, ask, raw, receive, receive_to, signed


def test_what_has_begun_is_finished_and_told_to_close(running):
    with running.connect() as connection:
        connection.sendall(raw(path="/hook/slow"))
        assert running.gateway.entered.acquire(timeout=5)
        running.server.stop()
        until(lambda: not running.server.listening, "the door to close")
        running.gateway.released.set()

        received = receive(connection)

    assert received.endswith(ANSWER)
    assert b"\r\nConnection: close\r\n" in received
    assert running.join() is True


def test_what_waits_for_a_worker_is_finished_too(start):
    running = start(threads=1)
    connections = [running.connect() for _ in range(5)]
    for connection in connections:
        connection.sendall(raw(path="/hook/slow"))
    assert running.gateway.entered.acquire(timeout=5)
    running.server.stop()
    running.gateway.released.set()

    assert [receive(connection).endswith(ANSWER) for connection in connections] == [True] * 5
    assert running.join() is True


def test_a_request_that_has_only_half_arrived_is_finished(running):
    sent = raw()
    with running.connect() as connection:
        connection.sendall(sent[:-10])
        ask(running, "GET", "/healthz")
        running.server.stop()
        until(lambda: not running.server.listening, "the door to close")
        connection.sendall(sent[-10:])

        assert receive(connection).endswith(ANSWER)
    assert running.join() is True


def test_what_was_sent_just_before_the_stop_is_answered(running):
    connections = [running.connect() for _ in range(10)]
    for connection in connections:
        connection.sendall(raw())
    running.server.stop()

    assert [receive(connection).endswith(ANSWER) for connection in connections] == [True] * 10
    assert running.join() is True


def test_silent_connections_do_not_hold_a_stop_up(running):
    with running.connect() as silent, running.connect() as idle:
        idle.sendall(raw())
        receive_to(idle, ANSWER)
        running.server.stop()

        assert (receive(silent), receive(idle)) == (b"", b"")
    assert running.join() is True


def test_a_stop_that_takes_too_long_ends_and_says_so(start):
    running = start(drain=0.2)
    with running.connect() as connection:
        connection.sendall(raw(path="/hook/slow"))
        assert running.gateway.entered.acquire(timeout=5)
        running.server.stop()

        assert running.join() is False


def test_readiness_turns_bad_before_the_door_closes(running):
    running.server.stop(notice=0.3)

    assert ask(running, "GET", "/readyz").status == 503
    assert ask(running, "GET", "/healthz").status == 200
    assert ask(running, "POST", "/hook", BODY, signed()).status == 200
    assert running.join() is True


def test_after_a_stop_nobody_listens(running):
    running.server.stop()
    running.join()

    with pytest.raises(ConnectionRefusedError):
        running.connect()


def test_who_stops_at_a_shared_door_turns_nobody_away_from_it(start):
    staying = start()
    leaving = start(door=staying)
    leaving.server.stop(shared=True)
    assert leaving.join() is True

    for _ in range(20):
        assert ask(staying, "POST", "/hook", BODY, signed()).status == 200
