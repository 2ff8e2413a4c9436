"""Rules linked: expressions compiled to functions, ready to run on any request.

Design *The compiler*. A rule set is checked, a program is runnable; linking takes a while and
happens before a configuration is switched to, never in a request. Law: pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from gateway.rules.effect import Effect, Follow, Match, Put, condition_of, every, templates_of
from gateway.rules.expressions.checked import Operand, Tree
from gateway.rules.expressions.emit import Compiled, compile_tree
from gateway.rules.expressions.expression import Expression, all_references, rebuild
from gateway.rules.expressions.references import (
    Ahead,
    Asked,
    Clock,
    Fact,
    Neighbor,
    Reference,
    Take,
    WholeColumn,
)
from gateway.rules.expressions.vector import Vector, compile_values, compile_vector
from gateway.rules.question import Question
from gateway.rules.rule import BySchemaId, Rule, RuleSet, Selector
from gateway.rules.templates.template import Template

if TYPE_CHECKING:
    from gateway.engine.sieve import Sieve


@dataclass(frozen=True, slots=True, eq=False)
class Linked:
    """An expression with its compiled form."""

    expression: Expression
    sources: tuple[Source, ...]
    run: Compiled
    size: int
    #: Those of its sources that tables answer.
    asks: tuple[Source, ...]


@dataclass(frozen=True, slots=True, eq=False)
class LinkedAsked:
    """What a table is asked, with its keys compiled."""

    question: Question
    take: Take
    keys: tuple[Linked, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """What gives a value: a reference, a part that is computed once for all runs, or a table.

    All expressions of a program share one for each reference, so that looking up the values of
    one asks for no more than whether it is the same object.
    """

    what: Reference | Linked | LinkedAsked
    #: Whether no run can tell it from another's.
    same_for_all: bool


@dataclass(frozen=True, slots=True)
class LinkedTemplate:
    """A template with its expressions compiled."""

    template: Template
    holes: tuple[Linked, ...]


@dataclass(frozen=True, slots=True)
class LinkedEffect:
    """An effect with its expressions compiled."""

    effect: Effect
    #: In the order of `gateway.rules.effect.templates_of`.
    templates: tuple[LinkedTemplate, ...]
    #: Of ``visible``, of ``table`` and of ``match``.
    condition: Linked | None
    #: The rest of a ``match``.
    match: LinkedMatch | None

    @property
    def expressions(self) -> Iterator[Linked]:
        """Its expressions, but those of the rest of a ``match``."""
        if self.condition is not None:
            yield self.condition
        for template in self.templates:
            yield from template.holes


@dataclass(frozen=True, slots=True)
class LinkedMatch:
    """What ``match`` asks and does, with its expressions compiled."""

    attempts: tuple[tuple[Question, tuple[LinkedTemplate, ...]], ...]
    #: Value and label of a candidate; both or none.
    option: tuple[LinkedTemplate, LinkedTemplate] | None
    #: Values and labels of the options besides.
    others: tuple[tuple[LinkedTemplate, LinkedTemplate], ...]
    fill: tuple[LinkedEffect, ...]
    none: tuple[LinkedEffect, ...]
    one: tuple[LinkedEffect, ...]
    many: tuple[LinkedEffect, ...]


def every_linked(effects: Iterable[LinkedEffect]) -> Iterator[LinkedEffect]:
    """Yield effects, and those that any of them may have."""
    for linked in effects:
        yield linked
        if linked.match is not None:
            found = linked.match
            yield from every_linked((*found.fill, *found.none, *found.one, *found.many))


@dataclass(frozen=True, slots=True)
class Fused:
    """Expressions over whole columns at once."""

    vector: Vector
    sources: tuple[Source, ...]
    size: int


@dataclass(frozen=True, slots=True)
class OwnCell:
    """An effect that gives each run's own cell a value that depends on the run alone."""

    effect: LinkedEffect
    value: Linked
    #: The value over whole columns; None where it does not suit.
    fused: Fused | None


