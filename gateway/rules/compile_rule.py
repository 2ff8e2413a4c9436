"""One rule: from nodes whose structure is right to a checked rule of one queue.

Language §2 and §3. Law: pure; reports all mistakes of a rule that do not follow from others.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from types import UnionType
from typing import Final

from gateway.diagnostic import Report
from gateway.rules.check_events import check_events
from gateway.rules.compile_effects import EffectCompiler
from gateway.rules.compile_notify import check_notify
from gateway.rules.effect import Effect, Match, Put, Say, every
from gateway.rules.events import ACTIONS, OTHER_EVENTS, actions_of
from gateway.rules.expressions.expression import Expression, compile_condition
from gateway.rules.expressions.scope import Scope, Selects
from gateway.rules.parts import part_keys, parts_elsewhere
from gateway.rules.rule import ByPath, BySchemaId, Group, Mode, OnFailure, Overwrite, Rule, Selector
from gateway.rules.selectors.parse import names_for_texts
from gateway.rules.selectors.path import PathSyntaxError, compile_path
from gateway.rules.statuses import check_statuses
from gateway.rules.yaml.source import List, Map, Node, Scalar, Text

_SCHEMA_ID: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Around:
    """What a rule inherits from its group; everything, when it stands alone."""

    group: Group | None
    actions: frozenset[str]
    edited: frozenset[str]
    mode: Mode


ALONE: Final = Around(None, ACTIONS | OTHER_EVENTS.keys(), frozenset(), Mode.ENFORCE)


def compile_rule(node: Map, around: Around, scope: Scope, report: Report) -> Rule | None:
    """Compile one rule for one queue; None after reporting what is wrong with it."""
    id_node = node.get("id")
    assert isinstance(id_node, Scalar)  # noqa: S101 - the JSON Schema demands it.
    before = report.errors
    mode = Mode(word(node, "mode") or Mode.ENFORCE)
    actions = _rule_actions(node.get("on"), around, scope, report)
    has_fields = not actions or bool(actions & ACTIONS)
    select, scope = compile_select(node.get("select"), scope, report, has_fields=has_fields)
    if not has_fields:
        elsewhere = parts_elsewhere(actions)
        scope = replace(scope, part_keys=part_keys(select, actions), parts_elsewhere=elsewhere)
    when = _condition(node.get("when"), scope, report)
    require = _condition(node.get("require"), scope, report)
    effects = EffectCompiler(scope, report).compile(node) or ()
    other = node.get("otherwise")
    otherwise = EffectCompiler(scope, report).compile(other) if isinstance(other, Map) else ()
    rule = Rule(
        id=id_node.text.value,
        place=id_node.span,
        description=word(node, "description") or "",
        mode=_stricter(mode, around.mode),
        actions=actions,
        edited=_edited(node.get("edited"), scope, report) | around.edited,
        group=around.group,
        select=select,
        when=when,
        require=require,
        fires_when_empty=word(node, "empty") == "fire",
        overwrite=Overwrite(word(node, "overwrite") or Overwrite.ALWAYS),
        on_failure=OnFailure(word(node, "on_failure") or scope.context.on_failure),
        effects=effects,
        otherwise=otherwise or (),
    )
    if report.errors == before:
        _check_whole(rule, node, id_node.text, report)
        names_events = "on" in node.entries or around.actions != ALONE.actions
        check_notify(rule, node, names_events=names_events, report=report)
    return rule if report.errors == before else None


def _stricter(mode: Mode, around: Mode) -> Mode:
    """Combine a rule's mode with its group's: off before shadow before enforce."""
    order = (Mode.OFF, Mode.SHADOW, Mode.ENFORCE)
    return order[min(order.index(mode), order.index(around))]


def word(node: Map, key: str) -> str | None:
    """Give the text of a key, if it is there."""
    value = node.get(key)
    return value.text.value if isinstance(value, Scalar) else None


def compile_select(
    node: Node | None, scope: Scope, report: Report, *, has_fields: bool = True
) -> tuple[Selector, Scope]:
    """Compile what a rule runs on; give the scope of what is said in it too.

    Without fields, a bare name is a key of the payload.
    """
    if not isinstance(node, Scalar):
        return None, scope
    text = node.text
    if has_fields and _SCHEMA_ID.fullmatch(text.value):
        schema_id = scope.schema_id(text.value)
        found = scope.schema_field(schema_id)
        if scope.is_unknown(schema_id):
            _refuse_unknown(text, scope, report)
        if found is not None and found.category == "section":
            message = f"{text.value} is a section; nothing runs on sections"
            report.error("R210", message, text.span, hint="select a field", rule=scope.rule)
        rows = found is not None and found.category in ("multivalue", "tuple")
        selects = Selects.ROWS if rows else Selects.DATAPOINTS
        return BySchemaId(schema_id), replace(scope, selects=selects, selected=schema_id)
    try:
        path = compile_path(text.value)
    except PathSyntaxError as error:
        place = text.at(error.offset, max(1, error.length))
        report.error("R210", error.message, place, hint=error.hint, rule=scope.rule)
        return None, replace(scope, selects=Selects.RESULTS)
    for offset, length in names_for_texts(text.value):
        name = text.value[offset : offset + length].strip('"')
        message = f"schema_id is compared with the key {name!r} here, which no node has"
        hint = f"a text stands in single quotes: '{name}'"
        report.warning("R210", message, text.at(offset, length), hint=hint, rule=scope.rule)
    return ByPath(path), replace(scope, selects=Selects.RESULTS, path=path)


def _condition(node: Node | None, scope: Scope, report: Report) -> Expression | None:
    return compile_condition(node.text, scope, report) if isinstance(node, Scalar) else None


def texts(node: Node | None) -> list[Text]:
    """List the texts of a node that is one, or a list of them."""
    items = node.items if isinstance(node, List) else (node,)
    return [item.text for item in items if isinstance(item, Scalar)]


def _actions(node: Node | None, scope: Scope, report: Report) -> frozenset[str] | None:
    return None if node is None else actions_of(texts(node), scope.rule or "", report)


def _rule_actions(
    node: Node | None, around: Around, scope: Scope, report: Report
) -> frozenset[str]:
    """Intersect a rule's events with its group's; without any, it runs on content events."""
    own = _actions(node, scope, report)
    if own is None:
        return around.actions & ACTIONS or around.actions
    return own & around.actions


def _edited(node: Node | None, scope: Scope, report: Report) -> frozenset[str]:
    for text in texts(node):
        if scope.is_unknown(scope.schema_id(text.value)):
            _refuse_unknown(text, scope, report)
    return frozenset(scope.schema_id(text.value) for text in texts(node))


def _refuse_unknown(text: Text, scope: Scope, report: Report) -> None:
    meant = scope.suggest(text.value)
    hint = f'did you mean "{meant}"?' if meant else None
    message = scope.unknown_field(text.value)
    report.error("R201", message, text.span, hint=hint, rule=scope.rule)


def _check_whole(rule: Rule, node: Map, name: Text, report: Report) -> None:
    """Check what only all keys together can say."""

    def refuse(code: str, message: str, key: str | None, hint: str) -> None:
        entry = node.entries.get(key) if key else None
        place = entry.key.span if entry else name.span
        report.error(code, message, place, hint=hint, rule=rule.id)

    effects = tuple(every((*rule.effects, *rule.otherwise)))
    if not effects:
        refuse("R410", "this rule does nothing", None, "add an effect, such as message or replace")
        return
    if rule.edited and any(isinstance(effect, Say) for effect in effects):
        hint = "messages are not kept: it would vanish at the next edit; leave edited out"
        refuse("R411", "edited does not go with message", "edited", hint)
    if rule.otherwise and rule.when is None and rule.require is None:
        refuse("R412", "otherwise needs when or require", "otherwise", "add a condition")
    if rule.fires_when_empty and rule.require is None:
        refuse("R413", "empty says what an empty require does", "empty", "add require")
    if rule.overwrite is not Overwrite.ALWAYS and not _has(effects, Put | Match):
        refuse("R414", "overwrite needs replace or match", "overwrite", "leave it out")
    check_events(rule, node, report)
    check_statuses(rule, report)


def _has(effects: tuple[Effect, ...], kind: type | UnionType) -> bool:
    return any(isinstance(effect, kind) for effect in effects)


def compile_group(node: Map, scope: Scope, report: Report) -> Around:
    """Compile what a group shares."""
    when = _condition(node.get("when"), replace(scope, selects=Selects.ANNOTATION), report)
    group = Group(word(node, "group") or "", when, word(node, "stop") == "first")
    actions = _actions(node.get("on"), scope, report) or ACTIONS | OTHER_EVENTS.keys()
    mode = Mode(word(node, "mode") or Mode.ENFORCE)
    return Around(group, actions, _edited(node.get("edited"), scope, report), mode)
