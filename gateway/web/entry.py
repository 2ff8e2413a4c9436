"""What every address that takes documents does with a request before the gateway sees it.

Law: reads one request; decides nothing about documents.
"""

from __future__ import annotations

from typing import Any, Final

import falcon

from gateway.telemetry.catalog import OTHER
from gateway.web.calls import Call, call_of
from gateway.web.refusals import Refusal, refuse_body

REQUEST_ID: Final = "X-Request-Id"

#: Where the environment of a request keeps its `Call`.
_CALL: Final = "gateway.call"


class RefusedByHeaderError(Exception):
    """A request that is refused by its headers alone."""

    def __init__(self, refusal: Refusal) -> None:
        """Remember how it is to be answered."""
        super().__init__(refusal)
        self.refusal = refusal

    def __str__(self) -> str:
        return self.refusal.message


def body_of(req: falcon.Request) -> bytes:
    """Read the body of a request that may carry a document.

    Raises:
        RefusedByHeaderError: its headers say that it is none.
    """
    refusal = refuse_body(req.env.get("CONTENT_TYPE"), req.env.get("HTTP_CONTENT_ENCODING"))
    if refusal is not None:
        raise RefusedByHeaderError(refusal)
    return req.bounded_stream.read()


def call_in(env: dict[str, Any]) -> Call:
    """Give what is known of a request from its headers, and when it began."""
    call: Call | None = env.get(_CALL)
    if call is None:
        call = call_of(env.get("HTTP_X_REQUEST_ID"), env.get("HTTP_TRACEPARENT"))
        env[_CALL] = call
    return call


def route_of(req: falcon.Request) -> str:
    """Name the route of a request, as metrics may name it."""
    return req.uri_template or OTHER
