"""The answer to a hook request, as the wire takes it.

Webhook reference §10 and §11. Law: pure; strict JSON, never more than the event can carry.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from gateway.effects import Message, Replace
from gateway.engine.outcome import Evaluation
from gateway.rules.events import BLOCKING

#: What every event takes as "nothing to say".
NEUTRAL: Final = b'{"messages":[],"operations":[]}'
#: Events whose answer is not read, or is read as something else than messages.
EMPTY: Final = b"{}"

_encode = msgspec.json.Encoder().encode


def render_response(evaluation: Evaluation, action: str) -> bytes:
    """Write what the rules did in the answer's form."""
    if not (evaluation.messages or evaluation.operations or evaluation.blocks):
        return NEUTRAL
    answer: dict[str, Any] = {
        "messages": [_message(message) for message in evaluation.messages],
        "operations": [_operation(operation) for operation in evaluation.operations],
    }
    if evaluation.blocks and action in BLOCKING:
        blocks = dict.fromkeys((block.content, block.node_id) for block in evaluation.blocks)
        answer["automation_blockers"] = [_blocker(*block) for block in blocks]
    return _encode(answer)


def _message(message: Message) -> dict[str, Any]:
    at = {} if message.node_id is None else {"id": message.node_id}
    return {**at, "type": message.level.value, "content": message.content}


def _operation(operation: Replace) -> dict[str, Any]:
    return {
        "op": "replace",
        "id": operation.node_id,
        "value": {"content": {"value": operation.value}},
    }


def _blocker(content: str, node_id: int | str | None) -> dict[str, Any]:
    return {**({} if node_id is None else {"id": node_id}), "content": content}
