"""``match`` as compiled: what a table is asked, step by step, and what follows.

Language §6. Law: pure; nodes whose structure is right in, an effect or diagnostics out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from gateway.annotation.values import Kind, kind_name
from gateway.rules.compile_options import ENUM, written_options
from gateway.rules.compiling import Around, items, scalars
from gateway.rules.effect import Attempt, Into, Match
from gateway.rules.expressions import kinds
from gateway.rules.expressions.expression import as_text
from gateway.rules.expressions.lookups import (
    Mistake,
    column_mistake,
    criterion_kind,
    finds,
    parameters_mistake,
    table_mistake,
)
from gateway.rules.expressions.scope import Scope
from gateway.rules.question import Criterion, How, Question
from gateway.rules.tables import TableShape
from gateway.rules.templates.template import Hole, Template
from gateway.rules.yaml.source import Entry, List, Map, Node, Scalar, Text

#: What counts as similar where a rule does not say.
AT_LEAST: Final = Decimal("0.85")
#: What a key can be that is not compared as its column is.
_SOUGHT: Final = {How.NORMAL: Kind.SCALAR, How.SIMILAR: Kind.TEXT}
#: Of a record, besides its columns: how well it matches.
SCORE: Final = "score"
#: Keys that say what goes into the field, and need one.
_OF_INTO: Final = ("value", "label", "options", "default")
_MATCHED: Final = ("into", "fill", "none", "one", "many")


def compile_match(node: Node, around: Around) -> None:
    """Compile one ``match``."""
    assert isinstance(node, Map)  # noqa: S101 - the JSON Schema demands it.
    table = node.get("table")
    assert isinstance(table, Scalar)  # noqa: S101 - the JSON Schema demands it.
    wrong = table_mistake(table.text.value, around.scope)
    if wrong is not None:
        _report(wrong, table.text, around)
        return
    compiler = _Compiler(around.scope.context.tables[table.text.value], node, around)
    found = compiler.compile(table.text)
    if found is not None:
        around.effects.append(found)


def _report(mistake: Mistake, text: Text, around: Around) -> None:
    code, message, hint = mistake
    around.error(code, message, text.span, hint)


@dataclass(frozen=True, slots=True)
class _Compiler:
    shape: TableShape
    node: Map
    around: Around

    def compile(self, name: Text) -> Match | None:
        """Compile what is asked and what follows; None after a mistake."""
        node, around = self.node, self.around
        record = _with_score(self.shape)
        outside = replace(around.scope, hit=None, hits=None)
        candidate = replace(outside, hit=record)
        several = replace(outside, hits=record)
        by = [self._attempt(one, outside) for one in items(node.get("by")) if isinstance(one, Map)]
        where = node.get("where")
        condition = None if where is None else around.condition(where, candidate)
        into = self._into(candidate)
        fill = node.get("fill")
        if not any(key in node.entries for key in (*_MATCHED, *_OF_INTO)):
            hint = f"add one of {', '.join(_MATCHED)}"
            around.error("R441", "this match changes nothing and says nothing", name.span, hint)
        match = Match(
            table=self.shape.name,
            by=tuple(attempt for attempt in by if attempt is not None),
            where=condition,
            order=tuple(self._order(record)),
            into=into,
            fill=around.puts(fill, candidate) if isinstance(fill, Map) else (),
            none=around.inner(node.get("none"), several),
            one=around.inner(node.get("one"), replace(several, hit=record)),
            many=around.inner(node.get("many"), several),
        )
        return None if None in by else match

    # What is asked.

    def _attempt(self, node: Map, scope: Scope) -> Attempt | None:
        wrong = parameters_mistake(tuple(node.entries), self.shape)
        if wrong is not None:
            _report(wrong, next(iter(node.entries.values())).key, self.around)
            return None
        found = [self._criterion(entry, scope) for entry in node.entries.values()]
        known = [one for one in found if one is not None]
        if len(known) < len(found):
            return None
        criteria = tuple(criterion for criterion, _ in known)
        return Attempt(Question(self.shape.name, criteria), tuple(key for _, key in known))

    def _criterion(self, entry: Entry, scope: Scope) -> tuple[Criterion, Template] | None:
        name = entry.key
        if self.shape.parameters is None:
            wrong = column_mistake(name.value, self.shape)
            if wrong is not None:
                _report(wrong, name, self.around)
                return None
        sought = self._sought(entry)
        if sought is None:
            return None
        how, at_least, node = sought
        wanted = criterion_kind(name.value, self.shape)
        if how is How.SIMILAR and not wanted & Kind.TEXT:
            message = f"{self.shape.name}.{name.value} is {kind_name(wanted)}, and no text"
            self.around.error("R440", message, name.span, "only texts are similar")
            return None
        wanted = _SOUGHT.get(how, wanted)
        key = self._key(node, name, wanted, scope)
        return None if key is None else (Criterion(name.value, how, at_least), key)

    def _sought(self, entry: Entry) -> tuple[How, Decimal | None, Node] | None:
        """Read how a column is compared, how well it must fit, and with what."""
        given = entry.value
        if not isinstance(given, Map):
            return How.EQUAL, None, given
        ways = [how for how in (How.NORMAL, How.SIMILAR) if how.value in given.entries]
        least = given.get("at_least")
        problem = None
        if len(ways) != 1:
            problem = "a column is compared in one way", "write normal: KEY or similar: KEY"
        elif self.shape.parameters is not None:
            problem = "a live table compares as its query does", "write the template alone"
        elif least is not None and ways[0] is How.NORMAL:
            problem = "at_least is for similar", "leave it out"
        elif isinstance(least, Scalar) and not 0 < _number(least) <= 1:
            problem = "at_least is between 0 and 1", f"for example {AT_LEAST}"
        if problem is not None:
            at = entry.key.span if least is None or len(ways) != 1 else least.span
            self.around.error("R440", problem[0], at, problem[1])
            return None
        at_least = _number(least) if isinstance(least, Scalar) else AT_LEAST
        (how,) = ways
        node = given.entries[how.value].value
        return how, at_least if how is How.SIMILAR else None, node

    def _key(self, node: Node, name: Text, wanted: Kind, scope: Scope) -> Template | None:
        key = self.around.template(_typed(node, wanted), scope)
        if key is None:
            return None
        if wanted == Kind.TEXT and key.lone is not None:
            expression = as_text(key.lone.expression, scope)
            key = replace(key, parts=(Hole(expression, None),))
        given = Kind.TEXT if key.lone is None else key.lone.expression.kind
        if finds(given, wanted):
            return key
        column, told = kind_name(wanted), kind_name(kinds.element(given))
        message = f"{self.shape.name}.{name.value} is {column}, this is {told}"
        self.around.error("R304", message, node.span, _CONVERSIONS.get(wanted))
        return None

    # What follows.

    def _into(self, candidate: Scope) -> Into | None:
        node, around = self.node, self.around
        name, value = node.get("into"), node.get("value")
        if not isinstance(name, Scalar):
            for key in _OF_INTO:
                if key in node.entries:
                    at, hint = node.entries[key].key.span, "add into: FIELD, or leave it out"
                    around.error(
                        "R441", f"{key} says what goes into a field, and none is named", at, hint
                    )
            return None
        schema_id = around.field(name.text, category="datapoint")
        is_enum = self._is_enum(schema_id, name.text)
        if value is None:
            hint = 'add value: "{hit.COLUMN}"'
            around.error("R441", "what goes into the field is missing", name.span, hint)
            return None
        written = around.template(value, candidate)
        label = node.get("label")
        told = written if label is None else around.template(label, candidate)
        default, options = node.get("default"), node.get("options")
        sends = is_enum and not isinstance(options, Scalar)
        others = [
            written_options(one, around)
            for one in (List((default,), default.span) if default is not None else None, options)
            if one is not None and not isinstance(one, Scalar)
        ]
        if written is None or told is None or None in others:
            return None
        pairs = tuple(pair for one in others if one is not None for pair in one)
        return Into(schema_id, written, told, sends, pairs, default is not None)

    def _is_enum(self, schema_id: str, name: Text) -> bool:
        """Check that a field can be written to; whether it has options, which no schema denies."""
        found = self.around.scope.schema_field(schema_id)
        if found is None or found.category != "datapoint":
            return True
        if found.formula:
            message = f"{name.value} is a formula field; the platform ignores writes to it"
            self.around.error("R408", message, name.span)
        elif found.type == "button":
            self.around.error("R408", f"{name.value} is a button; it has no value", name.span)
        elif found.type not in ENUM:
            options = self.node.get("options")
            for key in ("label",) if isinstance(options, Scalar | None) else ("label", "options"):
                entry = self.node.entries.get(key)
                if entry is not None:
                    message = f"{name.value} is of the type {found.type}; only an enum has options"
                    self.around.error("R408", message, entry.key.span, "leave it out")
        return found.type in ENUM

    def _order(self, record: TableShape) -> Iterator[tuple[str, bool]]:
        for item in scalars(self.node.get("order")):
            name = item.text.value.removeprefix("-")
            wrong = column_mistake(name, record)
            if wrong is not None:
                _report(wrong, item.text, self.around)
            yield name, item.text.value.startswith("-")


def _with_score(shape: TableShape) -> TableShape:
    """Give the columns of a record that was found; a column of the table's hides the score."""
    if shape.columns is None:
        return shape
    return replace(shape, columns={SCORE: Kind.NUMBER, **shape.columns})


def _typed(node: Node, wanted: Kind) -> Node:
    """Have a number, true or false that is written out looked for as what it is, not as a text."""
    if wanted == Kind.TEXT or not isinstance(node, Scalar) or isinstance(node.data, str):
        return node
    return replace(node, text=replace(node.text, value=f"{{{node.text.value}}}"))


def _number(node: Scalar) -> Decimal:
    return Decimal(str(node.data))


_CONVERSIONS: Final = {
    Kind.NUMBER: 'write a lone expression that is a number, such as "{number(value)}"',
    Kind.DATE: 'write a lone expression that is a date, such as "{date(value)}"',
    Kind.BOOLEAN: 'write a lone expression that is true or false, such as "{x == 1}"',
    Kind.TEXT: 'write text around it, or "{text(...)}"',
}
