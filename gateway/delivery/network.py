"""Connections of the courier: to addresses that were looked at, and with an end in time.

Security reference §9. Law: a name is resolved once for each connection, every address that it leads
to is judged, and the connection goes to one of those; whatever is read or written, all of it
together must happen before the deadline of the request.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from ipaddress import ip_address
from typing import Any, Final

import httpcore

from gateway.delivery.addresses import REFUSED, Network, is_allowed

#: Seconds for connecting.
CONNECT: Final = 5.0

#: Gives the addresses that a name leads to.
Resolve = Callable[[str, int], Sequence[str]]


class RefusedAddressError(Exception):
    """A name leads to an address that nothing is sent to."""

    def __str__(self) -> str:
        return REFUSED


class UnknownNameError(Exception):
    """A name leads nowhere."""

    def __str__(self) -> str:
        return "the name is not known"


def resolve(host: str, port: int) -> Sequence[str]:
    """Ask the system for the addresses of *host*."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise UnknownNameError from None
    return list(dict.fromkeys(str(address[0]) for _, _, _, _, address in found))


class Deadlines:
    """When the request of each thread must have ended."""

    def __init__(self) -> None:
        self._mine = threading.local()

    @contextlib.contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """Have all that this thread reads and writes end in *seconds*."""
        self._mine.at = time.monotonic() + seconds
        try:
            yield
        finally:
            self._mine.at = None

    def left(self, timeout: float | None) -> float:
        """Give the seconds that are left, *timeout* at most."""
        at = getattr(self._mine, "at", None)
        usual = CONNECT if timeout is None else timeout
        return usual if at is None else min(usual, at - time.monotonic())


class CheckedNetwork(httpcore.NetworkBackend):
    """Connects to addresses that deliveries may go to."""

    def __init__(
        self, networks: Iterable[Network], deadlines: Deadlines, resolve: Resolve = resolve
    ) -> None:
        """Allow public addresses and those of *networks*."""
        self._networks = tuple(networks)
        self._deadlines = deadlines
        self._resolve = resolve
        self._plain = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first address of *host* that answers.

        Raises:
            UnknownNameError: it has none.
            RefusedAddressError: one of them is not allowed.
        """
        addresses = self._resolve(host, port)
        if not addresses:
            raise UnknownNameError
        # A scope, as in fe80::1%eth0, is of a private address in any case.
        if not all(is_allowed(ip_address(one.split("%")[0]), self._networks) for one in addresses):
            raise RefusedAddressError
        met: Exception | None = None
        for address in addresses:
            left = self._deadlines.left(timeout)
            if left <= 0:
                raise httpcore.ConnectTimeout
            try:
                stream = self._plain.connect_tcp(address, port, left, local_address, socket_options)
                return BoundedStream(stream, self._deadlines)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                met = error
        raise met or httpcore.ConnectError

    def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[Any] | None = None
    ) -> httpcore.NetworkStream:
        """Refuse: no URL leads to one."""
        raise RefusedAddressError

    def sleep(self, seconds: float) -> None:
        """Never called: nothing is repeated here."""
        raise NotImplementedError


class BoundedStream(httpcore.NetworkStream):
    """A connection on which a thread's deadline holds."""

    def __init__(self, stream: httpcore.NetworkStream, deadlines: Deadlines) -> None:
        self._stream = stream
        self._deadlines = deadlines

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Read what has come."""
        left = self._deadlines.left(timeout)
        if left <= 0:
            raise httpcore.ReadTimeout
        return self._stream.read(max_bytes, left)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Write all of *buffer*."""
        left = self._deadlines.left(timeout)
        if left <= 0:
            raise httpcore.WriteTimeout
        self._stream.write(buffer, left)

    def close(self) -> None:
        """End the connection."""
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        """Go on encrypted, with the certificate of *server_hostname*."""
        left = self._deadlines.left(timeout)
        if left <= 0:
            raise httpcore.ConnectTimeout
        secure = self._stream.start_tls(ssl_context, server_hostname, left)
        return BoundedStream(secure, self._deadlines)

    def get_extra_info(self, info: str) -> Any:
        """Ask the connection."""
        return self._stream.get_extra_info(info)
