"""One HTTP request as logs, metrics and traces know it, before anything of it is understood.

Law: reads headers, a clock and nothing else.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any, Final

from gateway.telemetry.catalog import OTHER
from gateway.telemetry.identity import Trace, new_id, request_id_of, trace_of
from gateway.telemetry.spans import Exchange

_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_PLAIN_ROUTES: Final = frozenset({"/hook", "/healthz", "/readyz"})


@dataclass(frozen=True, slots=True)
class Call:
    """One HTTP request."""

    #: Seconds of `time.monotonic`.
    began: float
    #: What the caller calls it, else what the body does, else a new one; empty until then.
    request_id: str
    trace: Trace | None

    def exchange(self, route: str, method: str, status: int, seconds: float) -> Exchange:
        """Give it together with its answer."""
        return Exchange(route, method, status, self.request_id, self.trace, seconds)

    def within(self, trace: Trace | None) -> Call:
        """Give it its place in a trace, if its caller has not."""
        if self.trace is not None or trace is None:
            return self
        return Call(self.began, self.request_id, trace)

    def named(self, request_id: str | None = None) -> Call:
        """Give it its name, which is *request_id* if the caller has not named it otherwise."""
        if self.request_id:
            return self
        return Call(self.began, request_id_of(request_id) or new_id(), self.trace)


def call_of(request_id: str | None, traceparent: str | None, began: float | None = None) -> Call:
    """Read the headers ``X-Request-Id`` and ``traceparent`` of a request."""
    return Call(
        time.monotonic() if began is None else began,
        request_id_of(request_id) or "",
        trace_of(traceparent),
    )


def method_label(method: Any) -> str:
    """Give a method as metrics may name it."""
    return method if method in _METHODS else OTHER


def route_label(path: Any) -> str:
    """Give the address of a request that reached no route, as metrics may name it."""
    if path in _PLAIN_ROUTES:
        return str(path)
    parts = path.split("/") if isinstance(path, str) else []
    match parts:
        case ["", "hook", _]:
            return "/hook/{queue}"
        case ["", "connector", _, "validate" | "save" as verb]:
            return f"/connector/{{queue}}/{verb}"
        case _:
            return OTHER
