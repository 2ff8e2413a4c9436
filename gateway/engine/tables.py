"""What rules are answered by tables.

Language §6, design §1: tables are handed to an evaluation as an argument, and each rule asks for
all of its rows in one batch when its turn comes. Law: a protocol and its values; `lookups`
implements it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol, TypeAlias

from gateway.annotation.values import Value
from gateway.rules.function import FunctionError
from gateway.rules.question import Criterion, How, Question

__all__ = ["Criterion", "Found", "How", "Key", "Question", "Record", "TableError", "Tables"]

#: What is looked for: a value for each criterion, none empty.
Key: TypeAlias = tuple[Value, ...]
#: One row of a table: its values by column. Never changed once it is made.
Record: TypeAlias = Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Found:
    """The answer to one question for one key."""

    #: In the table's order; with `How.SIMILAR`, the best first. Cut at a bound of the table's.
    records: tuple[Record, ...]
    #: How many there are, those cut off included.
    total: int
    #: For `How.SIMILAR`: the score of each record, 0 to 1; else empty.
    scores: tuple[Decimal, ...] = ()


class TableError(FunctionError):
    """A table that cannot be asked now. Its text is a sentence for the rule's author."""


class Tables(Protocol):
    """The tables that one queue may read."""

    def ask(self, question: Question, keys: Sequence[Key]) -> Sequence[Found | TableError]:
        """Answer *question* for each of *keys*.

        Returns:
            One answer for each key, in their order.
        """
