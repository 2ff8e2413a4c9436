"""What a real gateway of two processes tells of itself at ``/metrics``."""

import http.client
import json
import os
import signal
import subprocess
import sys
import time

import pytest
from prometheus_client.parser import text_string_to_metric_families

from gateway.hooks.signature import sign
from tests.cli.test_serve import BODY, RULES, SECRET
from tests.telemetry.serving import PATIENCE, written


class Served:
    """``gateway serve`` with two workers."""

    def __init__(self, configs):
        self.child = subprocess.Popen(
            [sys.executable, "-m", "gateway", "serve", configs, "--processes", "2",
             "--poll", "0.1", "--listen", "127.0.0.1:0", "--management", "127.0.0.1:0"],
            stderr=subprocess.PIPE,
            env=os.environ | {"HOOK_SECRET": SECRET},
        )  # fmt: skip
        told = next(one for one in map(json.loads, self.child.stderr) if one["event"] == "started")
        self.port, self.desk = (
            int(told[name].rpartition(":")[2]) for name in ("address", "management")
        )

    def ask(self, port, method, path, body=None, secret=SECRET):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        try:
            headers = {} if body is None else {"X-Rossum-Signature-SHA256": sign(body, secret)}
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            return response.status, response.headers, response.read()
        finally:
            connection.close()

    def hook(self, **given):
        return self.ask(self.port, "POST", "/hook/acme", BODY, **given)[0]

    def metrics(self):
        status, headers, text = self.ask(self.desk, "GET", "/metrics")
        assert (status, headers["Content-Type"]) == (
            200,
            "text/plain; version=0.0.4; charset=utf-8",
        )
        return {
            (one.name, *(one.labels[key] for key in sorted(one.labels))): one.value
            for family in text_string_to_metric_families(text.decode())
            for one in family.samples
        }

    def until(self, condition):
        """Wait for what is told about a second later."""
        ends = time.monotonic() + PATIENCE
        while not condition(found := self.metrics()):
            assert time.monotonic() < ends, found
        return found

    def workers(self):
        status = json.loads(self.ask(self.desk, "GET", "/-/status")[2])
        return [one["pid"] for one in status["processes"]]

    def end(self):
        self.child.terminate()
        try:
            self.child.communicate(timeout=PATIENCE)
        finally:
            self.child.kill()
        assert self.child.returncode == 0


@pytest.fixture
def configs(tmp_path):
    return written(tmp_path)


@pytest.fixture
def served(configs):
    served = Served(configs)
    yield served
    served.end()


REQUESTS = ("gateway_http_requests_total", "200", "POST", "/hook/{queue}")
ANSWERS = ("gateway_http_request_duration_seconds_count", "/hook/{queue}")
REFUSED = ("gateway_auth_failures_total", "acme", "wrong")
OUTCOMES = ("gateway_rule_outcomes_total", "fired", "acme", "total-is-there")


def measured(found):
    return {name[1] for name in found if name[0] == "gateway_process_resident_memory_bytes"}


def test_all_workers_are_counted_as_one_and_a_killed_one_takes_nothing_with_it(served):
    assert [served.hook() for _ in range(20)] == [200] * 20
    assert served.hook(secret="another secret altogether") == 401
    found = served.until(
        lambda one: one.get(ANSWERS) == 21 and one.get(REFUSED) == 1 and len(measured(one)) == 3
    )

    assert found[OUTCOMES] == 20
    assert found["gateway_secret_used_total", "gateway secret 1"] == 20
    assert found["gateway_hook_requests_total", "annotation_content.updated", "acme"] == 20
    assert found["gateway_evaluation_duration_seconds_count", "acme"] == 20
    assert found[REQUESTS] == 20
    assert found["gateway_processes", "worker", "ready"] == 2
    assert found["gateway_process_restarts_total", "worker"] == 0
    assert measured(found) == {"supervisor", "worker-0", "worker-1"}

    os.kill(served.workers()[0], signal.SIGKILL)
    served.until(lambda one: one["gateway_process_restarts_total", "worker"] == 1)
    assert [served.hook() for _ in range(20)] == [200] * 20
    served.until(lambda one: one[REQUESTS] == 40 and one[OUTCOMES] == 40)


def test_metrics_follow_the_configuration(served, configs):
    assert served.hook() == 200
    served.until(lambda one: OUTCOMES in one)

    (configs / "invoice.rules.yaml").write_text(RULES.replace("total-is-there", "another"))
    found = served.until(lambda one: OUTCOMES not in one)
    assert found["gateway_config_reloads_total", "success"] == 1
    assert found["gateway_config_last_reload_successful",] == 1

    (configs / "invoice.rules.yaml").write_text(RULES.replace("message", "massage"))
    found = served.until(lambda one: one["gateway_config_last_reload_successful",] == 0)
    assert found["gateway_config_stale",] == 1
    assert found["gateway_queue_stale", "acme"] == 1
    assert found["gateway_config_reloads_total", "failure"] == 1


def test_what_is_for_operators_is_not_at_the_public_address(served):
    for path in ("/metrics", "/-/status", "/-/reload"):
        assert served.ask(served.port, "GET", path)[0] == 404
