"""Requests for events without content, made of the few keys that a case gives.

Language §8; webhook reference §9. Law: pure; what is given stays as it is, and what the platform
would always send is added to it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from gateway.rules.events import EMAIL, STATUS, UPLOAD

API: Final = "https://example.rossum.app/api/v1"

#: What the platform takes files with these endings for.
_TYPES: Final = {
    "pdf": "application/pdf",
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "tif": "image/tiff",
    "tiff": "image/tiff",
    "xml": "text/xml",
    "csv": "text/csv",
    "txt": "text/plain",
    "html": "text/html",
    "json": "application/json",
    "zip": "application/zip",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_ANY_TYPE: Final = "application/octet-stream"

#: Words of the e-mail object that stand in the headers, and what they are called there.
_HEADERS: Final = {
    **{name: name for name in ("from", "to", "cc", "bcc", "subject", "date")},
    "reply_to": "reply-to",
    "message_id": "message-id",
    "authentication_results": "authentication-results",
}
#: In a name, they would part a header.
_PARTING: Final = ",<>"
_BODY: Final = ("body_text_plain", "body_text_html")
#: What an upload's file says itself; all else is said of its document.
_OF_THE_FILE: Final = frozenset(("document", "prevent_importing", "values", "queue", "annotation"))


def arrival(
    name: str, payload: dict[str, Any], facts: Mapping[str, Mapping[str, Any]], queue_id: int
) -> dict[str, Mapping[str, Any]]:
    """Add to *payload* what requests for the event *name* have.

    Returns:
        The *facts* that it says nowhere else.
    """
    fill = _FILLED.get(name)
    left = {root: dict(keys) for root, keys in facts.items()}
    if fill is not None:
        fill(payload, left, f"{API}/queues/{queue_id}")
    return {root: keys for root, keys in left.items() if keys}


def _status(payload: dict[str, Any], _facts: Mapping[str, Any], queue: str) -> None:
    payload["annotation"] = {
        "id": 1,
        "url": f"{API}/annotations/1",
        "queue": queue,
        "content": f"{API}/annotations/1/content",
        "previous_status": "importing",
        "status": "to_review",
    }
    payload["document"] = {"id": 2, "url": f"{API}/documents/2"}


def _email(payload: dict[str, Any], facts: dict[str, dict[str, Any]], queue: str) -> None:
    given = facts.get("email", {})
    headers = {wire: _header(given.pop(word)) for word, wire in _HEADERS.items() if word in given}
    body = {word: given.pop(word) for word in _BODY if word in given}
    payload.setdefault("email", f"{API}/emails/3")
    payload.setdefault("queue", queue)
    payload["headers"] = {**headers, **_mapping(payload.get("headers"))}
    nothing = dict.fromkeys(_BODY)
    payload["body"] = {**nothing, **body, **_mapping(payload.get("body"))}
    payload["files"] = [
        _attachment(one, number) for number, one in enumerate(_list(payload.get("files")), 1)
    ]


def _header(given: Any) -> Any:
    """Write a mailbox, or several, as a header has them."""
    match given:
        case {"email": email}:
            name = str(given.get("name") or "")
            if any(sign in name for sign in _PARTING):
                name = f'"{name}"'
            return f"{name} <{email}>" if name else email
        case list():
            return ", ".join(str(_header(one)) for one in given)
        case _:
            return given


def _attachment(given: Any, number: int) -> Any:
    file = {"filename": given} if isinstance(given, str) else given
    if not isinstance(file, dict):
        return file
    name = file.get("filename", f"file-{number}.pdf")
    return {
        "id": str(number),
        "filename": name,
        "mime_type": _type_of(name),
        "n_pages": 1,
        "height_px": None,
        "width_px": None,
        "document": f"{API}/documents/{100 + number}",
        **file,
    }


def _upload(payload: dict[str, Any], _facts: Mapping[str, Any], queue: str) -> None:
    given = [
        {"original_file_name": one} if isinstance(one, str) else one
        for one in _list(payload.get("files"))
    ]
    files, documents = [], []
    for number, one in enumerate(given, 101):
        said = _mapping(one)
        file = {
            "document": f"{API}/documents/{number}",
            "prevent_importing": False,
            "values": [],
            "queue": queue,
            "annotation": None,
            **{key: value for key, value in said.items() if key in _OF_THE_FILE},
        }
        name = said.get("original_file_name", f"file-{number}.pdf")
        files.append(file if isinstance(one, dict) else one)
        documents.append(
            {
                "id": number,
                "url": file["document"],
                "original_file_name": name,
                "mime_type": _type_of(name),
                **{key: value for key, value in said.items() if key not in _OF_THE_FILE},
            }
        )
    payload["files"] = files
    for key, value in (("documents", documents), ("email", None), ("metadata", {})):
        payload.setdefault(key, value)
    payload.setdefault("upload", f"{API}/uploads/4")


def _type_of(name: Any) -> str:
    ending = name.rpartition(".")[2].lower() if isinstance(name, str) else ""
    return _TYPES.get(ending, _ANY_TYPE)


def _mapping(data: Any) -> dict[str, Any]:
    return data if isinstance(data, dict) else {}


def _list(data: Any) -> list[Any]:
    return data if isinstance(data, list) else []


_FILLED: Final[Mapping[str, Callable[[dict[str, Any], Any, str], None]]] = {
    STATUS: _status,
    EMAIL: _email,
    UPLOAD: _upload,
}
