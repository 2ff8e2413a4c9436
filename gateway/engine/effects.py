"""The effects of one run: where they go and what they say.

Language §5. Law: pure; collects all effects of a run before any of them counts, so that none is
ever sent half.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from gateway.annotation.column import Column
from gateway.annotation.tree import AddedNode, Node
from gateway.annotation.values import Value, value_text
from gateway.effects import Deliver, Message
from gateway.engine.changes import (
    Change,
    GoneRow,
    NewRow,
    SetHidden,
    SetOptions,
    SetValidated,
)
from gateway.engine.conditions import Budget, Failed
from gateway.engine.derive import Derivation, check_columns, table_of
from gateway.engine.files import FileEffect, Files, senders_of, values_of
from gateway.engine.frame import FAILURES, Frame
from gateway.engine.matching import MatchRunner
from gateway.engine.notices import Notice, run_name
from gateway.engine.places import Places, Said, message_text
from gateway.engine.program import Linked, LinkedEffect, LinkedTemplate, Step, every_linked
from gateway.engine.responses import filled, json_value
from gateway.engine.run_effects import HoleError, RunEffects
from gateway.engine.written import cell_value, written_value
from gateway.rules.effect import (
    AddRow,
    Choose,
    ChooseFrom,
    Derive,
    FileValues,
    Follow,
    KeepOut,
    Match,
    Notify,
    Put,
    RemoveRow,
    Respond,
    Reveal,
    Say,
    SetSender,
    Stop,
    Validate,
    has_rows,
)
from gateway.rules.events import OTHER_EVENTS
from gateway.rules.expressions.logic import truth
from gateway.rules.expressions.spreading import Deferred
from gateway.rules.function import FunctionError
from gateway.rules.rule import Overwrite
from gateway.rules.templates.template import render


class EffectRunner:
    """Carries out the effects of one rule in one frame."""

    def __init__(self, step: Step, frame: Frame, places: Places, budget: Budget) -> None:
        """Prepare for the runs of *frame*; *places* are shared by all frames of the rule."""
        self.frame = frame
        self._step = step
        self._places = places
        self._files: Files | None = None
        self._matches: dict[int, MatchRunner] = {}
        self.budget = budget

    def within(self, frame: Frame) -> EffectRunner:
        """Give one that carries out effects of the same rule in another frame."""
        return EffectRunner(self._step, frame, self._places, self.budget)

    def prepare(self, effects: Sequence[LinkedEffect], runs: Sequence[int]) -> None:
        """Ask tables what *effects* need, for all *runs* at once."""
        for linked in effects:
            if linked.match is not None:
                self._matcher(linked).prepare(runs)
            elif not has_rows(linked.effect):  # They have a frame of their own.
                for expression in linked.expressions:
                    self.frame.ask(expression, runs)

    def _matcher(self, linked: LinkedEffect) -> MatchRunner:
        found = self._matches.get(id(linked))
        if found is None:
            found = self._matches[id(linked)] = MatchRunner(linked, self)
        return found

    def run(
        self, run: int, effects: Sequence[LinkedEffect], apart: Sequence[LinkedEffect] = ()
    ) -> RunEffects:
        """Collect what *effects* do in one run; what those *apart* would show is hidden.

        Raises:
            FunctionError: one of them cannot be carried out.
        """
        found = RunEffects()
        for linked in every_linked(apart):
            if isinstance(linked.effect, Follow):
                nodes = self._nodes([linked.effect.schema_id], run)
                found.changes.append(SetHidden(nodes, hidden=True))
        is_other = self.frame.facts.action in OTHER_EVENTS
        carry_out = self._answer_other if is_other else self._carry_out
        for linked in effects:
            if isinstance(linked.effect, Notify):
                found.deliveries.append(self._notice(linked, run))
            else:
                carry_out(linked, run, found)
        return found

    def _notice(self, linked: LinkedEffect, run: int) -> Deliver:
        notice = Notice(linked, self.frame, self.budget, self.evaluate_in)
        return notice.deliver(run, self._step.rule.id, run_name(self.frame.selection, run))

    def _carry_out(self, linked: LinkedEffect, run: int, found: RunEffects) -> None:
        match linked.effect:
            case Put() as effect:
                self._put(effect, linked, run, found)
            case Say() | Stop():
                self._say(linked.effect, linked, run, found)
            case AddRow() as effect:
                row = self._new_row(effect, linked, run)
                if any(value is not None for value in row.cells.values()):
                    found.changes.append(row)
            case RemoveRow():
                found.changes.append(self._gone_row(run))
            case Derive() as effect:
                computed = self._places.rules.computed
                derivation = Derivation(effect, linked, self.frame, self.budget, computed)
                writes, changes = derivation.run(self.evaluate_in)
                found.writes.extend(writes)
                found.changes.extend(changes)
            case Match():
                self._matcher(linked).run(run, found)
            case _:
                found.changes.append(self._field_change(linked, run))

    def _answer_other(self, linked: LinkedEffect, run: int, found: RunEffects) -> None:
        """Carry out an effect on an event that has no content."""
        match linked.effect:
            case Say(level):
                file, text = self._file(run), self._text(linked, run)
                message = Message(level, text, file, self._step.rule.id)
                found.files.append(FileEffect(file, message=message))
            case KeepOut():
                found.files.append(FileEffect(self._file(run), imported=False))
            case FileValues() as effect:
                values = values_of(effect, self._written(linked, run))
                if values:
                    found.files.append(FileEffect(self._file(run), values=values))
            case Match():
                self._matcher(linked).run(run, found)
            case SetSender():
                found.senders.extend(senders_of(self._written(linked, run)))
            case Respond(data):
                given = [self._given(template, run) for template in linked.templates]
                found.responses.append(filled(data, given))
            case _:
                raise AssertionError(linked.effect)

    def _field_change(self, linked: LinkedEffect, run: int) -> Change:
        """Give what an effect changes of fields besides their values."""
        effect = linked.effect
        match effect:
            case ChooseFrom():
                return SetOptions(self._nodes([effect.schema_id], run), self._records(effect))
            case Choose(schema_id):
                return SetOptions(self._nodes([schema_id], run), self._options(linked, run))
            case Reveal(fields, hidden):
                return SetHidden(self._nodes(fields, run), hidden)
            case Follow(schema_id):
                shown = truth(self._evaluate(linked.condition, run)) is True
                return SetHidden(self._nodes([schema_id], run), not shown)
            case Validate(fields):
                return SetValidated(self._nodes(fields, run))
            case _:
                raise AssertionError(effect)

    # What is said and written.

    def _say(self, effect: Say | Stop, linked: LinkedEffect, run: int, found: RunEffects) -> None:
        text = self._text(linked, run)
        level = effect.level if isinstance(effect, Say) else None
        told = found.messages if isinstance(effect, Say) else found.blocks
        for place in self._places.find(effect.at, self.frame, run):
            told.append(Said(level, text, place, self._step.rule.id))

    def _text(self, linked: LinkedEffect, run: int) -> str:
        (template,) = linked.templates
        values = self._values(template, run)
        text = message_text(render(template.template, values, escape=True))
        if not text.strip():
            raise FunctionError("its text is empty, as are all values in it")
        return text

    def _put(self, effect: Put, linked: LinkedEffect, run: int, found: RunEffects) -> None:
        (template,) = linked.templates
        value = written_value(template.template, self._values(template, run))
        if value is not None:
            found.writes.extend(
                (name, position, value) for name, position in self._targets(effect, run)
            )

    def _new_row(self, effect: AddRow, linked: LinkedEffect, run: int) -> NewRow:
        table = table_of(self.frame.content, effect.table)
        names = [name for name, _ in effect.cells]
        check_columns(self.frame.content, table, names)
        values = [cell_value(one.template, self._values(one, run)) for one in linked.templates]
        return NewRow(table, dict(zip(names, values, strict=True)), effect.key)

    def _gone_row(self, run: int) -> GoneRow:
        selection = self.frame.selection
        if selection.table is None or selection.nodes[run] is None:
            raise FunctionError("what is selected stands in no row")
        return GoneRow(selection.table, selection.table.rows[selection.rows[run]])

    def _options(self, linked: LinkedEffect, run: int) -> tuple[tuple[str, str], ...]:
        """Give values and labels: each value once, none that comes out empty."""
        options: dict[str, str] = {}
        templates = linked.templates
        for value, label in zip(templates[::2], templates[1::2], strict=True):
            written = written_value(value.template, self._values(value, run))
            if written is not None:
                text = value_text(written)
                told = written_value(label.template, self._values(label, run))
                options.setdefault(text, value_text(told) or text)
        return tuple(options.items())

    def _records(self, effect: ChooseFrom) -> tuple[tuple[str, str], ...]:
        """Give values and labels of all records of a table."""
        (answer,) = self.frame.asker.ask(effect.question, [()])
        if isinstance(answer, Deferred):
            raise answer.error
        if answer.total > len(answer.records):
            most = len(answer.records)
            raise FunctionError(f"a table of {answer.total} records; at most {most} are options")
        options: dict[str, str] = {}
        for record in answer.records:
            value = value_text(record.get(effect.value))
            if value:
                options.setdefault(value, value_text(record.get(effect.label)) or value)
        return tuple(options.items())

    def _given(self, template: LinkedTemplate, run: int) -> Any:
        return json_value(template.template, self._values(template, run))

    # What is said of files and mails.

    def _file(self, run: int) -> int | str:
        facts = self.frame.facts
        if self._files is None:
            self._files = Files(facts.action, facts.subject().plain())
        results = self.frame.selection.results
        return self._files.find(results[run] if results else None)

    def _written(self, linked: LinkedEffect, run: int) -> list[str]:
        """Give what each template of an effect comes to; empty where it comes to nothing."""
        values = [(one.template, self._values(one, run)) for one in linked.templates]
        return [value_text(written_value(*one)) for one in values]

    # Values.

    def _values(self, template: LinkedTemplate, run: int) -> list[Value]:
        return [self.evaluate_in(self.frame, hole, run) for hole in template.holes]

    def _evaluate(self, linked: Linked | None, run: int) -> Value:
        assert linked is not None  # noqa: S101 - effects with a condition are linked with it.
        return self.evaluate_in(self.frame, linked, run)

    def evaluate_in(self, frame: Frame, linked: Linked, run: int) -> Value:
        """Evaluate an expression of an effect.

        Raises:
            HoleError: it fails.
        """
        if linked.asks:
            frame.ask(linked, (run,))
        operands = []
        for source in linked.sources:
            lane = frame.lane(source)
            operands.append(lane.values[run] if isinstance(lane, Column) else lane.value)
        try:
            value = linked.run(*operands)
        except FAILURES as error:
            raise HoleError(Failed(error, linked, tuple(operands))) from None
        if value.__class__ is Deferred:
            raise HoleError(Failed(value.error, linked, tuple(operands)))
        return value

    # Where effects go.

    def _targets(self, effect: Put, run: int) -> Iterator[tuple[str, int]]:
        """Yield the datapoints to write: schema id and position in its column."""
        cells = [self._selected(run)] if effect.schema_id is None else None
        for schema_id, position, node in cells or self.cells(effect.schema_id or "", run):
            if self.may_write(schema_id, position, node):
                yield schema_id, position

    def _nodes(self, fields: Sequence[str], run: int) -> list[Node]:
        """List the datapoints of fields: in a row its cells, outside a row all of a column."""
        return [
            node
            for name in fields
            for _, _, node in self.cells(name, run)
            if not isinstance(node, AddedNode)
        ]

    def cells(self, schema_id: str, run: int) -> list[tuple[str, int, Node]]:
        """List the datapoints that a name means: schema id, position in its column, node.

        Raises:
            FunctionError: there are none.
        """
        tree = self.frame.content.tree
        if self.frame.has_column(schema_id):
            row = self.frame.selection.rows[run]
            cell = tree.table_of[schema_id].columns[schema_id][row]
            if cell is None:
                raise FunctionError(f"this row has no {schema_id}")
            return [(schema_id, row, cell)]
        nodes = tree.nodes(schema_id)
        is_column = schema_id in tree.table_of or schema_id in self._places.rules.columns
        if not nodes and not is_column:
            if tree.table(schema_id) is not None:
                raise FunctionError(f"{schema_id} is a table; name its fields")
            raise FunctionError(f"the document has no field {schema_id}")
        self.budget.spend(len(nodes))
        return [(schema_id, at, node) for at, node in enumerate(nodes) if node is not None]

    def _selected(self, run: int) -> tuple[str, int, Node]:
        selection = self.frame.selection
        node = selection.nodes[run]
        if node is None:
            raise FunctionError("what is selected is no datapoint and carries no datapoint's id")
        if node.children is not None:
            raise FunctionError(f"{node.schema_id} has no value of its own")
        return node.schema_id, selection.rows[run], node

    def may_write(self, schema_id: str, position: int, node: Node) -> bool:
        """Whether the rule may overwrite a datapoint."""
        match self._step.rule.overwrite:
            case Overwrite.ALWAYS:
                return True
            case Overwrite.EMPTY:
                return self.frame.content.column(schema_id).values[position] is None
            case Overwrite.UNTOUCHED:
                sources = self.frame.facts.attribute(node, "validation_sources")
                return "human" not in (sources or ())
