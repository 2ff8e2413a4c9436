"""What tables were asked, and what they answered.

Language §6. Law: what the engine asked, told; asks nothing itself. Values are for whoever looks
into one document, never for a log.
"""

from __future__ import annotations

import decimal
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from gateway.annotation.column import Column
from gateway.annotation.values import CONTEXT, UNREADABLE, Value
from gateway.engine.run_effects import Matched, Tried
from gateway.engine.tables import Found, Record
from gateway.explain.recording import Seen
from gateway.explain.values import SHORT, plain_value, shown
from gateway.rules.expressions.checked import Lookup, walk
from gateway.rules.expressions.references import Asked
from gateway.rules.expressions.spreading import Deferred
from gateway.rules.expressions.watching import watched
from gateway.rules.question import Criterion, How, Question

#: So many records of an answer are shown.
_MOST: Final = 3
_SIGNS: Final = {How.EQUAL: "=", How.NORMAL: "normal =", How.SIMILAR: "like"}


@dataclass(frozen=True, slots=True)
class Told:
    """One question, and the answer to it."""

    question: Question
    #: A value for each criterion.
    key: tuple[Value, ...]
    #: The number of the step of a ``match``; None for a function.
    step: int | None
    #: How many records there are; None where nothing was asked, or could be.
    found: int | None
    #: The first of them.
    records: tuple[Record, ...]
    #: Why nothing was asked, or could be.
    reason: str | None

    @property
    def text(self) -> str:
        """The question and its answer on one line."""
        step = "" if self.step is None else f"step {self.step}: "
        asked = f"{step}{self.question.table} by {self._by() or 'nothing: all records'}"
        if self.found is None:
            return f"{asked}: {self.reason}"
        records = ", ".join(shown(dict(one), 2 * SHORT) for one in self.records)
        more = ", …" if self.found > len(self.records) > 0 else ""
        noun = "record" if self.found == 1 else "records"
        return f"{asked}: {self.found or 'no'} {noun}" + (f": {records}{more}" if records else "")

    def _by(self) -> str:
        if None in self.key:
            return " and ".join(one.column for one in self.question.criteria)
        pairs = zip(self.question.criteria, self.key, strict=True)
        return " and ".join(_criterion(one, value) for one, value in pairs)

    @property
    def document(self) -> dict[str, Any]:
        """The same for machines."""
        pairs = zip(self.question.criteria, self.key, strict=True)
        return {
            "table": self.question.table,
            "step": self.step,
            "by": [
                {
                    "column": one.column,
                    "how": one.how.value,
                    "at_least": None if one.at_least is None else str(one.at_least),
                    "value": plain_value(value),
                }
                for one, value in pairs
            ],
            "found": self.found,
            "records": [plain_value(dict(one)) for one in self.records],
            "reason": self.reason,
        }


def _criterion(criterion: Criterion, value: Value) -> str:
    least = "" if criterion.at_least is None else f" (at least {criterion.at_least})"
    return f"{criterion.column} {_SIGNS[criterion.how]} {shown(value)}{least}"


def asked_by(seen: Seen, number: int) -> Iterator[Told]:
    """Tell what an expression asked in one run, as far as its value needed it."""
    if not seen.linked.asks:
        return
    operands = seen.operands(number)
    with decimal.localcontext(CONTEXT.copy()):
        values = watched(seen.expression, operands).values
    told: list[Told] = []
    for tree in walk(seen.expression.tree):
        if isinstance(tree, Lookup) and all(id(key) in values for key in tree.keys):
            asked = seen.expression.references[tree.asked.index]
            assert isinstance(asked, Asked)  # noqa: S101 - that is what it stands for.
            one = _told(asked.question, tuple(values[id(key)] for key in tree.keys), seen)
            if one not in told:
                told.append(one)
    yield from told


def _told(question: Question, key: tuple[Value, ...], seen: Seen) -> Told:
    if any(isinstance(value, Column) for value in key):
        return Told(question, key, None, None, (), "asked for each row of a column")
    if any(value is None or value is UNREADABLE for value in key):
        return Told(question, key, None, None, (), _not_asked(question, key))
    match seen.asker.known(question, key):
        case Found() as found:
            return Told(question, key, None, found.total, found.records[:_MOST], None)
        case Deferred() as failed:
            return Told(question, key, None, None, (), str(failed.error))
        case None:
            return Told(question, key, None, None, (), "not asked")


def _not_asked(question: Question, key: Sequence[Value]) -> str:
    pairs = zip(question.criteria, key, strict=True)
    lacking = [one.column for one, value in pairs if value is None or value is UNREADABLE]
    return f"not asked, since the key of {' and '.join(lacking)} is empty or unreadable"


def asked_in(matched: Matched) -> Iterator[Told]:
    """Tell the steps of a ``match``; the last one has found what there is."""
    for number, tried in enumerate(matched.tried, start=1):
        yield _step(number, tried, matched.hits if number == len(matched.tried) else ())


def _step(number: int, tried: Tried, hits: Sequence[Record]) -> Told:
    if tried.key is None:
        key = (None,) * len(tried.question.criteria)
        return Told(tried.question, key, number, None, (), "left out, since a key of it is empty")
    return Told(tried.question, tried.key, number, tried.found, tuple(hits[:_MOST]), None)
