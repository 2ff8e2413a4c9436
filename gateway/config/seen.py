"""Stored payloads as witnesses of a queue's fields, where no schema is at hand.

Language §4; tooling conventions §3, *Also check at load*. Law: pure; tells names and tables, never
types: a text that looks like a number is one in this document only.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from gateway.config.settings import QueueSettings
from gateway.diagnostic import Report, Span
from gateway.rules.queue_schema import QueueSchema
from gateway.rules.seen_schema import schema_of_contents

_ID_AT_END: Final = re.compile(r"/(\d{1,18})/?$")


class NoWitnessError(Exception):
    """A file that shows no content of a queue. Its text is the reason."""


@dataclass(frozen=True, slots=True)
class SeenContent:
    """What one payload shows."""

    file: str
    queue: int
    content: list[Any]


def read_seen(raw: bytes, file: str) -> SeenContent:
    """Read a stored payload.

    Raises:
        NoWitnessError: it is none, or has no content or no queue.
    """
    # Few look at payloads, and `gateway check` starts quicker without.
    import msgspec

    try:
        payload = msgspec.json.decode(raw.removeprefix(b"\xef\xbb\xbf"))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise NoWitnessError("not JSON") from None
    annotation = payload.get("annotation") if isinstance(payload, dict) else None
    if not isinstance(annotation, dict):
        raise NoWitnessError("not a payload: it has no annotation")
    content, queue = annotation.get("content"), annotation.get("queue")
    found = _ID_AT_END.search(queue) if isinstance(queue, str) else None
    if not isinstance(content, list):
        raise NoWitnessError("the payload has no content")
    if found is None:
        raise NoWitnessError("the payload does not name its queue")
    return SeenContent(file, int(found[1]), content)


def check_seen(
    seen: Sequence[SeenContent], settings: Sequence[QueueSettings], report: Report
) -> None:
    """Report payloads of queues that the folder does not have."""
    known = {id_ for queue in settings for id_ in queue.ids}
    for one in seen:
        if one.queue not in known:
            report.error(
                "R143",
                f"no queue file has the id {one.queue} of this payload",
                Span(one.file, 1, 1, 1, 1),
                hint="leave the payload out, or add the id to the ids of its queue",
            )


def schema_seen(seen: Sequence[SeenContent], queue: QueueSettings) -> QueueSchema | None:
    """Give what the payloads show of a queue; None if there are none of it."""
    contents = [one.content for one in seen if one.queue in queue.ids]
    return schema_of_contents(contents) if contents else None
