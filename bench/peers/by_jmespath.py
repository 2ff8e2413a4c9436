"""The rules that JMESPath alone can say, each one search for the nodes that break it."""

from __future__ import annotations

from typing import Any, Final

import jmespath
import orjson

from bench.peers.reading import Document, answer, arrange
from bench.yardsticks import verify

_CELLS: Final = "[].children[].children[].children"
_ROWS: Final = {
    "vat-zero": "schema_id=='item_rate' && contains(content.value, 'ZERO')",
    "description-required": "schema_id=='item_description' && content.value==''",
    "quantity-required": (
        "schema_id=='item_quantity' && to_number(content.normalized_value) <= `0`"
    ),
    "rate-known": (
        "schema_id=='item_rate' && content.normalized_value"
        """ && !contains(`["0", "10", "15", "21"]`, content.normalized_value)"""
    ),
}
_DOCUMENT: Final = {
    "due-after-issue": (
        "[([].children[?schema_id=='date_due'][] | [0])"
        ", ([].children[?schema_id=='date_issue'][] | [0])]"
        " | [?@] | ([0].content.normalized_value < [1].content.normalized_value)"
    ),
    "sender-required": (
        "[].children[?(schema_id=='sender_name' || schema_id=='sender_vat_id')"
        " && content.value==''] | []"
    ),
}
RULES: Final = frozenset((*_ROWS, *_DOCUMENT))
_searches: Final = {
    **{rule: jmespath.compile(f"{_CELLS}[?{condition}][].id") for rule, condition in _ROWS.items()},
    **{rule: jmespath.compile(path) for rule, path in _DOCUMENT.items()},
}


def answered(body: bytes, signed: str) -> bytes:
    """Answer one request."""
    verify(body, signed)
    content = orjson.loads(body)["annotation"]["content"]
    found = {rule: result for rule, one in _searches.items() if (result := one.search(content))}
    if not found:
        return orjson.dumps({"messages": [], "operations": []})
    document = arrange(content, float)
    return answer(
        document,
        {rule: [0] if rule in _DOCUMENT else _rows(document, ids) for rule, ids in found.items()},
    )


def _rows(document: Document, ids: list[Any]) -> list[int]:
    wanted = set(ids)
    return [
        number
        for number, row in enumerate(document.row_nodes)
        if any(cell["id"] in wanted for cell in row.values())
    ]
