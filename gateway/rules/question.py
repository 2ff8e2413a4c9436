"""What rules ask of tables: a table's name, and a demand on each of some columns.

Language §6. Law: values only; a question is known at load, its keys are computed run by run.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class How(StrEnum):
    """How a column is compared with what is looked for."""

    EQUAL = "equal"
    #: Both sides without case, accents, blanks and punctuation.
    NORMAL = "normal"
    #: By similarity, word order ignored; best first.
    SIMILAR = "similar"


@dataclass(frozen=True, slots=True)
class Criterion:
    """A demand on one column; for a live table, the parameter of that name."""

    column: str
    how: How = How.EQUAL
    #: For `How.SIMILAR`: the lowest score that counts, 0 to 1.
    at_least: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of a table: every criterion must be met; without one, every record counts."""

    table: str
    criteria: tuple[Criterion, ...]
