"""Rules linked: expressions compiled to functions, ready to run on any request.

Design *The compiler*. A rule set is checked, a program is runnable; linking takes a while and
happens before a configuration is switched to, never in a request. Law: pure.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from gateway.rules.expressions.checked import Operand, Tree
from gateway.rules.expressions.emit import Compiled, compile_tree
from gateway.rules.expressions.expression import Expression, all_references, rebuild
from gateway.rules.expressions.references import Ahead, Neighbor, Reference
from gateway.rules.expressions.vector import Vector, compile_vector
from gateway.rules.rule import At, BySchemaId, Effect, Put, Rule, RuleSet
from gateway.rules.templates.template import Template


@dataclass(frozen=True, slots=True, eq=False)
class Linked:
    """An expression with its compiled form."""

    expression: Expression
    references: tuple[Source, ...]
    run: Compiled
    size: int


#: What gives a value: a reference, or a part that is computed once for all runs.
Source: TypeAlias = Reference | Linked


@dataclass(frozen=True, slots=True)
class LinkedEffect:
    """An effect with the expressions of its template."""

    effect: Effect
    template: Template
    holes: tuple[Linked, ...]
    at: At | None


@dataclass(frozen=True, slots=True)
class Step:
    """One rule of a program."""

    rule: Rule
    guard: Linked | None
    when: Linked | None
    require: Linked | None
    #: Both conditions over whole columns; None where they do not suit, or more is asked.
    vector: Vector | None
    vector_references: tuple[Source, ...]
    vector_size: int
    effects: tuple[LinkedEffect, ...]
    otherwise: tuple[LinkedEffect, ...]
    #: Reads through ``row.previous`` what it writes itself, so its runs follow one another.
    in_turn: bool


@dataclass(frozen=True, slots=True)
class Program:
    """The rules of one queue, runnable."""

    rules: RuleSet
    #: By action of a content event: the steps to take, in order.
    steps: dict[str, tuple[Step, ...]]


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


def link_expression(expression: Expression) -> Linked:
    """Compile one expression."""
    references = expression.references
    run = compile_tree(expression.tree, len(references))
    return Linked(expression, tuple(map(_source, references)), run, expression.size)


def _source(reference: Reference) -> Source:
    if not isinstance(reference, Ahead):
        return reference
    assert isinstance(reference.expression, Expression)  # noqa: S101 - by construction.
    return link_expression(reference.expression)


class _Linker:
    """Links each expression once, though a group's condition is that of all its rules."""

    def __init__(self) -> None:
        self._guards: dict[int, Linked] = {}

    def step(self, rule: Rule) -> Step:
        vector, references, size = _vector(rule)
        return Step(
            rule=rule,
            guard=self._guard(rule),
            when=None if rule.when is None else link_expression(rule.when),
            require=None if rule.require is None else link_expression(rule.require),
            vector=vector,
            vector_references=references,
            vector_size=size,
            effects=tuple(map(_effect, rule.effects)),
            otherwise=tuple(map(_effect, rule.otherwise)),
            in_turn=_is_in_turn(rule),
        )

    def _guard(self, rule: Rule) -> Linked | None:
        expression = rule.group.when if rule.group is not None else None
        if expression is None:
            return None
        linked = self._guards.get(id(expression))
        if linked is None:
            linked = self._guards[id(expression)] = link_expression(expression)
        return linked


def _effect(effect: Effect) -> LinkedEffect:
    template = effect.template if isinstance(effect, Put) else effect.text
    holes = tuple(link_expression(hole.expression) for hole in template.holes)
    return LinkedEffect(effect, template, holes, None if isinstance(effect, Put) else effect.at)


def _vector(rule: Rule) -> tuple[Vector | None, tuple[Source, ...], int]:
    """Fuse a rule's conditions where nothing but the runs that fire is asked."""
    if rule.select is None or rule.otherwise or _is_in_turn(rule):
        return None, (), 0
    references: list[Reference] = []
    trees = [
        None if expression is None else _renumbered(expression, references)
        for expression in (rule.when, rule.require)
    ]
    if not references:
        return None, (), 0
    size = sum(expression.size for expression in (rule.when, rule.require) if expression)
    vector = compile_vector(trees[0], trees[1], len(references))
    return vector, tuple(map(_source, references)), size


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


def _is_in_turn(rule: Rule) -> bool:
    written = {effect.schema_id for effect in rule.effects if isinstance(effect, Put)}
    if isinstance(rule.select, BySchemaId):
        written = {name or rule.select.schema_id for name in written}
    previous = {
        reference.schema_id
        for expression in rule.expressions()
        for reference in all_references(expression)
        if isinstance(reference, Neighbor) and reference.offset < 0
    }
    return bool(previous & written) or (bool(previous) and None in written)
