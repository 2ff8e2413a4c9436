"""The log of a gateway that a test has started, kept as it comes."""

import json
import threading
from typing import IO, Any

from tests.waiting import PATIENCE


class LogLines:
    """What a process has written to its standard error; a thread reads on until it ends."""

    def __init__(self, stream: IO[bytes]) -> None:
        """Read *stream*, which is closed by `close`."""
        self.all: list[dict[str, Any]] = []
        self._stream = stream
        self._told = threading.Condition()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        for line in self._stream:
            with self._told:
                self.all.append(json.loads(line))
                self._told.notify_all()

    def line(self, event: str, after: int = 0) -> dict[str, Any]:
        """Wait for the first line of this event, after so many others of it."""

        def found() -> list[dict[str, Any]]:
            return [one for one in self.all if one["event"] == event][after:]

        with self._told:
            assert self._told.wait_for(found, PATIENCE), f"waited in vain for {event}"
            return found()[0]

    def close(self) -> None:
        """Read what is left of a process that has ended."""
        self._reader.join(PATIENCE)
        self._stream.close()
