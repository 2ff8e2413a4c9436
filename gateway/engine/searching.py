"""Records of a table found for the runs of a rule: step by step, each step in one batch.

Language §6, ``match``. Law: pure but for the tables; a run whose table cannot be asked fails, and
never looks as if nothing had been found.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from operator import itemgetter
from typing import Final, TypeAlias

from gateway.annotation.column import Column
from gateway.annotation.values import UNREADABLE, Value, kind_of
from gateway.engine.asking import key_part
from gateway.engine.conditions import Budget
from gateway.engine.frame import FAILURES, Frame, Same
from gateway.engine.program import Linked, LinkedEffect, LinkedMatch, LinkedTemplate
from gateway.engine.run_effects import Matched, Tried
from gateway.engine.tables import Found, Key, Record
from gateway.rules.effect import Match
from gateway.rules.expressions.logic import truth
from gateway.rules.expressions.spreading import Deferred
from gateway.rules.function import FunctionError
from gateway.rules.question import Question
from gateway.rules.templates.template import render

#: Evaluates an expression for one run of a frame.
Evaluate: TypeAlias = Callable[[Frame, Linked, int], Value]
#: By run: what was found, or why nothing could be.
Answers: TypeAlias = dict[int, Matched | Exception]

_EXACT: Final = Decimal(1)


def search(
    linked: LinkedEffect, frame: Frame, runs: Sequence[int], evaluate: Evaluate, budget: Budget
) -> Answers:
    """Find the records of a ``match`` for *runs*.

    Raises:
        StepsError: it would take too many steps.
    """
    searching = _Search(linked, frame, evaluate, budget, {run: [] for run in runs}, {})
    return searching.run()


@dataclass(slots=True)
class _Search:
    linked: LinkedEffect
    frame: Frame
    evaluate: Evaluate
    budget: Budget
    tried: dict[int, list[Tried]]
    answers: Answers

    def run(self) -> Answers:
        effect, match = self._parts
        for question, templates in match.attempts:
            left = [run for run in self.tried if run not in self.answers]
            if left:
                self._attempt(effect, question, templates, left)
        for run, tried in self.tried.items():
            self.answers.setdefault(run, Matched(effect.table, tuple(tried), (), 0))
        return self.answers

    @property
    def _parts(self) -> tuple[Match, LinkedMatch]:
        effect, match = self.linked.effect, self.linked.match
        assert isinstance(effect, Match)  # noqa: S101 - that is what is searched for.
        assert match is not None  # noqa: S101 - it is linked with the effect.
        return effect, match

    def _attempt(
        self,
        effect: Match,
        question: Question,
        templates: Sequence[LinkedTemplate],
        runs: list[int],
    ) -> None:
        """Take one step for all *runs* that have found nothing yet."""
        keys: dict[int, Key] = {}
        for run, key in self._keys(templates, runs):
            if key is None:
                self.tried[run].append(Tried(question, None, 0))
            else:
                keys[run] = key
        answers = zip(keys, self.frame.asker.ask(question, list(keys.values())), strict=True)
        found: dict[int, list[Record]] = {}
        totals: dict[int, int] = {}
        for run, answer in answers:
            if isinstance(answer, Deferred):
                self.answers[run] = answer.error
            else:
                found[run], totals[run] = _scored(answer), answer.total
        if self.linked.condition is not None:
            self._filter(self.linked.condition, found, totals)
        for run, hits in found.items():
            total = totals[run]
            self.tried[run].append(Tried(question, keys[run], total))
            if total:
                self._decide(effect, run, hits, total)

    def _decide(self, effect: Match, run: int, hits: Sequence[Record], total: int) -> None:
        tried = tuple(self.tried[run])
        try:
            ordered = tuple(_ordered(hits, effect.order))
        except FunctionError as error:
            self.answers[run] = error
        else:
            self.answers[run] = Matched(effect.table, tried, ordered, total)

    def _keys(
        self, templates: Sequence[LinkedTemplate], runs: Sequence[int]
    ) -> Iterator[tuple[int, Key | None]]:
        """Compute what is looked for; None where a part of it is empty or cannot be read."""
        for hole in (hole for template in templates for hole in template.holes):
            self.frame.ask(hole, runs)
            self.budget.spend(hole.size * len(runs))
        for run in runs:
            try:
                parts = tuple(self._part(template, run) for template in templates)
            except FAILURES as error:
                self.answers[run] = error
            else:
                yield run, None if any(part is None for part in parts) else parts

    def _part(self, template: LinkedTemplate, run: int) -> Value:
        values = [self.evaluate(self.frame, hole, run) for hole in template.holes]
        if template.template.lone is not None:
            return None if values[0] is UNREADABLE else key_part(values[0])
        return render(template.template, values, escape=False).strip() or None

    def _filter(
        self, where: Linked, found: dict[int, list[Record]], totals: dict[int, int]
    ) -> None:
        """Leave out the records for which *where* does not hold."""
        for run in list(found):
            if totals[run] > len(found[run]):
                self.answers[run] = _too_many(totals[run], len(found[run]))
                del found[run]
        pairs = [(run, record) for run, hits in found.items() for record in hits]
        self.budget.spend(where.size * len(pairs))
        frame = candidates(self.frame, pairs)
        frame.ask(where, range(len(pairs)))
        kept: dict[int, list[Record]] = {run: [] for run in found}
        for number, (run, record) in enumerate(pairs):
            try:
                if truth(self.evaluate(frame, where, number)) is True:
                    kept[run].append(record)
            except FAILURES as error:
                self.answers[run] = error
        for run, hits in kept.items():
            if run in self.answers:
                del found[run]
            else:
                found[run], totals[run] = hits, len(hits)


def candidates(frame: Frame, pairs: Sequence[tuple[int, Record]]) -> Frame:
    """See from runs, each with one of the records that were found for it."""
    records = Column([record for _, record in pairs])
    return frame.with_hits([run for run, _ in pairs], records, Same(None))


def _too_many(total: int, most: int) -> FunctionError:
    sentence = f"{total} records are found, and where looks at {most} at most"
    return FunctionError(f"{sentence}; make the step narrower")


def _scored(found: Found) -> list[Record]:
    """Give records with their scores; a column of that name hides them."""
    scores = found.scores or (_EXACT,) * len(found.records)
    return [{"score": score, **record} for record, score in zip(found.records, scores, strict=True)]


def _ordered(records: Sequence[Record], order: Sequence[tuple[str, bool]]) -> Sequence[Record]:
    """Sort records, by the least significant column first; empties come last.

    Raises:
        FunctionError: a column holds values that have no order.
    """
    for name, descends in reversed(order):
        filled = [one for one in records if _value(one, name) is not None]
        if len({kind_of(one[name]) for one in filled}) > 1:
            raise FunctionError(f"{name} holds values of several kinds; they have no order")
        rest = [one for one in records if _value(one, name) is None]
        records = [*sorted(filled, key=itemgetter(name), reverse=descends), *rest]
    return records


def _value(record: Mapping[str, Value], name: str) -> Value:
    value = record.get(name)
    return None if value is UNREADABLE else value


def flattened(answers: Answers) -> Iterator[tuple[int, Record]]:
    """Yield every run with each of the records that were found for it."""
    for run, matched in answers.items():
        if isinstance(matched, Matched):
            yield from ((run, record) for record in matched.hits)
