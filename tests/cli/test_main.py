import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from click.testing import CliRunner

from gateway import __version__
from gateway.cli.address import host_and_port
from gateway.cli.main import COMMANDS, main

HEAVY = {"falcon", "waitress", "httpx", "jsonschema", "yaml", "jmespath", "msgspec"}


def call(*arguments, **environment):
    return CliRunner(env=environment).invoke(main, arguments)


def test_help_lists_every_command_and_the_exit_codes():
    told = call("--help").output

    assert [line for name in COMMANDS for line in told.splitlines() if f"  {name} " in line]
    assert "Exit codes: 0 fine; 1 findings; 2 the job could not be done." in told


def test_help_imports_nothing_that_only_some_commands_need():
    program = (
        "import sys; from gateway.cli.main import main;"
        "main(['--help'], standalone_mode=False); print(*sys.modules)"
    )
    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=20
    )

    loaded = result.stdout.splitlines()[-1].split()
    assert "click" in loaded
    assert HEAVY.isdisjoint(loaded)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself_and_its_exit_codes(name):
    result = call(name, "--help")

    assert result.exit_code == 0
    assert "Exit codes" in result.output


def test_the_version_is_told():
    assert call("--version").output == f"gateway {__version__}\n"


@pytest.mark.parametrize("arguments", [["nonsense"], ["send", "--nonsense"]])
def test_wrong_usage_is_2(arguments):
    assert call(*arguments).exit_code == 2


@pytest.mark.parametrize(
    "text", ["", "8080", "x", "host:", "host:65536", "host:-1", "a b:1", "::1"]
)
def test_what_is_no_address_is_refused(text):
    result = call("healthcheck", "--listen", text)

    assert result.exit_code == 2
    assert "write HOST:PORT" in result.output


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("127.0.0.1:0", ("127.0.0.1", 0)),
        ("localhost:8080", ("localhost", 8080)),
        ("[::1]:8080", ("::1", 8080)),
        (":8080", ("", 8080)),
        ("*:8080", ("*", 8080)),
    ],
)
def test_addresses_are_taken_apart(text, address):
    assert host_and_port(text) == address


@pytest.fixture
def ready():
    class Ready(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200 if self.server.ready and self.path == "/readyz" else 503)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_arguments):
            pass

    with HTTPServer(("127.0.0.1", 0), Ready) as server:
        server.ready = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join(5)


@pytest.mark.parametrize(
    ("is_ready", "code", "told"), [(True, 0, "ready"), (False, 1, "not ready")]
)
def test_the_health_check_asks_for_readiness(ready, is_ready, code, told):
    ready.ready = is_ready

    result = call("healthcheck", GATEWAY_LISTEN=f"0.0.0.0:{ready.server_port}")

    assert (result.exit_code, result.output.startswith(told)) == (code, True)


def test_a_gateway_that_is_not_there_is_not_ready():
    result = call("healthcheck", "--listen", "127.0.0.1:9")

    assert result.exit_code == 1
    assert "nobody answers at 127.0.0.1:9 (connection refused)" in result.output
