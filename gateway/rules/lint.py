"""What is allowed and hardly meant: warnings about the rules of one queue together.

Design *The compiler*, *Reads*. Law: pure; judges compiled rules, never refuses one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gateway.annotation.values import ARITHMETIC_ERRORS, Value
from gateway.diagnostic import Report
from gateway.rules.expressions.checked import Operand, walk
from gateway.rules.expressions.expression import Expression, all_references
from gateway.rules.expressions.interpret import interpret
from gateway.rules.expressions.references import (
    Attribute,
    FieldText,
    FieldValue,
    Neighbor,
    Selected,
    SelectedText,
    WholeColumn,
)
from gateway.rules.function import FunctionError
from gateway.rules.rule import BySchemaId, Mode, Overwrite, Put, Rule


def check_together(rules: Sequence[Rule], report: Report) -> None:
    """Warn about rules that disturb each other, and about those that can never fire."""
    active = [rule for rule in rules if rule.mode is not Mode.OFF]
    for number, rule in enumerate(active):
        _check_order(rule, active[number + 1 :], report)
        _check_same_writes(rule, active[:number], report)
        _check_never(rule, report)


def writes(rule: Rule) -> frozenset[str]:
    """List the schema ids that a rule writes, as far as they are known."""
    targets = {
        effect.schema_id for effect in (*rule.effects, *rule.otherwise) if isinstance(effect, Put)
    }
    if isinstance(rule.select, BySchemaId):
        targets = {target or rule.select.schema_id for target in targets}
    return frozenset(target for target in targets if target is not None)


def _reads(rule: Rule) -> Iterator[str]:
    """Yield the schema ids whose values decide about a rule."""
    for expression in (rule.when, rule.require):
        for reference in all_references(expression) if expression is not None else ():
            if isinstance(reference, FieldValue | FieldText | WholeColumn | Neighbor):
                yield reference.schema_id


def _check_order(rule: Rule, later: Sequence[Rule], report: Report) -> None:
    own = writes(rule)
    read = sorted(set(_reads(rule)) - own)
    for other in later:
        if other.mode is Mode.SHADOW or not rule.actions & other.actions:
            continue
        written = writes(other)
        name = next((one for one in read if one in written), None)
        if name is not None:
            report.warning(
                "R419",
                f"{rule.id} reads {name}, which the later rule {other.id} writes",
                rule.place,
                hint="put the rule that writes first, if this one is to see its value",
                rule=rule.id,
                related=other.place,
            )
            return


def _check_same_writes(rule: Rule, earlier: Sequence[Rule], report: Report) -> None:
    """Warn when a rule makes an earlier one's value vanish, under the same condition.

    A value that is made of what is there, or written only where nothing is, is a step of several.
    """
    if rule.overwrite is not Overwrite.ALWAYS or _builds_on_what_is_there(rule):
        return
    for other in earlier:
        both = sorted(writes(rule) & writes(other))
        if both and rule.actions & other.actions and _condition(rule) == _condition(other):
            report.warning(
                "R420",
                f"{rule.id} and {other.id} both write {both[0]} under the same condition",
                rule.place,
                hint="the last one counts; leave one of them out, or divide them by when",
                rule=rule.id,
                related=other.place,
            )
            return


def _builds_on_what_is_there(rule: Rule) -> bool:
    own = writes(rule)
    return any(
        isinstance(reference, Selected | SelectedText | Attribute)
        or getattr(reference, "schema_id", None) in own
        for effect in (*rule.effects, *rule.otherwise)
        if isinstance(effect, Put)
        for hole in effect.template.holes
        for reference in all_references(hole.expression)
    )


def _condition(rule: Rule) -> tuple[object, ...]:
    def text(expression: Expression | None) -> str | None:
        return None if expression is None else " ".join(expression.text.value.split())

    group = rule.group.when if rule.group is not None else None
    select = rule.select.schema_id if isinstance(rule.select, BySchemaId) else rule.select
    return (text(group), text(rule.when), text(rule.require), select)


def _check_never(rule: Rule, report: Report) -> None:
    when, require = _known(rule.when), _known(rule.require)
    if rule.when is not None and when is not _UNKNOWN and when is not True:
        reason = "its when is never true"
    elif rule.require is not None and require is True and not rule.otherwise:
        reason = "its require always holds"
    else:
        return
    report.warning(
        "R421",
        f"{rule.id} can never fire: {reason}",
        rule.place,
        hint="write mode: off to switch a rule off",
        rule=rule.id,
    )


_UNKNOWN = object()


def _known(expression: Expression | None) -> Value | object:
    """Evaluate a condition that speaks of no document; anything else is unknown."""
    if expression is None or any(isinstance(part, Operand) for part in walk(expression.tree)):
        return _UNKNOWN
    try:
        return interpret(expression.tree, ())
    except (FunctionError, *ARITHMETIC_ERRORS):
        return _UNKNOWN
