"""An explanation as a versioned document for machines.

Law: pure; keys are public. Values are in it only where one rule is asked about.
"""

from __future__ import annotations

import decimal
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from typing import Any, Final

from gateway.annotation.values import CONTEXT, Value
from gateway.explain.explanation import (
    Condition,
    Explanation,
    RuleExplained,
    RunExplained,
    Verdict,
)
from gateway.explain.values import kind_shown, plain_value
from gateway.rules.expressions.checked import Literal, Operand
from gateway.rules.expressions.expression import Expression
from gateway.rules.expressions.watching import Watched, watched
from gateway.rules.expressions.wording import Written, written_parts

VERSION: Final = 1


def document(
    explanation: Explanation, rule_id: str | None = None, runs: int | None = None
) -> dict[str, Any]:
    """Write an explanation; with a *rule_id* that rule alone, with the values of its *runs*."""
    chosen = [one for one in explanation.rules if rule_id in (None, one.rule.id)]
    return {
        "version": VERSION,
        "queue": explanation.queue,
        "event": explanation.event,
        "revision": explanation.revision,
        "rules": [
            {**_rule(one), **({} if rule_id is None else _details(one, runs))} for one in chosen
        ],
    }


def value_document(value: Value) -> dict[str, Any]:
    """Write a value with its kind."""
    return {"kind": kind_shown(value), "value": plain_value(value)}


def parts_document(
    expression: Expression, operands: Sequence[Value], absent: AbstractSet[int] = frozenset()
) -> list[dict[str, Any]]:
    """Write the value of each part of an expression, outer parts first."""
    with decimal.localcontext(CONTEXT.copy()):
        found = watched(expression, operands)
    parts = []
    for part in written_parts(expression):
        told = _part(part, found, operands, absent)
        if told is not None and told not in parts:
            parts.append(told)
    return parts


def _part(
    part: Written, found: Watched, operands: Sequence[Value], absent: AbstractSet[int]
) -> dict[str, Any] | None:
    tree = part.tree
    told: dict[str, Any] = {"text": part.words}
    if isinstance(tree, Literal) and part.let is None:
        return {**told, **value_document(tree.value)} if _is_param(part) else None
    if isinstance(tree, Operand):
        kind = {"kind": "absent"} if tree.index in absent else {}
        return {**told, **value_document(operands[tree.index]), **kind}
    if tree is found.culprit:
        return {**told, "kind": "failed", "value": None}
    if id(tree) not in found.values:
        return {**told, "kind": "not needed", "value": None}
    return {**told, **value_document(found.values[id(tree)])}


def _is_param(part: Written) -> bool:
    return part.words.startswith("params.")


def _rule(one: RuleExplained) -> dict[str, Any]:
    return {
        "rule": one.rule.id,
        "file": one.place.file,
        "line": one.place.line,
        "column": one.place.column,
        "mode": one.rule.mode.value,
        "outcome": one.verdict.value,
        "reason": one.reason,
        "runs": {verdict.value: one.counts.get(verdict, 0) for verdict in _COUNTED},
    }


_COUNTED: Final = (
    Verdict.FIRED,
    Verdict.PASSED,
    Verdict.SKIPPED,
    Verdict.FAILED,
    Verdict.STOPPED,
)


def _details(one: RuleExplained, runs: int | None) -> dict[str, Any]:
    shown = one.runs if runs is None else one.runs[:runs]
    return {
        "guard": None if one.guard is None else _condition(one.guard),
        "details": [_run(run) for run in shown],
    }


def _run(run: RunExplained) -> dict[str, Any]:
    return {
        "place": run.place,
        "outcome": run.verdict.value,
        "reason": run.reason,
        "conditions": [_condition(one) for one in run.conditions],
        "questions": [one.document for one in run.questions],
        "effects": list(_effects(run)),
    }


def _effects(run: RunExplained) -> Iterator[dict[str, Any]]:
    for effect in run.effects:
        yield {"effect": effect.verb, "at": effect.at, "text": effect.text, "kept": effect.kept}


def _condition(condition: Condition) -> dict[str, Any]:
    parts = parts_document(condition.expression, condition.operands, condition.absent)
    asked = [one.document for one in condition.questions]
    return {"key": condition.key, "parts": parts, "questions": asked}
