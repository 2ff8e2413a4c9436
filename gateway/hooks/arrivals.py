"""The answers to e-mails and uploads, as the wire takes them.

Webhook reference §11. An e-mail's list of files is a filter: what is not in it is not imported.
Law: pure.
"""

from __future__ import annotations

from typing import Any, Final

from gateway.effects import FileAnswer, Sender
from gateway.engine.outcome import Evaluation
from gateway.rules.events import UPLOAD

#: What the wire has in front of a value's name.
_PREFIX: Final = "email:"


def file_answer(evaluation: Evaluation, event: str | None) -> dict[str, Any]:
    """Write what becomes of the files of an e-mail or upload."""
    if event == UPLOAD:
        return {"files": [_uploaded(file) for file in evaluation.files]}
    answer: dict[str, Any] = {}
    if evaluation.files:
        answer["files"] = [_attached(file) for file in evaluation.files if file.imported]
    if evaluation.sender is not None:
        answer["extracted_original_sender"] = sender_json(evaluation.sender)
    return answer


def _attached(file: FileAnswer) -> dict[str, Any]:
    values = [{"id": _PREFIX + name, "value": value} for name, value in file.values]
    return {"id": file.name, "values": values}


def _uploaded(file: FileAnswer) -> dict[str, Any]:
    messages = [{"type": one.level.value, "content": one.content} for one in file.messages]
    told = {"messages": messages} if messages else {}
    return {"document": file.name, "prevent_importing": not file.imported, **told}


def sender_json(sender: Sender) -> dict[str, str]:
    """Write who an e-mail is from."""
    named = {} if sender.name is None else {"name": sender.name}
    return {"email": sender.email, **named}
