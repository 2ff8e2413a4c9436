"""Workers that die, hang, or lose their supervisor."""

import http.client
import os
import signal
from pathlib import Path

import pytest

from tests.processes.serving import BODY, HEADERS, Clients, finish, is_alive
from tests.waiting import until


def replaced(gateway, gone):
    """Wait until two others work again; give their process ids."""
    return until(
        lambda: len(pids := gateway.pids()) == 2 and gone not in pids and pids, "a replacement"
    )


def test_a_killed_worker_is_replaced_and_no_other_loses_anything(configs, serve):
    gateway = serve(configs, "--processes", "2")
    begun = gateway.begin_everywhere()
    victim, other = begun
    with Clients(gateway, keeping=6, new=0) as clients:
        total = len(gateway.connections)
        workers = until(lambda: _with_connections(gateway, total), "all connections to be counted")
        os.kill(victim, signal.SIGKILL)
        assert gateway.line("child_ended")["pid"] == victim
        replaced(gateway, victim)
        seen = {id(client): len(client.answers) for client in clients.all}
        until(
            lambda: all(len(client.answers) > seen[id(client)] + 5 for client in clients.all),
            "further answers",
        )

    cut = [client for client in clients.all if client.broken]
    assert len(cut) <= workers[victim] - 1
    assert all(len(client.broken) == 1 for client in cut)
    assert {status for _, status, _ in clients.answers} == {200}
    assert finish(begun[other]) == (200, ["A 1", "B 1"])
    with pytest.raises((OSError, http.client.HTTPException)):
        finish(begun[victim])
    (restarted,) = [process for process in gateway.workers() if process["restarts"]]
    assert restarted["pid"] not in begun
    assert not is_alive(victim)


def _with_connections(gateway, total):
    """The connections by worker, once they are so many in all."""
    found = {one["pid"]: one["connections"] for one in gateway.workers()}
    return sum(found.values()) == total and found


def test_a_worker_that_hangs_is_killed_and_replaced(configs, serve):
    gateway = serve(configs, "--processes", "2", "--stuck-after", "3")
    victim = min(gateway.pids())
    os.kill(victim, signal.SIGSTOP)

    stuck = gateway.line("child_stuck")

    assert (stuck["pid"], stuck["reason"], stuck["role"]) == (victim, "silent", "worker")
    replaced(gateway, victim)


def test_a_supervisor_that_was_stopped_for_long_blames_nobody(configs, serve):
    gateway = serve(configs, "--stuck-after", "3")
    before = gateway.pids()
    group = [gateway.child.pid, *before]
    for pid in group:
        os.kill(pid, signal.SIGSTOP)
    until(lambda: all(_state(pid) == "T" for pid in group), "everybody to stand still")
    # The pause is what is tested: longer than the worker's patience.
    signal.sigtimedwait([], 4.0)
    for pid in group:
        os.kill(pid, signal.SIGCONT)

    assert gateway.reload()[0] == 200
    assert gateway.pids() == before
    assert "child_stuck" not in gateway.events()


def _state(pid):
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


def test_workers_outlive_a_killed_supervisor_only_to_finish(configs, serve):
    gateway = serve(configs, "--processes", "2")
    pids = gateway.pids()
    begun = gateway.begin_everywhere()
    os.kill(gateway.child.pid, signal.SIGKILL)
    gateway.line("supervisor_gone", after=1)

    assert [finish(one) for one in begun.values()] == [(200, ["A 1", "B 1"])] * 2
    until(lambda: not any(map(is_alive, pids)), "the workers to end")
    with pytest.raises(ConnectionRefusedError):
        gateway.connect().connect()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_to_a_worker_means_nothing(configs, serve, number):
    gateway = serve(configs)
    (pid,) = gateway.pids()
    os.kill(pid, number)

    connection = gateway.connect()
    connection.request("POST", "/hook", BODY, HEADERS)
    assert connection.getresponse().status == 200
    assert gateway.pids() == {pid}


def test_a_worker_holds_nothing_of_its_supervisor_but_the_address(configs, serve):
    gateway = serve(configs, "--processes", "2")
    victim = min(gateway.pids())
    os.kill(victim, signal.SIGKILL)
    pids = replaced(gateway, victim)
    own = _sockets(gateway.child.pid)

    assert [len(_sockets(pid) & own) for pid in pids] == [1, 1]
    first, second = pids
    assert len(_sockets(first) & _sockets(second)) == 1


def _sockets(pid):
    found = set()
    for one in Path(f"/proc/{pid}/fd").iterdir():
        try:
            target = str(one.readlink())
        except FileNotFoundError:
            continue
        if target.startswith("socket:"):
            found.add(target)
    return found
