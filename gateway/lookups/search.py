"""One table asked one question, for many keys.

Language §6. Law: pure; a value of another kind than its column fails with a sentence, it never
just finds nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from typing import Final

from gateway.annotation.values import Kind, Value, kind_name, kind_of, parse_date, value_text
from gateway.engine.tables import Criterion, Found, How, Question, TableError
from gateway.lookups.index import MAX_SOUGHT, WHOLE, Alike, ExactIndex, SimilarIndex, exact_index
from gateway.lookups.normal import normal_form
from gateway.lookups.table import IndexKey, Table
from gateway.rules.function import FunctionError
from gateway.rules.functions.text import similarity

#: An answer holds at most so many records; `Found.total` counts the others too.
MAX_RECORDS: Final = 200

_NOTHING: Final = Found((), 0)


def search(
    table: Table,
    question: Question,
    keys: Sequence[tuple[Value, ...]],
    check_time: Callable[[], None],
) -> list[Found | TableError]:
    """Answer *question* for each of *keys*, equal ones once.

    *check_time* raises `TableError` when there is no more time: the keys that are left then get
    it as their answer.
    """
    asked = _Asked(table, question, check_time)
    answers: dict[tuple[Value, ...], Found] = {}
    return [_answer(asked, key, answers) for key in keys]


def prepare(table: Table, keys: Iterable[IndexKey]) -> None:
    """Make the indexes *keys*, as far as the table has their columns."""
    for key in keys:
        if all(column in table.columns for column, _ in key):
            _index(table, key)


def index_key(question: Question) -> IndexKey:
    """Name the index that *question* needs: all that is compared exactly, else what is similar."""
    exact, similar = _parts(question)
    return tuple((one.column, one.how) for _, one in exact or similar[:1])


def _index(table: Table, key: IndexKey) -> ExactIndex | SimilarIndex:
    if key[0][1] is How.SIMILAR:
        return table.index(key, _similar_index)
    return table.index(key, exact_index)


def _similar_index(table: Table, key: IndexKey) -> SimilarIndex:
    name = key[0][0]
    return SimilarIndex(table.columns[name] if table.kinds[name] is Kind.TEXT else ())


def _parts(
    question: Question,
) -> tuple[list[tuple[int, Criterion]], list[tuple[int, Criterion]]]:
    """Divide the criteria, with their positions in a key, into exact ones and similar ones."""
    exact: list[tuple[int, Criterion]] = []
    similar: list[tuple[int, Criterion]] = []
    for at, one in enumerate(question.criteria):
        (similar if one.how is How.SIMILAR else exact).append((at, one))
    return exact, similar


def _answer(
    asked: _Asked, key: tuple[Value, ...], answers: dict[tuple[Value, ...], Found]
) -> Found | TableError:
    try:
        sought = asked.fit(key)
        if None in sought:
            return _NOTHING
        if sought not in answers:
            answers[sought] = asked.find(sought)
        return answers[sought]
    except TableError as error:
        return error


@dataclass(frozen=True, slots=True)
class _Asked:
    table: Table
    question: Question
    check_time: Callable[[], None]

    def fit(self, key: tuple[Value, ...]) -> tuple[Value, ...]:
        """Give what is sought as the columns have it; None where nothing can be equal to it."""
        return tuple(
            self._fit(one, value) for one, value in zip(self.question.criteria, key, strict=True)
        )

    def find(self, sought: tuple[Value, ...]) -> Found:
        """Look for what `fit` gave."""
        exact, similar = _parts(self.question)
        if not sought:
            return self._found(range(self.table.size))
        if not similar:
            return self._found(self._equal(exact, sought))
        if exact:
            self.check_time()
            alike = [Alike(row, WHOLE) for row in self._equal(exact, sought)]
            narrowing = similar
        else:
            alike = self._alike(*similar[0], sought)
            narrowing = similar[1:]
        for at, one in narrowing:
            alike = self._narrowed(alike, one, sought[at])
        return self._found([one.row for one in alike], [one.score for one in alike])

    def _fit(self, criterion: Criterion, value: Value) -> Value:
        column = criterion.column
        if column not in self.table.columns:
            raise TableError(f"the table {self.question.table!r} has no column {column!r}")
        kind, sought = self.table.kinds[column], kind_of(value)
        if sought is None or sought not in Kind.SCALAR:
            raise self._misfit(criterion, "a single value", sought)
        if kind is None:
            return None
        match criterion.how:
            case How.NORMAL:
                return normal_form(value)
            case How.SIMILAR:
                return self._comparable(criterion, kind, value)
            case How.EQUAL:
                return self._equatable(criterion, kind, value)

    def _comparable(self, criterion: Criterion, kind: Kind, value: Value) -> str:
        if kind is not Kind.TEXT:
            advice = "only texts are similar to each other"
            raise TableError(f"{self._place(criterion)} is {kind_name(kind)}; {advice}")
        if not isinstance(value, str):
            raise self._misfit(criterion, "text", kind_of(value))
        if len(value) > MAX_SOUGHT:
            raise TableError("a text of this length is not compared with a whole table")
        return value

    def _equatable(self, criterion: Criterion, kind: Kind, value: Value) -> Value:
        sought = kind_of(value)
        if sought is kind:
            return value
        # As anywhere in the language, a date compares with an ISO text.
        if kind is Kind.TEXT and sought is Kind.DATE:
            return value_text(value)
        if kind is Kind.DATE and sought is Kind.TEXT and (day := parse_date(value)) is not None:
            return day
        raise self._misfit(criterion, kind_name(kind), sought)

    def _misfit(self, criterion: Criterion, wanted: str, sought: Kind | None) -> TableError:
        found = "nothing readable" if sought is None else kind_name(sought)
        place, column = self._place(criterion), criterion.column
        advice = ""
        if sought in (Kind.TEXT, Kind.NUMBER) and wanted in ("text", "number"):
            other = "text" if sought is Kind.TEXT else "number"
            advice = f"; write {wanted}(…), or declare `columns: {{{column}: {other}}}`"
        return TableError(f"{place} is compared with {wanted}, not with {found}{advice}")

    def _place(self, criterion: Criterion) -> str:
        return f"the column {criterion.column!r} of the table {self.question.table!r}"

    def _equal(
        self, exact: Sequence[tuple[int, Criterion]], sought: tuple[Value, ...]
    ) -> Sequence[int]:
        index = _index(self.table, tuple((one.column, one.how) for _, one in exact))
        assert isinstance(index, dict)  # noqa: S101 - what `_index` makes of exact criteria.
        values = tuple(sought[at] for at, _ in exact)
        rows = index.get(values[0] if len(values) == 1 else values, ())
        return (rows,) if isinstance(rows, int) else rows

    def _alike(self, at: int, one: Criterion, sought: tuple[Value, ...]) -> list[Alike]:
        index = _index(self.table, ((one.column, How.SIMILAR),))
        assert isinstance(index, SimilarIndex)  # noqa: S101 - the same.
        return index.search(sought[at], _least(one), self.check_time)

    def _narrowed(self, alike: Sequence[Alike], one: Criterion, text: str) -> list[Alike]:
        """Keep the rows that are similar here too; the worst score of a row counts."""
        column, least = self.table.columns[one.column], _least(one)
        kept = []
        for hit in alike:
            self.check_time()
            other = column[hit.row]
            score = 0 if other is None else int(_similarity(text, other) * WHOLE)
            if score >= least:
                kept.append(Alike(hit.row, min(score, hit.score)))
        return sorted(kept, key=lambda hit: (-hit.score, hit.row))

    def _found(self, rows: Sequence[int], scores: Sequence[int] = ()) -> Found:
        return Found(
            records=tuple(self.table.record(row) for row in rows[:MAX_RECORDS]),
            total=len(rows),
            scores=tuple(Decimal(score).scaleb(-4) for score in scores[:MAX_RECORDS]),
        )


def _least(criterion: Criterion) -> int:
    """Give the lowest score that counts in ten thousandths; 0 is never similar."""
    wanted = criterion.at_least if criterion.at_least is not None else Decimal(1)
    return max(1, int((wanted * WHOLE).to_integral_value(ROUND_CEILING)))


def _similarity(one: str, other: str) -> Decimal:
    try:
        return similarity(one, other)
    except FunctionError as error:
        raise TableError(str(error)) from None
