"""``notify`` as compiled: whom to tell, and what.

Language §7. Law: pure; nodes whose structure is right in, effects or diagnostics out. What a
destination is, and where it is, is the operator's business: rules know its name and its form.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from gateway.diagnostic import Report
from gateway.effects import Form
from gateway.rules.compiling import Around
from gateway.rules.effect import Each, Notify, every, has_each
from gateway.rules.events import ACTIONS
from gateway.rules.expressions.scope import Scope, Selects
from gateway.rules.rule import Rule
from gateway.rules.templates.template import Hole, Template
from gateway.rules.yaml.source import List, Map, Node, Scalar, Text
from gateway.spelling import closest

#: The keys of a list that is made of the rows of a table.
_OF_EACH: Final = frozenset(("each", "where", "as"))


def compile_notify(node: Node, around: Around) -> None:
    """Compile ``notify``: one mapping, or a list of them."""
    for one in node.items if isinstance(node, List) else (node,):
        if isinstance(one, Map):
            _compile(one, around)


def check_notify(rule: Rule, node: Map, names_events: bool, report: Report) -> None:
    """Report a rule that would tell of every edit, or of rows that its events do not have."""
    entry = node.entries.get("notify")
    place = entry.key.span if entry else rule.place
    told = [one for one in every((*rule.effects, *rule.otherwise)) if isinstance(one, Notify)]
    if told and not names_events:
        hint = "name the events that are worth telling, such as on: export"
        report.error("R450", "notify needs on", place, hint=hint, rule=rule.id)
    elif any(has_each(one.body) for one in told) and not rule.actions & ACTIONS:
        message = f"{min(rule.actions)} has no table"
        hint = "a list of the payload is sent as it is: {payload.NAME}"
        report.error("R453", message, place, hint=hint, rule=rule.id)


def json_of(node: Node, text: Callable[[Node], Any]) -> Any:
    """Give the data of a node; *text* says what becomes of a text in it."""
    match node:
        case Map():
            return {key: json_of(entry.value, text) for key, entry in node.entries.items()}
        case List():
            return [json_of(item, text) for item in node.items]
        case Scalar() if isinstance(node.data, str):
            return text(node)
        case Scalar():
            return node.data


def _compile(node: Map, around: Around) -> None:
    to, body, key = node.get("to"), node.get("body"), node.get("key")
    assert isinstance(to, Scalar)  # noqa: S101 - the JSON Schema demands it.
    assert body is not None  # noqa: S101 - the same.
    form = _form(to.text, around)
    compiled = _BODIES[form](body, around)
    template = around.template(key) if key is not None else None
    around.effects.append(Notify(to.text.value, form, compiled, template))


def _form(name: Text, around: Around) -> Form:
    """Find the form that a destination wants, or report that it cannot be told anything."""
    known = around.scope.context.receivers
    receiver = known.get(name.value)
    if receiver is None:
        meant = closest(name.value, known)
        hint = f'did you mean "{meant}"?' if meant else "name it under destinations: first"
        message = f'gateway.yaml has no destination "{name.value}"'
        around.error("R451", message, name.span, hint)
        return Form.JSON
    if not receiver.is_granted:
        hint = f"add its file to the queues of {name.value} in gateway.yaml"
        message = f'the destination "{name.value}" is not for this queue'
        around.error("R452", message, name.span, hint)
    return receiver.form


def _json_body(node: Node, around: Around) -> Any:
    return _json(node, around, around.scope)


def _json(node: Node, around: Around, scope: Scope) -> Any:
    match node:
        case Map() if "each" in node.entries and _makes_rows(node):
            return _each(node, around, scope)
        case Map():
            entries = node.entries.items()
            return {key: _json(entry.value, around, scope) for key, entry in entries}
        case List():
            return [_json(item, around, scope) for item in node.items]
        case Scalar() if isinstance(node.data, str):
            return around.template(node, scope)
        case Scalar():
            return node.data


def _makes_rows(node: Map) -> bool:
    """Say whether a mapping with ``each`` is a list of rows, and not data with such a key."""
    return "as" in node.entries or node.entries.keys() <= _OF_EACH


def _each(node: Map, around: Around, scope: Scope) -> Any:
    """Compile ``{each: TABLE, where: CONDITION, as: JSON}``."""
    other = next((key for key in node.entries if key not in _OF_EACH), None)
    if other is not None:
        meant = closest(other, _OF_EACH)
        hint = f"did you mean {meant!r}?" if meant else "a list of rows has each, where and as"
        place = node.entries[other].key.span
        around.error("R453", f"{other!r} means nothing beside each and as", place, hint)
        return None
    table, item, where = node.get("each"), node.get("as"), node.get("where")
    place = node.entries["each"].key.span
    if scope is not around.scope:
        around.error(
            "R453", "a list within a list of rows", place, "rows have no rows of their own"
        )
        return None
    if item is None:
        hint = "add as: with what each row becomes"
        around.error("R453", "each says of which rows, not what becomes of them", place, hint)
        return None
    if not isinstance(table, Scalar) or (where is not None and not isinstance(where, Scalar)):
        hint = "write each: TABLE, and where: CONDITION"
        around.error("R453", "each names a table, where a condition on its rows", place, hint)
        return None
    name = around.field(table.text, category="multivalue")
    row = replace(around.scope, selects=Selects.ROWS, selected=name, path=None)
    return Each(name, _condition(where, around, row), _json(item, around, row))


def _condition(node: Scalar | None, around: Around, scope: Scope) -> Template | None:
    """Compile a condition as a template that is nothing but it."""
    condition = around.condition(node, scope) if node is not None else None
    return None if condition is None else Template(condition.text, (Hole(condition, None),))


def _text_body(node: Node, around: Around) -> Any:
    if not isinstance(node, Scalar):
        hint = "write a template, or form: json in gateway.yaml"
        around.error("R453", "this destination takes a text", node.span, hint)
        return None
    return around.template(node)


def _form_body(node: Node, around: Around) -> Any:
    if not isinstance(node, Map):
        hint = "write NAME: template, or form: json in gateway.yaml"
        around.error("R453", "this destination takes a form, which has names", node.span, hint)
        return None
    fields = {}
    for key, entry in node.entries.items():
        if isinstance(entry.value, Scalar):
            fields[key] = around.template(entry.value)
        else:
            message = f"{key} is no single value, and a form has no others"
            around.error("R453", message, entry.value.span, "write a template")
    return fields


_BODIES: Final[dict[Form, Callable[[Node, Around], Any]]] = {
    Form.JSON: _json_body,
    Form.FORM: _form_body,
    Form.TEXT: _text_body,
}
