"""Children of other roles, some of which misbehave."""

import sys
from datetime import datetime
from itertools import pairwise

import pytest

from tests.processes.serving import PATIENCE, files, is_alive
from tests.waiting import until

COMMAND = (sys.executable, "-m", "tests.processes.odd_roles")


@pytest.fixture
def supervise(configs, serve):
    def start(*names):
        return serve(configs, *names, command=COMMAND)

    return start


def roles(gateway):
    """The process ids of each role."""
    found = {}
    for one in gateway.workers():
        found.setdefault(one["role"], set()).add(one["pid"])
    return found


def test_there_are_as_many_as_the_configuration_wants(configs, supervise):
    gateway = supervise("follower")
    (first,) = roles(gateway)["follower"]
    (configs / "b.queue.yaml").write_text(files(1)["acme.queue.yaml"].replace("8199", "8200"))
    gateway.reload()
    both = until(lambda: len(pids := roles(gateway)["follower"]) == 2 and pids, "a second one")
    assert first in both

    (configs / "b.queue.yaml").unlink()
    gateway.reload()
    until(lambda: roles(gateway)["follower"] == {first}, "the second one to go")
    (second,) = both - {first}
    until(lambda: not is_alive(second), "it to end")
    assert "child_ended" not in gateway.events()


def test_who_is_at_one_request_for_too_long_is_replaced(supervise):
    gateway = supervise("busy")

    stuck = gateway.line("child_stuck")

    assert (stuck["role"], stuck["reason"], stuck["seconds"]) == ("busy", "request", 31.0)
    assert gateway.line("child_ended")["signal"] == "SIGKILL"
    again = gateway.line("child_stuck", after=1)
    assert again["pid"] != stuck["pid"]


def test_who_ends_at_once_is_replaced_with_growing_pauses(supervise):
    gateway = supervise("follower", "crashing")
    ends = [gateway.line("child_ended", after=count) for count in range(4)]
    times = [datetime.fromisoformat(one["ts"]) for one in ends]
    pauses = [(b - a).total_seconds() for a, b in pairwise(times)]

    assert [one["status"] for one in ends] == [1] * 4
    assert pauses[0] < 0.5 <= pauses[1] < 1.0 <= pauses[2]
    fault = gateway.line("fault")
    assert fault["message"] == "the crashing could not go on"
    assert fault["traceback"][0] == "ValueError"
    assert "a secret of" not in str(gateway.lines)


def test_who_decides_otherwise_is_replaced(configs, supervise):
    gateway = supervise("dissenter", "follower")
    before = roles(gateway)
    (configs / "a.rules.yaml").write_text(files(2)["a.rules.yaml"])
    status, told = gateway.reload()

    assert status == 200
    dissent = gateway.line("child_disagrees")
    assert {dissent["pid"]} == before["dissenter"]
    after = until(lambda: len(found := roles(gateway)) == 2 and found, "a replacement")
    assert after["follower"] == before["follower"]
    assert after["dissenter"] != before["dissenter"]
    assert {one["revision"] for one in gateway.workers()} == {told["revision"]}
    assert gateway.manage("GET", "/-/status")[1]["revision"] == told["revision"]


def test_who_does_not_end_is_killed_and_that_is_told(supervise):
    gateway = supervise("deaf")
    gateway.child.terminate()

    assert gateway.line("child_stuck")["reason"] == "does not end"
    assert gateway.child.wait(PATIENCE) == 1
