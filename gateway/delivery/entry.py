"""Deliveries as the outbox keeps them.

Law: values only; times are seconds since the epoch. No ``repr`` shows what a document says.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from gateway.delivery.retry import Verdict


class State(StrEnum):
    """What has become of an entry."""

    #: Waits for its time.
    PENDING = "pending"
    #: Claimed by a courier, until its lease ends.
    SENDING = "sending"
    DONE = "done"
    #: Given up; a person can have it tried again.
    DEAD = "dead"
    #: Given up by a person.
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class New:
    """What is to be stored."""

    #: Equal for equal facts; also what the receiver knows it by.
    key: str
    destination: str
    queue: str
    rule: str
    #: What it is about, for people: ``annotation 314521``.
    subject: str
    body: bytes = field(repr=False)
    #: When it is given up.
    expires: float


@dataclass(frozen=True, slots=True)
class Claimed:
    """An entry that one courier may send, until its lease ends."""

    number: int
    key: str
    body: bytes = field(repr=False)
    #: How often it was tried, this time included.
    attempts: int
    expires: float
    #: Tells this claim from another courier's.
    claim: str
    lease: float


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of a claimed entry."""

    claimed: Claimed
    verdict: Verdict
    #: When the attempt began, and how long it took.
    began: float
    seconds: float
    #: The status that was answered, if there was an answer.
    status: int | None
    #: What was met, in a few words.
    told: str


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt at an entry."""

    at: float
    seconds: float
    told: str


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry, for people."""

    number: int
    key: str
    destination: str
    queue: str
    rule: str
    subject: str
    state: State
    created: float
    due: float
    expires: float
    attempts: int
    #: When it was done or given up.
    settled: float | None
    #: What the last attempt met, or why it was given up.
    told: str | None
    #: Bytes of the body.
    size: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries are meant."""

    states: tuple[State, ...] = ()
    destination: str | None = None
    queue: str | None = None
    #: Stored before this time.
    before: float | None = None
    limit: int = 100


@dataclass(frozen=True, slots=True)
class Depth:
    """How many entries of a destination are in a state, and since when."""

    destination: str
    state: State
    count: int
    oldest: float


@dataclass(frozen=True, slots=True)
class Pause:
    """A destination that nothing is sent to until a person, or another address, says so."""

    destination: str
    since: float
    told: str
