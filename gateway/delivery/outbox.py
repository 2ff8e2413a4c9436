"""Where deliveries wait until they have arrived.

Security reference §9. Law: a protocol; the same for an SQLite file and a PostgreSQL database.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final, Protocol

from gateway.delivery.entry import Attempt, Claimed, Depth, Entry, New, Pause, Settled, Wanted

#: Seconds for which entries are kept that are done, and that were given up.
KEEP_DONE: Final = 7 * 86_400.0
KEEP_DEAD: Final = 30 * 86_400.0


class OutboxError(Exception):
    """The outbox cannot be used now. Its text says why, without an address or a password."""


class Outbox(Protocol):
    """Where entries wait. Each method is one transaction, but for `tidy`, which takes small ones.

    Every method raises `OutboxError` when the outbox cannot be reached or written.
    """

    def put(self, new: Sequence[New], now: float) -> int:
        """Store deliveries; one whose key is already there is left as it is.

        Returns:
            How many were not there yet.
        """

    def due(self, now: float) -> Collection[str]:
        """Name the destinations for which something is due."""

    def claim(self, destination: str, limit: int, now: float, lease: float) -> Sequence[Claimed]:
        """Take up to *limit* entries that are due, so that nobody else takes them until *lease*.

        Entries whose lease has ended are due as well: whoever took them is gone.
        """

    def settle(self, settled: Sequence[Settled], now: float) -> None:
        """Write what became of claimed entries; those that others have claimed since are theirs."""

    def release(self, claimed: Sequence[Claimed], now: float) -> None:
        """Give entries back that were not tried."""

    def pause(self, pause: Pause, address: str) -> None:
        """Send nothing more to a destination as long as it has this *address* (a digest)."""

    def resume(self, destination: str) -> bool:
        """Undo a pause; False when there is none."""

    def paused(self) -> Sequence[tuple[Pause, str]]:
        """List the destinations that are paused, each with the digest of its address."""

    def tidy(self, known: Collection[str], now: float) -> int:
        """Remove what has been kept for long enough; give up what no *known* destination can take.

        Returns:
            How many entries were given up.
        """

    def list(self, wanted: Wanted) -> Sequence[Entry]:
        """List entries, the newest first."""

    def show(self, number: int) -> tuple[Entry, bytes, Sequence[Attempt]] | None:
        """Give an entry with its body and its attempts; None if there is none."""

    def retry(self, numbers: Sequence[int], now: float, patience: float) -> Sequence[int]:
        """Have entries tried again that were given up, or that wait; return which there were."""

    def drop(self, numbers: Sequence[int], now: float) -> Sequence[int]:
        """Give up entries that are not done; return which there were."""

    def depths(self) -> Sequence[Depth]:
        """Count entries that are not done, by destination and state."""

    def close(self) -> None:
        """Let go of files and connections."""
