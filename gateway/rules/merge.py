"""Rules as nodes: short forms written out, and a queue's deviations merged in.

Language §1, ``change``. Law: pure; nodes in, nodes out, each still knowing its place.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

from gateway.rules.yaml.source import Entry, List, Map, Node, Scalar, Text

#: The key that a short form of these keys stands for.
_SHORT: Final[Mapping[str, str]] = {"message": "text", "block": "text"}
#: Keys whose mappings hold effects, whose short forms are written out too.
_EFFECTS_INSIDE: Final = ("otherwise", "match", "none", "one", "many")


def written_out(rule: Map) -> Map:
    """Write the short forms of a rule out: ``message: TEXT`` as ``message: {text: TEXT}``."""
    entries = {}
    for key, entry in rule.entries.items():
        value = entry.value
        if key in _SHORT and isinstance(value, Scalar) and _is_text(value):
            inner = Entry(replace(entry.key, value=_SHORT[key]), value)
            value = Map({_SHORT[key]: inner}, value.span)
        elif key in _EFFECTS_INSIDE and isinstance(value, Map):
            value = written_out(value)
        elif key == "on" and isinstance(value, Scalar):
            value = List((value,), value.span)
        entries[key] = Entry(entry.key, value)
    return replace(rule, entries=entries)


def merged(base: Map, change: Map) -> Map:
    """Merge *change* into *base* key by key; lists and single values replace, null removes."""
    entries = dict(base.entries)
    for key, entry in change.entries.items():
        before = entries.get(key)
        if _is_null(entry.value):
            entries.pop(key, None)
        elif before is not None and isinstance(before.value, Map) and isinstance(entry.value, Map):
            entries[key] = Entry(before.key, merged(before.value, entry.value))
        else:
            entries[key] = entry
    return replace(base, entries=entries)


def removed_nothing(base: Map, change: Map) -> Iterator[tuple[Text, Map]]:
    """Yield the keys that *change* removes in vain, each with what has no such key."""
    for key, entry in change.entries.items():
        before = base.entries.get(key)
        if before is None and _is_null(entry.value):
            yield entry.key, base
        elif before is not None and isinstance(before.value, Map) and isinstance(entry.value, Map):
            yield from removed_nothing(before.value, entry.value)


def _is_text(value: Scalar) -> bool:
    """Whether a single value is a short form; true, false and null say something else."""
    return not isinstance(value.data, bool | None)


def _is_null(node: Node) -> bool:
    return isinstance(node, Scalar) and node.data is None
