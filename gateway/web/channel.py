"""One connection: its requests in, its answers out, and its end.

Design §4, security reference §3 and §10. Law: speaks to the server's library; knows no route but
the two of health, and no gateway.
"""

from __future__ import annotations

import socket
import time
from typing import Any, Final

from waitress.channel import HTTPChannel
from waitress.task import ErrorTask, WSGITask

from gateway.web.calls import call_of, method_label, route_label
from gateway.web.receiving import Arrival, Refused, refusal_of
from gateway.web.refusals import Refusal

_ON_THE_LOOP: Final = frozenset({"/healthz", "/readyz"})
#: After a refusal the rest of the body is thrown away for so long and so many bytes: closing at
#: once would reset the connection, and the sender would never see the answer.
_LINGER_SECONDS: Final = 2.0
_LINGER_BYTES: Final = 16 * 1024 * 1024


class _Whole:
    """Sends the head of an answer together with its body: one call, one packet."""

    complete: bool
    wrote_header: bool
    content_length: int | None
    content_bytes_written: int
    channel: Any

    def write(self, data: bytes) -> None:
        """Send *data*, after the head if that is still to be sent."""
        whole = self.complete and data and self.content_length == len(data)
        if not whole or self.wrote_header:
            super().write(data)  # type: ignore[misc]  # the library's task is the other base
            return
        head: bytes = self.build_response_header()  # type: ignore[attr-defined]  # the same
        self.channel.write_soon(head + data)
        self.wrote_header = True
        self.content_bytes_written = len(data)


class Answering(_Whole, WSGITask):  # type: ignore[misc]  # the server's library has no types
    """Runs the application for one request."""

    def build_response_header(self) -> bytes:
        """Tell the sender not to use the connection again when the server is about to stop."""
        if self.channel.server.draining.is_set():
            self.set_close_on_finish()
        return bytes(super().build_response_header())


class Refusing(_Whole, ErrorTask):  # type: ignore[misc]  # the server's library has no types
    """Answers a request that never reaches the application."""

    def execute(self) -> None:
        """Write the JSON of the refusal, and close."""
        refusal = refusal_of(self.request.error)
        body = refusal.body
        self.status = refusal.status
        self.response_headers.extend([("Content-Type", "application/json"), *refusal.headers])
        self.set_close_on_finish()
        self.content_length = len(body)
        self._tell(refusal)
        self.write(b"" if getattr(self.request, "command", "") == "HEAD" else body)

    def _tell(self, refusal: Refusal) -> None:
        request, seen = self.request, self.channel.server.seen
        headers = request.headers
        call = call_of(headers.get("X_REQUEST_ID"), headers.get("TRACEPARENT"), request.began)
        call = call.named()
        self.response_headers.append(("X-Request-Id", call.request_id))
        # What could not be parsed has neither.
        route = route_label(getattr(request, "path", None))
        method = method_label(getattr(request, "command", None))
        seen.refused(call, route, method, refusal)
        seen.exchanged(call, route, method, refusal.number)


class Channel(HTTPChannel):  # type: ignore[misc]  # the server's library has no types
    """A connection."""

    parser_class = Arrival
    task_class = Answering
    error_task_class = Refusing

    # What the library sets: the request that is arriving, and those that are answered.
    request: Any
    requests: list[Any]
    close_when_flushed: bool

    #: When a refused connection ends, whatever the sender does; 0 while it is none.
    lingers_until = 0.0
    #: When the request that is under way was begun; 0 while none is.
    serving_since = 0.0
    _reading = False
    _sending = False
    _on_the_loop = False
    _refused = False
    _thrown_away = 0

    def must_wait(self) -> bool:
        """Say whether the server must not stop yet because of this connection."""
        return bool(self.requests or self.request is not None or self.total_outbufs_len)

    def held(self) -> int:
        """Count the bytes of bodies that arrive or wait here."""
        requests = [*self.requests, self.request]
        return sum(len(one.body_rcv) for one in requests if one is not None and one.body_rcv)

    def is_quick(self) -> bool:
        """Say whether the next request needs no worker."""
        request = self.requests[0]
        return request.error is not None or (
            request.path in _ON_THE_LOOP and request.command in ("GET", "HEAD")
        )

    def leave_to_loop(self) -> bool:
        """Have the loop answer the next request, if it is the loop that is asking."""
        # A worker that goes on with a pipelined request is not the loop.
        self._on_the_loop = self._reading
        return self._reading

    def refuse(self, refusal: Refusal) -> None:
        """Refuse the request that is arriving; called by the loop, with no other one under way."""
        with self.requests_lock:
            request, self.request = self.request, None
            request.error = Refused(refusal)
            self.requests.append(request)
        self.service()

    def readable(self) -> bool:
        """Read also what is to be thrown away."""
        return bool(self.lingers_until or super().readable())

    def writable(self) -> bool:
        """Say whether the loop has something to send: what a worker is sending, it sends itself.

        The socket takes more meanwhile, so that the loop would be back at once, again and again,
        and keep the worker from going on.
        """
        if self._sending and self.total_outbufs_len <= self.adj.outbuf_high_watermark:
            return False
        return bool(super().writable())

    def write_soon(self, data: Any) -> int:
        """Send what the socket takes; the loop sends the rest."""
        self._sending = True
        try:
            return int(super().write_soon(data))
        finally:
            self._sending = False
            if self.total_outbufs_len or self.will_close:
                self.server.pull_trigger()

    def handle_read(self) -> None:
        """Read; answer here what does not have to wait for a worker."""
        if self.lingers_until:
            self._throw_away()
            return
        self._reading = True
        super().handle_read()
        self._reading = False
        if self._on_the_loop:
            self._on_the_loop = False
            self._answer_on_the_loop()
        elif self.request is not None and not self.requests:
            self.server.admit(self)

    def handle_write(self) -> None:
        """Send; begin to linger once a refusal has been sent."""
        if not self._refused or not self.close_when_flushed or self.will_close:
            super().handle_write()
            return
        self._flush_exception(self._flush_some)
        if self.connected and not self.total_outbufs_len:
            self.close_when_flushed = False
            self._linger()

    def service(self) -> None:
        """Answer the first request."""
        self._refused = self.requests[0].error is not None
        self.serving_since = time.monotonic()
        try:
            super().service()
        finally:
            self.serving_since = 0.0

    def _answer_on_the_loop(self) -> None:
        if len(self.requests) == 1:
            self.service()
        else:
            # Others are pipelined behind it: one connection must not keep the loop busy.
            self.server.task_dispatcher.add_task(self)

    def _linger(self) -> None:
        self.lingers_until = time.monotonic() + _LINGER_SECONDS
        try:
            self.socket.shutdown(socket.SHUT_WR)
        except OSError:
            self.handle_close()

    def _throw_away(self) -> None:
        try:
            self._thrown_away += len(self.recv(self.adj.recv_bytes))
        except OSError:
            self.handle_close()
            return
        if self._thrown_away > _LINGER_BYTES:
            self.handle_close()
