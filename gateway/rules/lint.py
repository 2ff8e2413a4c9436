"""What is allowed and hardly meant: warnings about the rules of one queue together.

Design *The compiler*, *Reads*. Law: pure; judges compiled rules, never refuses one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from gateway.annotation.values import ARITHMETIC_ERRORS, Value
from gateway.diagnostic import Report
from gateway.rules.effect import AddRow, Match, Put, every, expressions_of, writes_of
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
from gateway.rules.rule import BySchemaId, Mode, Overwrite, Rule


def check_together(rules: Sequence[Rule], report: Report) -> None:
    """Warn about rules that disturb each other, and about those that can never fire."""
    active = [rule for rule in rules if rule.mode is not Mode.OFF]
    writers: dict[str, list[tuple[int, Rule]]] = {}
    for number, rule in enumerate(active):
        for name in rule.writes():
            writers.setdefault(name, []).append((number, rule))
    alike: dict[object, list[Rule]] = {}
    for number, rule in enumerate(active):
        _check_order(number, rule, writers, report)
        if rule.mode is not Mode.SHADOW:
            _check_same_writes(rule, alike, report)
        _check_never(rule, report)


def _reads(rule: Rule) -> Iterator[str]:
    """Yield the schema ids whose values decide about a rule."""
    for expression in _deciding(rule):
        for reference in all_references(expression):
            if isinstance(reference, FieldValue | FieldText | WholeColumn | Neighbor):
                yield reference.schema_id


def _deciding(rule: Rule) -> Iterator[Expression]:
    """Yield what decides about a rule: its conditions, and the keys that it matches by."""
    yield from (one for one in (rule.when, rule.require) if one is not None)
    for effect in every((*rule.effects, *rule.otherwise)):
        for attempt in effect.by if isinstance(effect, Match) else ():
            yield from (hole.expression for key in attempt.keys for hole in key.holes)


def _check_order(
    number: int, rule: Rule, writers: Mapping[str, Sequence[tuple[int, Rule]]], report: Report
) -> None:
    """Warn when a rule with a higher *number* writes what this one reads."""
    later = [
        (place, name, other)
        for name in set(_reads(rule)) - rule.writes()
        for place, other in writers.get(name, ())
        if place > number and other.mode is not Mode.SHADOW and rule.actions & other.actions
    ]
    if later:
        _, name, other = min(later, key=lambda one: one[:2])
        report.warning(
            "R419",
            f"{rule.id} reads {name}, which the later rule {other.id} writes",
            rule.place,
            hint="put the rule that writes first, if this one is to see its value",
            rule=rule.id,
            related=other.place,
        )


def _check_same_writes(rule: Rule, alike: dict[object, list[Rule]], report: Report) -> None:
    """Warn when a rule makes an earlier one's value vanish, under the same condition.

    A value that is made of what is there, or written only where nothing is, is a step of several,
    and so is one that is empty, and not written, where the earlier is not: the last computable
    one wins. *alike* holds the rules so far, by what they write and their condition.
    """
    condition = _condition(rule)
    found = []
    for name in sorted(_overwrites(rule)):
        earlier = alike.setdefault((name, condition), [])
        found += [
            (name, other)
            for other in earlier
            if rule.actions & other.actions
            and _made_of(rule) <= _made_of(other) | _decided_by(rule)
        ][:1]
        earlier.append(rule)
    if found and rule.overwrite is Overwrite.ALWAYS and not _builds_on_what_is_there(rule):
        name, other = found[0]
        report.warning(
            "R420",
            f"{rule.id} and {other.id} both write {name} under the same condition",
            rule.place,
            hint="the last one counts; leave one of them out, or divide them by when",
            rule=rule.id,
            related=other.place,
        )


def _overwrites(rule: Rule) -> frozenset[str]:
    """List the schema ids whose values the rule puts over others; new rows stand beside theirs."""
    selected = rule.select.schema_id if isinstance(rule.select, BySchemaId) else None
    effects = (*rule.effects, *rule.otherwise)
    return frozenset(
        name
        for effect in effects
        if not isinstance(effect, AddRow)
        for name in writes_of(effect, selected)
    )


def _builds_on_what_is_there(rule: Rule) -> bool:
    own = rule.writes()
    return any(
        isinstance(reference, Selected | SelectedText | Attribute)
        or getattr(reference, "schema_id", None) in own
        for reference in _made_of(rule)
    )


def _made_of(rule: Rule) -> set[object]:
    """Collect what the values that a rule writes are made of."""
    return {
        reference
        for effect in (*rule.effects, *rule.otherwise)
        if isinstance(effect, Put | Match)
        for expression in expressions_of(effect)
        for reference in all_references(expression)
    }


def _decided_by(rule: Rule) -> set[object]:
    conditions = [one for one in (rule.when, rule.require) if one is not None]
    return {reference for one in conditions for reference in all_references(one)}


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
