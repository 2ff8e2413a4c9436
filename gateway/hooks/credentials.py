"""Whether a connector's request comes from the platform: the ``Authorization`` header.

The deprecated connector protocol signs nothing; it sends a user and a password (``Basic``), or a
token (``secret_key``). Law: pure; sees one header value, and never shows a secret.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from dataclasses import dataclass
from typing import Final

from gateway.hooks.signature import Secret, SignatureError

#: Longer ones are nobody's.
_MAX_HEADER: Final = 16_384


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a connector's requests must carry."""

    #: None: a token, in the scheme ``secret_key``.
    user: str | None
    #: Passwords or tokens: two while one is changed.
    secrets: tuple[Secret, ...]


class CredentialsError(SignatureError):
    """The request carries none of the credentials."""


def authenticate(header: str | None, credentials: Credentials) -> Secret:
    """Find the password or token that a request carries.

    Raises:
        CredentialsError: it carries none, or a wrong one.
    """
    if header is None:
        raise CredentialsError("missing")
    scheme, _, given = header.partition(" ")
    wanted = "secret_key" if credentials.user is None else "basic"
    if scheme.lower() != wanted or len(header) > _MAX_HEADER:
        raise CredentialsError("malformed")
    carried = _carried(given.strip(), is_basic=credentials.user is not None)
    matching: Secret | None = None
    # Every secret is tried, so that the time taken does not tell which one matched.
    for secret in credentials.secrets:
        user = "" if credentials.user is None else f"{credentials.user}:"
        expected = f"{user}{secret.value}".encode("utf-8", "surrogateescape")
        if hmac.compare_digest(expected, carried) and matching is None:
            matching = secret
    if matching is None:
        raise CredentialsError("wrong")
    return matching


def _carried(given: str, *, is_basic: bool) -> bytes:
    """Give the bytes that a header carries; the server has read them as Latin-1."""
    raw = given.encode("latin-1", "replace")
    if not is_basic:
        return raw
    try:
        return base64.b64decode(raw, validate=True)
    except binascii.Error:
        raise CredentialsError("malformed") from None
