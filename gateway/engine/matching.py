"""``match`` carried out: candidates into a field, and the effects of none, one or many records.

Language §6. Law: pure but for the tables; a second run on what it has done does nothing more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, TypeAlias

from gateway.annotation.column import Column
from gateway.annotation.tree import AddedNode, Node
from gateway.annotation.values import UNREADABLE, Value, value_text
from gateway.engine.changes import SetOptions
from gateway.engine.conditions import Budget
from gateway.engine.frame import FAILURES, Frame, Same
from gateway.engine.program import Linked, LinkedEffect, LinkedTemplate
from gateway.engine.run_effects import Matched, RunEffects
from gateway.engine.searching import Answers, candidates, flattened, search
from gateway.engine.tables import Record
from gateway.engine.written import written_value
from gateway.rules.effect import Into, Match

#: The templates of a value and of its label.
Pair: TypeAlias = tuple[LinkedTemplate, LinkedTemplate]


class Runner(Protocol):
    """Who carries out effects: `gateway.engine.effects.EffectRunner`."""

    frame: Frame
    budget: Budget

    def evaluate_in(self, frame: Frame, linked: Linked, run: int) -> Value:
        """Evaluate an expression of an effect."""

    def cells(self, schema_id: str, run: int) -> list[tuple[str, int, Node]]:
        """List the datapoints that a name means: schema id, position, node."""

    def may_write(self, schema_id: str, position: int, node: Node) -> bool:
        """Whether the rule may overwrite a datapoint."""

    def within(self, frame: Frame) -> Runner:
        """Give one that carries out effects of the same rule in another frame."""

    def prepare(self, effects: Sequence[LinkedEffect], runs: Sequence[int]) -> None:
        """Ask tables what *effects* need, for all *runs* at once."""

    def run(
        self, run: int, effects: Sequence[LinkedEffect], apart: Sequence[LinkedEffect] = ()
    ) -> RunEffects:
        """Collect what *effects* do in one run; what those *apart* would show is hidden."""


class _Outcome(StrEnum):
    """How many records there are."""

    NONE = "none"
    ONE = "one"
    MANY = "many"


def _outcome(matched: Matched) -> _Outcome:
    if not matched.total:
        return _Outcome.NONE
    return _Outcome.ONE if matched.total == 1 else _Outcome.MANY


@dataclass(frozen=True, slots=True)
class _Option:
    """What may be chosen in the field."""

    value: Value
    label: str
    #: None for one that is no candidate.
    record: Record | None

    @property
    def pair(self) -> tuple[str, str]:
        return value_text(self.value), self.label


class MatchRunner:
    """Carries out one ``match`` in one frame."""

    def __init__(self, linked: LinkedEffect, runner: Runner) -> None:
        """Work for *runner*."""
        effect, match = linked.effect, linked.match
        assert isinstance(effect, Match)  # noqa: S101 - that is what it is for.
        assert match is not None  # noqa: S101 - it is linked with the effect.
        self._linked = linked
        self._into = effect.into
        self._match = match
        self._runner = runner
        self._effects: Mapping[_Outcome, Sequence[LinkedEffect]] = {
            _Outcome.NONE: match.none,
            _Outcome.ONE: match.one,
            _Outcome.MANY: match.many,
        }
        self._answers: Answers = {}
        #: By run: the candidates.
        self._options: dict[int, list[_Option]] = {}
        #: By run: who carries out what follows, and its number there.
        self._followers: dict[int, tuple[Runner, int]] = {}

    def prepare(self, runs: Sequence[int]) -> None:
        """Search for all *runs* at once, and prepare what follows."""
        new = [run for run in runs if run not in self._answers]
        if not new:
            return
        runner = self._runner
        found = search(self._linked, runner.frame, new, runner.evaluate_in, runner.budget)
        if self._match.option is not None:
            self._read_options(self._match.option, found)
        for hole in (hole for pair in self._match.others for one in pair for hole in one.holes):
            runner.frame.ask(hole, new)
        self._answers.update(found)
        for outcome, effects in self._effects.items():
            there = {
                run: one
                for run, one in found.items()
                if isinstance(one, Matched) and _outcome(one) is outcome
            }
            if there:
                self._follow(effects, there)

    def run(self, run: int, found: RunEffects) -> None:
        """Collect what the match does in one run.

        Raises:
            FunctionError: the table cannot be asked, or an effect cannot be carried out.
        """
        self.prepare((run,))
        matched = self._answers[run]
        if isinstance(matched, Exception):
            raise matched
        found.matches.append(matched)
        only = matched.hits[0] if matched.total == 1 else None
        chosen = None if self._into is None else self._choose(self._into, run, only, found)
        runner, number = self._followers[run]
        if only is not None:
            found.add(runner.run(number, self._match.fill))
        elif chosen is not None:
            frame = runner.frame.with_hits((number,), Column([chosen]), Same(None))
            found.add(runner.within(frame).run(0, self._match.fill))
        outcome = _outcome(matched)
        apart = [
            one for other, all_ in self._effects.items() if other is not outcome for one in all_
        ]
        found.add(runner.run(number, self._effects[outcome], apart))

    def _follow(self, effects: Sequence[LinkedEffect], found: Mapping[int, Matched]) -> None:
        """Prepare the effects of an outcome for all runs that have come to it."""
        only = [one.hits[0] if one.total == 1 else None for one in found.values()]
        hits = [Column(list(one.hits), one) for one in found.values()]
        frame = self._runner.frame.with_hits(list(found), Column(only), Column(hits))
        runner = self._runner.within(frame)
        runner.prepare(effects, range(len(found)))
        if None not in only:
            runner.prepare(self._match.fill, range(len(found)))
        self._followers.update((run, (runner, number)) for number, run in enumerate(found))

    # What goes into the field.

    def _read_options(self, option: Pair, found: Answers) -> None:
        """Make options of all candidates; one whose value is empty is none."""
        pairs = list(flattened(found))
        frame = candidates(self._runner.frame, pairs)
        for hole in (hole for template in option for hole in template.holes):
            self._runner.budget.spend(hole.size * len(pairs))
            frame.ask(hole, range(len(pairs)))
        for number, (run, record) in enumerate(pairs):
            try:
                made = self._option(option, frame, number, record)
            except FAILURES as error:
                found[run] = error
            else:
                self._options.setdefault(run, []).extend(() if made is None else (made,))

    def _option(
        self, option: Pair, frame: Frame, number: int, record: Record | None
    ) -> _Option | None:
        value, label = (
            written_value(
                one.template, [self._runner.evaluate_in(frame, hole, number) for hole in one.holes]
            )
            for one in option
        )
        if value is None:
            return None
        return _Option(value, value_text(label) or value_text(value), record)

    def _choose(
        self, into: Into, run: int, only: Record | None, found: RunEffects
    ) -> Record | None:
        """Give the field its options and its value.

        Returns:
            Of many records the one that is chosen there already; None if none is.
        """
        options = self._options.get(run, [])
        others = [self._option(pair, self._runner.frame, run, None) for pair in self._match.others]
        default = others.pop(0) if into.has_default else None
        known = [one for one in (default, *options, *others) if one is not None]
        cells = self._runner.cells(into.schema_id, run)
        if into.has_options:
            pairs: dict[str, str] = {}
            for value, label in (one.pair for one in known):
                pairs.setdefault(value, label)
            nodes = [node for _, _, node in cells if not isinstance(node, AddedNode)]
            found.changes.append(SetOptions(nodes, tuple(pairs.items())))
        chosen = None
        for name, position, node in cells:
            kept = None if only is not None else self._kept(name, position, known)
            wanted = kept or (options[0] if only is not None and options else default)
            chosen = kept.record if kept is not None and len(cells) == 1 else None
            if kept is None and self._runner.may_write(name, position, node):
                self._write(name, position, "" if wanted is None else wanted.value, found)
        return chosen

    def _kept(self, name: str, position: int, known: Sequence[_Option]) -> _Option | None:
        """Find the option that is chosen already."""
        content = self._runner.frame.content
        value = content.column(name).values[position]
        if value is None or value is UNREADABLE:
            return None
        return next((one for one in known if content.typed(name, one.value) == value), None)

    def _write(self, name: str, position: int, value: Value, found: RunEffects) -> None:
        before = self._runner.frame.content.column(name).values[position]
        if value != "" or before is not None:
            found.writes.append((name, position, value))
