"""An end without loss."""

import http.client
import os
import signal

import pytest

from tests.processes.serving import PATIENCE, Clients, finish, is_alive
from tests.waiting import until


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_nothing_is_lost_when_it_is_stopped_under_load(configs, serve, number):
    gateway = serve(configs, "--processes", "2")
    pids = gateway.pids()
    begun = gateway.begin_everywhere()
    with Clients(gateway) as clients:
        # As a terminal does: to the whole group.
        os.killpg(gateway.child.pid, number)
        gateway.line("stopping")
        finished = [finish(one) for one in begun.values()]
        for client in clients.all:
            client.thread.join(PATIENCE)

    assert finished == [(200, ["A 1", "B 1"])] * 2
    assert not clients.broken
    assert {status for _, status, _ in clients.answers} == {200}
    assert gateway.child.wait(PATIENCE) == 0
    assert gateway.line("stopped")["finished"] is True
    assert not any(map(is_alive, pids))
    assert set(gateway.events()) == {"started", "stopping", "stopped"}


def test_balancers_are_given_notice_by_both_listeners(configs, serve):
    gateway = serve(configs, "--processes", "2", "--stop-delay", "1.5")
    assert gateway.manage("GET", "/readyz") == (200, {"status": "ready"})
    gateway.child.send_signal(signal.SIGTERM)
    gateway.line("stopping")

    status, told = gateway.manage("GET", "/readyz?verbose=1")
    assert (status, told["checks"]) == (503, {"rules": True, "workers": False, "running": False})
    assert gateway.manage("GET", "/healthz")[0] == 200
    assert gateway.manage("GET", "/-/status")[1]["state"] == "stopping"
    assert gateway.reload()[0] == 503
    until(lambda: _public(gateway, "/readyz") == 503, "not ready")
    assert _public(gateway, "/healthz") == 200
    assert gateway.child.wait(PATIENCE) == 0


def _public(gateway, path):
    connection = gateway.connect()
    connection.request("GET", path)
    return connection.getresponse().status


def test_a_second_signal_ends_all_processes_at_once(configs, serve):
    gateway = serve(configs, "--processes", "2", "--stop-delay", "30")
    pids = gateway.pids()
    begun, _ = gateway.begin()
    gateway.child.send_signal(signal.SIGTERM)
    gateway.line("stopping")
    gateway.child.send_signal(signal.SIGTERM)

    assert gateway.child.wait(PATIENCE) == 1
    assert not any(map(is_alive, pids))
    with pytest.raises((OSError, http.client.HTTPException)):
        finish(begun)


def test_a_worker_that_is_killed_while_it_finishes_is_a_loss(configs, serve):
    gateway = serve(configs)
    (pid,) = gateway.pids()
    gateway.begin()
    gateway.child.send_signal(signal.SIGTERM)
    gateway.line("stopping")
    os.kill(pid, signal.SIGKILL)

    assert gateway.child.wait(PATIENCE) == 1
    assert gateway.line("stopped")["finished"] is False
