"""Calls of the functions that ask tables: checked against the tables that a queue may read.

Language §4, *tables*, and §6. Law: pure; names of tables and columns are settled here, so that
asking meets only what depends on the document and on the table's contents.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import Final

from gateway.annotation.values import Kind, kind_name
from gateway.rules.expressions import kinds
from gateway.rules.expressions.checked import Lookup, Operand, Tree
from gateway.rules.expressions.mistakes import Mistakes, meant, span_of
from gateway.rules.expressions.references import Asked, Hit, Hits, Reference, Take
from gateway.rules.expressions.scope import Scope
from gateway.rules.functions.tables import TABLE_FUNCTIONS
from gateway.rules.question import Criterion, Question
from gateway.rules.tables import TableShape
from gateway.spelling import closest

Check = Callable[[ast.expr], Tree]
#: Reads a part as displayed if only a text is of use.
AsText = Callable[[Tree], Tree]

#: Code, message and advice.
Mistake = tuple[str, str, str | None]


def table_mistake(name: str, scope: Scope) -> Mistake | None:
    """Say why a name is not that of a table that the queue may read; None if it is."""
    context = scope.context
    if name in context.tables:
        return None
    if name in context.ungranted:
        message = f"the table {name!r} is not for this queue"
        return "R221", message, "add the queue file to its `queues` in gateway.yaml"
    known = closest(name, context.tables)
    hint = meant(known) or "tables are defined under `tables` in gateway.yaml"
    return "R220", f"unknown table {name!r}", hint


def column_mistake(name: str, shape: TableShape) -> Mistake | None:
    """Say why a record of a table has no such column; None if it has, or nobody knows."""
    if shape.columns is None or name in shape.columns:
        return None
    listed = ", ".join(shape.columns)
    hint = meant(closest(name, shape.columns)) or f"there are {listed}"
    return "R222", f"the table {shape.name!r} has no column {name!r}", hint


def parameters_mistake(names: Sequence[str], shape: TableShape) -> Mistake | None:
    """Say why a live table cannot be asked with just these keys; None if it can."""
    wanted = shape.parameters
    if wanted is None or sorted(names) == sorted(wanted):
        return None
    hint = f"its query has {', '.join(wanted) or 'none'}"
    return "R223", f"the table {shape.name!r} is asked with each of its parameters", hint


def criterion_kind(name: str, shape: TableShape) -> Kind:
    """Give what a column can be compared with; anything where its kind is not known."""
    kind = None if shape.columns is None or shape.parameters is not None else shape.columns[name]
    return kind or Kind.SCALAR


def finds(kind: Kind, wanted: Kind) -> bool:
    """Whether a key that can be of *kind* finds something in a column of the kinds *wanted*."""
    given = kinds.element(kind)
    # As anywhere, a date compares with an ISO text.
    dated = any(
        one & Kind.DATE and other & Kind.TEXT for one, other in ((given, wanted), (wanted, given))
    )
    return bool(given & wanted) or dated


def record_shape(tree: Tree, references: Sequence[Reference], scope: Scope) -> TableShape | None:
    """Give the columns of what is a record, or a column of records; None for anything else."""
    match tree:
        case Lookup():
            return scope.context.tables[tree.table]
        case Operand():
            reference = references[tree.index]
            if isinstance(reference, Hit | Hits):
                return scope.hit if isinstance(reference, Hit) else scope.hits
    return None


def part_kind(tree: Tree, key: str, shape: TableShape) -> Kind:
    """Give what a column of a record can be; of several records, it is a column."""
    known = None if shape.columns is None else shape.columns.get(key)
    if tree.kind == Kind.COLUMN:
        return Kind.COLUMN
    return (known or Kind.SCALAR) | (tree.kind & Kind.COLUMN)


def check_lookup(
    node: ast.Call, scope: Scope, mistakes: Mistakes, check: Check, as_text: AsText
) -> tuple[Asked, Kind, tuple[Tree, ...]]:
    """Check a call of one of `TABLE_FUNCTIONS`.

    Returns:
        What is asked, the kinds of the answer, and the keys.

    Raises:
        Refused: after reporting what is wrong.
    """
    assert isinstance(node.func, ast.Name)  # noqa: S101 - the checker has looked at it.
    function = TABLE_FUNCTIONS[node.func.id]
    shape = _shape(node, function.signature, scope, mistakes)
    names = [_column(keyword, shape, mistakes) for keyword in node.keywords]
    _refuse(parameters_mistake(names, shape), span_of(node), mistakes)
    keys = []
    for name, keyword in zip(names, node.keywords, strict=True):
        wanted = criterion_kind(name, shape)
        tree = check(keyword.value)
        keys.append(as_text(tree) if wanted == Kind.TEXT else tree)
        _demand(keys[-1], name, wanted, shape, mistakes)
    question = Question(shape.name, tuple(map(Criterion, names)))
    asked = Asked(question, function.take, repr(keys), tuple(keys))
    return asked, _kind(node, function.take, keys, mistakes), tuple(keys)


def _shape(node: ast.Call, signature: str, scope: Scope, mistakes: Mistakes) -> TableShape:
    advice = f"it is called {signature}"
    if not node.args:
        mistakes.refuse("R203", node, "the name of a table is missing", advice)
    first = node.args[0]
    if len(node.args) > 1:
        mistakes.refuse("R203", node.args[1], "a key needs the name of its column", advice)
    if not isinstance(first, ast.Constant) or not isinstance(first.value, str):
        mistakes.refuse("R208", first, "the name of a table is written out, in quotes", advice)
    _refuse(table_mistake(first.value, scope), span_of(first), mistakes)
    return scope.context.tables[first.value]


def _column(keyword: ast.keyword, shape: TableShape, mistakes: Mistakes) -> str:
    if keyword.arg is None:
        mistakes.refuse("R206", keyword.value, "a star is not part of the language")
    if shape.parameters is None:
        start = keyword.col_offset
        _refuse(column_mistake(keyword.arg, shape), (start, start + len(keyword.arg)), mistakes)
    return keyword.arg


def _refuse(mistake: Mistake | None, at: tuple[int, int], mistakes: Mistakes) -> None:
    if mistake is not None:
        code, message, hint = mistake
        mistakes.refuse_at(code, at, message, hint)


def _demand(tree: Tree, name: str, wanted: Kind, shape: TableShape, mistakes: Mistakes) -> None:
    """Refuse a key that is never of the kind that its column has."""
    if finds(tree.kind, wanted):
        return
    given, column = kinds.name_of(tree), kind_name(wanted)
    hint = _CONVERSIONS.get(wanted)
    message = f"{shape.name}.{name} is {column}, this is {given}"
    mistakes.refuse_at("R304", tree.at, message, hint)


_CONVERSIONS: Final = {
    Kind.TEXT: "write text(...), or this.text or field.NAME.text for what the document shows",
    Kind.NUMBER: "declare the field as number, or write number(...)",
    Kind.DATE: "declare the field as date, or write date(...) or parse_date(...)",
}


def _kind(node: ast.Call, take: Take, keys: Sequence[Tree], mistakes: Mistakes) -> Kind:
    """Give the kinds of an answer: keys that are columns are asked for row by row."""
    kind = kinds.spread(TABLE_FUNCTIONS[take].result, *(key.kind for key in keys))
    if take is Take.ALL and any(key.kind == Kind.COLUMN for key in keys):
        message = "lookup_all gives a column for each key, and this key is a column"
        mistakes.refuse("R305", node, message, "ask for one key, or select the table's rows")
    return kind
