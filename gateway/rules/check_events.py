"""What a rule says against the events it runs on: effects they cannot carry, what they do not have.

Language §2, ``on``, §3 and §5. A content rule may run on events of which some carry an effect and
others do not, as with blockers; for any other event, each effect is carried or refused, so that
nothing is left out unseen. Law: pure; a compiled rule and its node in, diagnostics out.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from gateway.diagnostic import Report, Span
from gateway.rules.events import ACTIONS, CARRIERS, EMAIL, FACTS, OTHER_EVENTS, UPLOAD, carried_by
from gateway.rules.expressions.expression import all_references
from gateway.rules.expressions.references import (
    FACT_KEYS,
    MAIL_HEADERS,
    Attribute,
    Fact,
    RowFact,
)
from gateway.rules.parts import part_keys
from gateway.rules.rule import Rule
from gateway.rules.yaml.source import Map

#: Effects that other effects stand beside: without them, a rule still does something.
_BESIDE: Final = frozenset(("block",))


def check_events(rule: Rule, node: Map, report: Report) -> None:
    """Report what the events of a rule cannot carry or do not have; *node* is the rule's."""
    keys = dict(_effect_keys(node))
    on = node.entries.get("on")
    place = on.key.span if on else rule.place
    if not rule.actions:
        message, hint = "this rule shares no event with its group", "name one of the group's"
        report.error("R415", message, place, hint=hint, rule=rule.id)
    elif rule.actions & ACTIONS and rule.actions - ACTIONS:
        message = "content events and others do not go together in one rule"
        report.error("R426", message, place, hint="make two rules of it", rule=rule.id)
    elif rule.actions & ACTIONS:
        _check_content_effects(rule, keys, place, report)
        _check_headers(rule, report)
    else:
        _check_other_effects(rule, keys, report)
        _check_matches(rule, node, report)
        _check_messages(rule, node, report)
        _check_edited(rule, node, report)
        _check_names(rule, report)
        _check_headers(rule, report)


def _with_effects(node: Map) -> Iterator[Map]:
    """Yield the mappings in which effects of a rule stand, those inside of others first."""
    match = node.get("match")
    outcomes = [match.get(key) for key in ("none", "one", "many")] if isinstance(match, Map) else []
    for within in (node.get("otherwise"), *outcomes):
        if isinstance(within, Map):
            yield from _with_effects(within)
    yield node


def _effect_keys(node: Map) -> Iterator[tuple[str, Span]]:
    """Yield the effects of a rule with their places."""
    for within in _with_effects(node):
        for key, entry in within.entries.items():
            if key in CARRIERS:
                yield key, entry.key.span


def _check_content_effects(rule: Rule, keys: dict[str, Span], on: Span, report: Report) -> None:
    for key, place in keys.items():
        if CARRIERS[key] & rule.actions:
            continue
        if CARRIERS[key] & ACTIONS:  # Other content events carry it.
            if keys.keys() <= _BESIDE:
                message = "none of its events can carry the blocker"
                hint = "automation blockers are honored on initialize only"
                report.error("R401", message, on, hint=hint, rule=rule.id)
            continue
        message = f"none of its events can carry {key}"
        hint = f"write on: {' or '.join(sorted(CARRIERS[key]))}"
        report.error("R401", message, place, hint=hint, rule=rule.id)


def _check_other_effects(rule: Rule, keys: dict[str, Span], report: Report) -> None:
    for key, place in keys.items():
        for event in sorted(rule.actions - CARRIERS[key])[:1]:
            message = f"{event} cannot carry {key}: {OTHER_EVENTS[event]}"
            carried = ", ".join(carried_by(event))
            hint = f"it can carry {carried}" if carried else "no effect can be answered to it"
            report.error("R401", message, place, hint=hint, rule=rule.id)


def _check_matches(rule: Rule, node: Map, report: Report) -> None:
    """Refuse fields that a match would write: these events have none."""
    for within in _with_effects(node):
        match = within.get("match")
        if not isinstance(match, Map):
            continue
        for key in ("into", "fill"):
            if key in match.entries:
                message = f"{min(rule.actions)} has no fields, so a match has no {key} there"
                place = match.entries[key].key.span
                hint = "say what follows under one, many and none"
                report.error("R401", message, place, hint=hint, rule=rule.id)


def _check_messages(rule: Rule, node: Map, report: Report) -> None:
    """Check that what a message says is said of a file; these events have nothing else."""
    for within in _with_effects(node):
        message = within.get("message")
        if not isinstance(message, Map) or UPLOAD not in rule.actions:
            continue
        at = message.entries.get("at")
        if at is not None:
            hint = "leave at out: it stands at the selected file"
            report.error("R427", f"{UPLOAD} has no fields", at.key.span, hint=hint, rule=rule.id)
        elif rule.select is None:
            hint = "add select: files"
            report.error("R407", "no file is selected", message.span, hint=hint, rule=rule.id)


def _check_edited(rule: Rule, node: Map, report: Report) -> None:
    if not rule.edited:
        return
    entry = node.entries.get("edited")
    place = entry.key.span if entry else rule.place
    message = f"nothing is edited on {min(rule.actions)}"
    report.error("R427", message, place, hint="leave edited out", rule=rule.id)


def _check_names(rule: Rule, report: Report) -> None:
    """Refuse fields, which these events do not have, and facts that one of them lacks."""
    event = min(rule.actions)
    told: set[str] = set()
    for expression in rule.expressions():
        for reference in all_references(expression):
            field = getattr(reference, "schema_id", None)
            if field is not None and field not in told:
                told.add(field)
                message = f"{event} has no field {field!r}"
                is_part = field in part_keys(rule.select, rule.actions)
                hint = (
                    f"write value.{field} for what is selected"
                    if is_part
                    else f"write payload.{field} for what the request says"
                )
                report.error("R201", message, expression.text.span, hint=hint, rule=rule.id)
            elif isinstance(reference, Attribute | RowFact) and reference.name not in told:
                told.add(reference.name)
                whole = f"row.{reference.name}" if isinstance(reference, RowFact) else "this"
                message, hint = f"{event} has no {whole}", "write value for what is selected"
                report.error("R207", message, expression.text.span, hint=hint, rule=rule.id)
            elif isinstance(reference, Fact) and reference.path[0] in FACT_KEYS:
                root = reference.path[0]
                lacking = sorted(one for one in rule.actions if root not in FACTS[one])
                if lacking and root not in told:
                    told.add(root)
                    message = f"{lacking[0]} has no {root}"
                    hint = f"it has {_had(lacking[0])}"
                    report.error("R207", message, expression.text.span, hint=hint, rule=rule.id)


def _check_headers(rule: Rule, report: Report) -> None:
    """Refuse headers of an e-mail where there is at most the e-mail object, which lacks them."""
    if rule.actions == {EMAIL}:
        return
    for expression in rule.expressions():
        for reference in all_references(expression):
            path = reference.path if isinstance(reference, Fact) else ()
            if path[:1] == ("email",) and path[1] in MAIL_HEADERS:
                message = f"only {EMAIL} has email.{path[1]}"
                hint = f"write on: {EMAIL}, alone"
                report.error("R207", message, expression.text.span, hint=hint, rule=rule.id)


def _had(event: str) -> str:
    return ", ".join((*sorted(FACTS[event]), "payload"))
