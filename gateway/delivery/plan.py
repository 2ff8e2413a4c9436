"""What an evaluation wants told, as entries of the outbox.

Security reference §9: the key is a hash of destination, queue, rule, subject and body, so that a
repeated request stores nothing twice. Law: pure.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, Final

from gateway.annotation.values import clean_text
from gateway.delivery.destination import Destination
from gateway.delivery.entry import New
from gateway.delivery.retry import Patience
from gateway.effects import Deliver
from gateway.hooks.request import Request

_KEY_LENGTH: Final = 40
#: Of a time stamp: a schedule's calls are a minute apart at least, and repetitions seconds.
_TO_THE_MINUTE: Final = 16


def entries_of(
    deliveries: Sequence[Deliver],
    queue: str,
    request: Request,
    destinations: Mapping[str, Destination],
    now: float,
) -> list[New]:
    """Make an entry of each of *deliveries*."""
    subject = subject_of(request)
    return [
        _entry(one, queue, subject, destinations.get(one.destination), now) for one in deliveries
    ]


def _entry(
    one: Deliver, queue: str, subject: str, destination: Destination | None, now: float
) -> New:
    patience = destination.patience if destination is not None else Patience()
    about = subject if not one.run else f"{subject}, {one.run}"
    parts = (one.destination, queue, one.rule)
    if one.key is None:
        key = _hash(*parts, "facts", about, one.body)
    else:
        key = _hash(*parts, "key", one.key)
    expires = now + patience.gives_up_after
    return New(key, one.destination, queue, one.rule, about, one.body, expires)


def _hash(*parts: str | bytes) -> str:
    found = hashlib.sha256()
    for part in parts:
        raw = part if isinstance(part, bytes) else part.encode()
        # Lengths keep what belongs to one part out of the next.
        found.update(len(raw).to_bytes(8, "big") + raw)
    return found.hexdigest()[:_KEY_LENGTH]


def subject_of(request: Request) -> str:
    """Name what a request is about, the same in each of its repetitions."""
    match request.name:
        case "email.received":
            return f"email {_named(request.payload.get('email'))}"
        case "upload.created":
            return f"upload {_named(_upload(request.payload))}"
        case "invocation.scheduled":
            return f"schedule {_text(request.payload.get('timestamp'))[:_TO_THE_MINUTE]}"
        case "invocation.manual":
            # Never repeated: each call counts for itself.
            return f"call {_text(request.request_id or request.payload.get('timestamp'))}"
        case _:
            return f"annotation {_text(request.decoded_fact('annotation', 'id'))}"


def _upload(payload: Mapping[str, Any]) -> Any:
    found = payload.get("upload")
    if found is not None:
        return found
    files = payload.get("files")
    return files[0] if isinstance(files, list) and files else None


def _named(data: Any) -> str:
    """Name an object by its address, or by that of its document."""
    if isinstance(data, dict):
        data = data.get("url") or data.get("id") or data.get("document")
    return _text(data)


def _text(data: Any) -> str:
    return clean_text(str(data))[:200] if isinstance(data, int | str) else "unknown"
