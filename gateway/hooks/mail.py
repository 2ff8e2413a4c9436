"""What an e-mail event says of its e-mail, in the words of the platform's e-mail object.

Webhook reference §9. So that ``email.subject`` is the same in a rule on the e-mail and in one on
the document that came with it. Law: pure; headers are anybody's text: read in one pass, bounded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from gateway.annotation.urls import resource_id

#: What is read of a header.
_MAX_HEADER: Final = 8_192
_CLOSING: Final = {'"': '"', "<": ">"}


def mail_fact(payload: Mapping[str, Any], key: str) -> Any:
    """Give a key of the e-mail object as the request for an e-mail event has it; else None."""
    read = _READ.get(key)
    return None if read is None else read(payload)


def reference_fact(data: Any, key: str) -> Any:
    """Give the ``id`` or ``url`` of what *data* refers to; else None."""
    if key == "id":
        return resource_id(data)
    return data if key == "url" and isinstance(data, str) else None


def mailboxes(header: str) -> list[dict[str, str]]:
    """Read the mailboxes of a header such as ``From``: address and name of each."""
    return [_mailbox(part.strip()) for part in _apart(header[:_MAX_HEADER]) if part.strip()]


def _apart(header: str) -> Iterator[str]:
    """Part a header at its commas, but not at those in quotes or angle brackets."""
    start, closing = 0, None
    for at, sign in enumerate(header):
        if closing is not None:
            closing = None if sign == closing else closing
        elif sign == ",":
            yield header[start:at]
            start = at + 1
        else:
            closing = _CLOSING.get(sign)
    yield header[start:]


def _mailbox(text: str) -> dict[str, str]:
    if not text.endswith(">"):
        return {"email": text, "name": ""}
    name, _, email = text[:-1].rpartition("<")
    return {"email": email.strip(), "name": name.strip().strip('"').strip()}


def _part(root: str, key: str) -> Callable[[Mapping[str, Any]], Any]:
    def read(payload: Mapping[str, Any]) -> Any:
        data = payload.get(root)
        return data.get(key) if isinstance(data, dict) else None

    return read


def _boxes(key: str, *, alone: bool) -> Callable[[Mapping[str, Any]], Any]:
    header = _part("headers", key)

    def read(payload: Mapping[str, Any]) -> Any:
        text = header(payload)
        found = mailboxes(text) if isinstance(text, str) else []
        return (found[0] if found else None) if alone else found or None

    return read


_READ: Final[Mapping[str, Callable[[Mapping[str, Any]], Any]]] = {
    "subject": _part("headers", "subject"),
    "from": _boxes("from", alone=True),
    "to": _boxes("to", alone=False),
    "cc": _boxes("cc", alone=False),
    "bcc": _boxes("bcc", alone=False),
    "reply_to": _boxes("reply-to", alone=False),
    "date": _part("headers", "date"),
    "message_id": _part("headers", "message-id"),
    "authentication_results": _part("headers", "authentication-results"),
    "body_text_plain": _part("body", "body_text_plain"),
    "body_text_html": _part("body", "body_text_html"),
    "queue": lambda payload: payload.get("queue"),
}
