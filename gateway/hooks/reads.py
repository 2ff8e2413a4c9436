"""What the rules of a queue read of a request: the partial decode is driven by this.

Design *The compiler*, *Reads*. Law: pure; derived from the rules alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from gateway.hooks.wire import Reads
from gateway.rules.effect import Choose, ChooseFrom, Match, Validate, every
from gateway.rules.events import ACTIONS
from gateway.rules.expressions.expression import all_references
from gateway.rules.expressions.references import FACT_KEYS, Attribute, Fact
from gateway.rules.rule import ByPath, Overwrite, Rule, RuleSet
from gateway.rules.selectors.path import Keys

_CONTENT_KEYS: Final[Mapping[str, str]] = {
    "extracted": "rir_text",
    "confidence": "rir_confidence",
    "page": "page",
}
_NODE_KEYS: Final = frozenset(("validation_sources", "options"))


def reads_of(rules: RuleSet) -> Reads:
    """Collect what all rules of a queue read."""
    reads = Reads()
    for rule in rules.rules:
        reads |= _rule_reads(rule)
    if rules.known is None:
        reads |= Reads(envelope=frozenset(("schemas",)))
    return replace(reads, whole=any(map(_selects_whole, rules.rules)))


def all_reads() -> Reads:
    """Give everything that any rule could read."""
    return Reads(
        content=frozenset(_CONTENT_KEYS.values()),
        node=_NODE_KEYS,
        annotation=FACT_KEYS["annotation"],
        document=FACT_KEYS["document"],
        envelope=frozenset(("schemas", "queue", "queues", "email", "emails")),
    )


def _rule_reads(rule: Rule) -> Reads:
    references = [
        reference for expression in rule.expressions() for reference in all_references(expression)
    ]
    attributes = {one.name for one in references if isinstance(one, Attribute)}
    facts = [one.path for one in references if isinstance(one, Fact)]
    node = attributes & _NODE_KEYS
    effects = tuple(every((*rule.effects, *rule.otherwise)))
    if rule.overwrite is Overwrite.UNTOUCHED or any(isinstance(one, Validate) for one in effects):
        node = node | {"validation_sources"}
    if any(isinstance(one, Choose | ChooseFrom | Match) for one in effects):
        node = node | {"options"}
    side_loads = {path[0] for path in facts if path[0] in ("queue", "email")}
    selected = _selected(rule)
    return Reads(
        content=frozenset(_CONTENT_KEYS[name] for name in attributes if name in _CONTENT_KEYS)
        | selected.content,
        node=frozenset(node) | selected.node,
        annotation=frozenset(path[1] for path in facts if path[0] == "annotation"),
        document=frozenset(path[1] for path in facts if path[0] == "document"),
        envelope=frozenset(side_loads | {f"{name}s" for name in side_loads}),
    )


def _selects_whole(rule: Rule) -> bool:
    """Whether a rule's JMESPath looks at whole nodes."""
    if not isinstance(rule.select, ByPath) or ACTIONS.isdisjoint(rule.actions):
        return False
    over = rule.select.path.over_nodes
    return over is not None and over.asks_whole


def _selected(rule: Rule) -> Keys:
    """Collect what a rule's JMESPath reads of nodes."""
    path = rule.select.path if isinstance(rule.select, ByPath) else None
    return path.over_nodes.keys if path is not None and path.over_nodes is not None else Keys()
