"""``gateway schema``: the JSON Schemas of the files, and help for one key or function.

Law: prints what the schemas and the function table say; says nothing of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, get_args

import click

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gateway.explain.keys import Key
    from gateway.rules.function import Function
    from gateway.rules.functions.tables import TableFunction

_WIDTH: Final = 100


@click.command(
    epilog="Exit codes: 0 there is such a name; 2 there is none. KIND.KEY is a key where the name "
    "is also that of a kind of file, such as queue.rules."
)
@click.argument("name", metavar="[KIND | KEY | FUNCTION]", required=False)
def schema(name: str | None) -> None:
    """Print the JSON Schema of a kind of file, or help for a key of the files or a function.

    Without a name, list them all.
    """
    known = kinds()
    if name is None:
        click.echo("\n".join(_overview(known)))
    elif name in known:
        click.echo(raw_schema(name), nl=False)
    else:
        click.echo("\n".join(_help(name, known)))


def kinds() -> tuple[str, ...]:
    """List the kinds of files, the one that is written most first."""
    from gateway.schemas import Kind

    return tuple(sorted(get_args(Kind), key=lambda kind: (kind != "rules", kind)))


def raw_schema(kind: str) -> str:
    """Give the JSON Schema of a kind of file, as it is published."""
    from importlib import resources

    file = resources.files("gateway.schemas") / f"{kind}.schema.json"
    return file.read_text(encoding="utf-8")


def _keys(kinds: Sequence[str]) -> list[Key]:
    import json

    from gateway.explain.keys import keys_of

    return [key for kind in kinds for key in keys_of(kind, json.loads(raw_schema(kind)))]


def _overview(kinds: Sequence[str]) -> Iterator[str]:
    from gateway.rules.functions import FUNCTIONS
    from gateway.rules.functions.tables import TABLE_FUNCTIONS

    keys = _keys(kinds)
    yield from _listed("Kinds of files", kinds)
    for kind in kinds:
        yield from _listed(f"Keys of {kind} files", [key.name for key in keys if key.kind == kind])
    yield from _listed("Functions", (*FUNCTIONS, *TABLE_FUNCTIONS))


def _listed(title: str, names: Sequence[str] | Any) -> Iterator[str]:
    import textwrap

    listed = " ".join(dict.fromkeys(names))
    yield f"{title}:"
    yield textwrap.fill(
        listed,
        _WIDTH,
        initial_indent="  ",
        subsequent_indent="  ",
        break_on_hyphens=False,
    )


def _help(name: str, kinds: Sequence[str]) -> list[str]:
    from gateway.cli.inputs import unknown
    from gateway.rules.functions import FUNCTIONS
    from gateway.rules.functions.tables import TABLE_FUNCTIONS

    keys = _keys(kinds)
    named = [key for key in keys if name in (key.name, f"{key.kind}.{key.name}")]
    function = FUNCTIONS.get(name)
    blocks = [list(_key(key)) for key in _once(named)]
    if function is not None:
        blocks.append(list(_function(function)))
    if name in TABLE_FUNCTIONS:
        blocks.append(list(_table_function(TABLE_FUNCTIONS[name])))
    if not blocks:
        known = {*kinds, *(key.name for key in keys), *FUNCTIONS, *TABLE_FUNCTIONS}
        unknown("kind, key or function", name, known)
    return [line for block in blocks for line in ("", *block)][1:]


def _once(keys: Sequence[Key]) -> list[Key]:
    """Leave out a key that is told of already: one definition may be used at several places."""
    told: dict[tuple[Any, ...], Key] = {}
    for key in keys:
        told.setdefault((key.kind, key.title, key.description, repr(key.examples)), key)
    return list(told.values())


def _key(key: Key) -> Iterator[str]:
    title = f" - {key.title}" if key.title and key.title != key.name else ""
    yield f"{key.name}{title}"
    yield f"  a key of {key.within}, in {key.kind} files{'; required' if key.required else ''}"
    if key.description:
        yield f"  {key.description}"
    if key.types:
        yield f"  is: {' or '.join(key.types)}"
    for value, meaning in key.choices:
        yield f"  {_yaml(value)}" + (f": {meaning}" if meaning else "")
    if key.default is not None:
        yield f"  default: {_yaml(key.default)}"
    if key.examples:
        yield "  for example:"
        for example in key.examples:
            yield f"    {key.name}: {_yaml(example)}"


def _yaml(value: Any) -> str:
    """Write a value on one line of YAML."""
    import yaml

    written: str = yaml.safe_dump(
        value, allow_unicode=True, default_flow_style=True, sort_keys=False, width=10_000
    )
    return written.removesuffix("...\n").strip()


def _function(function: Function) -> Iterator[str]:
    from gateway.annotation.values import kind_name
    from gateway.rules.functions.bounds import SINGLE
    from gateway.rules.functions.document import signature, written

    gives = "any value" if SINGLE in function.result else kind_name(function.result)
    yield f"{signature(function)} - a function"
    yield f"  {function.summary}"
    yield f"  gives: {gives}{', or empty' if function.may_be_empty else ''}"
    yield "  for example:"
    for example in function.examples:
        yield f"    {example.expression}  # {written(example.result)}"


def _table_function(function: TableFunction) -> Iterator[str]:
    from gateway.rules.functions.document import table_gives, written

    yield f"{function.signature} - a function"
    yield f"  {function.summary}"
    yield f"  gives: {table_gives(function)}"
    yield "  for example:"
    for example in function.examples:
        yield f"    {example.expression}  # {written(example.result)}"
