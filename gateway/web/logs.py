"""The log: JSON lines, one for each request, and a few for the life of the process.

Tooling conventions §10. Law: writes what it is handed to one stream; never a captured value, a
secret or a header.
"""

from __future__ import annotations

import logging
import re
import threading
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, Literal

import msgspec

from gateway.telemetry.moment import written

if TYPE_CHECKING:
    from gateway.runtime import Answer
    from gateway.telemetry.sinks import Sink
    from gateway.web.calls import Call
    from gateway.web.refusals import Refusal

Format = Literal["json", "text"]

_encode: Final = msgspec.json.Encoder().encode
_UNCLEAN: Final = re.compile(r"[^A-Za-z0-9._:/@+=-]")
_MAX_ID: Final = 64
_MAX_FRAMES: Final = 60
_MAX_MESSAGE: Final = 500
_LEAD: Final = ("ts", "level", "event")


def _now() -> datetime:
    return datetime.now(UTC)


def _nothing() -> None:
    pass


class Log:
    """Writes the lines. A line that cannot be written is counted: the gateway still answers."""

    def __init__(
        self,
        stream: Sink,
        form: Format = "json",
        clock: Callable[[], datetime] = _now,
    ) -> None:
        """Write to *stream*, as JSON for machines or as text for people."""
        #: Called for each line that could not be written.
        self.lost: Callable[[], None] = _nothing
        self._stream = stream
        self._render = _json if form == "json" else _text
        self._clock = clock
        self._lock = threading.Lock()

    def answered(
        self, call: Call, answer: Answer, seconds: float, decision_id: str | None = None
    ) -> None:
        """Write the line of a request that was answered with 200."""
        line = self._begun("warning" if answer.failed or answer.untold else "info", "request")
        _add_ids(line, call)
        if answer.request_id is not None and answer.request_id != call.request_id:
            line["hook_request_id"] = clean_id(answer.request_id)
        if decision_id is not None:
            line["decision_id"] = decision_id
        line["hook"] = answer.event
        line["queue"] = answer.queue
        line["annotation"] = None if answer.request is None else answer.request.annotation_id
        line["revision"] = answer.revision
        line["status"] = 200
        line["duration_ms"] = round(seconds * 1000, 3)
        line["rules"] = answer.rules
        line["fired"] = answer.fired
        line["failed"] = answer.failed
        if answer.untold is not None:
            line["untold"] = answer.untold.reason
        self._write(line)

    def refused(
        self,
        call: Call,
        refusal: Refusal,
        seconds: float,
        *,
        reason: str | None = None,
        queue: str | None = None,
    ) -> None:
        """Write the line of a request that was not.

        *reason* is one of a fixed list; *queue* is what the caller's address says, known or not.
        """
        line = self._begun("error" if refusal.number >= 500 else "warning", "request")
        _add_ids(line, call)
        line["status"] = refusal.number
        line["duration_ms"] = round(seconds * 1000, 3)
        line["error"] = refusal.code
        if queue is not None:
            line["queue"] = clean_id(queue)
        if reason is not None:
            line["reason"] = reason
        self._write(line)

    def fault(self, message: str, error: BaseException | None = None) -> None:
        """Write a fault of the gateway itself, with its traceback."""
        fields = {} if error is None else {"traceback": traced(error)}
        self._write(self._begun("error", "fault") | {"message": message, **fields})

    def tell(self, event: str, **fields: Any) -> None:
        """Write something about the process: a start, a stop, a new revision."""
        self._write(self._begun("info", event) | fields)

    def alert(self, event: str, **fields: Any) -> None:
        """Write something that an operator should look at."""
        self._write(self._begun("warning", event) | fields)

    def _begun(self, level: str, event: str) -> dict[str, Any]:
        return {"ts": written(self._clock()), "level": level, "event": event}

    def _write(self, line: dict[str, Any]) -> None:
        rendered = self._render(line) + b"\n"
        try:
            # One call for each line: several processes write to the same stream.
            with self._lock:
                self._stream.write(rendered)
        except (OSError, ValueError):
            self.lost()


class ServerRecords(logging.Handler):
    """Passes what the server's library logs on to a `Log`."""

    def __init__(self, log: Log) -> None:
        """Write errors, and worse, to *log*."""
        super().__init__(logging.ERROR)
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record."""
        error = record.exc_info[1] if record.exc_info else None
        self._log.fault(record.getMessage()[:_MAX_MESSAGE], error)


class TracingRecords(logging.Handler):
    """Passes on to a `Log` that spans could not be sent."""

    def __init__(self, log: Log) -> None:
        """Write warnings, and worse, to *log*."""
        super().__init__(logging.WARNING)
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record."""
        self._log.alert("tracing", message=record.getMessage()[:_MAX_MESSAGE])


def take_records(library: str, handler: logging.Handler) -> None:
    """Have *handler*, and nobody else, told of what *library* logs."""
    logger = logging.getLogger(library)
    logger.handlers = [handler]
    logger.propagate = False
    logger.setLevel(handler.level)


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


def _add_ids(line: dict[str, Any], call: Call) -> None:
    line["request_id"] = call.request_id
    if call.trace is not None:
        line["trace_id"] = call.trace.trace_id


def _json(line: dict[str, Any]) -> bytes:
    try:
        return _encode(line)
    except (UnicodeEncodeError, TypeError, ValueError):
        return _encode({key: ascii(value) for key, value in line.items()})


def _text(line: dict[str, Any]) -> bytes:
    lead = [str(line[key]) for key in _LEAD]
    fields = [f"{key}={_plain(value)}" for key, value in line.items() if _tells(key, value)]
    return " ".join([*lead, *fields]).encode("utf-8", "backslashreplace")


def _tells(key: str, value: Any) -> bool:
    return key not in _LEAD and value not in (None, (), [])


def _plain(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ",".join(map(_plain, value))
    text = str(value)
    return text if text.isprintable() and " " not in text else repr(text)
