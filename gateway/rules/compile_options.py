"""``options`` as compiled: written out, from a param, or from a table.

Language §5. Law: pure; nodes whose structure is right in, effects or diagnostics out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from gateway.annotation.values import Kind, kind_of, value_text
from gateway.rules.compiling import Around, items
from gateway.rules.effect import Choose, ChooseFrom
from gateway.rules.expressions.lookups import column_mistake, parameters_mistake, table_mistake
from gateway.rules.question import Question
from gateway.rules.tables import TableShape
from gateway.rules.templates.template import Template
from gateway.rules.yaml.source import Map, Node, Scalar, Text
from gateway.spelling import closest

#: The type of a field that has options; that of one which was seen in a payload is not known.
ENUM: Final = ("enum", "")


def compile_options(node: Node, around: Around) -> None:
    """Compile ``options`` of each field named."""
    for entry in node.entries.values() if isinstance(node, Map) else ():
        schema_id = around.field(entry.key, category="datapoint")
        found = around.scope.schema_field(schema_id)
        if found is not None and found.category == "datapoint" and found.type not in ENUM:
            message = f"{entry.key.value} is of the type {found.type}; only an enum has options"
            around.error("R408", message, entry.key.span)
        options = _option_list(entry.value, around)
        if isinstance(options, tuple):
            around.effects.append(Choose(schema_id, options))
        elif options is not None:
            around.effects.append(ChooseFrom(schema_id, options.question, *options.columns))


Pairs: TypeAlias = tuple[tuple[Template, Template], ...]


@dataclass(frozen=True, slots=True)
class _Table:
    """A table whose records are options: those of two columns."""

    question: Question
    columns: tuple[str, str]


def _option_list(node: Node, around: Around) -> Pairs | _Table | None:
    if isinstance(node, Map):
        return _options_from(node, around)
    return written_options(node, around)


def written_options(node: Node | None, around: Around) -> Pairs | None:
    """Read options that are written out; None after a mistake."""
    options = []
    for item in items(node):
        if isinstance(item, Map):
            value = around.template(item.get("value"))
            label = around.template(item.get("label")) if item.get("label") else value
        else:
            value = label = around.template(item)
        if value is None or label is None:
            return None
        options.append((value, label))
    return tuple(options)


def _options_from(node: Map, around: Around) -> Pairs | _Table | None:
    """Make options of a param or of a table."""
    source = node.get("from")
    assert isinstance(source, Scalar)  # noqa: S101 - the JSON Schema demands it.
    keys = [_key(node, key) for key in ("value", "label")]
    name, context = source.text.value, around.scope.context
    if name in context.tables and name in around.scope.params:
        hint = f"write params.{name} for the param, or call one of the two otherwise"
        around.error("R422", f"{name!r} is a table and a param", source.span, hint)
        return None
    bare = name.removeprefix("params.")
    if bare in around.scope.params or bare != name:
        return _options_from_param(bare, source, keys, around)
    wrong = table_mistake(name, around.scope)
    if wrong is not None:
        code, message, cure = wrong
        known = closest(name, (*context.tables, *around.scope.params))
        advice = f'did you mean "{known}"?' if known else cure
        around.error(code, message, source.span, advice)
        return None
    return _options_from_table(context.tables[name], source, keys, around)


def _key(node: Map, name: str) -> Text | None:
    found = node.get(name)
    return found.text if isinstance(found, Scalar) else None


def _options_from_table(
    shape: TableShape, source: Scalar, keys: Sequence[Text | None], around: Around
) -> _Table | None:
    value, label = keys
    if value is None:
        hint = "add value: COLUMN, and label: COLUMN for what people read"
        around.error("R422", "options from a table need a column of values", source.span, hint)
        return None
    mistakes = [(one, column_mistake(one.value, shape)) for one in keys if one is not None]
    mistakes.append((source.text, parameters_mistake((), shape)))
    for text, wrong in mistakes:
        if wrong is not None:
            around.error(wrong[0], wrong[1], text.span, wrong[2])
            return None
    return _Table(Question(shape.name, ()), (value.value, (label or value).value))


def _options_from_param(
    name: str, source: Scalar, keys: Sequence[Text | None], around: Around
) -> Pairs | None:
    """Make options of a param: a list of texts, a list of mappings, or value by label."""
    param = around.scope.params.get(name)
    if param is None:
        around.error("R204", f'unknown param "{name}"', source.span, "write from: params.NAME")
        return None
    around.scope.used_params.add(name)
    value_key, label_key = (None if key is None else key.value for key in keys)
    pairs = _pairs(param.value, value_key, label_key)
    if pairs is None:
        named = " and ".join(repr(key) for key in (value_key or "value", label_key) if key)
        hint = f"give it a list of texts, or of mappings that all have {named}"
        around.error("R422", f"params.{name} cannot be read as options", source.span, hint)
        return None
    return tuple((_fixed(value), _fixed(label)) for value, label in pairs)


def _pairs(data: Any, value_key: str | None, label_key: str | None) -> list[tuple[str, str]] | None:
    """Read values and labels; None if *data* holds something that is neither."""
    if isinstance(data, dict):
        pairs = list(data.items())
    elif isinstance(data, list):
        pairs = [_pair(item, value_key, label_key) for item in data]
    else:
        return None
    texts = [(value_text(value), value_text(label)) for value, label in pairs]
    known = all((kind_of(one) or Kind.LIST) in Kind.SCALAR for pair in pairs for one in pair)
    return texts if known else None


def _pair(item: Any, value_key: str | None, label_key: str | None) -> tuple[Any, Any]:
    if not isinstance(item, dict):
        return item, item
    value = item.get(value_key or "value")
    if label_key is not None:
        return value, item.get(label_key)
    return value, value if value_key is not None else item.get("label", value)


def _fixed(text: str) -> Template:
    return Template(Text.inline(text), (text,))
