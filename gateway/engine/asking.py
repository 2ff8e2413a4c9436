"""Tables asked for the runs of a rule: in one batch, and each key once in a request.

Language §4 and §6, design §1. What a table answers is a lane like any other, but only of the runs
that have come so far: a live table is not asked for rows that do not matter.
Law: pure but for the tables that it is given; a table that cannot be asked fails the runs that
need it, and never looks as if it had found nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from gateway.annotation.column import Column
from gateway.annotation.values import UNREADABLE, Kind, Value, kind_of
from gateway.engine.frame import FAILURES, Frame, Lane, Same
from gateway.engine.program import LinkedAsked
from gateway.engine.tables import Found, Key, Question, TableError, Tables
from gateway.rules.expressions.references import Take
from gateway.rules.expressions.spreading import Deferred, describe, elementwise, special
from gateway.rules.function import FunctionError

Answer = Found | Deferred

#: Fails whoever uses an answer that was never asked for, which is a mistake of the engine.
_NOT_ASKED: Final = Deferred(FunctionError("the table was not asked for this row"))


class NoTables:
    """No table can be asked."""

    def ask(self, question: Question, keys: Sequence[Key]) -> Sequence[Found | TableError]:
        """Refuse."""
        return [TableError(f"the table {question.table} is not there")] * len(keys)


class Asker:
    """Asks the tables of one request, and keeps what they answer."""

    def __init__(self, tables: Tables) -> None:
        """Ask *tables*."""
        self._tables = tables
        self._known: dict[Question, dict[object, Answer]] = {}

    def lane(
        self, frame: Frame, asked: LinkedAsked, runs: Sequence[int], before: Lane | None
    ) -> Lane:
        """Give what *asked* comes to in *runs*; in others what it was *before*."""
        for linked in asked.keys:
            frame.ask(linked, runs)
        lanes = [[frame.lane(source) for source in linked.sources] for linked in asked.keys]
        if all(isinstance(lane, Same) for key in lanes for lane in key):
            if not runs or (isinstance(before, Same) and before.value is not _NOT_ASKED):
                return Same(_NOT_ASKED) if before is None else before
            return Same(self._taken(asked, lanes, (0,))[0])
        count = len(frame.selection)
        values = before.values if isinstance(before, Column) else [_NOT_ASKED] * count
        left = [run for run in runs if values[run] is _NOT_ASKED]
        if not left and isinstance(before, Column):
            return before
        values = list(values)
        for run, value in zip(left, self._taken(asked, lanes, left), strict=True):
            values[run] = value
        return Column(values)

    def ask(self, question: Question, keys: Sequence[Key]) -> list[Answer]:
        """Answer *question* for each of *keys*, none of whose parts is empty."""
        known = self._known.setdefault(question, {})
        exact = list(map(_exact, keys))
        new = {one: key for one, key in zip(exact, keys, strict=True) if one not in known}
        if new:
            given = self._tables.ask(question, list(new.values()))
            answers = (Deferred(one) if isinstance(one, TableError) else one for one in given)
            known.update(zip(new, answers, strict=True))
        return [known[one] for one in exact]

    def known(self, question: Question, key: Key) -> Answer | None:
        """Give what was answered; None if it was not asked."""
        return self._known.get(question, {}).get(_exact(key))

    def _taken(
        self, asked: LinkedAsked, lanes: Sequence[Sequence[Lane]], runs: Sequence[int]
    ) -> list[Value]:
        """Compute the keys of *runs*, ask for all of them, and take what is wanted."""
        found = [_key(asked, lanes, run) for run in runs]
        flat = [one for key in found for one in (key.values if _is_column(key) else (key,))]
        asks = [one for one in flat if isinstance(one, tuple)]
        answers = iter(self.ask(asked.question, asks))
        return [_taken(asked.take, key, answers) for key in found]


def key_part(value: Value) -> Value:
    """Check one value of a key.

    Raises:
        FunctionError: nothing is found by such a value.
    """
    kind = kind_of(value)
    if kind is not None and kind not in Kind.SCALAR:
        raise FunctionError(f"a table is asked for single values, this is {describe(value)}")
    return value


def _exact(key: Key) -> object:
    """Tell apart what is equal and of different types, such as 1 and true."""
    return key, tuple(map(type, key))


def _is_column(value: Value) -> bool:
    return value.__class__ is Column


def _key(asked: LinkedAsked, lanes: Sequence[Sequence[Lane]], run: int) -> Value:
    """Compute the key of one run: a tuple, or a column of them; or what asks for nothing."""
    try:
        parts = [
            linked.run(
                *(lane.values[run] if isinstance(lane, Column) else lane.value for lane in given)
            )
            for linked, given in zip(asked.keys, lanes, strict=True)
        ]
        if not any(map(_is_column, parts)):
            return _joined(*parts)
        if asked.take is Take.ALL:
            raise FunctionError("lookup_all takes single keys, not columns")
        return elementwise(_joined, *parts)
    except FAILURES as error:
        return Deferred(error)


def _joined(*parts: Value) -> Value:
    if any(part is None or part is UNREADABLE or part.__class__ is Deferred for part in parts):
        return special(*parts)
    return tuple(map(key_part, parts))


def _taken(take: Take, key: Value, answers: Iterator[Answer]) -> Value:
    """Take what is wanted of the next of *answers*, if there is one for this key."""
    if key.__class__ is Column:
        cells = [_taken(take, one, answers) for one in key.values]
        failed = next((cell for cell in cells if cell.__class__ is Deferred), None)
        return failed or Column(cells, key.table)
    if not isinstance(key, tuple):
        return key
    found = next(answers)
    return found if isinstance(found, Deferred) else _TAKES[take](found)


def _only(found: Found) -> Value:
    return found.records[0] if found.total == 1 else None


def _all(found: Found) -> Value:
    if found.total > len(found.records):
        most, total = len(found.records), found.total
        sentence = f"{total} records are found, and lookup_all gives at most {most}"
        return Deferred(FunctionError(sentence))
    return Column(list(found.records), found)


def _any(found: Found) -> Value:
    return found.total > 0


_TAKES: Final[Mapping[Take, Callable[[Found], Value]]] = {
    Take.ONE: _only,
    Take.ALL: _all,
    Take.ANY: _any,
}
