"""The outbox in SQL: the same steps on SQLite and on PostgreSQL.

Law: each method is one transaction of a `Store`; knows no driver.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Final, Protocol, TypeAlias, TypeVar

from gateway.delivery.entry import (
    Attempt,
    Claimed,
    Depth,
    Entry,
    New,
    Pause,
    Settled,
    State,
    Wanted,
)
from gateway.delivery.outbox import KEEP_DEAD, KEEP_DONE, OutboxError
from gateway.delivery.retry import Again, Dead, Done

#: The version of the tables that this program reads and writes.
VERSION: Final = 1
_TABLES: Final = (
    "create_version",
    "create_entry",
    "create_attempt",
    "create_pause",
    "index_open",
    "index_settled",
    "index_attempt",
)

#: Entries that the statement ``remove`` takes at once, so that nobody waits long; and how often it
#: is repeated at most before other work has its turn.
_REMOVED_AT_ONCE: Final = 500
_MOST_REMOVALS: Final = 100

Values: TypeAlias = Mapping[str, Any]


class Execute(Protocol):
    """Runs a statement by its name inside a transaction."""

    def __call__(self, name: str, **values: object) -> Sequence[Sequence[Any]]:
        """Give the rows, if the statement has any."""

    def many(self, name: str, rows: Sequence[Values]) -> int:
        """Run a statement for each of *rows*; give how many rows were written in all."""


_T = TypeVar("_T")


class Store(Protocol):
    """A database that holds an outbox."""

    def write(self, work: Callable[[Execute], _T]) -> _T:
        """Have *work* done in one transaction, which has happened for good on return."""

    def read(self, work: Callable[[Execute], _T]) -> _T:
        """Have *work* look at one state of the database."""

    def close(self) -> None:
        """Let go of it."""


def prepare(execute: Execute) -> None:
    """Make the tables, or check that they are such as this program knows.

    Raises:
        OutboxError: a newer program has made them.
    """
    if not execute("is_there")[0][0]:
        for name in _TABLES:
            execute(name)
        execute("note_version", version=VERSION)
        return
    ((version,),) = execute("version")
    if version != VERSION:
        message = f"it was made by another release (tables of version {version}, not {VERSION})"
        raise OutboxError(message)


class SqlOutbox:
    """An outbox in a database (`gateway.delivery.outbox.Outbox`)."""

    def __init__(self, store: Store) -> None:
        """Keep entries in *store*."""
        self._store = store

    def put(self, new: Sequence[New], now: float) -> int:
        """Store deliveries; one whose key is already there is left as it is."""
        rows = [
            {
                "key": one.key,
                "destination": one.destination,
                "queue": one.queue,
                "rule": one.rule,
                "subject": one.subject,
                "body": one.body,
                "size": len(one.body),
                "now": now,
                "expires": one.expires,
            }
            for one in new
        ]
        return self._store.write(lambda execute: execute.many("put", rows))

    def due(self, now: float) -> Collection[str]:
        """Name the destinations for which something is due."""
        return {name for (name,) in self._store.read(lambda execute: execute("due", now=now))}

    def claim(self, destination: str, limit: int, now: float, lease: float) -> Sequence[Claimed]:
        """Take up to *limit* entries that are due."""
        claim = secrets.token_hex(8)
        rows = self._store.write(
            lambda execute: execute(
                "claim", destination=destination, limit=limit, now=now, claim=claim, lease=lease
            )
        )
        return [
            Claimed(number, key, bytes(body), attempts, expires, claim, lease)
            for number, key, body, attempts, expires in sorted(rows, key=lambda row: int(row[0]))
        ]

    def settle(self, settled: Sequence[Settled], now: float) -> None:
        """Write what became of claimed entries."""
        verdicts = [_verdict(one, now) for one in settled]
        attempts = [
            {
                "number": one.claimed.number,
                "key": one.claimed.key,
                "at": one.began,
                "seconds": one.seconds,
                "told": one.told,
            }
            for one in settled
        ]

        def work(execute: Execute) -> None:
            execute.many("settle", verdicts)
            execute.many("note_attempt", attempts)

        self._store.write(work)

    def release(self, claimed: Sequence[Claimed], now: float) -> None:
        """Give entries back that were not tried."""
        rows = [{"number": one.number, "claim": one.claim} for one in claimed]
        self._store.write(lambda execute: execute.many("release", rows))

    def pause(self, pause: Pause, address: str) -> None:
        """Send nothing more to a destination as long as it has this *address*."""
        self._store.write(
            lambda execute: execute(
                "pause",
                destination=pause.destination,
                since=pause.since,
                told=pause.told,
                address=address,
            )
        )

    def resume(self, destination: str) -> bool:
        """Undo a pause."""
        rows = [{"destination": destination}]
        return self._store.write(lambda execute: execute.many("resume", rows)) > 0

    def paused(self) -> Sequence[tuple[Pause, str]]:
        """List the destinations that are paused."""
        rows = self._store.read(lambda execute: execute("paused"))
        return [(Pause(name, since, told), address) for name, since, told, address in rows]

    def tidy(self, known: Collection[str], now: float) -> int:
        """Remove what has been kept for long enough, give up what nobody can take."""
        ages = [{"done": now - KEEP_DONE, "dead": now - KEEP_DEAD}]
        for _ in range(_MOST_REMOVALS):
            if self._store.write(lambda execute: execute.many("remove", ages)) < _REMOVED_AT_ONCE:
                break

        def give_up(execute: Execute) -> int:
            gone = [name for (name,) in execute("expired", now=now) if name not in known]
            told = "there is no such destination any more"
            rows = [{"destination": name, "told": told, "now": now} for name in gone]
            return execute.many("give_up", rows)

        return self._store.write(give_up)

    def list(self, wanted: Wanted) -> Sequence[Entry]:
        """List entries, the newest first."""
        rows = self._store.read(
            lambda execute: execute(
                "list",
                any_state=0 if wanted.states else 1,
                **{f"state_{at}": one for at, one in enumerate(_padded(wanted.states), 1)},
                destination=wanted.destination or "",
                queue=wanted.queue or "",
                before=9e18 if wanted.before is None else wanted.before,
                limit=wanted.limit,
            )
        )
        return [_entry(row) for row in rows]

    def show(self, number: int) -> tuple[Entry, bytes, Sequence[Attempt]] | None:
        """Give an entry with its body and its attempts."""

        def work(execute: Execute) -> tuple[Entry, bytes, Sequence[Attempt]] | None:
            rows = execute("show", number=number)
            if not rows:
                return None
            *entry, body = rows[0]
            attempts = [Attempt(*row) for row in execute("attempts", number=number)]
            return _entry(entry), bytes(body), attempts

        return self._store.read(work)

    def retry(self, numbers: Sequence[int], now: float, patience: float) -> Sequence[int]:
        """Have entries tried again."""
        return self._each("retry", numbers, now=now, expires=now + patience)

    def drop(self, numbers: Sequence[int], now: float) -> Sequence[int]:
        """Give up entries that are not done."""
        return self._each("drop", numbers, now=now, told="dropped by hand")

    def _each(self, name: str, numbers: Sequence[int], **values: object) -> Sequence[int]:
        def work(execute: Execute) -> Sequence[int]:
            return [
                found for number in numbers for (found,) in execute(name, number=number, **values)
            ]

        return self._store.write(work)

    def depths(self) -> Sequence[Depth]:
        """Count entries that are not done, by destination and state."""
        rows = self._store.read(lambda execute: execute("depths"))
        return [Depth(name, State(state), count, oldest) for name, state, count, oldest in rows]

    def close(self) -> None:
        """Let go of files and connections."""
        self._store.close()


def _padded(states: Sequence[State]) -> Sequence[str]:
    """Fill up to the five states that there are, by one that is named already."""
    known = [str(one) for one in states][:5]
    return [*known, *[known[0] if known else ""] * (5 - len(known))]


def _entry(row: Sequence[Any]) -> Entry:
    *before, state, created, due, expires, attempts, settled, told, size = row
    number, key, destination, queue, rule, subject = before
    return Entry(
        number,
        key,
        destination,
        queue,
        rule,
        subject,
        State(state),
        created,
        due,
        expires,
        attempts,
        settled,
        told,
        size,
    )


def _verdict(one: Settled, now: float) -> Values:
    claimed = one.claimed
    state, told, due, settled = State.PENDING, one.told, None, None
    match one.verdict:
        case Done():
            state, settled = State.DONE, now
        case Again(due_then):
            due = due_then
        case Dead(reason):
            state, told, settled = State.DEAD, reason, now
    return {
        "number": claimed.number,
        "claim": claimed.claim,
        "state": state.value,
        "due": due,
        "told": told,
        "settled": settled,
    }
