"""The deprecated connector protocol, as another way to write hook requests and their answers.

A connector is asked to *validate* a document when it has been read (``initial=true``), opened or
edited, and to *save* it on export. It gets ``meta`` and a tree whose datapoints hold their value
directly, already normalized. Law: pure; one JSON in, the other out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any, Final

import msgspec

from gateway.annotation.tree import MAX_NODES, TooManyNodesError
from gateway.annotation.urls import resource_id
from gateway.annotation.values import parse_date, parse_number
from gateway.effects import Level, Message
from gateway.engine.outcome import Evaluation
from gateway.hooks.request import PayloadError, plain_payload
from gateway.hooks.response import message_json, operation_json
from gateway.rules.events import CONTENT

#: What a datapoint's content holds in a hook request.
_CONTENT: Final = (
    "value",
    "page",
    "position",
    "rir_text",
    "rir_page",
    "rir_position",
    "rir_confidence",
)
#: The levels of a tree: section, multivalue, tuple, datapoint.
_LEVELS: Final = 4

_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class ConnectorCall:
    """Which of the connector's two addresses was called, and how."""

    saves: bool
    #: Of *validate*: the first time, when the document has just been read.
    initial: bool = False


def hook_request(body: bytes, call: ConnectorCall) -> bytes:
    """Write a connector's request as the hook request that says the same.

    Raises:
        PayloadError: it is no connector's request.
    """
    data = plain_payload(body)
    if not isinstance(data, dict):
        raise PayloadError("the body is not a JSON object")
    content = data.get("content")
    if not isinstance(content, list):
        raise PayloadError("it has no list of sections under content")
    meta = data.get("meta")
    meta = meta if isinstance(meta, dict) else {}
    edited = meta.get("updated_datapoint_ids")
    return _encode(
        {
            "event": CONTENT,
            "action": _action(call, edited),
            "annotation": {
                "id": resource_id(meta.get("annotation")),
                "url": meta.get("annotation"),
                "queue": meta.get("queue"),
                "document": meta.get("document_url"),
                "organization": meta.get("organization"),
                "modifier": meta.get("modifier"),
                "automated": meta.get("automated"),
                "metadata": meta.get("annotation_metadata"),
                "rir_poll_id": meta.get("rir_poll_id"),
                "content": _nodes(content, _LEVELS, count()),
            },
            "document": {
                "id": resource_id(meta.get("document_url")),
                "url": meta.get("document_url"),
                "original_file_name": meta.get("original_filename"),
                "arrived_at": meta.get("arrived_at"),
                "content": meta.get("original_file"),
            },
            "queues": [
                {
                    "id": resource_id(meta.get("queue")),
                    "url": meta.get("queue"),
                    "name": meta.get("queue_name"),
                    "workspace": meta.get("workspace"),
                    "metadata": meta.get("queue_metadata"),
                }
            ],
            "updated_datapoints": edited if isinstance(edited, list) else [],
            "meta": meta,
        }
    )


def _action(call: ConnectorCall, edited: Any) -> str:
    """Name the action that a call stands for: opening a document edits nothing yet."""
    if call.saves:
        return "export"
    if call.initial:
        return "initialize"
    return "updated" if edited else "started"


def _nodes(data: list[Any], levels: int, seen: Iterator[int]) -> list[Any]:
    """Write nodes, as many as a hook request may have."""
    written = []
    for one in data:
        if next(seen) >= MAX_NODES:
            raise PayloadError(str(TooManyNodesError()))
        written.append(_node(one, levels, seen))
    return written


def _node(data: Any, levels: int, seen: Iterator[int]) -> Any:
    """Write a node as a hook request has it; what is none stays what it is."""
    if not isinstance(data, dict):
        return data
    children = data.get("children")
    if isinstance(children, list):
        below = _nodes(children, levels - 1, seen) if levels > 1 else []
        return {**data, "children": below}
    if isinstance(data.get("content"), dict):
        return data
    content = {key: data[key] for key in _CONTENT if key in data}
    node = {key: value for key, value in data.items() if key not in _CONTENT}
    return {**node, "content": {**content, "normalized_value": _normalized(data)}}


def _normalized(data: Mapping[str, Any]) -> str | None:
    """Give a number or date as it is read: the protocol sends plain numbers and ISO dates."""
    value = data.get("value")
    if not isinstance(value, str) or not value:
        return None
    match data.get("type"):
        case "number":
            return value if parse_number(value) is not None else None
        case "date":
            return value if parse_date(value) is not None else None
        case _:
            return None


def lost_in(evaluation: Evaluation | None, call: ConnectorCall) -> int:
    """Count the changes that the answer to *call* has no place for."""
    return 0 if evaluation is None or not call.saves else len(evaluation.operations)


def render_connector(
    evaluation: Evaluation | None, call: ConnectorCall, told: Level | None
) -> bytes:
    """Write the answer; what it has no place for is told as a message of the level *told*."""
    found = evaluation or Evaluation()
    messages = _with_blockers(found) if call.initial else list(found.messages)
    lost = lost_in(evaluation, call)
    if lost and told is not None:
        noun = "change" if lost == 1 else "changes"
        text = f"{lost} {noun} of the rules could not be made: the document is being exported."
        messages.append(Message(told, text, None, ""))
    answer: dict[str, Any] = {"messages": [message_json(one) for one in messages]}
    if not call.saves:
        answer["operations"] = [operation_json(one) for one in found.operations]
    return _encode(answer)


def _with_blockers(evaluation: Evaluation) -> list[Message]:
    """Write blockers as errors, which stop automation as well.

    A person who opens the document does not see them: they are of the initial call only. What is
    said anyway becomes an error, and is not said twice.
    """
    said = {(one.content, one.node_id): one for one in evaluation.messages}
    for block in evaluation.blocks:
        place = (block.content, block.node_id)
        said[place] = Message(Level.ERROR, *place, block.rule)
    return list(said.values())
