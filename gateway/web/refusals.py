"""The error answers: every status that is not 200, with its code and its sentence.

Security reference §2. Law: one table, pure; nothing of the request is repeated in an answer.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final

import msgspec


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer that is not 200."""

    status: str
    #: Stable; documented in docs/operations.md.
    code: str
    message: str
    headers: tuple[tuple[str, str], ...] = ()

    @property
    def number(self) -> int:
        """The status as a number."""
        return int(self.status[:3])

    @property
    def body(self) -> bytes:
        """The JSON that is sent."""
        return msgspec.json.encode({"error": {"code": self.code, "message": self.message}})

    def allowing(self, methods: str) -> Refusal:
        """Name the methods that would have been right."""
        return replace(self, headers=(*self.headers, ("Allow", methods)))


_RETRY: Final = (("Retry-After", "2"),)

MALFORMED: Final = Refusal("400 Bad Request", "malformed", "The request is not valid HTTP.")
PAYLOAD: Final = Refusal("400 Bad Request", "payload", "The body is not a hook request.")
SIGNATURE: Final = Refusal(
    "401 Unauthorized", "signature", "The request is not signed as it must be."
)
CREDENTIALS: Final = Refusal(
    "401 Unauthorized",
    "credentials",
    "The request does not carry the credentials of a connector.",
    (("WWW-Authenticate", 'Basic realm="connector", charset="UTF-8"'),),
)
FOREIGN: Final = Refusal(
    "403 Forbidden", "foreign_queue", "The signing secret does not belong to this queue."
)
CROSS_SITE: Final = Refusal(
    "403 Forbidden", "cross_site", "This address is not for the pages of other sites."
)
NOT_FOUND: Final = Refusal("404 Not Found", "not_found", "There is nothing at this address.")
METHOD: Final = Refusal("405 Method Not Allowed", "method", "This address takes other methods.")
TIMEOUT: Final = Refusal(
    "408 Request Timeout", "timeout", "The request did not arrive in time.", _RETRY
)
TOO_LARGE: Final = Refusal("413 Content Too Large", "too_large", "The body is too large.")
ENCODING: Final = Refusal(
    "415 Unsupported Media Type",
    "media_type",
    "The body must not be compressed or encoded.",
    (("Accept-Encoding", "identity"),),
)
MEDIA_TYPE: Final = Refusal(
    "415 Unsupported Media Type", "media_type", "The body must be JSON in UTF-8."
)
HEADERS_TOO_LARGE: Final = Refusal(
    "431 Request Header Fields Too Large", "headers_too_large", "The headers are too large."
)
TRANSFER: Final = Refusal(
    "501 Not Implemented", "transfer_encoding", "The only transfer encoding taken is chunked."
)
UNAVAILABLE: Final = Refusal(
    "503 Service Unavailable", "unavailable", "The gateway cannot answer now; try again.", _RETRY
)
OUTBOX: Final = Refusal(
    "503 Service Unavailable",
    "outbox",
    "What is to be passed on cannot be stored; try again.",
    _RETRY,
)
NOT_READY: Final = Refusal(
    "503 Service Unavailable", "not_ready", "The gateway is starting or stopping.", _RETRY
)
BUSY: Final = Refusal(
    "503 Service Unavailable", "busy", "The gateway has too much to do; try again.", _RETRY
)

#: Text types are what people's own tools send with a stored payload.
_JSON_TYPES: Final = frozenset({"application/json", "text/json", "text/plain"})
_JSON_SUFFIX: Final = re.compile(r"application/[a-z0-9!#$&^_.-]{1,100}\+json")
_USUAL_TYPES: Final = frozenset({None, "", "application/json", "application/json; charset=utf-8"})
_CHARSET: Final = re.compile(r"charset\s*=\s*[\"']?([^\"';\s]*)")


def refuse_body(content_type: str | None, content_encoding: str | None) -> Refusal | None:
    """Say what is wrong with a body of this type and encoding; None if it may be a hook request.

    A missing type is taken: the signature tells more about a body than its sender's label.
    """
    if content_encoding and content_encoding.strip().lower() != "identity":
        return ENCODING
    if content_type in _USUAL_TYPES:
        return None
    media_type, _, parameters = str(content_type).lower().partition(";")
    media_type = media_type.strip()
    if media_type not in _JSON_TYPES and _JSON_SUFFIX.fullmatch(media_type) is None:
        return MEDIA_TYPE
    return None if set(_CHARSET.findall(parameters)) <= {"utf-8", "utf8"} else MEDIA_TYPE
