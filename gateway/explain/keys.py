"""The keys of the files, as their JSON Schemas tell of them.

Tooling conventions §13. Law: a pure function of the schemas; nothing is said of a key here that
its schema does not say.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

#: How a type of JSON is called in YAML.
_TYPES: Final = {
    "string": "text",
    "integer": "whole number",
    "number": "number",
    "boolean": "true or false",
    "array": "list",
    "object": "mapping",
    "null": "null",
}


@dataclass(frozen=True, slots=True)
class Key:
    """One key at one place of one kind of file."""

    #: ``rules``, ``queue``, …
    kind: str
    #: What it is a key of: ``rule``, ``message``; the kind's title for the file itself.
    within: str
    name: str
    title: str
    description: str
    #: In the words of YAML; empty where the schema leaves it open.
    types: tuple[str, ...]
    required: bool
    #: Values with what each means, where only these may be written.
    choices: tuple[tuple[Any, str], ...]
    default: Any
    examples: tuple[Any, ...]


def keys_of(kind: str, schema: Mapping[str, Any]) -> Iterator[Key]:
    """Yield every key of a kind of file: those of the file, then those of each definition."""
    yield from _keys(kind, str(schema.get("title", kind)), schema, schema)
    for name, definition in schema.get("definitions", {}).items():
        yield from _keys(kind, name, definition, schema)


def _keys(
    kind: str, within: str, node: Mapping[str, Any], schema: Mapping[str, Any]
) -> Iterator[Key]:
    required = node.get("required", ())
    for name, written in node.get("properties", {}).items():
        found = _resolved(written, schema)
        yield Key(
            kind=kind,
            within=within,
            name=name,
            title=str(found.get("title", "")),
            description=str(found.get("description", "")),
            types=_types(found, schema),
            required=name in required,
            choices=_choices(found),
            default=found.get("default"),
            examples=tuple(found.get("examples", ())),
        )
        yield from _keys(kind, name, written, schema)
    for branch in (*node.get("anyOf", ()), *node.get("oneOf", ())):
        yield from _keys(kind, within, branch, schema)


def _resolved(node: Mapping[str, Any], schema: Mapping[str, Any]) -> dict[str, Any]:
    """Write out a reference; what is said beside it counts more."""
    found: dict[str, Any] = {}
    references = [node, *node.get("allOf", ())]
    for one in references:
        reference = one.get("$ref")
        if reference is not None:
            found |= _resolved(_definition(reference, schema), schema)
    return found | {key: value for key, value in node.items() if key not in ("$ref", "allOf")}


def _definition(reference: str, schema: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Any = schema
    for step in reference.removeprefix("#/").split("/"):
        found = found[step]
    return dict(found)


def _types(node: Mapping[str, Any], schema: Mapping[str, Any]) -> tuple[str, ...]:
    written = node.get("type")
    if written is None:
        branches = [_resolved(one, schema) for one in node.get("anyOf", ())]
        return tuple(dict.fromkeys(name for one in branches for name in _types(one, schema)))
    names = [written] if isinstance(written, str) else written
    return tuple(_TYPES[name] for name in names)


def _choices(node: Mapping[str, Any]) -> tuple[tuple[Any, str], ...]:
    if "const" in node:
        return ((node["const"], ""),)
    if "enum" in node:
        return tuple((value, "") for value in node["enum"])
    branches = node.get("oneOf", ())
    if not all("const" in one for one in branches):
        return ()
    return tuple((one["const"], str(one.get("description", ""))) for one in branches)
