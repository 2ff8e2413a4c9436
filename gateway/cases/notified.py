"""What other systems are told, in the form in which ``expect`` has it.

Language §7 and §8. Law: pure; a body is compared as data, however it is sent.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from gateway.cases.case import Exactly, Matcher, Wanted
from gateway.cases.structured import Json
from gateway.effects import Deliver, Form
from gateway.engine.outcome import Evaluation
from gateway.rules.yaml.source import List, Map, Node, Scalar, plain


def notices(evaluation: Evaluation) -> Sequence[Mapping[str, Any]]:
    """List what is told, by the keys of ``expect``; the key is empty where none was given."""
    return [
        {"rule": one.rule, "to": one.destination, "body": body_of(one), "key": one.key or ""}
        for one in evaluation.deliveries
    ]


def body_of(deliver: Deliver) -> Any:
    """Give the data that a body says."""
    match deliver.form:
        case Form.JSON:
            return msgspec.json.decode(deliver.body)
        case Form.FORM:
            return dict(parse_qsl(deliver.body.decode(), keep_blank_values=True))
        case Form.TEXT:
            return deliver.body.decode()


def notices_written(items: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
    """Write what was told as ``expect`` has it."""
    return [{key: value for key, value in item.items() if key != "key" or value} for item in items]


def wanted_notices(node: Node) -> Iterator[Wanted]:
    """Read what is expected to be told."""
    for item in node.items if isinstance(node, List) else ():
        keys: dict[str, Matcher] = {}
        for key, entry in item.entries.items() if isinstance(item, Map) else ():
            if key == "body":
                keys[key] = Json(plain(entry.value))
            elif isinstance(entry.value, Scalar):
                keys[key] = Exactly(entry.value.text.value)
        yield Wanted(keys, item.span)
