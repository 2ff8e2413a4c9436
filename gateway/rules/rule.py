"""Rules as compiled: checked against the language and their queue, ready to be linked.

Language §2, §3, §5. Law: values only; a rule of these types has no mistake that can be known
before a document is seen.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from gateway.annotation.values import Kind
from gateway.diagnostic import Span
from gateway.rules.effect import ChooseFrom, Effect, Match, every, expressions_of, writes_of
from gateway.rules.expressions.expression import Expression, all_references
from gateway.rules.expressions.references import Ahead, Asked
from gateway.rules.question import Question
from gateway.rules.selectors.path import Path


class Mode(StrEnum):
    """Whether a rule's effects are answered."""

    ENFORCE = "enforce"
    #: Evaluated, traced and counted, but not answered.
    SHADOW = "shadow"
    OFF = "off"


class Overwrite(StrEnum):
    """Which values ``replace`` may replace."""

    ALWAYS = "always"
    EMPTY = "empty"
    #: Not what a person typed.
    UNTOUCHED = "untouched"


class OnFailure(StrEnum):
    """How a rule that failed is marked in the answer."""

    WARN = "warn"
    ERROR = "error"
    IGNORE = "ignore"


@dataclass(frozen=True, slots=True)
class BySchemaId:
    """Every datapoint with this schema id, or every row of the table with it."""

    schema_id: str


@dataclass(frozen=True, slots=True)
class ByPath:
    """Every result of a JMESPath expression over the list of sections, or the payload."""

    path: Path


#: None: once for the annotation.
Selector: TypeAlias = BySchemaId | ByPath | None


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """What the rules of a group share."""

    name: str
    #: Speaks of the annotation; evaluated once per request.
    when: Expression | None
    #: A rule that fires ends the group for its row or field.
    stops: bool


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of one queue."""

    id: str
    place: Span
    description: str
    mode: Mode
    #: Actions of ``annotation_content``, or full names of other events.
    actions: frozenset[str]
    edited: frozenset[str]
    group: Group | None
    select: Selector
    when: Expression | None
    require: Expression | None
    fires_when_empty: bool
    overwrite: Overwrite
    on_failure: OnFailure
    effects: tuple[Effect, ...]
    otherwise: tuple[Effect, ...]

    def expressions(self) -> Iterator[Expression]:
        """Yield every expression of the rule, those in templates included."""
        if self.group is not None and self.group.when is not None:
            yield self.group.when
        if self.when is not None:
            yield self.when
        if self.require is not None:
            yield self.require
        for effect in (*self.effects, *self.otherwise):
            yield from expressions_of(effect)

    def writes(self) -> frozenset[str]:
        """List the schema ids whose values the rule changes, as far as they are known."""
        selected = self.select.schema_id if isinstance(self.select, BySchemaId) else None
        effects = (*self.effects, *self.otherwise)
        return frozenset(name for one in effects for name in writes_of(one, selected))


@dataclass(frozen=True, slots=True)
class RuleSet:
    """The rules of one queue, in the order in which they run."""

    rules: tuple[Rule, ...]
    #: Kinds by schema id, from the queue's schema and ``fields``.
    kinds: Mapping[str, Kind]
    #: What people call a field, by schema id.
    labels: Mapping[str, str]
    #: Schema ids that the schema hides.
    hidden: frozenset[str]
    placeholders: frozenset[str]
    timezone: str
    #: Every schema id that the schema has; None without one.
    known: frozenset[str] | None = field(default=None)
    #: Fields that stand in tables, and tables whose rows are datapoints themselves, by the schema.
    columns: frozenset[str] = frozenset()
    lists: frozenset[str] = frozenset()
    #: Fields that rules cannot write, by the schema.
    computed: frozenset[str] = frozenset()

    def __len__(self) -> int:
        return len(self.rules)

    def questions(self) -> frozenset[Question]:
        """List what the rules ask tables."""
        expressions = [one for rule in self.rules for one in rule.expressions()]
        references = {found for one in expressions for found in all_references(one)}
        asked = {found.question for found in references if isinstance(found, Asked)}
        effects = [one for rule in self.rules for one in (*rule.effects, *rule.otherwise)]
        for effect in every(effects):
            match effect:
                case Match():
                    asked |= {attempt.question for attempt in effect.by}
                case ChooseFrom():
                    asked.add(effect.question)
        return frozenset(asked)


def every_expression(rule: Rule) -> Iterator[Expression]:
    """Yield every expression of a rule, and those that are computed ahead for all its rows."""
    waiting = list(rule.expressions())
    while waiting:
        expression = waiting.pop()
        yield expression
        ahead = [one.expression for one in expression.references if isinstance(one, Ahead)]
        waiting.extend(one for one in ahead if isinstance(one, Expression))
