"""The answer to a hook request, as the wire takes it.

Webhook reference §10 and §11. Law: pure; strict JSON, never more than the event can carry.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from gateway.effects import Add, Message, Operation, Remove, Replace
from gateway.engine.outcome import Evaluation
from gateway.hooks.arrivals import file_answer
from gateway.rules.events import BLOCKING

#: What every event takes as "nothing to say".
NEUTRAL: Final = b'{"messages":[],"operations":[]}'

_encode = msgspec.json.Encoder().encode
# Only what is responded has numbers of rules; elsewhere the wire takes texts.
_encode_numbers = msgspec.json.Encoder(decimal_format="number").encode


def render_response(evaluation: Evaluation, event: str | None) -> bytes:
    """Write what the rules did in the form of the *event*, named as rules do."""
    if evaluation.responded:
        return _encode_numbers(evaluation.response)
    if evaluation.files or evaluation.sender is not None:
        return _encode(file_answer(evaluation, event))
    if not (evaluation.messages or evaluation.operations or evaluation.blocks):
        return NEUTRAL
    answer: dict[str, Any] = {
        "messages": [message_json(message) for message in evaluation.messages],
        "operations": [operation_json(operation) for operation in evaluation.operations],
    }
    if evaluation.blocks and event in BLOCKING:
        blocks = dict.fromkeys((block.content, block.node_id) for block in evaluation.blocks)
        answer["automation_blockers"] = [_blocker(*block) for block in blocks]
    return _encode(answer)


def response_json(evaluation: Evaluation) -> Any:
    """Give what whoever invoked the hook reads."""
    return msgspec.json.decode(_encode_numbers(evaluation.response))


def message_json(message: Message) -> dict[str, Any]:
    """Write a message."""
    at = {} if message.node_id is None else {"id": message.node_id}
    return {**at, "type": message.level.value, "content": message.content}


def operation_json(operation: Operation) -> dict[str, Any]:
    """Write an operation."""
    match operation:
        case Replace(node_id, value, hidden, options, sources):
            parts = {
                "content": None if value is None else {"value": value},
                "hidden": hidden,
                "options": None if options is None else [_option(*one) for one in options],
                "validation_sources": sources,
            }
            given = {key: part for key, part in parts.items() if part is not None}
            return {"op": "replace", "id": node_id, "value": given}
        case Add(node_id, cells, is_simple):
            values = [{"schema_id": name, "content": {"value": value}} for name, value in cells]
            if is_simple:
                return {"op": "add", "id": node_id, "value": {"content": values[0]["content"]}}
            return {"op": "add", "id": node_id, "value": values}
        case Remove(node_id):
            return {"op": "remove", "id": node_id}


def _option(value: str, label: str) -> dict[str, str]:
    return {"label": label, "value": value}


def _blocker(content: str, node_id: int | str | None) -> dict[str, Any]:
    return {**({} if node_id is None else {"id": node_id}), "content": content}
