"""The compose file: safe, and about the gateway that there is."""

import re
from pathlib import Path

import click
import pytest
import yaml

from gateway.cli.main import main
from gateway.cli.serve import serve
from gateway.processes.children import GRACE
from gateway.web.server import Limits

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "deploy/compose"
COMPOSE = yaml.safe_load((FOLDER / "compose.yaml").read_text(encoding="utf-8"))
SERVICE = COMPOSE["services"]["gateway"]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")


@pytest.mark.parametrize("service", COMPOSE["services"])
@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("read_only", True),
        ("cap_drop", ["ALL"]),
        ("security_opt", ["no-new-privileges:true"]),
    ],
)
def test_a_container_may_do_no_more_than_it_needs(service, key, value):
    given = COMPOSE["services"][service]

    assert given[key] == value
    assert all(one.endswith(",noexec,nosuid,nodev") for one in given["tmpfs"])
    assert given.keys().isdisjoint({"privileged", "cap_add", "network_mode", "pid", "ipc"})
    assert given.get("user", "postgres") == "postgres"


def test_the_command_and_its_variables_are_those_of_the_gateway():
    name, *arguments = SERVICE["command"]
    options = {one.envvar: one for one in serve.params if isinstance(one, click.Option)}

    assert serve.make_context(name, arguments).params["configs"] == Path("/etc/gateway")
    for variable, value in SERVICE["environment"].items():
        assert options[variable].type_cast_value(click.Context(serve), value) is not None


def test_health_is_asked_with_a_command_that_exists():
    kind, program, command = SERVICE["healthcheck"]["test"]

    assert (kind, program) == ("CMD", "gateway")
    assert main.get_command(click.Context(main), command) is not None


def test_it_is_published_on_this_machine_alone_and_the_management_is_not():
    (published,) = SERVICE["ports"]

    assert published == "127.0.0.1:8080:8080"
    assert re.search(r"^EXPOSE 8080\b", DOCKERFILE, re.MULTILINE)
    assert "GATEWAY_LISTEN=0.0.0.0:8080" in DOCKERFILE


def test_what_is_mounted_is_there_and_read_only_but_for_the_state():
    configs, secrets, state = [volume.split(":") for volume in SERVICE["volumes"]]

    assert (configs[2], secrets[2]) == ("ro", "ro")
    assert state == ["state", re.findall(r"GATEWAY_STATE=(\S+)", DOCKERFILE)[0]]
    assert re.search(rf"^COPY .*--chown=10001:10001 \S+ {state[1]}$", DOCKERFILE, re.MULTILINE)
    assert "state" in COMPOSE["volumes"]
    assert (FOLDER / configs[0] / "gateway.yaml").is_file()
    assert configs[1] == "/etc/gateway"
    queue = (FOLDER / configs[0] / "acme.queue.yaml").read_text(encoding="utf-8")
    assert f"${{file:{secrets[1]}/acme-hook-secret}}" in queue
    assert "deploy/compose/secrets/" in (ROOT / ".gitignore").read_text(encoding="utf-8")


def test_a_stop_has_the_time_that_it_may_take():
    notice = float(SERVICE["environment"]["GATEWAY_STOP_DELAY"])

    assert float(SERVICE["stop_grace_period"][:-1]) > notice + Limits().drain + GRACE


def test_a_database_is_there_for_those_who_ask_and_published_to_nobody():
    database = COMPOSE["services"]["postgres"]

    assert database["profiles"] == ["postgres"]
    assert "ports" not in database
    assert not [key for key in database["environment"] if key.endswith("PASSWORD")]


def test_the_build_argument_is_one_of_the_locks():
    arguments = SERVICE["build"]["args"]

    for name, value in arguments.items():
        assert re.search(rf"^ARG {name}={value}$", DOCKERFILE, re.MULTILINE)
    assert (ROOT / "requirements" / f"{arguments['LOCK']}.txt").is_file()
    assert (ROOT / "requirements" / "extras.txt").is_file()
