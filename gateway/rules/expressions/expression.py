"""Expressions: text with its place in, a checked tree and its references out.

Language §4. What may be said is decided in `checker`; here is the type that the rest of the
gateway uses, and what is computed ahead of a table's rows.
Law: pure; no text makes it raise, and none takes long.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final, cast

from gateway.annotation.values import Kind, kind_name
from gateway.diagnostic import Report
from gateway.rules.expressions.checked import (
    Call,
    Choice,
    Junction,
    Lookup,
    Operand,
    Operation,
    Part,
    Tree,
    walk,
)
from gateway.rules.expressions.checker import Checker
from gateway.rules.expressions.mistakes import Refused
from gateway.rules.expressions.names import Names
from gateway.rules.expressions.references import (
    Ahead,
    Asked,
    Clock,
    Fact,
    Reference,
    WholeColumn,
)
from gateway.rules.expressions.scope import Scope, Selects
from gateway.rules.function import Mode
from gateway.rules.functions import FUNCTIONS
from gateway.rules.yaml.source import Text


@dataclass(frozen=True, slots=True, eq=False)
class Expression:
    """A checked expression: a tree over numbered references."""

    text: Text
    tree: Tree
    references: tuple[Reference, ...]
    #: The names of ``let`` that it may use; where it does, the tree has what they stand for.
    lets: Mapping[str, Text]

    @property
    def kind(self) -> Kind:
        """What the result can be, besides empty and unreadable."""
        return self.tree.kind

    @property
    def size(self) -> int:
        """How many steps one evaluation takes, columns counted as one."""
        return sum(1 for _ in walk(self.tree))


def compile_expression(
    text: Text, scope: Scope, report: Report, stretch: tuple[int, int] | None = None
) -> Expression | None:
    """Parse *text*, or a stretch of it, and check all it says against *scope*.

    Returns:
        The expression, or None after reporting what is wrong with it.
    """
    checker = Checker(scope, report)
    try:
        tree = checker.check_text(text, stretch)
    except Refused:
        return None
    # A field that is read as displayed leaves the reference to its value unused.
    whole = Expression(text, tree, tuple(checker.references), scope.lets)
    _settle(whole, checker.references, in_rows=scope.selects is not Selects.ANNOTATION)
    expression = _compact(whole, tree, checker.references)
    return expression if scope.selects is Selects.ANNOTATION else _hoist(expression)


def _settle(expression: Expression, references: list[Reference], *, in_rows: bool) -> None:
    """Make expressions of the keys of what tables are asked, so that equal ones are one."""
    for number, reference in enumerate(references):
        if not isinstance(reference, Asked):
            continue
        keys = [_compact(expression, cast(Tree, key), references) for key in reference.keys]
        keys = [_hoist(key) for key in keys] if in_rows else keys
        said = repr([(_without_places(key.tree), key.references) for key in keys])
        references[number] = replace(reference, said=said, keys=tuple(keys))


def _without_places(tree: Tree) -> Tree:
    def placeless(part: Tree) -> Tree | None:
        return None if part.at == (0, 0) else rebuild(replace(part, at=(0, 0)), placeless)

    return rebuild(tree, placeless)


def compile_condition(text: Text, scope: Scope, report: Report) -> Expression | None:
    """Compile an expression whose result must be true, false or empty."""
    expression = compile_expression(text, scope, report)
    if expression is None or Kind.BOOLEAN in expression.kind:
        return expression
    start, end = expression.tree.at
    place = text.at(start, end - start)
    if expression.kind == Kind.COLUMN:
        message = "a column is no condition"
        hint = "ask any(...), all(...) or none(...) of it, or select its table"
        report.error("R305", message, place, hint=hint, rule=scope.rule)
    else:
        message = f"a condition must be true or false, this is {kind_name(expression.kind)}"
        hint = "compare it with something, or ask is_set(...)"
        report.error("R302", message, place, hint=hint, rule=scope.rule)
    return None


def as_text(expression: Expression, scope: Scope) -> Expression:
    """Read an expression that is a lone field of no declared type as displayed.

    It stands where only a text is of use, as the key of a column of texts does.
    """
    tree = expression.tree
    if not isinstance(tree, Operand):
        return expression
    text = Names(scope).as_text(expression.references[tree.index], tree.kind)
    if text is None:
        return expression
    kind = Kind.TEXT | (tree.kind & ~Kind.SCALAR)
    return replace(expression, tree=Operand(0, kind, tree.at), references=(text,))


_SAME_IN_EACH_ROW: Final = (WholeColumn, Fact, Clock)


def _hoist(expression: Expression) -> Expression:
    """Compute once per rule what a row's expression says of whole columns.

    ``sum(column.x)`` in a row would otherwise cost as many steps as the table has cells.
    """
    references = list(expression.references)

    def is_ahead(tree: Call) -> bool:
        if FUNCTIONS[tree.function].mode not in (Mode.AGGREGATE, Mode.WHOLE):
            return False
        used = [references[part.index] for part in walk(tree) if isinstance(part, Operand)]
        return any(isinstance(one, WholeColumn) for one in used) and all(
            isinstance(one, _SAME_IN_EACH_ROW) for one in used
        )

    def replace_ahead(tree: Tree) -> Tree | None:
        if not (isinstance(tree, Call) and is_ahead(tree)):
            return None
        references.append(Ahead(_compact(expression, tree, references)))
        return Operand(len(references) - 1, tree.kind, tree.at)

    if not any(isinstance(one, WholeColumn) for one in references):
        return expression
    tree = rebuild(expression.tree, replace_ahead)
    return _compact(expression, tree, references)


def _compact(expression: Expression, tree: Tree, references: list[Reference]) -> Expression:
    """Make an expression of a *tree*, with only the references that it uses, renumbered."""
    used = sorted({part.index for part in walk(tree) if isinstance(part, Operand)})
    if len(used) == len(references):
        return replace(expression, tree=tree, references=tuple(references))
    numbers = {old: new for new, old in enumerate(used)}

    def renumber(part: Tree) -> Tree | None:
        return replace(part, index=numbers[part.index]) if isinstance(part, Operand) else None

    kept = tuple(references[old] for old in used)
    return replace(expression, tree=rebuild(tree, renumber), references=kept)


def rebuild(tree: Tree, change: Callable[[Tree], Tree | None]) -> Tree:
    """Copy a tree, with each part for which *change* gives another one replaced by that."""
    changed = change(tree)
    if changed is not None:
        return changed

    def again(parts: Iterable[Tree]) -> tuple[Tree, ...]:
        return tuple(rebuild(part, change) for part in parts)

    match tree:
        case Call():
            clock = None if tree.clock is None else rebuild(tree.clock, change)
            assert clock is None or isinstance(clock, Operand)  # noqa: S101 - by construction.
            return replace(tree, arguments=again(tree.arguments), clock=clock)
        case Operation() | Junction():
            return replace(tree, operands=again(tree.operands))
        case Choice():
            condition, then, otherwise = again((tree.condition, tree.then, tree.otherwise))
            return Choice(condition, then, otherwise, tree.kind, tree.at)
        case Part():
            return replace(tree, value=rebuild(tree.value, change))
        case Lookup():
            asked = rebuild(tree.asked, change)
            assert isinstance(asked, Operand)  # noqa: S101 - by construction.
            return replace(tree, keys=again(tree.keys), asked=asked)
        case _:
            return tree


def all_references(expression: Expression) -> frozenset[Reference]:
    """List an expression's references, those of parts computed ahead included."""
    found: set[Reference] = set()
    for reference in expression.references:
        if isinstance(reference, Ahead):
            assert isinstance(reference.expression, Expression)  # noqa: S101 - by construction.
            found |= all_references(reference.expression)
        else:
            found.add(reference)
    return frozenset(found)
