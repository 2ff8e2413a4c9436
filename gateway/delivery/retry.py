"""What becomes of a delivery after an attempt: done, again and when, or given up.

Security reference §9. Law: pure; time and chance are arguments.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final, TypeAlias

#: Statuses besides 5xx that another attempt may change.
REPEATED: Final = frozenset((408, 425, 429))
#: The receiver is there no more: nothing else is sent to it until a person says so.
GONE: Final = 410
#: Seconds for which a receiver can ask to wait.
LONGEST_WAIT: Final = 86_400.0


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a destination is tried, in seconds, and how often."""

    #: From the first attempt that was possible.
    gives_up_after: float = 86_400.0
    #: The longest pause after the first attempt; each further one doubles it.
    first: float = 10.0
    #: What no pause exceeds.
    longest: float = 3_600.0


@dataclass(frozen=True, slots=True)
class Answered:
    """The receiver answered."""

    status: int
    #: Seconds for which it asks to wait.
    wait: float | None = None


@dataclass(frozen=True, slots=True)
class Unanswered:
    """There was no answer; *reason* says why and quotes nothing of the request."""

    reason: str


Result: TypeAlias = Answered | Unanswered


@dataclass(frozen=True, slots=True)
class Done:
    """Delivered."""


@dataclass(frozen=True, slots=True)
class Again:
    """To be tried again, not before *due*."""

    due: float


@dataclass(frozen=True, slots=True)
class Dead:
    """Given up, because of *reason*."""

    reason: str


Verdict: TypeAlias = Done | Again | Dead


def judge(
    result: Result, attempts: int, expires: float, now: float, chance: float, patience: Patience
) -> Verdict:
    """Decide about a delivery after its attempt number *attempts*.

    Times are seconds since the epoch; *expires* is when it is given up, *chance* from 0 to 1.
    """
    if isinstance(result, Answered) and 200 <= result.status < 300:
        return Done()
    if not is_passing(result):
        return Dead(_final(result))
    if now >= expires:
        return Dead(f"tried for {_told(patience.gives_up_after)}, the last time: {told(result)}")
    wait = result.wait if isinstance(result, Answered) else None
    if wait is not None:
        return Again(now + wait)
    # Full jitter: many that failed together must not come back together. One last attempt is made
    # when the time is up.
    pause = min(patience.longest, patience.first * 2.0 ** min(attempts - 1, 60)) * chance
    return Again(min(now + pause, max(expires, now)))


def is_passing(result: Result) -> bool:
    """Whether a failure may pass, so that another attempt is worth it."""
    match result:
        case Answered(status):
            return status in REPEATED or 500 <= status < 600
        case Unanswered():
            return True


def told(result: Result) -> str:
    """Say in a few words what an attempt met."""
    return f"status {result.status}" if isinstance(result, Answered) else result.reason


def _final(result: Result) -> str:
    if isinstance(result, Answered) and 300 <= result.status < 400:
        return f"status {result.status}: redirects are not followed"
    return told(result)


def _told(seconds: float) -> str:
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "m")):
        if seconds >= size and not seconds % size:
            return f"{seconds / size:g} {unit}"
    return f"{seconds:g} s"


def wait_of(written: str | None, now: float) -> float | None:
    """Read a ``Retry-After``: seconds or a date; at most a day, and None for nonsense."""
    if written is None or len(written) > 64:
        return None
    written = written.strip()
    if written.isascii() and written.isdigit():
        return min(float(written), LONGEST_WAIT)
    try:
        date: datetime = parsedate_to_datetime(written)
        wait = date.astimezone(UTC).timestamp() - now if date.tzinfo else None
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
    return None if wait is None or wait < 0 else min(wait, LONGEST_WAIT)