@dataclass(frozen=True, slots=True)
class Step:
    """One rule of a program."""

    rule: Rule
    #: The same for all rules of the program that select the same.
    selects: int
    guard: Linked | None
    when: Linked | None
    require: Linked | None
    #: Both conditions over whole columns; None where they do not suit, or more is asked.
    fused: Fused | None
    effects: tuple[LinkedEffect, ...]
    otherwise: tuple[LinkedEffect, ...]
    #: The only effect, if it is such a one.
    own_cell: OwnCell | None
    #: Reads through ``row.previous`` what it writes itself, so its runs follow one another.
    in_turn: bool
    #: Shows and hides fields by a condition, also where the rule does not fire.
    follows: bool
    #: Its effects ask tables.
    asks: bool


@dataclass(frozen=True, slots=True)
class Program:
    """The rules of one queue, runnable."""

    rules: RuleSet
    #: By action of a content event, or the name of another: the steps to take, in order.
    steps: dict[str, tuple[Step, ...]]
    #: What asks them all at once, by action; without one, each is asked in its turn.
    sieves: Mapping[str, Sieve] = field(default_factory=dict)


def link(rules: RuleSet) -> Program:
    """Compile every expression of a rule set."""
    linker = _Linker()
    steps = [linker.step(rule) for rule in rules.rules if rule.mode != "off"]
    actions = {action for step in steps for action in step.rule.actions}
    return Program(
        rules,
        {
            action: tuple(step for step in steps if action in step.rule.actions)
            for action in actions
        },
    )


def link_expressions(expressions: Iterable[Expression]) -> list[Linked]:
    """Compile expressions that stand in no rule."""
    linker = _Linker()
    return [linker.linked(expression) for expression in expressions]


#: What is computed ahead is made of the others alone.
_SAME_FOR_ALL: Final = (WholeColumn, Fact, Clock, Ahead)


class _Linker:
    """Links the rules of one program, which share their sources and their groups' conditions."""

    def __init__(self) -> None:
        self._guards: dict[int, Linked] = {}
        self._sources: dict[Reference, Source] = {}
        self._selectors: dict[Selector, int] = {}

    def step(self, rule: Rule) -> Step:
        effects = tuple(map(self._effect, rule.effects))
        otherwise = tuple(map(self._effect, rule.otherwise))
        return Step(
            rule=rule,
            selects=self._selectors.setdefault(rule.select, len(self._selectors)),
            guard=self._guard(rule),
            when=None if rule.when is None else self.linked(rule.when),
            require=None if rule.require is None else self.linked(rule.require),
            fused=self._fused(rule),
            effects=effects,
            otherwise=otherwise,
            own_cell=self._own_cell(effects[0]) if _is_own_cell(rule) else None,
            in_turn=_is_in_turn(rule),
            follows=_follows(rule),
            asks=any(map(_asks, (*effects, *otherwise))),
        )

    def linked(self, expression: Expression) -> Linked:
        """Compile one expression."""
        references = expression.references
        run = compile_tree(expression.tree, len(references))
        sources = tuple(map(self._source, references))
        asks = tuple(source for source in sources if isinstance(source.what, LinkedAsked))
        return Linked(expression, sources, run, expression.size, asks)

    def _source(self, reference: Reference) -> Source:
        found = self._sources.get(reference)
        if found is None:
            what = self._what(reference)
            same = isinstance(reference, _SAME_FOR_ALL) or (
                isinstance(what, LinkedAsked)
                and all(one.same_for_all for key in what.keys for one in key.sources)
            )
            found = self._sources[reference] = Source(what, same)
        return found

    def _what(self, reference: Reference) -> Reference | Linked | LinkedAsked:
        match reference:
            case Ahead():
                return self.linked(_expression(reference.expression))
            case Asked():
                keys = tuple(self.linked(_expression(key)) for key in reference.keys)
                return LinkedAsked(reference.question, reference.take, keys)
            case _:
                return reference

    def _effect(self, effect: Effect) -> LinkedEffect:
        condition = condition_of(effect)
        return LinkedEffect(
            effect,
            tuple(self._template(template) for template in templates_of(effect)),
            None if condition is None else self.linked(condition),
            self._match(effect) if isinstance(effect, Match) else None,
        )

    def _match(self, effect: Match) -> LinkedMatch:
        into = effect.into
        return LinkedMatch(
            attempts=tuple(
                (attempt.question, tuple(map(self._template, attempt.keys)))
                for attempt in effect.by
            ),
            option=None if into is None else self._pair((into.value, into.label)),
            others=() if into is None else tuple(map(self._pair, into.others)),
            fill=tuple(map(self._effect, effect.fill)),
            none=tuple(map(self._effect, effect.none)),
            one=tuple(map(self._effect, effect.one)),
            many=tuple(map(self._effect, effect.many)),
        )

    def _pair(self, pair: tuple[Template, Template]) -> tuple[LinkedTemplate, LinkedTemplate]:
        value, label = pair
        return self._template(value), self._template(label)

    def _template(self, template: Template) -> LinkedTemplate:
        return LinkedTemplate(
            template, tuple(self.linked(hole.expression) for hole in template.holes)
        )

    def _fused(self, rule: Rule) -> Fused | None:
        """Fuse a rule's conditions where nothing but the runs that fire is asked."""
        if rule.select is None or rule.otherwise or _is_in_turn(rule) or _follows(rule):
            return None
        references: list[Reference] = []
        when, require = [
            None if expression is None else _renumbered(expression, references)
            for expression in (rule.when, rule.require)
        ]
        if not references:
            return None
        vector = compile_vector(when, require, len(references))
        if vector is None:
            return None
        size = sum(expression.size for expression in (rule.when, rule.require) if expression)
        return Fused(vector, tuple(map(self._source, references)), size)

    def _own_cell(self, effect: LinkedEffect) -> OwnCell:
        ((value,),) = (template.holes for template in effect.templates)
        vector = compile_values(value.expression.tree, len(value.sources))
        fused = None if vector is None else Fused(vector, value.sources, value.size)
        return OwnCell(effect, value, fused)

    def _guard(self, rule: Rule) -> Linked | None:
        expression = rule.group.when if rule.group is not None else None
        if expression is None:
            return None
        linked = self._guards.get(id(expression))
        if linked is None:
            linked = self._guards[id(expression)] = self.linked(expression)
        return linked


