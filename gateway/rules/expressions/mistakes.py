"""Telling what is wrong with an expression: at its place, with advice, and then no further.

Law: knows places and sentences; decides nothing about the language.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Final, NoReturn

from gateway.annotation.values import Kind
from gateway.diagnostic import Report, Span
from gateway.rules.expressions import kinds
from gateway.rules.expressions.checked import Literal, Operand, Tree
from gateway.rules.yaml.source import Text

ASK_EMPTY: Final = "ask is_empty(x) or is_set(x)"

#: Parts of Python that the language lacks.
_FOREIGN: Final[Mapping[type[ast.expr], str]] = {
    ast.Lambda: "lambda",
    ast.ListComp: "a comprehension",
    ast.SetComp: "a comprehension",
    ast.DictComp: "a comprehension",
    ast.GeneratorExp: "a comprehension",
    ast.JoinedStr: "an f-string",
    ast.NamedExpr: "an assignment",
    ast.Starred: "a star",
    ast.Set: "a set",
    ast.Await: "await",
    ast.Yield: "yield",
    ast.YieldFrom: "yield",
}
_INSTEAD: Final[Mapping[type[ast.expr], str]] = {
    ast.Set: "an expression has no braces; they belong in templates",
    ast.GeneratorExp: "a column is compared as a whole: any(item_amount > 0)",
    ast.ListComp: "a column is computed with as a whole: sum(item_quantity * item_price)",
}


class Refused(Exception):
    """The expression says something it cannot; the report knows what."""


class Mistakes:
    """Tells the mistakes of one expression, and of the named ones that it uses."""

    def __init__(self, report: Report, rule: str | None) -> None:
        """Tell them to *report*, as those of *rule*."""
        self.report = report
        self.rule = rule
        #: The texts that are being checked, the innermost last.
        self.texts: list[Text] = []
        #: Where params are read, and where each of them was given.
        self.params: list[tuple[Text, tuple[int, int], Span]] = []

    def written(self, at: tuple[int, int]) -> str:
        """Give a stretch of the text as its author wrote it."""
        return self.texts[-1].value[at[0] : at[1]]

    def demand(self, node: ast.expr, tree: Tree, kind: Kind, message: str) -> None:
        """Refuse a part that can never be of *kind*; its own kind is named."""
        if not kinds.element(tree.kind) & kind:
            name = kinds.name_of(tree)
            self.refuse("R301", node, f"{message}, {ast.unparse(node)} is {name}")

    def mismatch(self, node: ast.expr, sentence: str, left: Tree, right: Tree) -> NoReturn:
        """Refuse two parts that never meet; the braces of *sentence* take their kinds."""
        message = sentence.format(kinds.name_of(left), kinds.name_of(right))
        hint = None
        for tree, other in ((left, right), (right, left)):
            if tree.kind & Kind.TEXT and other.kind & Kind.NUMBER and isinstance(tree, Operand):
                name = self.written(tree.at)
                hint = f"{name} is text; declare it as number, or write number({name})"
            elif isinstance(tree, Literal) and kinds.element(other.kind) == Kind.DATE:
                hint = 'write a date as in "2025-12-31"'
        self.refuse("R301", node, message, hint)

    def doubt(self, node: ast.Name, advice: str | None) -> None:
        """Warn of a name that can be a field's, but is probably meant otherwise."""
        if advice is not None:
            start, end = span_of(node)
            place = self.texts[-1].at(start, end - start)
            message = f"{node.id} is read as a field here"
            self.report.warning("R201", message, place, hint=advice, rule=self.rule)

    def foreign(self, node: ast.expr) -> NoReturn:
        """Refuse a part of Python that the language lacks, with what is written instead."""
        what = _FOREIGN.get(type(node), "this")
        advice = _INSTEAD.get(type(node))
        self.refuse("R206", node, f"{what} is not part of the language", advice)

    def refuse(self, code: str, node: ast.expr, message: str, hint: str | None = None) -> NoReturn:
        """Tell what is wrong with a node, and raise `Refused`."""
        self.refuse_at(code, span_of(node), message, hint)

    def refuse_at(self, code: str, at: tuple[int, int], message: str, hint: str | None) -> NoReturn:
        """Tell what is wrong with a stretch of the text, and raise `Refused`."""
        place = self.texts[-1].at(at[0], at[1] - at[0])
        given = self._given(at)
        self.report.error(code, message, place, hint=hint, rule=self.rule, related=given)
        raise Refused

    def _given(self, at: tuple[int, int]) -> Span | None:
        """Give the place of a param that is read in a stretch: the mistake may well be there."""
        for text, read, given in self.params:
            if text is self.texts[-1] and at[0] <= read[0] and read[1] <= at[1]:
                return given
        return None


def refuse_comment(text: Text, report: Report, rule: str | None) -> None:
    """Refuse ``message: Order #12 missing``: YAML has cut the text at the ``#``."""
    if text.comment is not None:
        report.error(
            "R214",
            "YAML takes the rest of this line for a comment",
            text.comment,
            hint="write the whole text in quotes",
            rule=rule,
        )


def instead_of_index(node: ast.Subscript) -> str:
    """Say what is written where Python has ``x[key]``."""
    written = ast.unparse(node.value)
    if written.startswith("params."):
        return f"write map({ast.unparse(node.slice)}, {written})"
    return "write x[0:3] for a part of a text, first(...) or last(...) of a column"


def meant(name: str | None) -> str | None:
    """Ask whether a known name was meant."""
    return f'did you mean "{name}"?' if name else None


def span_of(node: ast.expr) -> tuple[int, int]:
    """Give where a node stands in its text."""
    return node.col_offset, node.end_col_offset or node.col_offset
