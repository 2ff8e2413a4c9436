"""What a queue's schema says against its rules: values that a field will never take.

Language §1, ``schema``, and §5. Names, tables and types are settled while a rule is compiled; here
is what takes a compiled rule to see. Law: pure; speaks only of what is written out in a rule.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from gateway.annotation.values import Kind, parse_date, parse_number
from gateway.diagnostic import Report
from gateway.rules.effect import (
    AddRow,
    Choose,
    ChooseFrom,
    Derive,
    Effect,
    Follow,
    Match,
    Put,
    Reveal,
    Say,
    every,
    templates_of,
)
from gateway.rules.expressions.checked import Literal
from gateway.rules.expressions.comparing import comparisons
from gateway.rules.expressions.expression import Expression
from gateway.rules.expressions.references import (
    FieldText,
    FieldValue,
    Neighbor,
    Reference,
    Selected,
    SelectedText,
    WholeColumn,
)
from gateway.rules.expressions.wording import Written
from gateway.rules.queue_schema import QueueSchema, SchemaField
from gateway.rules.rule import BySchemaId, Rule, every_expression
from gateway.rules.templates.template import Template
from gateway.spelling import closest

#: Options that a diagnostic lists.
_MOST_LISTED: Final = 10


def check_against_schema(rules: Sequence[Rule], schema: QueueSchema, report: Report) -> None:
    """Report written values that fields do not take, and messages that nobody would see."""
    effects = [effect for rule in rules for effect in _effects(rule)]
    # What rules decide themselves, the schema does not know.
    chosen = {name for effect in effects if (name := _chosen(effect)) is not None}
    shown = set(_shown(effects))
    for rule in rules:
        for name, template in _values(rule):
            found = schema.fields.get(name)
            if found is not None:
                _check_value(found, template, rule, report, chosen)
        for expression in every_expression(rule):
            _check_comparisons(expression, rule, schema, report, chosen)
        _check_hidden(rule, schema, report, shown)


def _effects(rule: Rule) -> tuple[Effect, ...]:
    return tuple(every((*rule.effects, *rule.otherwise)))


def _shown(effects: Iterable[Effect]) -> Iterator[str]:
    for effect in effects:
        if isinstance(effect, Reveal) and not effect.hidden:
            yield from effect.fields
        elif isinstance(effect, Follow):
            yield effect.schema_id


def _chosen(effect: Effect) -> str | None:
    """Give the field whose options an effect decides."""
    match effect:
        case Choose() | ChooseFrom():
            return effect.schema_id
        case Match():
            return None if effect.into is None else effect.into.schema_id
        case _:
            return None


def _selected(rule: Rule) -> str | None:
    return rule.select.schema_id if isinstance(rule.select, BySchemaId) else None


def _values(rule: Rule) -> Iterator[tuple[str, Template]]:
    """Yield what is written, with the field that it is written to, as far as that is known."""
    for effect in _effects(rule):
        if isinstance(effect, Put):
            name = effect.schema_id or _selected(rule)
            if name is not None:
                yield name, effect.template
        elif isinstance(effect, AddRow | Derive):
            yield from effect.cells


def _check_value(
    found: SchemaField, template: Template, rule: Rule, report: Report, chosen: set[str]
) -> None:
    fixed = "".join(part for part in template.parts if isinstance(part, str))
    literal = None if template.holes else fixed
    place, name = template.text.span, found.schema_id
    if found.type == "button":
        report.error("R408", f"{name} is a button; it has no value", place, rule=rule.id)
    elif found.max_length is not None and len(fixed) > found.max_length:
        message = f"{name} takes at most {found.max_length} characters, these are {len(fixed)}"
        report.error("R409", message, place, rule=rule.id)
    elif literal and found.type == "enum" and name not in chosen:
        if found.options and literal not in found.options:
            message, hint = _no_option(found, literal)
            report.error("R432", message, place, hint=hint, rule=rule.id)
    elif literal and not _can_be(literal, found.kind):
        message, hint = _NO_VALUE[found.kind or Kind.TEXT]
        report.error("R433", message.format(name, literal), place, hint=hint, rule=rule.id)


def _can_be(literal: str, kind: Kind | None) -> bool:
    if kind is Kind.NUMBER:
        return parse_number(literal.strip()) is not None
    return kind is not Kind.DATE or parse_date(literal.strip()) is not None


_NO_VALUE: Final = {
    Kind.NUMBER: ("{} is a number, {!r} is none", 'write a plain decimal, such as "1234.50"'),
    Kind.DATE: ("{} is a date, {!r} is none", 'write an ISO date, such as "2025-01-31"'),
}


def _no_option(found: SchemaField, value: str) -> tuple[str, str]:
    meant = closest(value, found.options)
    listed = ", ".join(found.options[:_MOST_LISTED])
    more = ", …" if len(found.options) > _MOST_LISTED else ""
    hint = f'did you mean "{meant}"?' if meant else f"there are {listed}{more}"
    return f"{found.schema_id} has no option {value!r}", hint


def _check_comparisons(
    expression: Expression, rule: Rule, schema: QueueSchema, report: Report, chosen: set[str]
) -> None:
    if not any(
        found.type == "enum"
        for reference in expression.references
        if (found := schema.fields.get(_named(reference, rule) or "")) is not None
    ):
        return
    for reference, value, where in comparisons(expression):
        found = schema.fields.get(_named(reference, rule) or "")
        if found is not None and found.options and found.schema_id not in chosen:
            _warn(found, value, where, rule, report)


def _warn(found: SchemaField, value: Literal, where: Written, rule: Rule, report: Report) -> None:
    values = value.value if isinstance(value.value, list | dict) else [value.value]
    for one in values:
        if isinstance(one, str) and one not in found.options:
            message, hint = _no_option(found, one)
            start, end = where.at
            place = where.text.at(start, end - start)
            report.warning("R432", message, place, hint=hint, rule=rule.id)


def _named(reference: Reference, rule: Rule) -> str | None:
    """Give the schema id whose value a reference is."""
    match reference:
        case FieldValue() | FieldText() | WholeColumn() | Neighbor():
            return reference.schema_id
        case Selected() | SelectedText():
            return _selected(rule)
        case _:
            return None


def _check_hidden(rule: Rule, schema: QueueSchema, report: Report, shown: set[str]) -> None:
    for effect in _effects(rule):
        if not isinstance(effect, Say):
            continue
        selected = _selected(rule)
        names = effect.at.fields if effect.at else (selected,) if selected else ()
        for name in names:
            found = schema.fields.get(name)
            if found is not None and found.hidden and name not in shown:
                report.warning(
                    "R434",
                    f"{name} is hidden, so its message is shown for the document",
                    templates_of(effect)[0].text.span,
                    hint="say at: document, or name a field that is seen",
                    rule=rule.id,
                )
