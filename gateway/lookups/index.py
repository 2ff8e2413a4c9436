"""The indexes of a table: exact and normal ones answer by one look, similar ones by a quick scan.

Law: pure; an index holds row numbers only, never records.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from gateway.annotation.values import Value
from gateway.engine.tables import How
from gateway.lookups.normal import normal_form
from gateway.lookups.table import IndexKey, Table
from gateway.rules.functions.text import sorted_words

#: Rows by value, or by the tuple of values of several columns: one row, or all of them in order.
ExactIndex: TypeAlias = dict[Value, int | list[int]]

#: What is sought may have so many characters: each row is compared with all of them.
MAX_SOUGHT: Final = 1_000
#: Scores have four digits, as those of ``similarity`` in rules.
WHOLE: Final = 10_000
#: So many letters are compared before others may go on and the time is looked at: a millisecond.
_AT_ONCE: Final = 400_000
#: Letters that are compared at one go.
_LETTERS: Final = 64


def exact_index(table: Table, key: IndexKey) -> ExactIndex:
    """Index *table* by the values, or the normal forms of the values, of one or more columns.

    A row with an empty value among them is in no index: nothing is equal to what is empty.
    """
    columns = [_forms(table.columns[name], how) for name, how in key]
    keys: Sequence[Value] = columns[0] if len(columns) == 1 else list(zip(*columns, strict=True))
    found: ExactIndex = dict(zip(keys, range(len(keys)), strict=True))
    several = len(columns) > 1
    if len(found) == len(keys) and not any(None in column for column in columns):
        return found
    return _grouped(keys, several)


def _grouped(keys: Sequence[Value], several: bool) -> ExactIndex:
    found: ExactIndex = {}
    for row, key in enumerate(keys):
        if key is None or (several and None in key):
            continue
        other = found.setdefault(key, row)
        if other is row:
            continue
        if isinstance(other, list):
            other.append(row)
        else:
            found[key] = [other, row]
    return found


def _forms(values: Sequence[Value], how: How) -> Sequence[Value]:
    if how is How.EQUAL:
        return values
    return [None if value is None else normal_form(value) for value in values]


@dataclass(frozen=True, slots=True)
class Alike:
    """A row that is similar enough, with its score in ten thousandths."""

    row: int
    score: int


class SimilarIndex:
    """The words of one column's texts, sorted, by their length.

    A text can be similar enough only if its length is: the others are not even looked at.
    """

    __slots__ = ("_lengths", "_wordless")

    def __init__(self, texts: Sequence[str | None]) -> None:
        by_length: dict[int, tuple[list[str], list[int]]] = {}
        #: Texts of nothing but punctuation are alike when they are the same.
        self._wordless: dict[str, list[int]] = {}
        for row, text in enumerate(texts):
            if text is None:
                continue
            words = sorted_words(text)
            if not words:
                self._wordless.setdefault(text.casefold(), []).append(row)
                continue
            found, rows = by_length.setdefault(len(words), ([], []))
            found.append(words)
            rows.append(row)
        self._lengths = {
            length: (tuple(found), tuple(rows)) for length, (found, rows) in by_length.items()
        }

    def search(self, text: str, least: int, check_time: Callable[[], None]) -> list[Alike]:
        """Find every row whose score for *text* is *least* or more, best first, then in order."""
        words = sorted_words(text)
        if not words:
            return [Alike(row, WHOLE) for row in self._wordless.get(text.casefold(), ())]
        near = sorted(self._near(words, max(least, 1), check_time))
        return [Alike(row, score) for _, row, score in near]

    def _near(
        self, words: str, least: int, check_time: Callable[[], None]
    ) -> Iterator[tuple[float, int, int]]:
        """Yield how far a row is from *words*, the row, and its score."""
        from rapidfuzz import process
        from rapidfuzz.distance import Indel

        for length, (found, rows) in self._lengths.items():
            size = len(words) + length
            # The score is cut to four digits, so that this is when it reaches *least*, exactly.
            most = size * (WHOLE - least) // WHOLE
            if abs(len(words) - length) > most:
                continue
            step = max(1, _AT_ONCE // (length * (1 + len(words) // _LETTERS)))
            for start in range(0, len(found), step):
                check_time()
                hits = process.extract(
                    words,
                    found[start : start + step],
                    scorer=Indel.distance,
                    score_cutoff=most,
                    limit=None,
                )
                for _, distance, at in hits:
                    score = (size - distance) * WHOLE // size
                    yield distance / size, rows[start + at], score
