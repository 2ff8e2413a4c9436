"""When a database is asked for a table again, what it then gave, and what that changes.

Language §6: a table that cannot be refreshed keeps its last good content, and is tried again. Law:
time is an argument; what one process has loaded, others take over by its name and its digest.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import msgspec

from gateway.lookups.asking import Source
from gateway.lookups.faults import DatabaseError
from gateway.lookups.loading import load
from gateway.lookups.packing import pack, unpack
from gateway.lookups.sources import LoadedSource

#: Seconds from a failure to the next try: doubled from the first to the last.
PAUSES: Final = (1.0, 60.0)


class Fetched(msgspec.Struct, frozen=True, tag="fetched"):
    """What became of one load."""

    table: str
    #: What was asked of whom: `LoadedQuery.digest`.
    digest: str
    #: In seconds since 1970.
    at: float
    #: The packed table; None when it is the same as before, or there is none.
    content: bytes | None = None
    #: Why there is none.
    problem: str | None = None
    #: What the database itself says to that.
    words: str | None = None


def loaded_sources(tables: Mapping[str, Source]) -> list[LoadedSource]:
    """Give the sources that are to be loaded."""
    return [source for source in tables.values() if isinstance(source, LoadedSource)]


def fetch(source: LoadedSource) -> Fetched:
    """Ask the database now."""
    declared = source.declared
    content = problem = words = None
    try:
        content = pack(load(declared))
    except DatabaseError as error:
        problem, words = str(error), error.words
    except Exception as error:  # noqa: BLE001 - it must be tried again, and not be passed over
        problem = f"a fault of the gateway's own ({type(error).__name__})"
    return Fetched(source.name, declared.digest, time.time(), content, problem, words)


def take(fetched: Fetched, tables: Mapping[str, Source]) -> LoadedSource | None:
    """Have the source that is meant go on with what was fetched; None if there is none any more."""
    source = tables.get(fetched.table)
    if not isinstance(source, LoadedSource) or source.declared.digest != fetched.digest:
        return None
    if fetched.problem is not None:
        source.fail(fetched.problem, fetched.words)
    elif fetched.content is not None:
        source.take(unpack(fetched.content), fetched.at)
    else:
        source.confirm(fetched.at)
    return source


@dataclass(slots=True)
class _Turn:
    """When one table is due."""

    source: LoadedSource
    due: float
    pause: float = 0.0
    under_way: bool = False
    #: SHA-256 of the content that was fetched last.
    content: bytes = b""


class Schedule:
    """The tables of one configuration after the other, and when each is due."""

    def __init__(self) -> None:
        self._turns: dict[tuple[str, str], _Turn] = {}

    def follow(self, sources: Iterable[LoadedSource], now: float, today: float) -> None:
        """Keep to *sources*: *now* by the clock of `due`, *today* in seconds since 1970."""
        before, self._turns = self._turns, {}
        for source in sources:
            key = (source.name, source.declared.digest)
            turn = before.get(key)
            if turn is None:
                loaded = source.status.loaded
                age = source.declared.refresh if loaded is None else max(0.0, today - loaded)
                turn = _Turn(source, now + max(0.0, source.declared.refresh - age))
            turn.source = source
            turn.due = min(turn.due, now + source.declared.refresh)
            self._turns[key] = turn

    def due(self, now: float) -> list[LoadedSource]:
        """Take what is due: nothing is due again before it is `done`."""
        found = [turn for turn in self._turns.values() if not turn.under_way and turn.due <= now]
        for turn in found:
            turn.under_way = True
        return [turn.source for turn in found]

    def done(self, fetched: Fetched, now: float) -> Fetched:
        """Note what was fetched; give what others need to hear of it."""
        turn = self._turns.get((fetched.table, fetched.digest))
        if turn is None:
            return fetched
        turn.under_way = False
        if fetched.content is None:
            first, last = PAUSES
            turn.pause = min(last, max(first, 2 * turn.pause))
            turn.due = now + min(turn.pause, turn.source.declared.refresh)
            return fetched
        turn.pause, turn.due = 0.0, now + turn.source.declared.refresh
        content = hashlib.sha256(fetched.content).digest()
        same, turn.content = content == turn.content, content
        return msgspec.structs.replace(fetched, content=None) if same else fetched
