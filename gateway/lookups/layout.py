"""What a configuration says of a table's columns: which to keep, what they are called, their types.

Law: values only; the same for files and databases.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from gateway.annotation.values import Kind
from gateway.rules.context import Separators
from gateway.rules.functions.text import without_accents

_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_OTHER: Final = re.compile(r"[^A-Za-z0-9]+")


class ContentError(Exception):
    """What a table is to be made of cannot be used."""

    def __init__(
        self,
        message: str,
        *,
        row: int | None = None,
        other: int | None = None,
        hint: str | None = None,
    ) -> None:
        """Say what is wrong with *row*, counted from 0 without the header, or with all of it.

        *other* is a second row that matters.
        """
        super().__init__(message, row, other, hint)
        self.message = message
        self.row = row
        self.other = other
        self.hint = hint

    def __str__(self) -> str:
        return self.message


@dataclass(frozen=True, slots=True)
class ColumnRule:
    """What is declared of one column."""

    #: None: whatever it is; the columns of text files are text.
    kind: Kind | None = None
    #: The name that it has where it comes from, if another.
    source: str | None = None
    #: How its dates are written, if not as ISO dates.
    form: re.Pattern[str] | None = None


@dataclass(frozen=True, slots=True)
class Layout:
    """What is declared of all columns."""

    rules: Mapping[str, ColumnRule] = field(default_factory=dict)
    #: The only columns that are kept, beside those of the key; None: all.
    keep: tuple[str, ...] | None = None
    #: The columns that tell each row from all others.
    key: tuple[str, ...] = ()
    #: How numbers are written in texts; None: plainly, as in ``1234.50``.
    separators: Separators | None = None

    def is_kept(self, name: str) -> bool:
        """Say whether the column *name* is part of the table."""
        return self.keep is None or name in self.keep or name in self.key


def column_name(header: str) -> str | None:
    """Make a name that rules can write: ``VAT-Nr.`` is ``VAT_Nr``; None if that gives none."""
    if _NAME.fullmatch(header):
        return header
    name = _OTHER.sub("_", without_accents(header) or "").strip("_")
    return name if _NAME.fullmatch(name) else None
