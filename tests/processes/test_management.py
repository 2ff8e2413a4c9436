"""The management listener of a real supervisor."""

import hashlib
import json
import socket
import threading

import pytest

from tests.processes.serving import Gateway, files, write


@pytest.fixture(scope="module")
def gateway(tmp_path_factory):
    root = tmp_path_factory.mktemp("management")
    write(root, 1)
    served = Gateway(root, "--processes", "2")
    served.root = root
    yield served
    served.end()


@pytest.fixture
def restored(gateway):
    """The first version again, afterwards."""
    yield gateway
    write(gateway.root, 1)
    assert gateway.reload()[0] == 200


def more(version):
    return files(version)["a.rules.yaml"] + "  - {id: c, message: C}\n"


def test_a_reload_is_answered_with_what_has_changed_once_all_workers_have(restored):
    revision = restored.manage("GET", "/-/status")[1]["revision"]
    (restored.root / "a.rules.yaml").write_text(more(2))

    status, told = restored.manage("PUT", "/-/reload")

    assert status == 200
    assert told == {
        "revision": told["revision"],
        "previous": revision,
        "added": ["acme/c"],
        "removed": [],
        "changed": ["acme/a"],
    }
    assert {one["revision"] for one in restored.workers()} == {told["revision"]} != {revision}
    assert restored.line("reloaded", _count(restored) - 1)["changed"] == ["acme/a"]


def _count(gateway):
    return gateway.events().count("reloaded")


def test_a_reload_without_a_change_changes_nothing(gateway):
    status, told = gateway.reload()

    assert status == 200
    assert told["revision"] == told["previous"]
    assert (told["added"], told["removed"], told["changed"]) == ([], [], [])


def test_mistakes_are_answered_with_their_places_each_time(restored):
    (restored.root / "b.rules.yaml").write_text(files(1)["b.rules.yaml"].replace("B 1", "{value"))

    answers = [restored.reload() for _ in range(2)]

    for status, told in answers:
        (mistake,) = told["diagnostics"]
        assert status == 422
        assert told["error"]["code"] == "configuration"
        assert told["failed"] == ["acme"]
        assert mistake["file"].endswith("b.rules.yaml")
        assert mistake["range"]["start"]["line"] == 3
    told = restored.manage("GET", "/-/status")[1]
    assert (told["stale"], told["failed"]) == (True, ["acme"])
    assert told["refusal"]["diagnostics"] == answers[0][1]["diagnostics"]
    assert told["refusal"]["at"].startswith("20")
    assert restored.manage("GET", "/readyz")[0] == 200


def test_a_folder_that_cannot_be_served_changes_nothing(restored):
    before = restored.manage("GET", "/-/status")[1]["revision"]
    (restored.root / "gateway.yaml").write_text("version: 7\n")

    status, told = restored.reload()

    assert (status, told["revision"], told["previous"]) == (422, before, before)
    assert {one["revision"] for one in restored.workers()} == {before}


def test_reloads_that_are_asked_for_together_are_all_answered(restored):
    (restored.root / "a.rules.yaml").write_text(more(3))
    answers = []
    threads = [threading.Thread(target=lambda: answers.append(restored.reload())) for _ in range(6)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(15)

    assert [status for status, _ in answers] == [200] * 6
    assert len({told["revision"] for _, told in answers}) == 1
    assert ["acme/c"] in [told["added"] for _, told in answers]


def test_the_status_names_every_file_and_process(gateway):
    told = gateway.manage("GET", "/-/status")[1]

    assert told["files"] == {
        name: hashlib.sha256(text.encode()).hexdigest() for name, text in files(1).items()
    }
    assert told["queues"] == {"acme": {"revision": told["revision"], "rules": 2}}
    assert (told["state"], told["stale"], told["failed"], told["refusal"]) == (
        "serving",
        False,
        [],
        None,
    )
    assert [(one["role"], one["slot"], one["state"]) for one in told["processes"]] == [
        ("worker", 0, "ready"),
        ("worker", 1, "ready"),
    ]


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("POST", "/-/reload", {"Origin": "https://example.com"}, 403),
        ("POST", "/-/reload", {"Origin": "null"}, 403),
        ("PUT", "/-/reload", {"Host": "example.com"}, 403),
        ("PUT", "/-/reload", {"Host": "127.0.0.1.example.com:80"}, 403),
        ("GET", "/-/status", {"Host": "example.com:8081"}, 403),
        ("GET", "/-/status", {"Host": "localhost:8081"}, 200),
        ("GET", "/-/status", {"Host": "[::1]:8081"}, 200),
        ("GET", "/-/status", {"Host": "10.0.0.7"}, 200),
        ("GET", "/healthz", {"Host": "gateway.example.com"}, 200),
        ("GET", "/-/reload", {}, 405),
        ("POST", "/-/status", {}, 405),
        ("OPTIONS", "/-/status", {}, 405),
        ("DELETE", "/-/reload", {}, 405),
        ("GET", "/-/", {}, 404),
        ("POST", "/hook", {}, 404),
    ],
)
def test_what_may_be_asked_and_by_whom(gateway, method, path, headers, status):
    before = _count(gateway)
    found, told = gateway.manage(method, path, headers)

    assert found == status
    assert ("error" in told) == (status != 200)
    assert _count(gateway) == before


@pytest.mark.parametrize("path", ["/-/reload", "/-/status", "/metrics", "/-/"])
def test_none_of_it_exists_on_the_public_listener(gateway, path):
    for method in ("GET", "POST"):
        connection = gateway.connect()
        connection.request(method, path)
        assert connection.getresponse().status == 404


def test_metrics_count_for_all_workers(gateway):
    with socket.create_connection(("127.0.0.1", gateway.management), timeout=5) as connection:
        connection.sendall(b"GET /metrics HTTP/1.0\r\n\r\n")
        received = b""
        while piece := connection.recv(65_536):
            received += piece

    assert received.startswith(b"HTTP/1.0 200 OK\r\n")
    assert b'\ngateway_rules_loaded{queue="acme"} 2.0\n' in received
    assert b'process="worker-1"' in received


def test_pipelined_questions_are_answered_in_order(gateway):
    one = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
    last = b"GET /-/status HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    with socket.create_connection(("127.0.0.1", gateway.management), timeout=5) as connection:
        connection.sendall(one * 3 + last)
        received = b""
        while piece := connection.recv(65_536):
            received += piece

    assert received.count(b'{"status":"ok"}') == 3
    assert json.loads(received.rpartition(b"\r\n\r\n")[2])["state"] == "serving"
