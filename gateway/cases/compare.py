"""Expected against answered: a table with one row for each effect.

Language §8. Law: pure; everything that is answered must be expected, and everything expected
answered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from gateway.cases.case import DOCUMENT, Exactly, Expected, Wanted
from gateway.cases.naming import Places
from gateway.cases.notified import notices, notices_written
from gateway.cases.structured import option_written
from gateway.effects import Add, Block, Message, Remove, Replace
from gateway.engine.outcome import Evaluation
from gateway.hooks.arrivals import sender_json
from gateway.hooks.response import response_json
from gateway.spelling import closest

#: Files that a note lists.
_MOST_LISTED: Final = 10

#: One thing that was answered, by the keys that ``expect`` has for it.
Item: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Effect:
    """How one effect is found in an evaluation."""

    #: Its key in ``expect``.
    key: str
    found: Callable[[Evaluation, Places], Sequence[Item]]
    #: Writes what was found as ``expect`` has it.
    written: Callable[[Sequence[Item]], Any]
    #: The keys that tell best which one was meant; none where there is only one.
    identity: tuple[str, ...]
    #: Looked at even where ``expect`` does not have the key.
    always: bool = True


@dataclass(frozen=True, slots=True)
class Difference:
    """One effect that is not as expected; at least one of *wanted* and *got* is there."""

    effect: str
    wanted: Wanted | None
    got: Item | None
    #: What else is wrong with the expectation, such as a place that does not exist.
    note: str | None = None

    @property
    def rules(self) -> tuple[str, ...]:
        """The rules that did not do what was expected, as far as it tells which they are."""
        wanted = self.wanted.keys.get("rule") if self.wanted is not None else None
        expected = {wanted.text} if isinstance(wanted, Exactly) else set()
        answered = {self.got["rule"]} if self.got is not None and "rule" in self.got else set()
        # One that is expected and answered said something else, but did what it should.
        return tuple(sorted(expected ^ answered))


def _messages(evaluation: Evaluation, places: Places) -> Sequence[Item]:
    return [
        {**_said(message, places), "type": message.level.value}
        for message in evaluation.all_messages
        if not _is_mark(message, evaluation)
    ]


def _blockers(evaluation: Evaluation, places: Places) -> Sequence[Item]:
    # One blocker is answered for equal ones, whichever rules say so.
    once = {(block.content, block.node_id): block for block in reversed(evaluation.blocks)}
    return [
        _said(block, places) for block in reversed(once.values()) if not _is_mark(block, evaluation)
    ]


def _said(effect: Message | Block, places: Places) -> dict[str, str]:
    return {"rule": effect.rule, "at": places.address(effect.node_id), "text": effect.content}


def _is_mark(effect: Message | Block, evaluation: Evaluation) -> bool:
    """Whether it only marks a failure, which ``failed`` expects."""
    return effect.node_id is None and any(
        outcome.rule == effect.rule and outcome.mark == effect.content
        for outcome in evaluation.outcomes
    )


def _replaced(evaluation: Evaluation, places: Places) -> Sequence[Item]:
    return [
        {"at": places.address(operation.node_id), "value": operation.value}
        for operation in evaluation.operations
        if isinstance(operation, Replace) and operation.value is not None
    ]


def _chosen(evaluation: Evaluation, places: Places) -> Sequence[Item]:
    return [
        {
            "at": places.address(operation.node_id),
            "options": [option_written(*one) for one in operation.options],
        }
        for operation in evaluation.operations
        if isinstance(operation, Replace) and operation.options is not None
    ]


def _hidden(evaluation: Evaluation, places: Places) -> Sequence[Item]:
    return _seen(evaluation, places, hidden=True)


def _shown(evaluation: Evaluation, places: Places) -> Sequence[Item]:
    return _seen(evaluation, places, hidden=False)


def _seen(evaluation: Evaluation, places: Places, *, hidden: bool) -> Sequence[Item]:
    return [
        {"at": places.address(operation.node_id)}
        for operation in evaluation.operations
        if isinstance(operation, Replace) and operation.hidden is hidden
    ]


def _validated(evaluation: Evaluation, places: Places) -> Sequence[Item]:
    return [
        {"at": places.address(operation.node_id)}
        for operation in evaluation.operations
        if isinstance(operation, Replace) and operation.validation_sources is not None
    ]


def _added(evaluation: Evaluation, places: Places) -> Sequence[Item]:
    return [
        {"table": places.address(operation.node_id), "cells": dict(operation.cells)}
        for operation in evaluation.operations
        if isinstance(operation, Add)
    ]


def _removed(evaluation: Evaluation, places: Places) -> Sequence[Item]:
    return [
        {"row": places.address(operation.node_id)}
        for operation in evaluation.operations
        if isinstance(operation, Remove)
    ]


def _responded(evaluation: Evaluation, _places: Places) -> Sequence[Item]:
    return [{"answer": response_json(evaluation)}] if evaluation.responded else []


def _files(evaluation: Evaluation, places: Places) -> Sequence[Item]:
    """List what is said of files; of a file that is kept out, no more than that."""
    found = [
        (file.name, {"values": dict(file.values)} if file.imported else {"import": False})
        for file in evaluation.files
        if file.values or not file.imported
    ]
    return [{"at": places.address(name), "file": said} for name, said in found]


def _sent(evaluation: Evaluation, _places: Places) -> Sequence[Item]:
    sender = evaluation.sender
    return [] if sender is None else [{"answer": sender_json(sender)}]


def _notified(evaluation: Evaluation, _places: Places) -> Sequence[Item]:
    return notices(evaluation)


def _failed(evaluation: Evaluation, _places: Places) -> Sequence[Item]:
    return [{"rule": rule} for rule in evaluation.failed]


def _fired(evaluation: Evaluation, _places: Places) -> Sequence[Item]:
    return [{"rule": rule} for rule in evaluation.fired]


def _items_written(items: Sequence[Item]) -> list[Item]:
    keys = ("rule", "at", "type", "text")
    return [{key: item[key] for key in keys if key in item} for item in items]


def _by_place(key: str) -> Callable[[Sequence[Item]], Mapping[str, Any]]:
    return lambda items: {item["at"]: item[key] for item in items}


def _listed(key: str) -> Callable[[Sequence[Item]], Sequence[Any]]:
    return lambda items: [item[key] for item in items]


def _rows_written(items: Sequence[Item]) -> Sequence[Item]:
    return items


def _json_written(items: Sequence[Item]) -> Any:
    (item,) = items
    return item["answer"]


#: Everything that ``expect`` can speak of, in the order in which it is written.
EFFECTS: Final = (
    Effect("messages", _messages, _items_written, ("rule", "at")),
    Effect("replace", _replaced, _by_place("value"), ("at",)),
    Effect("options", _chosen, _by_place("options"), ("at",)),
    Effect("hide", _hidden, _listed("at"), ("at",)),
    Effect("show", _shown, _listed("at"), ("at",)),
    Effect("validate", _validated, _listed("at"), ("at",)),
    Effect("add", _added, _rows_written, ("table",)),
    Effect("remove", _removed, _listed("row"), ("row",)),
    Effect("respond", _responded, _json_written, ()),
    Effect("files", _files, _by_place("file"), ("at",)),
    Effect("sender", _sent, _json_written, ()),
    Effect("notify", _notified, notices_written, ("rule", "to")),
    Effect("blockers", _blockers, _items_written, ("rule", "at")),
    Effect("failed", _failed, _listed("rule"), ("rule",)),
    Effect("fired", _fired, _listed("rule"), ("rule",), always=False),
)


def compare(expected: Expected, evaluation: Evaluation, places: Places) -> Sequence[Difference]:
    """Give everything in which the answer differs from what is expected."""
    differences: list[Difference] = []
    for effect in EFFECTS:
        wanted = expected.effects.get(effect.key)
        if wanted is None and (expected.subset or not effect.always):
            continue
        got = effect.found(evaluation, places)
        if wanted or got:
            found = _differences(effect, wanted or (), got, places)
            differences += (one for one in found if one.wanted or not expected.subset)
    return differences


def answered(evaluation: Evaluation, places: Places) -> Mapping[str, Sequence[Item]]:
    """Give all that was answered, by effect, as ``expect`` would have it."""
    return {effect.key: effect.found(evaluation, places) for effect in EFFECTS}


def _differences(
    effect: Effect, wanted: Sequence[Wanted], got: Sequence[Item], places: Places
) -> Iterator[Difference]:
    claims = _claims(wanted, got)
    missing = [one for number, one in enumerate(wanted) if number not in claims]
    surplus = [one for number, one in enumerate(got) if number not in claims.values()]
    for one in missing:
        other = _counterpart(effect, one, surplus)
        if other is not None:
            surplus.remove(other)
        yield Difference(effect.key, one, other, _note(one, places))
    for item in surplus:
        yield Difference(effect.key, None, item)


def _claims(wanted: Sequence[Wanted], got: Sequence[Item]) -> Mapping[int, int]:
    """Pair what was expected with what was answered, as many as possible: a maximum matching."""
    owner: dict[int, int] = {}
    fitting = [[at for at, item in enumerate(got) if one.fits(item)] for one in wanted]

    def claim(number: int, tried: set[int]) -> bool:
        for at in fitting[number]:
            if at not in owner:
                owner[at] = number
                return True
        for at in fitting[number]:
            if at not in tried:
                tried.add(at)
                if claim(owner[at], tried):
                    owner[at] = number
                    return True
        return False

    for number in range(len(wanted)):
        claim(number, set())
    return {number: at for at, number in owner.items()}


def _counterpart(effect: Effect, wanted: Wanted, surplus: Sequence[Item]) -> Item | None:
    """Find the answer that was probably meant: the same rule, or at the same place."""
    if not effect.identity:
        return next(iter(surplus), None)
    for key in effect.identity:
        matcher = wanted.keys.get(key)
        if matcher is not None:
            for item in surplus:
                if matcher.fits(item[key]):
                    return item
    return None


def _note(wanted: Wanted, places: Places) -> str | None:
    row = wanted.keys.get("row")
    if isinstance(row, Exactly):
        known = (*places.rows, *places.nodes)
        return None if row.text in known else f"the document has no row {row.text!r}"
    at = wanted.keys.get("at")
    if not isinstance(at, Exactly) or at.text == DOCUMENT or at.text in places.nodes:
        return None
    if places.files:
        named = list(places.files.values())
        listed = ", ".join(map(repr, named[:_MOST_LISTED]))
        return None if at.text in named else f"there is no file {at.text!r}; there are {listed}"
    if at.text in places.by_schema_id:
        near = places.by_schema_id[at.text][0]
        return f"{at.text!r} has several cells; name one, such as {near!r}"
    meant = closest(at.text, places.nodes)
    hint = f"; did you mean {meant!r}?" if meant else ""
    return f"the document has no field {at.text!r}{hint}"