def _expression(part: object) -> Expression:
    assert isinstance(part, Expression)  # noqa: S101 - by construction.
    return part


def _renumbered(expression: Expression, references: list[Reference]) -> Tree:
    """Number an expression's operands by *references*, which grows by what is new."""
    numbers = []
    for reference in expression.references:
        if reference not in references:
            references.append(reference)
        numbers.append(references.index(reference))

    def renumber(part: Tree) -> Tree | None:
        if not isinstance(part, Operand):
            return None
        return Operand(numbers[part.index], part.kind, part.at)

    return rebuild(expression.tree, renumber)


def _is_own_cell(rule: Rule) -> bool:
    """Whether all a rule does is to give one lone value to a cell that each run has for itself."""
    if rule.select is None or rule.mode != "enforce" or rule.overwrite != "always":
        return False
    if rule.otherwise or len(rule.effects) != 1 or (rule.group is not None and rule.group.stops):
        return False
    effect = rule.effects[0]
    return isinstance(effect, Put) and effect.template.lone is not None and not _is_in_turn(rule)


def _follows(rule: Rule) -> bool:
    return any(isinstance(effect, Follow) for effect in every((*rule.effects, *rule.otherwise)))


def _asks(linked: LinkedEffect) -> bool:
    return linked.match is not None or any(one.asks for one in linked.expressions)


def _is_in_turn(rule: Rule) -> bool:
    effects = tuple(every(rule.effects))
    written = {effect.schema_id for effect in effects if isinstance(effect, Put)}
    matched = (effect.into for effect in effects if isinstance(effect, Match))
    written |= {into.schema_id for into in matched if into is not None}
    if isinstance(rule.select, BySchemaId):
        written = {name or rule.select.schema_id for name in written}
    previous = {
        reference.schema_id
        for expression in rule.expressions()
        for reference in all_references(expression)
        if isinstance(reference, Neighbor) and reference.offset < 0
    }
    return bool(previous & written) or (bool(previous) and None in written)
