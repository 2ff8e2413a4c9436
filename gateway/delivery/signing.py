"""What a receiver can tell by that a delivery comes from this gateway.

Standard Webhooks; security reference §9: each attempt has a new time stamp, and the same id. Law:
pure.
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Sequence


def signed_headers(
    key: str, body: bytes, at: float, secrets: Sequence[bytes]
) -> list[tuple[str, str]]:
    """Give the headers of one attempt at the time *at*; every one of *secrets* signs."""
    stamp = str(int(at))
    headers = [("Idempotency-Key", key), ("webhook-id", key), ("webhook-timestamp", stamp)]
    if secrets:
        signed = f"{key}.{stamp}.".encode() + body
        signatures = [
            "v1," + base64.b64encode(hmac.digest(secret, signed, "sha256")).decode()
            for secret in secrets
        ]
        headers.append(("webhook-signature", " ".join(signatures)))
    return headers
