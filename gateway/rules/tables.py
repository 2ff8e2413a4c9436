"""What the rules of a queue may know of a table before anybody asks it.

Language §6. Law: values only; made by the configuration's loader, read by `compile`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gateway.annotation.values import Kind


@dataclass(frozen=True, slots=True)
class TableShape:
    """A table's columns: those of its file, or what is known of a query without running it."""

    name: str
    #: In their order. A kind is None where it is not known; the mapping is None when not even
    #: the names are.
    columns: Mapping[str, Kind | None] | None
    #: For a live table: what its query must be given, each exactly once and nothing else. None
    #: for a table that is loaded, which can be asked for any of its columns.
    parameters: tuple[str, ...] | None = None
