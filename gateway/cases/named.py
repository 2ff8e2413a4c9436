"""What the rules of a queue name: words and numbers, attributes and facts.

Law: pure; derived from the rules alone. What they name is no secret of a document, and what they do
not read makes no difference to them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from gateway.rules.effect import (
    AddRow,
    Choose,
    Derive,
    FileValues,
    Put,
    Respond,
    Validate,
    templates_of,
)
from gateway.rules.expressions.checked import Call, Literal, walk
from gateway.rules.expressions.expression import Expression, all_references
from gateway.rules.expressions.references import Ahead, Attribute, Fact
from gateway.rules.functions.choice import Choices
from gateway.rules.functions.regex import Pattern
from gateway.rules.rule import ByPath, RuleSet

WORD: Final = re.compile(r"[^\W\d_]+|\d+")
#: Single letters of a pattern, such as that of ``\d``, are no words.
_LEAST: Final = 2
#: A class of a pattern, whose name is no word of it.
_CLASS: Final = re.compile(r"\\[pPx](?:\{[^}]*\}|\w)|\\.")


@dataclass(frozen=True, slots=True)
class Named:
    """Everything that some rules name."""

    #: Without capitals.
    words: frozenset[str] = frozenset()
    numbers: frozenset[Decimal] = frozenset()
    #: Schema ids with the attributes that are read of them; None for whatever is selected.
    attributes: frozenset[tuple[str | None, str]] = frozenset()
    #: Paths, such as ``("annotation", "status")``.
    facts: frozenset[tuple[str, ...]] = frozenset()

    def reads(self, schema_id: str, attribute: str) -> bool:
        """Whether an attribute of a field is read."""
        return (None, attribute) in self.attributes or (schema_id, attribute) in self.attributes

    def keys(self, root: str) -> frozenset[str]:
        """List the keys that are read of a root, such as ``annotation``."""
        return frozenset(path[1] for path in self.facts if path[0] == root and len(path) > 1)


def named_by(rules: RuleSet) -> Named:
    """Collect what *rules* name."""
    expressions = [one for rule in rules.rules for one in rule.expressions()]
    references = {one for expression in expressions for one in all_references(expression)}
    constants = [one for expression in expressions for one in _literals(expression)]
    constants += [
        part
        for rule in rules.rules
        for effect in (*rule.effects, *rule.otherwise)
        # The texts of messages are for people: their words are no values.
        if isinstance(effect, Put | Choose | AddRow | Derive | Respond | FileValues)
        for template in templates_of(effect)
        for part in template.parts
    ]
    constants += [rule.select.path.text for rule in rules.rules if isinstance(rule.select, ByPath)]
    plain = [one for constant in constants for one in _constants(constant)]
    words = {word for one in plain if isinstance(one, str) for word in WORD.findall(one)}
    return Named(
        words=frozenset(word.casefold() for word in words if len(word) >= _LEAST),
        numbers=frozenset(one for one in plain if isinstance(one, Decimal)),
        attributes=frozenset(
            (one.schema_id, one.name) for one in references if isinstance(one, Attribute)
        )
        | frozenset(_compared(rules)),
        facts=frozenset(one.path for one in references if isinstance(one, Fact)),
    )


def _compared(rules: RuleSet) -> Iterator[tuple[str, str]]:
    """Yield attributes that effects replace: what is there already is not answered."""
    for rule in rules.rules:
        for effect in (*rule.effects, *rule.otherwise):
            match effect:
                case Choose(schema_id):
                    yield schema_id, "options"
                case Validate(fields):
                    yield from ((name, "validation_sources") for name in fields)


def _literals(expression: Expression) -> Iterator[Any]:
    for tree in walk(expression.tree):
        match tree:
            case Literal():
                yield tree.value
            case Call() if tree.prepared is not None:
                yield from _prepared(tree.prepared)
    for reference in expression.references:
        if isinstance(reference, Ahead) and isinstance(reference.expression, Expression):
            yield from _literals(reference.expression)


def _prepared(prepared: Any) -> Iterator[Any]:
    """Yield what a function has made of its literal arguments."""
    match prepared:
        case Choices():
            yield prepared.by_text
        case Pattern():
            yield _CLASS.sub(" ", str(prepared.regex.pattern))
        case tuple():
            for one in prepared:
                yield from _prepared(one)


def _constants(value: Any) -> Iterator[Any]:
    """Yield the single values in a constant, the keys of mappings included."""
    match value:
        case Mapping():
            for key, one in value.items():
                yield key
                yield from _constants(one)
        case list() | tuple():
            for one in value:
                yield from _constants(one)
        case _:
            yield value
