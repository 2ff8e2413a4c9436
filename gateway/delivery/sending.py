"""One destination over HTTP: a delivery sent, and what came of it.

Security reference §9. Law: follows no redirect, knows no proxy and no cookie, reads little of an
answer and keeps none of it; whatever a receiver does, it costs the request's time and no more.
"""

from __future__ import annotations

import contextlib
import ssl
import time
from collections.abc import Callable
from functools import cache
from typing import Final

import httpcore

from gateway import __version__
from gateway.delivery.addresses import parse_url
from gateway.delivery.destination import Destination
from gateway.delivery.network import (
    CONNECT,
    CheckedNetwork,
    Deadlines,
    RefusedAddressError,
    Resolve,
    UnknownNameError,
    resolve,
)
from gateway.delivery.retry import Answered, Result, Unanswered, wait_of
from gateway.delivery.signing import signed_headers

#: Bytes of an answer that are read, so that the connection can be used again.
MOST: Final = 65_536
#: Seconds for which a connection is kept.
_IDLE: Final = 15.0

#: Of a request, besides connecting: each has the whole time, which the deadline makes one.
_PARTS: Final = ("read", "write", "pool")

_WORDS: Final[tuple[tuple[type[Exception], str], ...]] = (
    (RefusedAddressError, str(RefusedAddressError())),
    (UnknownNameError, str(UnknownNameError())),
    (httpcore.ConnectTimeout, "no connection in time"),
    (httpcore.ConnectError, "no connection"),
    (httpcore.TimeoutException, "no answer in time"),
    (httpcore.NetworkError, "the connection broke"),
    (httpcore.ProtocolError, "no HTTP was answered"),
    (ssl.SSLError, "no secure connection"),
    (OSError, "no connection"),
)


@cache
def trust() -> ssl.SSLContext:
    """Give the authorities that certificates of receivers must come from; made once."""
    import httpx

    return httpx.create_ssl_context()


class Sender:
    """Sends to one destination, for as many threads as it has connections."""

    def __init__(
        self,
        destination: Destination,
        *,
        authorities: Callable[[], ssl.SSLContext] = trust,
        resolve: Resolve = resolve,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Prepare to send to *destination*; nothing is connected yet."""
        self._destination = destination
        self._clock = clock
        self._deadlines = Deadlines()
        endpoint = parse_url(
            destination.url, destination.networks, plain_http=destination.plain_http
        )
        self._url = httpcore.URL(
            scheme=endpoint.scheme, host=endpoint.host, port=endpoint.port, target=endpoint.target
        )
        self._headers = [
            ("Host", endpoint.authority),
            ("User-Agent", f"rules-gateway/{__version__}"),
            ("Accept-Encoding", "identity"),
            *destination.headers,
        ]
        self._pool = httpcore.ConnectionPool(
            ssl_context=authorities() if endpoint.scheme == "https" else None,
            max_connections=destination.concurrency,
            keepalive_expiry=_IDLE,
            network_backend=CheckedNetwork(destination.networks, self._deadlines, resolve),
        )

    def send(self, key: str, body: bytes) -> Result:
        """Make one attempt, which takes no longer than the destination's timeout."""
        now = self._clock()
        headers = [*self._headers, *signed_headers(key, body, now, self._destination.secrets)]
        timeout = self._destination.timeout
        limits = {"connect": min(CONNECT, timeout), **dict.fromkeys(_PARTS, timeout)}
        try:
            with (
                self._deadlines.within(timeout),
                self._pool.stream(
                    self._destination.method,
                    self._url,
                    headers=headers,
                    content=body,
                    extensions={"timeout": limits},
                ) as response,
            ):
                status = response.status
                wait = wait_of(_header(response, b"retry-after"), now)
                # What it says is of no interest, and if it breaks off, its status still stands.
                with contextlib.suppress(*(kind for kind, _ in _WORDS)):
                    _read_some(response)
        except tuple(kind for kind, _ in _WORDS) as error:
            return Unanswered(next(words for kind, words in _WORDS if isinstance(error, kind)))
        return Answered(status, wait)

    def close(self) -> None:
        """End the connections."""
        self._pool.close()


def _header(response: httpcore.Response, name: bytes) -> str | None:
    return next(
        (value.decode("latin-1") for key, value in response.headers if key.lower() == name), None
    )


def _read_some(response: httpcore.Response) -> None:
    length = 0
    for piece in response.iter_stream():
        length += len(piece)
        if length > MOST:
            return
