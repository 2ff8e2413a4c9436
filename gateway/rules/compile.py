"""The rules of one queue: its rules files, params and deviations in, a rule set out.

Language §1 and §2. Law: pure; files are given as nodes whose structure is right, and every mistake
of all of them is reported.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from gateway.annotation.values import Kind
from gateway.diagnostic import Report, Span
from gateway.rules.against_schema import check_against_schema
from gateway.rules.compile_rule import ALONE, Around, compile_group, compile_rule
from gateway.rules.context import Param, QueueContext, RulesFile
from gateway.rules.expressions.expression import compile_expression
from gateway.rules.expressions.references import RESERVED
from gateway.rules.expressions.scope import Scope, Selects
from gateway.rules.lint import check_together
from gateway.rules.merge import merged, removed_nothing, written_out
from gateway.rules.rule import Rule, RuleSet
from gateway.rules.yaml.source import Entry, List, Map, Node, Scalar, Text, plain
from gateway.rules.yaml.structure import check_structure
from gateway.spelling import closest


def compile_rules(files: Sequence[RulesFile], context: QueueContext, report: Report) -> RuleSet:
    """Compile all rules that a queue uses, in file order.

    Mistakes are in *report*; rules that have some are left out of the result.
    """
    compiler = _Compiler(context, report)
    for file in files:
        compiler.add(file)
    compiler.finish()
    return RuleSet(
        rules=tuple(compiler.rules),
        kinds=_kinds(context),
        labels=_labels(context),
        hidden=_hidden(context),
        placeholders=frozenset(context.placeholders),
        timezone=context.timezone,
        known=frozenset(context.schema.fields) if context.schema else None,
        columns=context.schema.columns if context.schema else frozenset(),
        lists=context.schema.lists if context.schema else frozenset(),
        computed=context.schema.computed if context.schema else frozenset(),
    )


def shared_scope(files: Sequence[RulesFile], context: QueueContext) -> Scope:
    """Give the scope of an expression that stands in none of *files*, but may use all they share.

    Of two params or names of ``let`` with one name, the first counts.
    """
    params: dict[str, Param] = {}
    lets: dict[str, Text] = {}
    for file in reversed(files):
        params |= _params(file.root.get("params"))
        shared = file.root.get("let")
        for name, entry in shared.entries.items() if isinstance(shared, Map) else ():
            if isinstance(entry.value, Scalar):
                lets[name] = entry.value.text
    return Scope(context, {**params, **context.params}, lets, Selects.ANNOTATION)


def _kinds(context: QueueContext) -> Mapping[str, Kind]:
    kinds = {one.schema_id: one.kind for one in context.fields.values() if one.kind is not None}
    if context.schema is not None:
        for found in context.schema.fields.values():
            if found.kind is not None:
                kinds[found.schema_id] = found.kind
    return kinds


def _labels(context: QueueContext) -> Mapping[str, str]:
    fields = context.schema.fields if context.schema else {}
    return {found.schema_id: found.label for found in fields.values() if found.label}


def _hidden(context: QueueContext) -> frozenset[str]:
    fields = context.schema.fields if context.schema else {}
    return frozenset(found.schema_id for found in fields.values() if found.hidden)


@dataclass(slots=True)
class _Compiler:
    context: QueueContext
    report: Report
    rules: list[Rule] = field(default_factory=list)
    _places: dict[str, Span] = field(default_factory=dict)
    _used_params: set[str] = field(default_factory=set)
    _used_lets: set[Text] = field(default_factory=set)
    #: Every name of ``let`` with the scope that it was given in.
    _lets: dict[Text, tuple[Text, Scope]] = field(default_factory=dict)

    def add(self, file: RulesFile) -> None:
        """Compile the rules of one file."""
        defaults = _params(file.root.get("params"))
        scope = Scope(
            context=self.context,
            params={**defaults, **self.context.params},
            lets={},
            selects=Selects.ANNOTATION,
            used_params=self._used_params,
            used_lets=self._used_lets,
        )
        scope = self._with_lets(scope, file.root.get("let"))
        rules = file.root.get("rules")
        for node in rules.items if isinstance(rules, List) else ():
            if not isinstance(node, Map):
                continue
            if node.get("group") is not None:
                self._add_group(node, scope)
            else:
                self._add_rule(node, ALONE, scope)

    def finish(self) -> None:
        """Report what only the whole queue can say: changes and params that nothing uses."""
        change = self.context.change
        for name, entry in change.entries.items() if change else ():
            if name not in self._places:
                meant = closest(name, self._places)
                hint = f'did you mean "{meant}"?' if meant else None
                self.report.error("R416", f'no rule "{name}" to change', entry.key.span, hint=hint)
        check_together(self.rules, self.report)
        if self.context.schema is not None and not self.context.schema.from_payloads:
            check_against_schema(self.rules, self.context.schema, self.report)
        self._check_unused_lets()
        if self.report.errors:
            return  # What is broken may well be what uses a param.
        for name in sorted(self.context.own_params - self._used_params):
            self.report.error(
                "R417",
                f'no rule of this queue uses the param "{name}"',
                self.context.params[name].place,
                hint="leave it out, or use params." + name,
            )

    def _check_unused_lets(self) -> None:
        """Check what no expression has written out, and say that it is of no use."""
        broken = bool(self.report.errors)
        for text, (name, scope) in self._lets.items():
            if text in self._used_lets:
                continue
            # Whatever a rule selects: a value and a row are there.
            anywhere = replace(scope, selects=Selects.RESULTS, used_lets=set())
            checked = compile_expression(text, anywhere, self.report)
            # What is broken may well be what uses it, and what is changed what used it.
            if checked is not None and not broken and self.context.change is None:
                message = f"nothing uses {name.value}, which let defines"
                hint = "leave it out"
                self.report.warning("R431", message, name.span, hint=hint, rule=scope.rule)

    def _add_group(self, node: Map, scope: Scope) -> None:
        scope = self._with_lets(scope, node.get("let"))
        around = compile_group(node, scope, self.report)
        rules = node.get("rules")
        for inner in rules.items if isinstance(rules, List) else ():
            if isinstance(inner, Map):
                self._add_rule(inner, around, scope)

    def _add_rule(self, node: Map, around: Around, scope: Scope) -> None:
        name = node.get("id")
        if not isinstance(name, Scalar):
            return
        rule_id = name.text.value
        first = self._places.setdefault(rule_id, name.span)
        if first is not name.span:
            self.report.error(
                "R418", f'a second rule "{rule_id}" in one queue', name.span, related=first
            )
            return
        changed = self._changed(rule_id, written_out(node))
        if changed is None:
            return
        scope = replace(scope, rule=rule_id)
        scope = self._with_lets(scope, changed.get("let"))
        rule = compile_rule(changed, around, scope, self.report)
        if rule is not None:
            self.rules.append(rule)

    def _changed(self, rule_id: str, node: Map) -> Map | None:
        """Merge the queue's deviation in; None when the rule is then no longer one."""
        change = self.context.change.get(rule_id) if self.context.change else None
        if not isinstance(change, Map):
            return node
        change = written_out(change)
        for key, within in removed_nothing(node, change):
            meant = closest(key.value, within.entries)
            hint = f'did you mean "{meant}"?' if meant else "leave it out"
            message = f"there is no {key.value!r} to remove here"
            self.report.error("R435", message, key.span, hint=hint, rule=rule_id)
        node = merged(node, change)
        key = Text.inline("rules")
        root = replace(node, entries={**_VERSION, "rules": Entry(key, List((node,), node.span))})
        return node if check_structure(root, "rules", self.report) else None

    def _with_lets(self, scope: Scope, node: Node | None) -> Scope:
        """Add the names of a ``let``; their expressions are checked where they are used."""
        if not isinstance(node, Map):
            return scope
        lets = dict(scope.lets)
        for name, entry in node.entries.items():
            if not isinstance(entry.value, Scalar):
                continue
            schema_id = scope.schema_id(name)
            known = self.context.schema is not None and not scope.is_unknown(schema_id)
            if known or name in self.context.fields or name in RESERVED:
                what = "a name of the language" if name in RESERVED else "a field"
                self.report.error(
                    "R212", f"{name} is already {what}", entry.key.span, hint="choose another name"
                )
                continue
            lets[name] = entry.value.text
            self._lets[entry.value.text] = (entry.key, scope)
        return replace(scope, lets=lets)


_VERSION = {"version": Entry(Text.inline("version"), Scalar(Text.inline("1"), 1))}


def _params(node: Node | None) -> dict[str, Param]:
    if not isinstance(node, Map):
        return {}
    return {
        name: Param(exact(plain(entry.value)), entry.key.span)
        for name, entry in node.entries.items()
    }


def exact(data: Any) -> Any:
    """Turn the integers of a param into decimals, so that all its numbers are of one type."""
    match data:
        case bool():
            return data
        case int():
            return Decimal(data)
        case list():
            return [exact(item) for item in data]
        case dict():
            return {key: exact(value) for key, value in data.items()}
        case _:
            return data
