"""A table that is asked each time: a query with parameters, for the rows that fit them.

Language §6, security reference §8. Law: a request waits as long as the table's `timeout` says and
not longer, whatever has become of the database, and a database that is gone costs the next
requests nothing for a while.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Final, TypeAlias

from gateway.annotation.values import Kind, Value, kind_of
from gateway.engine.tables import Found, How, Question, TableError
from gateway.lookups.cache import Cache
from gateway.lookups.database import LiveQuery
from gateway.lookups.faults import BUSY, TOO_LONG, DatabaseError, OddValueError
from gateway.lookups.layout import ContentError
from gateway.lookups.search import MAX_RECORDS
from gateway.lookups.sources import TableStatus

if TYPE_CHECKING:
    from gateway.lookups.sql import Database, Session

_Key: TypeAlias = tuple[Value, ...]
#: Name, number of the kind, and value of each parameter, by name.
_Asked: TypeAlias = tuple[tuple[str, int, Value], ...]
_Answers: TypeAlias = dict[_Asked, Found | DatabaseError]

#: Batches that one process asks at the same time.
CONNECTIONS: Final = 4
#: Rows that are fetched for one key; `Found.total` counts no further.
MAX_ROWS: Final = 1_000
#: Seconds for which a database that has failed is left alone: doubled from the first to the last.
PAUSES: Final = (1.0, 30.0)
#: Seconds that the database itself is given to say that the time is over.
_GRACE: Final = 0.2


class LiveSource:
    """A query, the connections to its database, and the answers that are still good."""

    def __init__(
        self, name: str, declared: LiveQuery, timer: Callable[[], float] = time.monotonic
    ) -> None:
        self.name = name
        self.declared = declared
        self._timer = timer
        self._cache: Cache[Found] = Cache(declared.cache, timer)
        self._free = threading.Semaphore(CONNECTIONS)
        self._lock = threading.Lock()
        self._database: Database | None = None
        self._process = 0
        self._under_way = 0
        self._retired = False
        self._pause = 0.0
        self._again = 0.0
        self._problem: DatabaseError | None = None

    @property
    def status(self) -> TableStatus:
        """How it is."""
        problem = self._problem
        return TableStatus(self.name, "live", problem=None if problem is None else problem.in_full)

    def expect(self) -> None:
        """Load what the first question would have to wait for."""
        from gateway.lookups.sql import warm

        if self.declared.address is not None:
            warm(self.declared.address)

    def ask(
        self, question: Question, keys: Sequence[_Key], seconds: float
    ) -> Sequence[Found | TableError]:
        """Answer for each of *keys*, equal ones once, within *seconds* and its own `timeout`."""
        names = [one.column for one in question.criteria]
        refused = self._refusal(question)
        if refused is not None:
            return [refused] * len(keys)
        asked = [self._asked(names, key) for key in keys]
        answers: _Answers = {}
        missing: dict[_Asked, None] = {}
        for one in asked:
            kept = None if one is None else self._cache.get(one)
            if kept is not None and one is not None:
                answers[one] = kept
            elif one is not None:
                missing[one] = None
        if missing:
            answers |= self._fetched(missing, min(seconds, self.declared.timeout))
        return [self._told(None if one is None else answers[one]) for one in asked]

    def retire(self) -> None:
        """Give up the connections, once no question is under way: another has taken its place."""
        with self._lock:
            self._retired = True
            self._close_if_idle()

    def _refusal(self, question: Question) -> TableError | None:
        parameters = self.declared.query.parameters
        if sorted(one.column for one in question.criteria) != sorted(parameters):
            wanted = ", ".join(parameters)
            return TableError(f"the table {self.name!r} is asked for {wanted} and nothing else")
        if any(one.how is not How.EQUAL for one in question.criteria):
            return TableError(f"the query of the table {self.name!r} decides how it compares")
        return None

    @staticmethod
    def _asked(names: Sequence[str], key: _Key) -> _Asked | None:
        """Make what tells keys apart: true is no 1, and the order of the criteria is no matter.

        Returns:
            None when something in it is no single value.
        """
        parts = []
        for name, value in zip(names, key, strict=True):
            kind = kind_of(value)
            if kind is None or kind not in Kind.SCALAR:
                return None
            parts.append((name, kind.value, value))
        return tuple(sorted(parts, key=lambda part: part[0]))

    def _fetched(self, missing: Iterable[_Asked], seconds: float) -> _Answers:
        """Ask the database for what is *missing*; what it does not answer in time has failed."""
        left = dict.fromkeys(missing)
        paused = self._paused()
        if paused is not None:
            return dict.fromkeys(left, paused)
        if seconds <= 0:
            return dict.fromkeys(left, DatabaseError(TOO_LONG))
        deadline = time.monotonic() + seconds
        if not self._free.acquire(timeout=seconds / 2):
            return dict.fromkeys(left, DatabaseError(BUSY))
        with self._lock:
            self._under_way += 1
        got: SimpleQueue[_Answers] = SimpleQueue()
        # A thread that waits for a server which is gone cannot be ended, but it can be left.
        arguments = (tuple(left), deadline, got)
        threading.Thread(target=self._work, args=arguments, name="tables", daemon=True).start()
        answers: _Answers = {}
        while len(answers) < len(left):
            try:
                answers |= got.get(timeout=max(0.0, deadline + _GRACE - time.monotonic()))
            except Empty:
                late = self._failed(DatabaseError(TOO_LONG, lost=True))
                return {**dict.fromkeys(left, late), **answers}
        return answers

    def _work(self, asked: Sequence[_Asked], deadline: float, got: SimpleQueue[_Answers]) -> None:
        """Answer one after the other, all of them."""
        left = list(asked)
        try:
            for attempt in (1, 2):
                try:
                    self._answer(left, deadline, got)
                    return
                except DatabaseError as error:
                    # A connection that was kept may have been lost since; a new one tells.
                    if attempt == 2 or not error.lost:
                        got.put(dict.fromkeys(left, self._failed(error)))
                        return
        finally:
            with self._lock:
                self._under_way -= 1
                self._close_if_idle()
            self._free.release()

    def _answer(self, left: list[_Asked], deadline: float, got: SimpleQueue[_Answers]) -> None:
        with self._connected().session(deadline - time.monotonic()) as session:
            while left:
                answer = self._one(session, left[0])
                self._problem, self._pause = None, 0.0
                got.put({left.pop(0): answer})

    def _one(self, session: Session, asked: _Asked) -> Found | DatabaseError:
        values = {name: value for name, _, value in asked}
        try:
            table = session.ask(self.declared.query.text, values, MAX_ROWS).table(
                self.declared.layout
            )
        except OddValueError:
            return _NOTHING
        except ContentError as error:
            return DatabaseError(error.message)
        shown = range(min(table.size, MAX_RECORDS))
        found = Found(tuple(table.record(row) for row in shown), table.size)
        self._cache.put(asked, found, 1 + len(found.records))
        return found

    def _connected(self) -> Database:
        from gateway.lookups.sql import Database

        address = self.declared.address
        if address is None:
            raise DatabaseError("its address is not known")
        with self._lock:
            if self._database is None or self._process != os.getpid():
                if self._database is not None:
                    self._database.forget()
                self._database, self._process = Database(address, CONNECTIONS), os.getpid()
            return self._database

    def _close_if_idle(self) -> None:
        if self._retired and not self._under_way and self._database is not None:
            self._database.close()
            self._database = None

    def _paused(self) -> DatabaseError | None:
        problem = self._problem
        if self._timer() >= self._again or problem is None:
            return None
        return DatabaseError(f"{problem}, and is left alone for a moment")

    def _failed(self, error: DatabaseError) -> DatabaseError:
        self._problem = error
        if error.lost:
            first, last = PAUSES
            self._pause = min(last, max(first, 2 * self._pause))
            self._again = self._timer() + self._pause
        return error

    def _told(self, answer: Found | DatabaseError | None) -> Found | TableError:
        if answer is None:
            return TableError(f"the table {self.name!r} is asked for single values only")
        if isinstance(answer, DatabaseError):
            return TableError(f"the table {self.name!r} cannot be asked: {answer}")
        return answer


_NOTHING: Final = Found((), 0)


def retire_replaced(before: Mapping[str, object], after: Mapping[str, object]) -> None:
    """Have the live tables of *before* that are not in *after* give up their connections."""
    for name, source in before.items():
        if isinstance(source, LiveSource) and after.get(name) is not source:
            source.retire()
