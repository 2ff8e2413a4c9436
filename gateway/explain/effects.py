"""What one run did, told in the names of fields instead of ids.

Law: pure; tells the engine's own effects, also those that are not answered.
"""

from __future__ import annotations

import json
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from gateway.annotation.content import CONNECTOR
from gateway.annotation.tree import Node
from gateway.annotation.values import value_text
from gateway.engine.changes import (
    Change,
    GoneRow,
    NewRow,
    SetHidden,
    SetOptions,
    SetValidated,
)
from gateway.engine.run_effects import RunEffects
from gateway.explain.naming import Names
from gateway.explain.recording import Done
from gateway.rules.effect import Derive, FileValues, Put, SetSender
from gateway.rules.effect import Effect as Declared
from gateway.rules.events import BLOCKING
from gateway.rules.rule import Mode, Overwrite, Rule

#: Where an effect goes that changes no value.
NOWHERE: Final = "nothing"
#: Where a response goes.
CALLER: Final = "caller"
#: Whose sender is said.
MAIL: Final = "email"


@dataclass(frozen=True, slots=True)
class Effect:
    """One effect of one run."""

    #: ``error``, ``warning`` or ``info`` for a message; else the key of the effect, such as
    #: ``block`` or ``replace``; ``show`` and ``hide`` for what ``visible`` did.
    verb: str
    #: ``amount_total``, ``item_code[2]``, ``document``, ``invoice.pdf``, ``email``, ``caller``, or
    #: ``nothing``.
    at: str
    #: What is said, the new value, or what is added; empty where the verb says all.
    text: str
    #: Why it is not answered; None when it is.
    kept: str | None = None


@dataclass(frozen=True, slots=True)
class Scene:
    """Where rules run."""

    names: Names
    #: As rules name it in ``on``.
    action: str
    #: The fields that are hidden where a document does not say, by schema id.
    hides: Container[str]


def effects_told(
    rule: Rule, meant: Sequence[Declared], done: Done, scene: Scene
) -> tuple[Effect, ...]:
    """Tell what one run did of the effects that its rule has for it."""
    return tuple(_effects(rule, meant, done, scene))


def _effects(rule: Rule, meant: Sequence[Declared], done: Done, scene: Scene) -> Iterator[Effect]:
    kept = "the rule is in shadow" if rule.mode is Mode.SHADOW else None
    found, names, action = done.effects, scene.names, scene.action
    for message in found.messages:
        verb = "message" if message.level is None else message.level.value
        yield Effect(verb, names.node(message.node_id), message.content, kept)
    for block in found.blocks:
        unheard = None if action in BLOCKING else f"{action} carries no blocker"
        yield Effect("block", names.node(block.node_id), block.content, kept or unheard)
    for number, (name, write) in enumerate(zip(done.written, found.writes, strict=True)):
        same = "it has this value" if number in done.same else None
        yield Effect("replace", name, value_text(write[2]), same or kept)
    for change in found.changes:
        yield from _changed(change, done, scene, kept)
    for response in found.responses:
        yield Effect("respond", CALLER, _json(response), kept)
    yield from _arrived(found, names, kept)
    for one in found.deliveries:
        key = "" if one.key is None else f" (key {one.key})"
        yield Effect("notify", one.destination, one.body.decode() + key, kept)
    yield from _nothing_changed(rule, meant, found)


def _arrived(found: RunEffects, names: Names, kept: str | None) -> Iterator[Effect]:
    """Tell what is said of files and of an e-mail."""
    for file in found.files:
        at = names.node(file.name)
        if file.message is not None:
            yield Effect(file.message.level.value, at, file.message.content, kept)
        elif not file.imported:
            yield Effect("import", at, "false", kept)
        else:
            yield Effect("values", at, _pairs(file.values), kept)
    for sender in found.senders:
        named = "" if sender.name is None else f"{sender.name} "
        yield Effect("sender", MAIL, f"{named}<{sender.email}>", kept)


def _pairs(pairs: Sequence[tuple[str, str]]) -> str:
    return ", ".join(f"{name} {json.dumps(text, ensure_ascii=False)}" for name, text in pairs)


def _changed(change: Change, done: Done, scene: Scene, kept: str | None) -> Iterator[Effect]:
    match change:
        case NewRow(table, cells):
            texts = ((name, value_text(one)) for name, one in cells.items() if one is not None)
            told = _pairs(list(texts))
            there = "there is such a row" if id(change) in done.there else None
            yield Effect("add", table.schema_id, told, there or kept)
        case GoneRow(_, row):
            yield Effect("remove", scene.names.node(row.id), "", kept)
        case _:
            for node in change.nodes:
                yield _field_changed(change, node, scene, kept)


def _field_changed(
    change: SetHidden | SetOptions | SetValidated, node: Node, scene: Scene, kept: str | None
) -> Effect:
    at = scene.names.node(node.id)
    match change:
        case SetHidden(_, hidden):
            same = "it is hidden" if hidden else "it is visible"
            before = node.schema_id in scene.hides if node.hidden is None else bool(node.hidden)
            return Effect("hide" if hidden else "show", at, "", same if before is hidden else kept)
        case SetOptions(_, options):
            told = ", ".join(
                value if value == label else f"{value} ({label})" for value, label in options
            )
            return Effect(
                "options", at, told, "they are its options" if _has(node, options) else kept
            )
        case SetValidated():
            sources = getattr(node, "validation_sources", None) or ()
            is_same = CONNECTOR in sources
            return Effect("validate", at, "", "it is validated" if is_same else kept)


def _has(node: Node, options: Sequence[tuple[str, str]]) -> bool:
    before = getattr(node, "options", None) or ()
    return [(str(one.get("value")), str(one.get("label"))) for one in before] == list(options)


def _nothing_changed(rule: Rule, meant: Sequence[Declared], done: RunEffects) -> Iterator[Effect]:
    """Say why effects that change values or rows did not."""
    if done.writes:
        return
    if any(isinstance(one, FileValues) for one in meant) and not any(
        file.values for file in done.files
    ):
        yield Effect("values", NOWHERE, "", "all of them are empty")
    if any(isinstance(one, SetSender) for one in meant) and not done.senders:
        yield Effect("sender", NOWHERE, "", "the address is empty")
    if any(isinstance(one, Put) for one in meant):
        yield Effect("replace", NOWHERE, "", _unwritten(rule))
    if not any(isinstance(one, NewRow | GoneRow) for one in done.changes):
        for effect in meant:
            if isinstance(effect, Derive):
                yield Effect("table", effect.into, "", "its rows are as derived")


def _unwritten(rule: Rule) -> str:
    if rule.overwrite is Overwrite.ALWAYS:
        return "the new value is empty"
    return f"the new value is empty, or overwrite: {rule.overwrite} keeps the old one"


def _json(data: Any) -> str:
    def number(value: object) -> object:
        return float(value) if isinstance(value, Decimal) else str(value)

    return json.dumps(data, ensure_ascii=False, default=number)
