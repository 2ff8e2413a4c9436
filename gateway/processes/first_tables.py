"""The tables of databases, loaded once before any worker is forked: all of them share the rows.

Language §6. Law: a database that cannot be reached, or that takes too long, delays the start by a
few seconds and no more; this process makes no connection, so that it may fork.
"""

from __future__ import annotations

import os
import selectors
import signal
import threading
import time
from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from gateway.lookups.asking import Source
from gateway.lookups.refreshing import Fetched, fetch, loaded_sources
from gateway.lookups.sources import LoadedSource
from gateway.processes.messages import Frames, framed
from gateway.processes.telling import refreshed
from gateway.web.logs import Log

#: Seconds that the start may be delayed.
LIMIT: Final = 10.0
_PIECE: Final = 1 << 20


def load_first(tables: Mapping[str, Source], log: Log, limit: float = LIMIT) -> None:
    """Load what *tables* hold of databases, as far as that can be done in *limit* seconds."""
    sources = loaded_sources(tables)
    if not sources:
        return
    read, written = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.close(read)
            signal.alarm(int(limit) + 1)  # Also when its parent is gone.
            _load(sources, written)
        finally:
            os._exit(0)
    os.close(written)
    try:
        _hear(read, tables, log, time.monotonic() + limit)
    finally:
        os.close(read)
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def _load(sources: Sequence[LoadedSource], written: int) -> None:
    """In the child: load all of them beside each other."""
    writing = threading.Lock()

    def work(source: LoadedSource) -> None:
        frame = memoryview(framed(fetch(source)))
        with writing:
            while frame:
                frame = frame[os.write(written, frame) :]

    threads = [threading.Thread(target=work, args=(source,)) for source in sources]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _hear(read: int, tables: Mapping[str, Source], log: Log, ends: float) -> None:
    frames = Frames(msgspec.msgpack.Decoder(Fetched))
    with selectors.DefaultSelector() as selector:
        selector.register(read, selectors.EVENT_READ)
        while selector.select(max(0.0, ends - time.monotonic())):
            piece = os.read(read, _PIECE)
            if not piece:
                return
            for fetched in frames.feed(piece):
                refreshed(fetched, tables, log)
