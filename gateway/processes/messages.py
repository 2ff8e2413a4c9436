"""What a supervisor and its children say to each other, as frames on a stream.

Design §4. Law: pure; a frame is a length and a message, and a message means the same in every
process that was forked from one program.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, Generic, TypeAlias, TypeVar

import msgspec

from gateway.config.folder import Problem, Snapshot
from gateway.lookups.refreshing import Fetched

_LENGTH: Final = 8


class Ready(msgspec.Struct, frozen=True, tag="ready"):
    """A child has begun its work."""


class Beat(msgspec.Struct, frozen=True, tag="beat"):
    """A child's loop goes round."""

    #: Seconds since the oldest request that is under way was begun; 0 without one.
    busy: float = 0.0
    #: Requests under way or waiting.
    requests: int = 0
    connections: int = 0


class Taken(msgspec.Struct, frozen=True, tag="taken"):
    """A child has decided about a snapshot."""

    generation: int
    #: What it answers by now.
    revision: str
    #: The queues that stay as they were.
    failed: tuple[str, ...]
    #: Whether it could not decide, through a fault of the gateway's own.
    fault: bool = False


class Counted(msgspec.Struct, frozen=True, tag="counted"):
    """What a child has counted since it last said so, as `telemetry.totals` reads it."""

    counts: bytes


class Take(msgspec.Struct, frozen=True, tag="take"):
    """A snapshot of the folder that has settled, to be built and switched to."""

    generation: int
    root: str
    files: dict[str, bytes]
    aliases: dict[str, str]
    problems: list[tuple[str, str]]
    digest: str
    misnamed: dict[str, str]
    #: What the secret files held, and why others could not be read.
    secrets: dict[str, bytes]
    unreadable: dict[str, str]

    @classmethod
    def of(cls, generation: int, snapshot: Snapshot, secrets: Mapping[str, bytes | str]) -> Take:
        """Write *snapshot* as a message."""
        return cls(
            generation,
            snapshot.root,
            dict(snapshot.files),
            dict(snapshot.aliases),
            [(problem.name, problem.message) for problem in snapshot.problems],
            snapshot.digest,
            dict(snapshot.misnamed),
            {path: held for path, held in secrets.items() if isinstance(held, bytes)},
            {path: held for path, held in secrets.items() if isinstance(held, str)},
        )

    @property
    def snapshot(self) -> Snapshot:
        """The snapshot as it was taken."""
        return Snapshot(
            self.root,
            self.files,
            self.aliases,
            tuple(Problem(name, message) for name, message in self.problems),
            self.digest,
            self.misnamed,
        )

    @property
    def secret_files(self) -> dict[str, bytes | str]:
        """What each secret file held; a text says why it could not be read."""
        return {**self.secrets, **self.unreadable}


class Drain(msgspec.Struct, frozen=True, tag="drain"):
    """A child is to finish what it has begun, and end."""

    #: Seconds between "not ready" and closing the door.
    notice: float = 0.0
    #: Whether only this one ends: others go on at the same addresses.
    alone: bool = False


#: What children say, and what is said to them.
Up: TypeAlias = Ready | Beat | Taken | Counted | Fetched
Down: TypeAlias = Take | Drain | Fetched

_M = TypeVar("_M")


def framed(message: Up | Down) -> bytes:
    """Write *message* as a frame."""
    encoded = msgspec.msgpack.encode(message)
    return len(encoded).to_bytes(_LENGTH, "big") + encoded


class Frames(Generic[_M]):
    """Takes a stream apart."""

    def __init__(self, decoder: msgspec.msgpack.Decoder[_M]) -> None:
        """Decode messages with *decoder*."""
        self._decoder = decoder
        self._received = bytearray()

    def feed(self, piece: bytes) -> Iterator[_M]:
        """Take in a piece of the stream; yield each message that is now complete."""
        self._received += piece
        while len(self._received) >= _LENGTH:
            end = _LENGTH + int.from_bytes(self._received[:_LENGTH], "big")
            if len(self._received) < end:
                return
            message = self._decoder.decode(self._received[_LENGTH:end])
            del self._received[:end]
            yield message


def frames_of_children() -> Frames[Up]:
    """Take apart what a child says."""
    return Frames(msgspec.msgpack.Decoder(Up))


def frames_of_supervisor() -> Frames[Down]:
    """Take apart what the supervisor says."""
    return Frames(msgspec.msgpack.Decoder(Down))
