"""Where each part of an expression is written: in its own text, or in that of a name of ``let``.

Language §2, ``let``: names are written out while an expression is checked, so that parts of one
tree stand in several texts. Law: pure; says what the author wrote, decides nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from gateway.rules.expressions.checked import Tree, children
from gateway.rules.expressions.expression import Expression
from gateway.rules.yaml.source import Text


@dataclass(frozen=True, slots=True)
class Written:
    """A part of an expression, and where it is written."""

    tree: Tree
    text: Text
    #: Start and end in the text.
    at: tuple[int, int]
    #: The name of ``let`` that stands there for the part; None where it stands itself.
    let: str | None = None

    @property
    def words(self) -> str:
        """The part as its author wrote it, on one line."""
        start, end = self.at
        return " ".join(self.text.value[start:end].split())


def written_parts(expression: Expression) -> Iterator[Written]:
    """Yield every part, in the order in which they are written, outer ones first.

    A name of ``let`` comes before the expression that it stands for, and both have one tree.
    """
    waiting = [(expression.tree, expression.text, expression.tree.at)]
    while waiting:
        tree, text, at = waiting.pop()
        let = _let(expression, text, at)
        yield Written(tree, text, at, let)
        if let is not None:
            text = expression.lets[let]
            waiting.append((tree, text, _whole(text)))
        else:
            waiting.extend((part, text, part.at) for part in reversed(children(tree)))


def _let(expression: Expression, text: Text, at: tuple[int, int]) -> str | None:
    name = text.value[at[0] : at[1]]
    return name if name in expression.lets else None


def _whole(text: Text) -> tuple[int, int]:
    value = text.value
    return len(value) - len(value.lstrip()), len(value.rstrip())
