"""OpenTelemetry spans: one for each request, and one within it for its rules.

Tooling conventions §10. Written down once the answer is known, so that nothing waits for them; what
they say is ids, names and numbers, never a value. Law: the only module that knows OpenTelemetry,
which is imported when spans are asked for and not otherwise.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import gateway
from gateway.telemetry.identity import Trace

if TYPE_CHECKING:
    from opentelemetry.context import Context
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Span, Tracer

    from gateway.runtime import Answer

_SERVICE: Final = "rules-gateway"
#: Seconds that the last spans may take on their way when the process ends.
_PATIENCE: Final = 2.0


class MissingPackageError(Exception):
    """Spans are asked for, and OpenTelemetry is not installed."""

    def __str__(self) -> str:
        return "tracing needs the packages of the extra 'tracing': rules-gateway[tracing]"


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request and its answer as a span tells of them."""

    route: str
    method: str
    status: int
    request_id: str
    trace: Trace | None
    #: Of the whole request.
    seconds: float


class Spans:
    """Sends spans to where the variables ``OTEL_…`` say."""

    def __init__(self) -> None:
        """Make sure that all that is needed is here.

        Raises:
            MissingPackageError: it is not.
        """
        try:
            import opentelemetry.exporter.otlp.proto.http.trace_exporter
            import opentelemetry.sdk.trace.export  # noqa: F401 - only whether it is there
        except ImportError:
            raise MissingPackageError from None
        self._provider: TracerProvider | None = None
        self._tracer: Tracer | None = None

    def start(self) -> None:
        """Begin to send; not before the process that answers is forked."""
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor

        resource = Resource.create({"service.version": gateway.__version__})
        if str(resource.attributes["service.name"]).startswith("unknown_service"):
            resource = resource.merge(Resource({"service.name": _SERVICE}))
        self._provider = TracerProvider(resource=resource, shutdown_on_exit=False)
        self._provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
        self._tracer = self._provider.get_tracer("gateway", gateway.__version__)

    def answered(self, exchange: Exchange, answer: Answer, decision_id: str) -> Trace | None:
        """Tell of a hook request that was answered; return its place in its trace, if any."""
        ended = time.time_ns()
        began = ended - int(exchange.seconds * 1e9)
        about = {
            "gateway.decision_id": decision_id,
            "gateway.revision": answer.revision,
            "gateway.event": answer.event,
            **({} if answer.queue is None else {"gateway.queue": answer.queue}),
        }
        span = self._request(exchange, began, about)
        if answer.evaluation is not None:
            self._evaluation(answer, span, ended, about)
        span.end(ended)
        return _trace(span)

    def refused(self, exchange: Exchange, code: str) -> Trace | None:
        """Tell of a request that was not answered with 200; return its place, if any."""
        from opentelemetry.trace import StatusCode

        ended = time.time_ns()
        began = ended - int(exchange.seconds * 1e9)
        span = self._request(exchange, began, {"error.type": code})
        if exchange.status >= 500:
            span.set_status(StatusCode.ERROR, code)
        span.end(ended)
        return _trace(span)

    def stop(self) -> None:
        """Send what waits, as long as that takes little time."""
        if self._provider is not None:
            # The library would wait for half a minute for a receiver that does not answer.
            ending = threading.Thread(target=self._provider.shutdown, daemon=True)
            ending.start()
            ending.join(_PATIENCE)

    def _request(self, exchange: Exchange, began: int, about: dict[str, Any]) -> Span:
        from opentelemetry.trace import SpanKind

        assert self._tracer is not None  # noqa: S101 - it was started.
        return self._tracer.start_span(
            f"{exchange.method} {exchange.route}",
            context=None if exchange.trace is None else _parent(exchange.trace),
            kind=SpanKind.SERVER,
            start_time=began,
            attributes={
                "http.request.method": exchange.method,
                "http.route": exchange.route,
                "http.response.status_code": exchange.status,
                "gateway.request_id": exchange.request_id,
                **about,
            },
        )

    def _evaluation(self, answer: Answer, parent: Span, ended: int, about: dict[str, Any]) -> None:
        from opentelemetry.trace import set_span_in_context

        assert self._tracer is not None  # noqa: S101 - it was started.
        assert answer.evaluation is not None  # noqa: S101 - asked by the caller.
        span = self._tracer.start_span(
            "evaluate",
            context=set_span_in_context(parent),
            start_time=ended - int(answer.evaluation.seconds * 1e9),
            attributes={
                **about,
                "gateway.rules": answer.rules,
                "gateway.rules_fired": len(answer.fired),
                "gateway.rules_failed": len(answer.failed),
            },
        )
        span.end(ended)


def _trace(span: Span) -> Trace | None:
    context = span.get_span_context()
    if not context.is_valid:  # OTEL_SDK_DISABLED.
        return None
    return Trace(f"{context.trace_id:032x}", f"{context.span_id:016x}", context.trace_flags)


def _parent(trace: Trace) -> Context:
    """Take a caller's place in a trace for the parent."""
    from opentelemetry.trace import (
        NonRecordingSpan,
        SpanContext,
        TraceFlags,
        set_span_in_context,
    )

    context = SpanContext(
        trace_id=int(trace.trace_id, 16),
        span_id=int(trace.span_id, 16),
        is_remote=True,
        trace_flags=TraceFlags(trace.flags & TraceFlags.SAMPLED),
    )
    return set_span_in_context(NonRecordingSpan(context))
