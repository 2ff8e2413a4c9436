"""Whether a body comes from the platform: HMAC signatures over the raw bytes.

Webhook reference §4, security reference §3. Law: pure; sees the raw body and two header values,
knows nothing of what the body says, and never shows a secret or a signature.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

#: Why a request is not the platform's; for logs and metrics, never for the caller.
Reason = Literal["missing", "malformed", "wrong"]

_SHA256: Final = re.compile(r"sha256=[0-9A-Fa-f]{64}")
_SHA1: Final = re.compile(r"sha1=[0-9A-Fa-f]{40}")


@dataclass(frozen=True, slots=True)
class Signatures:
    """The two signature headers as they came; None where there was none."""

    #: ``X-Rossum-Signature-SHA256``
    sha256: str | None
    #: ``X-Elis-Signature``, the legacy one
    sha1: str | None


@dataclass(frozen=True, slots=True, repr=False)
class Secret:
    """A hook's signing secret. Neither ``repr`` nor ``str`` show it."""

    value: str
    #: What logs call it, such as ``acme secret 1``.
    name: str

    def __repr__(self) -> str:
        return f"Secret({self.name!r})"


class SignatureError(Exception):
    """The body is not signed with any of the secrets."""

    def __init__(self, reason: Reason) -> None:
        """Remember the *reason*, which is for logs."""
        super().__init__(reason)
        self.reason = reason

    def __str__(self) -> str:
        return f"signature {self.reason}"


def verify(
    body: bytes, signatures: Signatures, secrets: Sequence[Secret], *, legacy: bool
) -> Secret:
    """Find the secret that the raw *body* was signed with.

    A SHA-256 header decides alone; the SHA-1 header counts only where *legacy* allows it and the
    other one is absent.

    Raises:
        SignatureError: there is no signature, it is no signature, or none of the secrets made it.
    """
    algorithm, given = _claimed(signatures, legacy=legacy)
    matching: Secret | None = None
    # Every secret is tried, so that the time taken does not tell which one matched.
    for secret in secrets:
        made = hmac.digest(_key(secret.value), body, algorithm)
        if hmac.compare_digest(made, given) and matching is None:
            matching = secret
    if matching is None:
        raise SignatureError("wrong")
    return matching


def sign(body: bytes, secret: str) -> str:
    """Sign *body* as the platform does: the value of ``X-Rossum-Signature-SHA256``."""
    return "sha256=" + hmac.digest(_key(secret), body, "sha256").hex()


def sign_legacy(body: bytes, secret: str) -> str:
    """Sign *body* as old accounts do: the value of ``X-Elis-Signature``."""
    return "sha1=" + hmac.digest(_key(secret), body, "sha1").hex()


def _key(secret: str) -> bytes:
    # An environment variable that is not UTF-8 comes with its odd bytes as lone surrogates.
    return secret.encode("utf-8", "surrogateescape")


def _claimed(signatures: Signatures, *, legacy: bool) -> tuple[str, bytes]:
    """Return the algorithm and the digest that the request claims."""
    if signatures.sha256 is not None:
        return "sha256", _digest(signatures.sha256, _SHA256)
    if legacy and signatures.sha1 is not None:
        return "sha1", _digest(signatures.sha1, _SHA1)
    raise SignatureError("missing")


def _digest(header: str, shape: re.Pattern[str]) -> bytes:
    # Bytes are compared, because compare_digest raises on text that is not ASCII.
    if shape.fullmatch(header) is None:
        raise SignatureError("malformed")
    return bytes.fromhex(header.partition("=")[2])
