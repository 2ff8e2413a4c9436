"""Requests whose subject tells whether it was asked for plain data."""

from __future__ import annotations

from typing import Any

import jmespath
import msgspec

from gateway.engine.subject import Subject
from gateway.hooks.request import Decoder, Request
from gateway.hooks.wire import Reads
from gateway.rules.selectors.path import Path, SelectorError


class Asked:
    """The plain request, and how often it was asked for."""

    def __init__(self, body: bytes) -> None:
        self.body = body
        self.times = 0

    def __call__(self) -> Any:
        self.times += 1
        return msgspec.json.decode(self.body)["annotation"]["content"]


def decoded(payload: Any, path: Path) -> tuple[Request, bytes]:
    keys = path.over_nodes.keys if path.over_nodes is not None else None
    reads = Reads() if keys is None else Reads(content=keys.content, node=keys.node)
    body = msgspec.json.encode(payload)
    return Decoder(reads).decode(body), body


def subject_of(payload: Any, path: Path) -> tuple[Subject, Asked]:
    request, body = decoded(payload, path)
    plain = Asked(body)
    found = request.subject()
    return Subject(plain, found._nodes, found._keys), plain


def told(results: Any) -> Any:
    """Results as text, which tells 1 from true; of nodes their ids."""
    return msgspec.json.encode(results).decode()


def found_over(subject: Subject, path: Path) -> str:
    try:
        nodes = subject.nodes(path)
        if nodes is not None:
            return told([node.id for node in nodes])
        return told(subject.search(path))
    except SelectorError:
        return "failed"


def found_by_library(payload: Any, path: Path, over_nodes: bool) -> str:
    try:
        found = jmespath.search(path.text, payload["annotation"]["content"])
    except (ValueError, TypeError, ArithmeticError, LookupError, AttributeError):
        return "failed"
    if over_nodes:
        nodes = [] if found is None else found if isinstance(found, list) else [found]
        return told([node["id"] for node in nodes])
    return told(found)
