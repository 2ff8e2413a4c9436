"""``gateway schema``: the published schemas, and help for every key and function."""

import json

import pytest
from click.testing import CliRunner

from gateway.cli.schema import kinds
from gateway.cli.schema import schema as command
from gateway.explain.keys import keys_of
from gateway.rules.functions import FUNCTIONS
from gateway.rules.functions.tables import TABLE_FUNCTIONS
from gateway.schemas import schema


def run(*arguments):
    return CliRunner().invoke(command, arguments)


KEYS = sorted({(kind, key.name) for kind in kinds() for key in keys_of(kind, schema(kind))})


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("mesage", "did you mean 'message'?"),
        ("Round", "did you mean 'round'?"),
        ("queue.requires", "no kind, key or function is called 'queue.requires'"),
    ],
)
def test_an_unknown_name_gets_the_closest_one(name, told):
    result = run(name)

    assert (result.exit_code, result.stdout) == (2, "")
    assert told in result.stderr


@pytest.mark.parametrize("kind", kinds())
def test_a_kind_prints_its_schema_as_it_is_published(kind):
    assert json.loads(run(kind).stdout) == schema(kind)


ALL_FUNCTIONS = {**FUNCTIONS, **TABLE_FUNCTIONS}


@pytest.mark.parametrize("name", ALL_FUNCTIONS)
def test_every_function_has_help_with_its_examples(name):
    told = run(name).stdout

    assert f"{name}(" in told
    assert all(example.expression in told for example in ALL_FUNCTIONS[name].examples)


@pytest.mark.parametrize(("kind", "name"), KEYS)
def test_every_key_of_every_kind_has_help(kind, name):
    first, second, *_ = run(f"{kind}.{name}").stdout.splitlines()

    assert first.partition(" - ")[0] == name
    assert f"in {kind} files" in second


def test_a_key_is_told_with_its_choices_its_default_and_an_example():
    assert run("rules.mode").stdout.splitlines()[:1] == ["mode"]
    assert "  default: enforce" in run("rules.mode").stdout.splitlines()
    assert "    ids: [8199, 8236]" in run("ids").stdout.splitlines()
    assert run("ids").stdout.splitlines()[1] == "  a key of queue, in queue files; required"


def test_a_name_of_a_key_and_of_a_function_tells_both():
    told = run("replace").stdout

    assert "a key of effects, in rules files" in told
    assert "replace(x, old, new) - a function" in told


def test_without_a_name_everything_is_listed():
    words = run().stdout.replace("\n", " ").split()

    assert set(words) >= {*kinds(), *(name for _, name in KEYS), *ALL_FUNCTIONS}
