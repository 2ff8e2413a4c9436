"""The log: JSON lines, one for each request, and a few for the life of the process.

Tooling conventions §10. Law: writes what it is handed to one stream; never a captured value, a
secret or a header.
"""

from __future__ import annotations

import contextlib
import logging
import re
import traceback
from collections.abc import Mapping, MutableMapping
from typing import Any, BinaryIO, Final, Literal, Protocol, cast

import msgspec
import structlog

Format = Literal["json", "text"]

_UNCLEAN: Final = re.compile(r"[^A-Za-z0-9._:/@+=-]")
_MAX_ID: Final = 64
_MAX_FRAMES: Final = 60
_LEAD: Final = ("ts", "level", "event")


class Answered(Protocol):
    """What a log line tells of an answer."""

    @property
    def request_id(self) -> str | None: ...  # noqa: D102  # the fields of gateway.runtime.Answer
    @property
    def queue(self) -> str | None: ...  # noqa: D102
    @property
    def event(self) -> str: ...  # noqa: D102
    @property
    def revision(self) -> str: ...  # noqa: D102
    @property
    def rules(self) -> int: ...  # noqa: D102
    @property
    def fired(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def failed(self) -> tuple[str, ...]: ...  # noqa: D102


class Stream:
    """A binary stream whose failures are ignored: without its log, the gateway still answers."""

    def __init__(self, stream: BinaryIO) -> None:
        """Write to *stream*."""
        self._stream = stream

    def write(self, written: bytes) -> None:
        """Write, if that is possible."""
        with contextlib.suppress(OSError, ValueError):
            self._stream.write(written)

    def flush(self) -> None:
        """Flush, if that is possible."""
        with contextlib.suppress(OSError, ValueError):
            self._stream.flush()


class Log:
    """Writes the lines."""

    def __init__(self, stream: BinaryIO, form: Format = "json") -> None:
        """Write to *stream*, as JSON for machines or as text for people."""
        self._logger = structlog.wrap_logger(
            structlog.BytesLogger(cast(BinaryIO, Stream(stream))),
            processors=[
                structlog.processors.add_log_level,
                structlog.processors.TimeStamper(fmt="iso", utc=True, key="ts"),
                _json if form == "json" else _text,
            ],
            wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
            context_class=dict,
        ).bind()

    def answered(self, answer: Answered, seconds: float) -> None:
        """Write the line of a request that was answered with 200."""
        write = self._logger.warning if answer.failed else self._logger.info
        write(
            "request",
            request_id=clean_id(answer.request_id),
            queue=answer.queue,
            hook=answer.event,
            revision=answer.revision,
            status=200,
            duration_ms=round(seconds * 1000, 3),
            rules=answer.rules,
            fired=answer.fired,
            failed=answer.failed,
        )

    def refused(
        self,
        status: int,
        code: str,
        seconds: float,
        *,
        reason: str | None = None,
        queue: str | None = None,
    ) -> None:
        """Write the line of a request that was not.

        *reason* is one of a fixed list; *queue* is what the caller's address says, known or not.
        """
        write = self._logger.error if status >= 500 else self._logger.warning
        fields = {"queue": clean_id(queue), "reason": reason}
        write(
            "request",
            status=status,
            duration_ms=round(seconds * 1000, 3),
            error=code,
            **{key: value for key, value in fields.items() if value is not None},
        )

    def fault(self, message: str, error: BaseException | None = None) -> None:
        """Write a fault of the gateway itself, with its traceback."""
        fields = {} if error is None else {"traceback": traced(error)}
        self._logger.error("fault", message=message, **fields)

    def tell(self, event: str, **fields: Any) -> None:
        """Write something about the process: a start, a stop, a new revision."""
        self._logger.info(event, **fields)

    def alert(self, event: str, **fields: Any) -> None:
        """Write something that an operator should look at."""
        self._logger.warning(event, **fields)


class ServerRecords(logging.Handler):
    """Passes what the server's library logs on to a `Log`."""

    def __init__(self, log: Log) -> None:
        """Write errors, and worse, to *log*."""
        super().__init__(logging.ERROR)
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record."""
        error = record.exc_info[1] if record.exc_info else None
        self._log.fault(record.getMessage()[:500], error)


def traced(error: BaseException) -> list[str]:
    """Tell where *error* was raised and of what class it is.

    Not what it says: its sentence may quote a captured value.
    """
    told: list[str] = []
    cause: BaseException | None = error
    while cause is not None and len(told) < _MAX_FRAMES:
        told.append(type(cause).__qualname__)
        frames = reversed(traceback.extract_tb(cause.__traceback__))
        told.extend(f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames)
        cause = cause.__cause__ or cause.__context__
    return told[:_MAX_FRAMES]


def clean_id(text: str | None) -> str | None:
    """Make a request id that was sent to us fit for a log: short, and without odd characters."""
    return None if text is None else _UNCLEAN.sub("?", text[:_MAX_ID])


def _json(_logger: Any, _name: str, line: MutableMapping[str, Any]) -> bytes:
    ordered = {key: line.pop(key) for key in _LEAD} | dict(line)
    try:
        return msgspec.json.encode(ordered)
    except (UnicodeEncodeError, TypeError, ValueError):
        return msgspec.json.encode({key: ascii(value) for key, value in ordered.items()})


def _text(_logger: Any, _name: str, line: MutableMapping[str, Any]) -> bytes:
    lead = [str(line.pop(key)) for key in _LEAD]
    fields = [f"{key}={_plain(value)}" for key, value in _told(line).items()]
    return " ".join([*lead, *fields]).encode("utf-8", "backslashreplace")


def _told(line: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in line.items() if value not in (None, (), [])}


def _plain(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ",".join(map(_plain, value))
    text = str(value)
    return text if text.isprintable() and " " not in text else repr(text)
