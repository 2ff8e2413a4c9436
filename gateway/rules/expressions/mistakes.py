"""Telling what is wrong with an expression: at its place, with advice, and then no further.

Law: knows places and sentences; decides nothing about the language.
"""

from __future__ import annotations

import ast
from typing import Final, NoReturn

from gateway.annotation.values import Kind, kind_name
from gateway.diagnostic import Report
from gateway.rules.expressions.checked import Operand, Tree
from gateway.rules.yaml.source import Text

ASK_EMPTY: Final = "ask is_empty(x) or is_set(x)"


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

    def written(self, at: tuple[int, int]) -> str:
        """Give a stretch of the text as its author wrote it."""
        return self.texts[-1].value[at[0] : at[1]]

    def demand(self, node: ast.expr, tree: Tree, kind: Kind, message: str) -> None:
        """Refuse a part that can never be of *kind*; its own kind is named."""
        if not tree.kind & (kind | Kind.COLUMN):
            name = kind_name(tree.kind)
            self.refuse("R301", node, f"{message}, {ast.unparse(node)} is {name}")

    def mismatch(self, node: ast.expr, sentence: str, left: Tree, right: Tree) -> NoReturn:
        """Refuse two parts that never meet; the braces of *sentence* take their kinds."""
        message = sentence.format(kind_name(left.kind), kind_name(right.kind))
        hint = None
        for tree, other in ((left, right), (right, left)):
            if tree.kind & Kind.TEXT and other.kind & Kind.NUMBER and isinstance(tree, Operand):
                name = self.written(tree.at)
                hint = f"{name} is text; declare it as number, or write number({name})"
        self.refuse("R301", node, message, hint)

    def refuse(self, code: str, node: ast.expr, message: str, hint: str | None = None) -> NoReturn:
        """Tell what is wrong with a node, and raise `Refused`."""
        self.refuse_at(code, span_of(node), message, hint)

    def refuse_at(self, code: str, at: tuple[int, int], message: str, hint: str | None) -> NoReturn:
        """Tell what is wrong with a stretch of the text, and raise `Refused`."""
        place = self.texts[-1].at(at[0], at[1] - at[0])
        self.report.error(code, message, place, hint=hint, rule=self.rule)
        raise Refused


def meant(name: str | None) -> str | None:
    """Ask whether a known name was meant."""
    return f'did you mean "{name}"?' if name else None


def span_of(node: ast.expr) -> tuple[int, int]:
    """Give where a node stands in its text."""
    return node.col_offset, node.end_col_offset or node.col_offset
