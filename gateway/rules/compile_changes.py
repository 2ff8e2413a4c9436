"""Effects on fields and rows as compiled: options, visibility, validation, rows, whole tables.

Language §5. Law: pure; nodes whose structure is right in, effects or diagnostics out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Final

from gateway.rules.compile_match import compile_match
from gateway.rules.compile_notify import compile_notify, json_of
from gateway.rules.compile_options import compile_options
from gateway.rules.compiling import Around, items
from gateway.rules.effect import (
    AddRow,
    Cells,
    Derive,
    Follow,
    RemoveRow,
    Respond,
    Reveal,
    Validate,
)
from gateway.rules.expressions.scope import Scope, Selects
from gateway.rules.yaml.source import List, Map, Node, Scalar


def _hide(node: Node, around: Around) -> None:
    around.effects.append(Reveal(_fields(node, around), hidden=True))


def _show(node: Node, around: Around) -> None:
    around.effects.append(Reveal(_fields(node, around), hidden=False))


def _validate(node: Node, around: Around) -> None:
    around.effects.append(Validate(_fields(node, around)))


def _fields(node: Node, around: Around) -> tuple[str, ...]:
    items = node.items if isinstance(node, List) else (node,)
    return tuple(
        around.field(item.text, category="datapoint") for item in items if isinstance(item, Scalar)
    )


def _visible(node: Node, around: Around) -> None:
    for entry in node.entries.values() if isinstance(node, Map) else ():
        schema_id = around.field(entry.key, category="datapoint")
        condition = around.condition(entry.value, around.scope)
        if condition is not None:
            around.effects.append(Follow(schema_id, condition))


def _add(node: Node, around: Around) -> None:
    assert isinstance(node, Map)  # noqa: S101 - the JSON Schema demands it.
    table = _table(node.get("table"), around)
    cells = _cells(node.get("cells"), table, around.scope, around)
    named = [item.text for item in items(node.get("key")) if isinstance(item, Scalar)]
    columns = [name for name, _ in cells]
    for name in named:
        if around.scope.schema_id(name.value) not in columns:
            hint = f"there are {', '.join(columns)}"
            around.error("R423", f"the key {name.value!r} is not among the cells", name.span, hint)
    key = tuple(around.scope.schema_id(name.value) for name in named) or tuple(columns)
    around.effects.append(AddRow(table, cells, key))


def _table(node: Node | None, around: Around) -> str:
    assert isinstance(node, Scalar)  # noqa: S101 - the JSON Schema demands it.
    return around.field(node.text, category="multivalue")


def _cells(node: Node | None, table: str, scope: Scope, around: Around) -> Cells:
    cells = []
    for entry in node.entries.values() if isinstance(node, Map) else ():
        schema_id = around.field(entry.key, category="datapoint")
        found = scope.schema_field(schema_id)
        into = scope.schema_field(table)
        is_table = into is not None and into.category == "multivalue"
        if is_table and found is not None and found.table != table:
            around.error("R424", f"{entry.key.value} is no column of {table}", entry.key.span)
        if found is not None and found.formula:
            message = f"{entry.key.value} is a formula field; the platform ignores writes to it"
            around.error("R408", message, entry.key.span, "leave it out; it is computed")
        template = around.template(entry.value, scope)
        if template is not None:
            cells.append((schema_id, template))
    return tuple(cells)


def _remove(node: Node, around: Around) -> None:
    if around.scope.selects is Selects.ANNOTATION:
        around.error("R407", "no row is selected", node.span, "add select: TABLE")
        return
    found = around.scope.schema_field(around.scope.selected or "")
    if found is not None and found.category == "datapoint" and found.table is None:
        message = f"{found.schema_id} stands in no row"
        around.error("R407", message, node.span, "select a table, or a field of one")
    around.effects.append(RemoveRow())


def _derive(node: Node, around: Around) -> None:
    assert isinstance(node, Map)  # noqa: S101 - the JSON Schema demands it.
    if around.scope.selects is not Selects.ANNOTATION:
        hint = "leave select out; from says which rows it is made of"
        around.error("R425", "a table is derived once for the document", node.span, hint)
    into, source = _table(node.get("into"), around), _table(node.get("from"), around)
    row = replace(around.scope, selects=Selects.ROWS, selected=source)
    by = _group_keys(node.get("by"), row, around)
    where = around.condition(node.get("where"), row)
    cells = _cells(node.get("cells"), into, replace(row, grouped_by=by) if by else row, around)
    columns = [name for name, _ in cells]
    order = []
    for item in items(node.get("order")):
        if isinstance(item, Scalar):
            name = around.scope.schema_id(item.text.value.removeprefix("-"))
            order.append((name, item.text.value.startswith("-")))
            if name not in columns:
                hint = f"there are {', '.join(columns)}"
                around.error("R423", f"{name!r} is not among the cells", item.span, hint)
    if into == source:
        _check_own_columns(into, columns, node, around)
    around.effects.append(Derive(into, source, where, by, tuple(order), cells))


def _group_keys(node: Node | None, row: Scope, around: Around) -> tuple[str, ...]:
    keys = []
    for item in items(node):
        if isinstance(item, Scalar):
            keys.append(around.field(item.text, category="datapoint"))
            if row.in_its_row(keys[-1]) is False and row.table is not None:
                message = f"{item.text.value} is no column of {row.table}"
                around.error("R424", message, item.span)
    return tuple(keys)


def _check_own_columns(table: str, columns: Sequence[str], node: Map, around: Around) -> None:
    """Refuse to move only some cells of the rows of one table."""
    schema = around.scope.context.schema
    of_table = (one for one in schema.fields.values() if one.table == table) if schema else ()
    named = {one.schema_id for one in of_table if one.category == "datapoint"}
    left = sorted(named - {*columns} - (schema.computed if schema else frozenset()))
    if left:
        hint = f'add {left[0]}: "{{{left[0]}}}"'
        message = f"{table} is made of itself, so cells must name every column"
        around.error("R424", message, node.entries["cells"].key.span, hint)


def _respond(node: Node, around: Around) -> None:
    around.effects.append(Respond(json_of(node, around.template)))


#: How each effect is compiled, by its key.
CHANGES: Final[dict[str, Callable[[Node, Any], None]]] = {
    "options": compile_options,
    "hide": _hide,
    "show": _show,
    "visible": _visible,
    "validate": _validate,
    "add": _add,
    "remove": _remove,
    "table": _derive,
    "match": compile_match,
    "respond": _respond,
    "notify": compile_notify,
}
