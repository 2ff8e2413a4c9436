"""An answer of the gateway, told to a person: one line for each message and operation.

Law: pure; takes any JSON as answer and never raises; no character that moves a cursor gets out.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from gateway.cli.nodes import Node

_WIDTH = 9
#: Keys of answers that are told as messages and operations; another is for whoever asked.
_KNOWN = frozenset(("messages", "operations", "automation_blockers"))


def tell_answer(answer: Any, nodes: Mapping[str, Node]) -> list[str]:
    """Tell what an answer with a 2xx status says about the document with these *nodes*."""
    if not isinstance(answer, dict):
        return ["The answer is no JSON object."]
    lines = [
        *(_message(one, nodes) for one in _items(answer, "messages")),
        *(line for one in _items(answer, "operations") for line in _operation(one, nodes)),
        *(_blocker(one, nodes) for one in _items(answer, "automation_blockers")),
        *tell_files(answer, nodes),
    ]
    if not lines and not answer.keys() <= _KNOWN:
        lines = [_line("answer", "caller", json.dumps(answer, ensure_ascii=False))]
    return [printable(line) for line in lines] or ["No messages, no operations."]


def tell_files(answer: Mapping[str, Any], nodes: Mapping[str, Node]) -> Iterator[str]:
    """Tell what an answer says of the files of an e-mail or upload, and of its sender."""
    listed = list(_items(answer, "files"))
    for file in listed:
        name = file.get("id", file.get("document"))
        node = nodes.get(str(name))
        place = node.name if node else f"#{name}"
        values = ", ".join(
            f"{one.get('id')} {one.get('value')!r}" for one in _items(file, "values")
        )
        yield _line("import", place, "no" if file.get("prevent_importing") else values or "yes")
        for one in _items(file, "messages"):
            yield _line(one.get("type", "message"), place, str(one.get("content", "")))
    if isinstance(answer.get("files"), list):
        named = {str(file.get("id", file.get("document"))) for file in listed}
        left = (node for key, node in nodes.items() if node.is_file and key not in named)
        yield from (_line("import", node.name, "no") for node in left)
    sender = answer.get("extracted_original_sender")
    if isinstance(sender, dict):
        yield _line("sender", "email", f"{sender.get('name', '')} <{sender.get('email')}>".strip())


def tell_refusal(answer: Any) -> list[str]:
    """Tell why a request was refused, if the answer says so."""
    error = answer.get("error") if isinstance(answer, dict) else None
    if not isinstance(error, dict):
        return []
    return [printable(f"{error.get('code', 'refused')}: {error.get('message', '')}")]


def printable(text: str) -> str:
    """Replace what a terminal could take as more than text."""
    return "".join(sign if sign.isprintable() else "\ufffd" for sign in text.replace("\n", " "))


def _items(answer: Mapping[str, Any], key: str) -> Iterator[dict[str, Any]]:
    items = answer.get(key)
    if isinstance(items, list):
        yield from (item for item in items if isinstance(item, dict))


def _line(word: Any, place: str, text: str) -> str:
    return f"{word!s:<{_WIDTH}}{place}: {text}"


def _place(item: dict[str, Any], nodes: Mapping[str, Node]) -> str:
    at = item.get("id")
    if at is None or at == "all":
        return "document"
    node = nodes.get(str(at))
    return node.name if node else f"#{at}"


def _message(item: dict[str, Any], nodes: Mapping[str, Node]) -> str:
    return _line(item.get("type", "message"), _place(item, nodes), str(item.get("content", "")))


def _blocker(item: dict[str, Any], nodes: Mapping[str, Node]) -> str:
    return _line("blocker", _place(item, nodes), str(item.get("content", "")))


def _operation(item: dict[str, Any], nodes: Mapping[str, Node]) -> Iterator[str]:
    word, place, value = item.get("op", "operation"), _place(item, nodes), item.get("value")
    if isinstance(value, list):
        cells = [cell for cell in value if isinstance(cell, dict)]
        yield _line(word, place, ", ".join(f"{_cell_name(cell)} {_new(cell)}" for cell in cells))
    elif isinstance(value, dict):
        node = nodes.get(str(item.get("id")))
        old = "" if node is None or node.value is None else f"{node.value!r} -> "
        if "content" in value:
            yield _line(word, place, f"{old}{_new(value)}")
        for key in ("hidden", "options", "validation_sources"):
            if key in value:
                yield _line(word, place, f"{key} = {_listed(value[key])}")
    else:
        yield f"{word!s:<{_WIDTH}}{place}"


def _listed(value: Any) -> str:
    return ", ".join(map(_option, value)) if isinstance(value, list) else str(value)


def _option(item: Any) -> str:
    if not isinstance(item, dict):
        return str(item)
    value, label = item.get("value"), item.get("label")
    return str(value) if value == label else f"{value} ({label})"


def _cell_name(cell: dict[str, Any]) -> str:
    return str(cell.get("schema_id", "?"))


def _new(value: dict[str, Any]) -> str:
    content = value.get("content")
    return repr(content.get("value", "")) if isinstance(content, dict) else "''"
