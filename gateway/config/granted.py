"""Which tables each queue may ask.

Language §6, security reference §1. Law: a queue is given nothing of what is not for it but the
name, which stands in the operator's own file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from gateway.config.table_sources import shape_of
from gateway.config.tables import TableSettings
from gateway.lookups.asking import NO_TABLES, QueueTables, Source
from gateway.rules.tables import TableShape


@dataclass(frozen=True, slots=True)
class GrantedTables:
    """The tables of one configuration."""

    settings: Sequence[TableSettings] = ()
    sources: Mapping[str, Source] = field(default_factory=dict)

    def shapes(self, file: str) -> dict[str, TableShape]:
        """Describe the tables that the queue of *file* may ask."""
        return {one.name: shape_of(one, self.sources.get(one.name)) for one in self._for(file)}

    def ungranted(self, file: str) -> frozenset[str]:
        """Name the tables that are not for the queue of *file*."""
        return frozenset(one.name for one in self.settings if not one.grant.includes(file))

    def is_complete(self, file: str) -> bool:
        """Say whether each table of the queue of *file* can be asked, at least in time."""
        return all(one.name in self.sources for one in self._for(file))

    def of(self, file: str) -> QueueTables:
        """Give the tables of the queue of *file*."""
        mine = {one.name: self.sources[one.name] for one in self._for(file)}
        return QueueTables(mine) if mine else NO_TABLES

    def _for(self, file: str) -> list[TableSettings]:
        return [one for one in self.settings if one.grant.includes(file)]
