"""What the platform makes of an answer: the document with the operations applied."""

from __future__ import annotations

import re
from itertools import count
from typing import Any

import msgspec

from tests.documents import Answered, nodes

_PLAIN = re.compile(r"-?[0-9]+(\.[0-9]+)?|[0-9]{4}-[0-9]{2}-[0-9]{2}")


def content_of(value: str) -> dict[str, Any]:
    """A written value, with what the platform reads in it."""
    return {"value": value, "normalized_value": value if _PLAIN.fullmatch(value) else None}


def changed(payload: Any, operations: list[dict[str, Any]]) -> Any:
    """The payload after *operations*, each of which must be one that the platform takes."""
    payload = msgspec.json.decode(msgspec.json.encode(payload))
    fresh = count(900_000)
    by_id = {node["id"]: node for node in nodes(payload["annotation"]["content"])}
    parents = {id(child): one for one in by_id.values() for child in one.get("children") or ()}
    for one in operations:
        node = by_id[one["id"]]
        match one["op"]:
            case "replace":
                assert "children" not in node
                _replace(node, one["value"])
            case "remove":
                parent = parents[id(node)]
                assert parent["category"] == "multivalue"
                parent["children"] = [row for row in parent["children"] if row is not node]
            case "add":
                assert node["category"] == "multivalue"
                node["children"].append(_added(node, one["value"], fresh))
    return payload


def _replace(node: dict[str, Any], value: dict[str, Any]) -> None:
    assert value
    assert value.keys() <= {"content", "hidden", "options", "validation_sources"}
    for key, given in value.items():
        if key == "content":
            assert given.keys() == {"value"}
            node["content"] = content_of(given["value"])
        else:
            node[key] = given


def _added(table: dict[str, Any], value: Any, fresh: Any) -> dict[str, Any]:
    if isinstance(value, dict):
        name = table["schema_id"].removesuffix("s")
        return _cell({"schema_id": name, **value}, fresh)
    row_id = table["schema_id"].removesuffix("s")
    cells = [_cell(one, fresh) for one in value]
    node = {"id": next(fresh), "category": "tuple", "schema_id": row_id}
    return {**node, "children": cells}


def _cell(given: dict[str, Any], fresh: Any) -> dict[str, Any]:
    made = {"id": next(fresh), "category": "datapoint", "schema_id": given["schema_id"]}
    return {**made, "content": content_of(given["content"]["value"])}


def tables(payload: Any) -> dict[str, list[Any]]:
    """The rows of each table as texts by column; of a list, its texts."""
    return {
        node["schema_id"]: [
            {cell["schema_id"]: cell["content"]["value"] for cell in row["children"]}
            if "children" in row
            else row["content"]["value"]
            for row in node["children"]
        ]
        for node in nodes(payload["annotation"]["content"])
        if node["category"] == "multivalue"
    }


def told(answered: Answered) -> list[str]:
    """The operations of an answer in words: ``vendor hidden``, ``add line_items code=A``."""
    return [_told(answered, one) for one in answered.json["operations"]]


def _told(answered: Answered, one: dict[str, Any]) -> str:
    name = answered.name(one["id"])
    match one["op"]:
        case "remove":
            return f"remove {name}"
        case "add" if isinstance(one["value"], dict):
            return f"add {name} {one['value']['content']['value']}"
        case "add":
            cells = [f"{cell['schema_id']}={cell['content']['value']}" for cell in one["value"]]
            return " ".join([f"add {name}", *cells])
    parts = []
    for key, given in one["value"].items():
        match key:
            case "content":
                parts.append(f"= {given['value']}")
            case "hidden":
                parts.append("hidden" if given else "shown")
            case "options":
                parts.append("|".join(f"{two['value']}:{two['label']}" for two in given))
            case "validation_sources":
                parts.append("+".join(given))
    return f"{name} {' '.join(parts)}"
