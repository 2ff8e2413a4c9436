"""Entries of the outbox, told to people and to programs.

Law: pure; shows no character that moves a cursor.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any, Final

from gateway.config.drawing import visible
from gateway.delivery.entry import Attempt, Entry, Pause

_VERSION: Final = 1
_HEADS: Final = ("ID", "STATE", "DESTINATION", "QUEUE", "RULE", "ABOUT", "AGE", "TRIES", "LAST")
#: Characters of a body that are shown to people.
_MOST: Final = 4_000


def entries_lines(entries: Sequence[Entry], paused: Sequence[Pause], now: float) -> Iterator[str]:
    """Tell entries in a table, and which destinations are paused."""
    if not entries:
        yield "no entries"
    else:
        rows = [_HEADS, *(_row(one, now) for one in entries)]
        widths = [max(len(row[at]) for row in rows) for at in range(len(_HEADS))]
        for row in rows:
            cells = (f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True))
            yield "  ".join(cells).rstrip()
    for one in paused:
        yield (
            f"{one.destination} is paused since {_time(one.since)} ({one.told}); "
            f"`gateway outbox resume CONFIGS {one.destination}` ends it"
        )


def _row(one: Entry, now: float) -> tuple[str, ...]:
    told = visible(one.told or "")
    if one.state == "pending" and one.due > now:
        told = f"{told}; again in {_span(one.due - now)}"
    return (
        str(one.number),
        one.state.value,
        one.destination,
        one.queue,
        one.rule,
        visible(one.subject),
        _span(now - one.created),
        str(one.attempts),
        told,
    )


def entry_lines(one: Entry, body: bytes, attempts: Sequence[Attempt], now: float) -> Iterator[str]:
    """Tell all of one entry."""
    yield f"entry        {one.number}"
    yield f"state        {one.state.value}" + (f" ({visible(one.told)})" if one.told else "")
    yield f"destination  {one.destination}"
    yield f"told by      {one.queue}, {one.rule}"
    yield f"about        {visible(one.subject)}"
    yield f"key          {one.key}"
    yield f"stored       {_time(one.created)}, {_span(now - one.created)} ago"
    if one.state == "pending":
        yield f"due          {_time(one.due)}"
        yield f"given up     {_time(one.expires)}"
    if one.settled is not None:
        yield f"settled      {_time(one.settled)}"
    for number, attempt in enumerate(attempts, 1):
        head = "attempts     " if number == 1 else " " * 13
        yield f"{head}{_time(attempt.at)}  {visible(attempt.told)}  {attempt.seconds:.3f} s"
    text = body.decode("utf-8", "replace")
    yield f"body         {one.size} bytes"
    yield from (visible(line) for line in text[:_MOST].splitlines())
    if len(text) > _MOST:
        yield "… (--format json shows all of it)"


def entries_json(entries: Sequence[Entry], paused: Sequence[Pause]) -> str:
    """Write entries for programs."""
    return _json({"entries": [_document(one) for one in entries], "paused": list(map(_of, paused))})


def entry_json(one: Entry, body: bytes, attempts: Sequence[Attempt]) -> str:
    """Write all of one entry for programs."""
    told = [{**asdict(attempt), "at": _time(attempt.at)} for attempt in attempts]
    text = body.decode("utf-8", "replace")
    return _json({"entry": {**_document(one), "attempts_made": told, "body": text}})


def _of(pause: Pause) -> dict[str, Any]:
    return {"destination": pause.destination, "since": _time(pause.since), "told": pause.told}


def _document(one: Entry) -> dict[str, Any]:
    found = asdict(one)
    for key in ("created", "due", "expires", "settled"):
        found[key] = None if found[key] is None else _time(found[key])
    return found


def _json(data: dict[str, Any]) -> str:
    return json.dumps({"version": _VERSION, **data}, ensure_ascii=False, indent=2)


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")


def _span(seconds: float) -> str:
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "m")):
        if seconds >= size:
            return f"{int(seconds // size)}{unit}"
    return f"{max(0, int(seconds))}s"
