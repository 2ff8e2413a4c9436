"""Requests for events without content, in the shape of the wire."""

from typing import Any

import msgspec

from tests.documents import QUEUE_ID, UNSIGNED, gateway

API = "https://example.com/api/v1"
QUEUE = f"{API}/queues/{QUEUE_ID}"


def envelope(event: str, **keys: Any) -> dict[str, Any]:
    name, _, action = event.rpartition(".")
    return {"request_id": "r", "event": name, "action": action, **keys}


def attachment(number: int, filename: str, mime_type: str = "application/pdf", **keys: Any) -> Any:
    return {
        "id": str(number),
        "filename": filename,
        "mime_type": mime_type,
        "n_pages": 1,
        "height_px": None,
        "width_px": None,
        "document": f"{API}/documents/{100 + number}",
        **keys,
    }


PDF, PICTURE = attachment(1, "invoice.pdf"), attachment(2, "logo.png", "image/png")


def mail(*files: Any, **keys: Any) -> dict[str, Any]:
    return envelope(
        "email.received",
        **{
            "email": f"{API}/emails/80",
            "queue": QUEUE,
            "files": list(files),
            "headers": {"from": "Ann <a@example.com>", "subject": "Invoice 17"},
            "body": {"body_text_plain": "Please pay.", "body_text_html": None},
            **keys,
        },
    )


def upload(*mime_types: str, **keys: Any) -> dict[str, Any]:
    urls = [f"{API}/documents/{number}" for number, _ in enumerate(mime_types, 101)]
    return envelope(
        "upload.created",
        **{
            "email": None,
            "upload": f"{API}/uploads/7",
            "metadata": {},
            "files": [
                {
                    "document": url,
                    "prevent_importing": False,
                    "values": [],
                    "queue": QUEUE,
                    "annotation": None,
                }
                for url in urls
            ],
            "documents": [
                {"id": number, "url": url, "mime_type": mime_type}
                for number, (url, mime_type) in enumerate(zip(urls, mime_types, strict=True), 101)
            ],
            **keys,
        },
    )


def status(before: str, after: str, **keys: Any) -> dict[str, Any]:
    return envelope(
        "annotation_status.changed",
        annotation={
            "id": 5,
            "url": f"{API}/annotations/5",
            "queue": QUEUE,
            "content": f"{API}/annotations/5/content",
            "previous_status": before,
            "status": after,
        },
        document={"id": 101, "url": f"{API}/documents/101", "original_file_name": "a.pdf"},
        **keys,
    )


def answered(rules: str, payload: Any, queue: str = "") -> Any:
    """What a queue with these rules answers, read back."""
    body = msgspec.json.encode(payload)
    return msgspec.json.decode(gateway(rules, queue).answer(body, UNSIGNED, "acme").body)
