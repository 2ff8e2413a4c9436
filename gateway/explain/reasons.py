"""Why one run came to what it came to, in words: names of fields, never their values.

Law: pure; the verdict is the engine's, these are the sentences for it.
"""

from __future__ import annotations

import decimal
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet

from gateway.annotation.column import Column
from gateway.annotation.values import CONTEXT, UNREADABLE, Value
from gateway.engine.blame import sentence
from gateway.engine.conditions import Failed, Stage
from gateway.explain.recording import Run, Seen
from gateway.rules.expressions.checked import Choice, Operand, Tree, children
from gateway.rules.expressions.expression import Expression
from gateway.rules.expressions.watching import Watched, watched
from gateway.rules.expressions.wording import written_parts


def reason_of(run: Run) -> str:
    """Say why a run fired, passed, was skipped, failed or was left out."""
    match run.stage:
        case str():
            return f"stopped by {run.stage}"
        case Failed():
            return why_failed(run.stage)
        case Stage.SKIPPED:
            return _condition("require", run.require, run.number)
        case Stage.APART:
            return _condition("when", run.when, run.number)
        case Stage.PASSED if run.require is None:
            return _condition("when", run.when, run.number)
        case Stage.FIRED if run.require is None and run.when is None:
            return "it has no condition"
        case _:
            key, seen = ("when", run.when) if run.require is None else ("require", run.require)
            return _condition(key, seen, run.number)


def why_failed(failed: Failed) -> str:
    """Say why a run, or a whole rule, failed."""
    with decimal.localcontext(CONTEXT.copy()):
        return sentence(failed)


def _condition(key: str, seen: Seen | None, number: int) -> str:
    assert seen is not None  # noqa: S101 - a run that was decided by it has seen it.
    return condition_told(key, seen.expression, seen.operands(number), seen.absent)


def condition_told(
    key: str, expression: Expression, operands: Sequence[Value], absent: AbstractSet[int]
) -> str:
    """Say what a condition came to, and of which parts it is empty."""
    with decimal.localcontext(CONTEXT.copy()):
        found = watched(expression, operands)
    value = found.values.get(id(expression.tree))
    if value is True:
        return f"{key} holds" if key == "require" else f"{key} is true"
    if value is False:
        return f"{key} does not hold" if key == "require" else f"{key} is false"
    causes = list(dict.fromkeys(empty_parts(expression, found, absent)))
    return f"{key} is empty: {', '.join(causes)}"


def empty_parts(expression: Expression, found: Watched, absent: AbstractSet[int]) -> Iterator[str]:
    """Name the innermost parts that make an expression empty, each with what it is."""
    words = {id(part.tree): part.words for part in written_parts(expression)}
    for tree in _causes(expression.tree, found, absent):
        if isinstance(tree, Operand) and tree.index in absent:
            what = "absent"
        else:
            what = _what(found.values[id(tree)])
        yield f"{words[id(tree)]} is {what}"


def _what(value: Value) -> str:
    if not isinstance(value, Column):
        return "unreadable" if value is UNREADABLE else "empty"
    rows = [row for row, cell in enumerate(value.values, 1) if cell is UNREADABLE]
    return f"unreadable in row {rows[0]}" if len(rows) == 1 else f"unreadable in {len(rows)} rows"


def _causes(tree: Tree, found: Watched, absent: AbstractSet[int]) -> Iterator[Tree]:
    value = found.values.get(id(tree))
    unreadable = value is UNREADABLE or isinstance(value, Column)
    inner = [part for part in _deciding(tree) if _spreads(part, found, absent, unreadable)]
    for part in inner:
        yield from _causes(part, found, absent)
    if not inner:
        yield tree


def _deciding(tree: Tree) -> Sequence[Tree]:
    """List the parts whose emptiness spreads; the condition of ``if`` is false when empty."""
    return (tree.then, tree.otherwise) if isinstance(tree, Choice) else children(tree)


def _spreads(tree: Tree, found: Watched, absent: AbstractSet[int], unreadable: bool) -> bool:
    """Whether a part makes what it is part of empty, or *unreadable* as a whole column can."""
    if id(tree) not in found.values:
        return False
    value = found.values[id(tree)]
    if isinstance(value, Column):
        lacking = isinstance(tree, Operand) and tree.index in absent
        return lacking or (unreadable and any(cell is UNREADABLE for cell in value.values))
    return value is None or value is UNREADABLE
