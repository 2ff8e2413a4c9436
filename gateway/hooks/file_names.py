"""What people call the files of an e-mail or an upload, where the event itself has ids or URLs.

Webhook reference §9. Law: pure; takes any JSON and never raises; a name stands for one file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from gateway.annotation.urls import resource_id
from gateway.rules.events import EMAIL, UPLOAD


def file_names(payload: Any) -> dict[int | str, str]:
    """Name each file of a request by its file name, else by a number; other requests have none."""
    named: dict[int | str, str] = {}
    counts: dict[str, int] = {}
    for key, name in _named(payload):
        if key in named:
            continue
        told = name
        while told in counts:
            counts[name] += 1
            told = f"{name}[{counts[name]}]"
        counts[told] = 1
        named[key] = told
    return named


def _named(payload: Any) -> Iterator[tuple[int | str, str]]:
    if not isinstance(payload, Mapping):
        return
    event = f"{payload.get('event')}.{payload.get('action')}"
    key = {EMAIL: "id", UPLOAD: "document"}.get(event, "")
    documents = {resource_id(one): one for one in _objects(payload.get("documents"))}
    for file in _objects(payload.get("files")) if key else ():
        found = file.get(key)
        if isinstance(found, int | str) and not isinstance(found, bool):
            number = resource_id(file.get("document"))
            document = documents.get(number, {}) if number is not None else {}
            name = file.get("filename") or document.get("original_file_name")
            yield found, name if isinstance(name, str) else f"document {number or found}"


def _objects(data: Any) -> list[dict[str, Any]]:
    return [one for one in data if isinstance(one, dict)] if isinstance(data, list) else []
