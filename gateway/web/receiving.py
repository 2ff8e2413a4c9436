"""Receiving one request: what is refused by its first line and headers, before its body is read.

Security reference §3 and §10 (framing). Law: bytes of one connection in, one request or one
`Refused` out; knows no route and no gateway.
"""

from __future__ import annotations

import re
import time
from typing import Any, Final

from waitress.parser import HTTPRequestParser, ParsingError
from waitress.utilities import BadRequest, Error

from gateway.web import refusals
from gateway.web.refusals import Refusal, refuse_body

_FRAMING: Final = re.compile(rb"\r\n(host|content-length|transfer-encoding):", re.IGNORECASE)
#: The server's receiver of chunks copies what is left for each chunk: small pieces, small copies.
_PIECE: Final = 4096
#: From this size on, chunks must carry four times as much content as framing.
_FRAMING_FREE: Final = 65_536

#: How the server's own errors are answered; what is not here is a fault of ours.
_SERVER_ERRORS: Final = {
    400: refusals.MALFORMED,
    413: refusals.TOO_LARGE,
    431: refusals.HEADERS_TOO_LARGE,
    501: refusals.TRANSFER,
}


class Refused(Error):  # type: ignore[misc]  # the server's library has no types
    """An error of the server's kind that carries its answer."""

    def __init__(self, refusal: Refusal) -> None:
        """Remember the answer."""
        super().__init__(refusal.message)
        self.refusal = refusal


def refusal_of(error: Error) -> Refusal:
    """Find the answer to an error of the server."""
    if isinstance(error, Refused):
        return error.refusal
    return _SERVER_ERRORS.get(error.code, refusals.UNAVAILABLE)


class Arrival(HTTPRequestParser):  # type: ignore[misc]  # the server's library has no types
    """A request while it arrives."""

    # What the library sets.
    completed: bool
    empty: bool
    error: Any

    def __init__(self, adj: Any) -> None:
        """Begin with the first byte."""
        super().__init__(adj)
        self.began = time.monotonic()

    def received(self, data: bytes) -> int:
        """Take *data*; return how many bytes of it belonged to this request."""
        if self.chunked and not self.completed:
            consumed = self._received_chunks(data)
        else:
            consumed = super().received(data)
        if self.empty:
            # Blank lines without a request would hold a connection for ever.
            self.empty = False
            self.error = BadRequest("empty")
        if self.error is None:
            return consumed
        # Refused: nobody is asked to go on, and what else came with it is not a next request.
        self.completed = True
        self.expect_continue = False
        return len(data)

    def parse_header(self, header_plus: bytes) -> None:
        """Refuse what could be read in two ways, then what cannot be a hook request.

        Raises:
            ParsingError: the head is malformed.
        """
        framing = [name.lower() for name in _FRAMING.findall(header_plus)]
        if len(framing) != len(set(framing)):
            raise ParsingError("doubled")
        if b"transfer-encoding" in framing and b"content-length" in framing:
            raise ParsingError("two lengths")
        super().parse_header(header_plus)
        if self.version not in ("1.0", "1.1"):
            raise ParsingError("version")
        if self.version == "1.1" and b"host" not in framing:
            raise ParsingError("no host")
        if self.version == "1.0" and b"transfer-encoding" in framing:
            raise ParsingError("chunks in 1.0")
        if self.command == "POST":
            refusal = refuse_body(
                self.headers.get("CONTENT_TYPE"), self.headers.get("CONTENT_ENCODING")
            )
            self.error = None if refusal is None else Refused(refusal)

    def _received_chunks(self, data: bytes) -> int:
        consumed = 0
        for start in range(0, len(data), _PIECE):
            consumed += super().received(data[start : start + _PIECE])
            if self.completed:
                break
            wire = self.body_bytes_received
            if wire > _FRAMING_FREE and len(self.body_rcv) * 5 < wire * 4:
                self.error = BadRequest("chunks too small")
                break
        return consumed
