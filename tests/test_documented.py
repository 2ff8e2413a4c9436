"""Whatever a user can write, meet or depend on is told in the documents."""

from __future__ import annotations

import json
import re
import tomllib

import click
import pytest

from gateway.cli.main import COMMANDS, main
from gateway.web import refusals
from gateway.web.refusals import Refusal
from tests.pages import PAGES, ROOT, page

ALL = "\n".join(one.read_text(encoding="utf-8") for one in PAGES if one.exists())


def commands():
    context = click.Context(main)
    found = {name: main.get_command(context, name) for name in COMMANDS}
    groups = [one for one in found.values() if isinstance(one, click.Group)]
    return {
        **found,
        **{f"{one.name} {name}": of for one in groups for name, of in one.commands.items()},
    }


def test_every_command_and_option_is_documented():
    missing = [
        f"{name} {option}"
        for name, command in commands().items()
        for parameter in command.params
        for option in (parameter.opts if isinstance(parameter, click.Option) else [name])
        if f"`{option}" not in ALL and f"`gateway {option}" not in ALL and f"{option}`" not in ALL
    ]

    assert missing == []


def test_every_default_in_the_table_of_options_is_the_real_one():
    text = page("docs/operations.md")
    for parameter in commands()["serve"].params:
        if isinstance(parameter, click.Option) and parameter.envvar:
            row = next(line for line in text.splitlines() if f"`{parameter.opts[0]}" in line)
            default = parameter.to_info_dict()["default"]
            shown = f"{default:g}" if isinstance(default, float) else str(default)
            assert f"`{parameter.envvar}`" in row
            assert f"`{shown}`" in row or default in (None, (), False)


def test_every_variable_is_in_the_page_of_operations():
    used = {
        name
        for module in (ROOT / "gateway").rglob("*.py")
        for name in re.findall(r"\bGATEWAY_[A-Z_]+\b", module.read_text(encoding="utf-8"))
        if name not in ("GATEWAY_FILE",)
    }
    text = page("docs/operations.md")

    assert {name for name in used if f"`{name}`" not in text} == set()


def test_every_error_code_is_in_the_page_of_operations_with_its_status():
    text = page("docs/operations.md")
    known = [value for value in vars(refusals).values() if isinstance(value, Refusal)]

    assert known
    assert [r.code for r in known if f"| {r.number} | `{r.code}` |" not in text] == []


def keys_of(schema, found):
    """Collect the keys that a JSON Schema lets an author write."""
    if isinstance(schema, dict):
        properties = schema.get("properties")
        if isinstance(properties, dict):
            found |= properties.keys()
        for key, value in schema.items():
            if key not in ("examples", "default"):
                keys_of(value, found)
    elif isinstance(schema, list):
        for value in schema:
            keys_of(value, found)
    return found


@pytest.mark.parametrize("kind", ["gateway", "queue", "rules"])
def test_every_key_of_the_files_is_documented(kind):
    keys = keys_of(json.loads(page(f"gateway/schemas/{kind}.schema.json")), set())
    text = page("docs/rules.md") + page("docs/configuration.md")

    assert sorted(key for key in keys if f"`{key}" not in text) == []


def test_every_dependency_has_its_reason():
    project = tomllib.loads(page("pyproject.toml"))["project"]["dependencies"]
    listed = [*project]
    for name in ("dev", "build"):
        lines = page(f"requirements/{name}.in").splitlines()
        listed += [line for line in lines if line[:1].isalpha()]
    names = [re.split(r"[<>=~!\[; ]", one)[0] for one in listed]
    rows = [line for line in page("docs/design.md").splitlines() if line.startswith("|")]

    assert [name for name in names if not any(f"`{name}`" in row for row in rows)] == []


def test_every_floor_has_its_line_in_the_design():
    contracts = tomllib.loads(page("pyproject.toml"))["tool"]["importlinter"]["contracts"]
    (layers,) = [one["layers"] for one in contracts if one["type"] == "layers"]
    rows = [line for line in page("docs/design.md").splitlines() if line.startswith("| `")]
    names = [name for layer in layers for name in layer.split(" | ")]

    assert [
        name for name in names if not any(re.match(rf"\| `{name}(/|\.py)`", row) for row in rows)
    ] == []
