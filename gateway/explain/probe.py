"""One expression, template or selector tried on one stored request.

Language §3 and §4. Law: compiles as a rule would, and shows what it comes to, run by run.
"""

from __future__ import annotations

import decimal
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from gateway.annotation.content import Content
from gateway.annotation.plain import from_json
from gateway.annotation.tree import index
from gateway.annotation.values import CONTEXT, Value
from gateway.diagnostic import Report
from gateway.engine.asking import Asker
from gateway.engine.blame import sentence
from gateway.engine.conditions import Failed
from gateway.engine.frame import FAILURES, Frame
from gateway.engine.program import Linked, link, link_expressions
from gateway.engine.selection import Selection, select
from gateway.engine.tables import Tables
from gateway.explain.document import parts_document, value_document
from gateway.explain.drawing import Mark, draw_text, marks
from gateway.explain.naming import Names
from gateway.explain.questions import Told, asked_by
from gateway.explain.recording import Seen, see
from gateway.explain.values import kind_shown, shown
from gateway.hooks.reads import all_reads
from gateway.hooks.request import Decoder, Request
from gateway.hooks.side_loads import SideLoads
from gateway.rules.compile import compile_rules, shared_scope
from gateway.rules.compile_rule import compile_select
from gateway.rules.context import QueueContext, RulesFile
from gateway.rules.expressions.expression import Expression, compile_expression
from gateway.rules.expressions.parsing import parse
from gateway.rules.expressions.spreading import Deferred
from gateway.rules.rule import Selector
from gateway.rules.templates.template import Template, compile_template, render
from gateway.rules.yaml.source import Scalar, Text

#: A value by itself may be longer than one under an expression.
_WIDE: Final = 400


@dataclass(frozen=True, slots=True)
class Probe:
    """What is tried, compiled."""

    selector: Selector
    #: None: what is selected is shown itself.
    said: Expression | Template | None

    @property
    def expressions(self) -> tuple[Expression, ...]:
        """The expressions in it."""
        match self.said:
            case Expression():
                return (self.said,)
            case Template():
                return tuple(hole.expression for hole in self.said.holes)
            case None:
                return ()


@dataclass(frozen=True, slots=True)
class Probed:
    """What it came to in one run."""

    #: ``row 3``; None where there is only one.
    place: str | None
    value: Value
    #: Why there is no value; None when there is one.
    failure: str | None
    drawing: tuple[str, ...]
    parts: tuple[dict[str, Any], ...]
    questions: tuple[Told, ...]

    @property
    def told(self) -> str:
        """The value with its kind."""
        if self.failure is not None:
            return f"failed: {self.failure}"
        kind = kind_shown(self.value)
        written = shown(self.value, _WIDE)
        return written if written == kind else f"{written} ({kind})"

    @property
    def document(self) -> dict[str, Any]:
        """The same for machines."""
        value = {"kind": "failed", "value": None} if self.failure else value_document(self.value)
        return {
            "place": self.place,
            **value,
            "failure": self.failure,
            "parts": list(self.parts),
            "questions": [one.document for one in self.questions],
        }


def compile_probe(
    written: Text | None,
    selector: Text | None,
    context: QueueContext,
    files: Sequence[RulesFile],
    report: Report,
    *,
    has_fields: bool = True,
) -> Probe | None:
    """Compile an expression, or a template if it has braces and is none; None after mistakes.

    Where a request has no fields, a selector is JMESPath in any case.
    """
    scope = shared_scope(files, context)
    node = None if selector is None else Scalar(selector, selector.value)
    chosen, scope = compile_select(node, scope, report, has_fields=has_fields)
    if report.errors or written is None:
        return None if report.errors else Probe(chosen, None)
    compiler = compile_template if _is_template(written) else compile_expression
    said = compiler(written, scope, report)
    return None if said is None else Probe(chosen, said)


def _is_template(text: Text) -> bool:
    """Whether a text has braces that are no mapping inside an expression."""
    if "{" not in text.value:
        return False
    return text.value.lstrip().startswith("{") or (
        parse(text, (0, len(text.value)), Report(), None) is None
    )


def decode(body: bytes) -> Request:
    """Read a stored request, whole.

    Raises:
        PayloadError: the body is not a hook request.
    """
    return Decoder(all_reads()).decode(body)


def probe(
    made: Probe, request: Request, context: QueueContext, now: datetime, tables: Tables
) -> list[Probed]:
    """Try it on a request; it may ask *tables*.

    Raises:
        SelectorError: the selector cannot be applied to this document.
    """
    program = link(compile_rules((), context, Report()))
    rules = SideLoads().applied(program, request.decoded_key("schemas")).rules
    tree = request.tree if request.tree is not None else index([])
    content = Content(tree, rules.kinds, rules.placeholders)
    facts = request.at(now.astimezone(ZoneInfo(context.timezone)), lambda: False)
    linked = link_expressions(made.expressions)
    asker = Asker(tables)
    found: list[Probed] = []
    with decimal.localcontext(CONTEXT.copy()):
        for selection in select(made.selector, content, facts):
            frame = Frame(selection, content, facts, asker)
            for one in linked:
                frame.ask(one, range(len(selection)))
            seen = [see(one, frame) for one in linked]
            found.extend(
                _probed(made, seen, selection, number, content) for number in range(len(selection))
            )
    return found


def _probed(
    made: Probe, seen: Sequence[Seen], selection: Selection, number: int, content: Content
) -> Probed:
    place = Names.of(content.tree).run(selection, number)
    if made.said is None:
        return Probed(place, _selected(selection, number, content), None, (), (), ())
    operands = [one.operands(number) for one in seen]
    drawn: list[Mark] = []
    parts: list[dict[str, Any]] = []
    for one, values in zip(seen, operands, strict=True):
        drawn += marks(one.expression, values, one.absent)
        parts += parts_document(one.expression, values, one.absent)
    drawing = draw_text(made.said.text, drawn, *made.expressions)
    failure = None
    value: Value = None
    try:
        value = _value(made.said, [one.linked for one in seen], operands)
    except _Failure as error:
        failure = sentence(error.failed)
    questions = tuple(told for one in seen for told in asked_by(one, number))
    drawing += [f"asked {one.text}" for one in questions]
    return Probed(place, value, failure, tuple(drawing), tuple(parts), questions)


class _Failure(Exception):
    def __init__(self, failed: Failed) -> None:
        super().__init__(failed)
        self.failed = failed


def _value(
    said: Expression | Template, linked: Sequence[Linked], operands: Sequence[tuple[Value, ...]]
) -> Value:
    values = [_evaluate(one, given) for one, given in zip(linked, operands, strict=True)]
    if isinstance(said, Expression) or said.lone is not None:
        return values[0]
    try:
        return render(said, values, escape=False)
    except FAILURES as error:
        raise _Failure(Failed(error, None)) from None


def _evaluate(linked: Linked, operands: tuple[Value, ...]) -> Value:
    try:
        value = linked.run(*operands)
    except FAILURES as error:
        raise _Failure(Failed(error, linked, operands)) from None
    if isinstance(value, Deferred):
        raise _Failure(Failed(value.error, linked, operands))
    return value


def _selected(selection: Selection, number: int, content: Content) -> Value:
    """Give what a selector found: a datapoint's value, a result, or a row's values by name."""
    if selection.results is not None:
        return from_json(selection.results[number])
    row = selection.rows[number]
    if selection.schema_id is not None:
        return content.column(selection.schema_id).values[row]
    if selection.table is None:
        return None
    return {name: content.column(name).values[row] for name in selection.table.columns}
