"""What the compilers of single effects use of the compiler that they work for.

Language §5. Law: a protocol and small readers of nodes.
"""

from __future__ import annotations

from typing import Protocol

from gateway.diagnostic import Report, Span
from gateway.rules.effect import Effect, Put
from gateway.rules.expressions.expression import Expression
from gateway.rules.expressions.scope import Scope
from gateway.rules.templates.template import Template
from gateway.rules.yaml.source import List, Map, Node, Scalar, Text


class Around(Protocol):
    """The compiler of a rule's effects, as those of single effects use it."""

    scope: Scope
    report: Report
    effects: list[Effect]

    def error(self, code: str, message: str, place: Span, hint: str | None = None) -> None:
        """Report a mistake of this rule."""

    def field(self, name: Text, *, category: str | None = None) -> str:
        """Give the schema id of what an effect names, or report that there is none."""

    def template(self, node: Node | None, scope: Scope | None = None) -> Template | None:
        """Compile a template."""

    def condition(self, node: Node | None, scope: Scope) -> Expression | None:
        """Compile a condition."""

    def puts(self, node: Map, scope: Scope) -> tuple[Put, ...]:
        """Compile what is written into fields."""

    def inner(self, node: Node | None, scope: Scope) -> tuple[Effect, ...]:
        """Compile effects that this effect may have; those of no node are none."""


def items(node: Node | None) -> tuple[Node, ...]:
    """List the items of a node; one that is no list is its only item."""
    if node is None:
        return ()
    return node.items if isinstance(node, List) else (node,)


def scalars(node: Node | None) -> list[Scalar]:
    """List the single values of a node."""
    return [item for item in items(node) if isinstance(item, Scalar)]
