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
SERVICE = yaml.safe_load((FOLDER / "compose.yaml").read_text(encoding="utf-8"))["services"][
    "gateway"
]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("read_only", True),
        ("cap_drop", ["ALL"]),
        ("security_opt", ["no-new-privileges:true"]),
        ("tmpfs", ["/tmp:size=64m,mode=1777,noexec,nosuid,nodev"]),  # noqa: S108 - the container's
    ],
)
def test_the_container_may_do_no_more_than_it_needs(key, value):
    assert SERVICE[key] == value
    assert SERVICE.keys().isdisjoint({"privileged", "cap_add", "user", "network_mode", "pid"})


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


def test_what_is_mounted_is_there_and_read_only():
    sources = [volume.split(":") for volume in SERVICE["volumes"]]

    assert all(mode == "ro" for _, _, mode in sources)
    configs, secrets = sources
    assert (FOLDER / configs[0] / "gateway.yaml").is_file()
    assert configs[1] == "/etc/gateway"
    queue = (FOLDER / configs[0] / "acme.queue.yaml").read_text(encoding="utf-8")
    assert f"${{file:{secrets[1]}/acme-hook-secret}}" in queue
    assert "deploy/compose/secrets/" in (ROOT / ".gitignore").read_text(encoding="utf-8")


def test_a_stop_has_the_time_that_it_may_take():
    notice = float(SERVICE["environment"]["GATEWAY_STOP_DELAY"])

    assert float(SERVICE["stop_grace_period"][:-1]) > notice + Limits().drain + GRACE


def test_the_build_argument_is_one_of_the_locks():
    arguments = SERVICE["build"]["args"]

    for name, value in arguments.items():
        assert re.search(rf"^ARG {name}={value}$", DOCKERFILE, re.MULTILINE)
    assert (ROOT / "requirements" / f"{arguments['LOCK']}.txt").is_file()
    assert (ROOT / "requirements" / "extras.txt").is_file()
