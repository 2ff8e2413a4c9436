"""What a reload has changed, in the terms of who wrote the rules.

Tooling conventions §7, step 7. Law: pure; compares rules by what they mean, not by where they
stand: a rule that moved is the same, one whose param changed is not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, Final

from gateway.config.configuration import Configuration, Queue
from gateway.diagnostic import Span
from gateway.lookups.asking import Source
from gateway.lookups.sources import FileSource
from gateway.rules.expressions.expression import Expression
from gateway.rules.rule import Rule
from gateway.rules.yaml.source import Text


@dataclass(frozen=True, slots=True)
class Difference:
    """Rules by ``queue/id``, those of a shared file once for each queue."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    #: Tables that are new or gone, or have other rows or another declaration.
    tables: tuple[str, ...] = ()


def difference(before: Configuration, after: Configuration) -> Difference:
    """Say which rules of *after* are not those of *before*."""
    added, removed, changed = [], [], []
    for name in sorted({*before.by_name, *after.by_name}):
        old, new = before.by_name.get(name), after.by_name.get(name)
        if old is not None and new is not None and old.rules is new.rules:
            continue
        earlier, later = _rules(old), _rules(new)
        added += [f"{name}/{one}" for one in later if one not in earlier]
        removed += [f"{name}/{one}" for one in earlier if one not in later]
        changed += [
            f"{name}/{one}"
            for one, rule in later.items()
            if one in earlier and not _is_same(earlier[one], rule)
        ]
    tables = [
        name
        for name in sorted({*before.tables, *after.tables})
        if _held(before.tables.get(name)) is not _held(after.tables.get(name))
    ]
    return Difference(tuple(added), tuple(removed), tuple(changed), tuple(tables))


def _held(source: Source | None) -> object:
    """Give what tells a table from another: a broken file leaves it the rows that it had."""
    return source.content if isinstance(source, FileSource) else source


def _rules(queue: Queue | None) -> Mapping[str, Rule]:
    return {} if queue is None else {rule.id: rule for rule in queue.rules.rules}


_MISSING: Final = object()


def _is_same(one: Any, other: Any) -> bool:
    """Compare two compiled things part by part; what has no parts and no value counts as equal."""
    if one is other:
        return True
    if one.__class__ is not other.__class__:
        return False
    if isinstance(one, Text):
        return bool(one.value == other.value)
    if isinstance(one, Span) or callable(one):
        return True
    if isinstance(one, Expression):
        # What it uses of `let` is written out in its tree.
        parts = (one.text, one.tree, one.references)
        return _is_same(parts, (other.text, other.tree, other.references))
    if is_dataclass(one):
        names = [part.name for part in fields(one)]
        return all(_is_same(getattr(one, name), getattr(other, name)) for name in names)
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(_is_same, one, other))
    if isinstance(one, Mapping):
        return list(one) == list(other) and all(
            _is_same(value, other.get(key, _MISSING)) for key, value in one.items()
        )
    return bool(one == other)
