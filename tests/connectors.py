"""Requests of the deprecated connector protocol, in the shape of the wire."""

from typing import Any

from tests.documents import QUEUE_ID

API = "https://example.com/api/v1"


def datapoint(number: int, schema_id: str, value: str, kind: str = "string", **keys: Any) -> Any:
    return {
        "id": str(number),
        "category": "datapoint",
        "schema_id": schema_id,
        "page": 1,
        "position": [1, 2, 3, 4],
        "rir_position": None,
        "rir_confidence": 0.97,
        "value": value,
        "validation_sources": ["score"],
        "type": kind,
        **keys,
    }


def connector_request(*header: Any, rows: Any = (), **meta: Any) -> dict[str, Any]:
    """A document with header fields, and rows of a table ``line_items``."""
    listed = [
        {"id": str(300 + number), "category": "tuple", "schema_id": "line_item", "children": cells}
        for number, cells in enumerate(rows)
    ]
    table = {"id": "200", "category": "multivalue", "schema_id": "line_items", "children": listed}
    return {
        "meta": {
            "document_url": f"{API}/documents/6780",
            "arrived_at": "2025-01-30T07:55:13.208304Z",
            "original_file": f"{API}/original/1",
            "original_filename": "Invoice.pdf",
            "queue_name": "Invoices",
            "workspace_name": "EU",
            "organization_name": "Acme",
            "annotation": f"{API}/annotations/4710",
            "queue": f"{API}/queues/{QUEUE_ID}",
            "workspace": f"{API}/workspaces/62",
            "organization": f"{API}/organizations/1",
            "modifier": f"{API}/users/27",
            "updated_datapoint_ids": [],
            "modifier_metadata": {},
            "queue_metadata": {"region": "north"},
            "annotation_metadata": {},
            "rir_poll_id": "1",
            "automated": False,
            **meta,
        },
        "content": [
            {"id": "100", "category": "section", "schema_id": "basic", "children": list(header)},
            {"id": "101", "category": "section", "schema_id": "lines", "children": [table]},
        ],
    }
