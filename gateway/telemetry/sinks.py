"""Where lines are written: the log, and decision records.

Law: whole lines at the end of one file, whichever of several processes writes them.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import select
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Protocol

#: For the operator alone: records name documents, and show what was uncovered.
_MODE: Final = 0o600
_FLAGS: Final = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
#: So many bytes go into a pipe in one piece, whoever else writes to it.
_WHOLE: Final = select.PIPE_BUF


class Sink(Protocol):
    """Where lines are written."""

    def write(self, lines: bytes, /) -> object:
        """Write whole lines, at once; an `OSError` if that is not possible."""


class File:
    """A file, made anew when it has been moved away."""

    def __init__(self, path: Path) -> None:
        """Write to the end of *path*.

        Raises:
            OSError: it cannot be opened.
        """
        self._path = path
        self._descriptor = os.open(path, _FLAGS, _MODE)

    def write(self, lines: bytes) -> None:
        """Write whole lines."""
        if self._was_moved():
            fresh = os.open(self._path, _FLAGS, _MODE)
            os.close(self._descriptor)
            self._descriptor = fresh
        _write(self._descriptor, lines)

    def _was_moved(self) -> bool:
        ours = os.fstat(self._descriptor)
        try:
            named = self._path.stat()
        except FileNotFoundError:
            return True
        return (ours.st_dev, ours.st_ino) != (named.st_dev, named.st_ino)


class Output:
    """A descriptor that several processes have, such as standard output."""

    def __init__(self, descriptor: int) -> None:
        """Write to *descriptor*, at once."""
        self._descriptor = descriptor

    def write(self, lines: bytes) -> None:
        """Write whole lines."""
        _write(self._descriptor, lines)


def _write(descriptor: int, lines: bytes) -> None:
    with _alone(descriptor) if len(lines) > _WHOLE else contextlib.nullcontext():
        left = memoryview(lines)
        while left:
            left = left[os.write(descriptor, left) :]


@contextlib.contextmanager
def _alone(descriptor: int) -> Iterator[None]:
    """Keep other processes out: a long write to a pipe may be cut by another's."""
    try:
        fcntl.lockf(descriptor, fcntl.LOCK_EX)
    except OSError:
        # What cannot be locked, such as a terminal, is written to all the same.
        yield
        return
    try:
        yield
    finally:
        fcntl.lockf(descriptor, fcntl.LOCK_UN)
