"""What requests cost without rules: the *limit* and the *floor* of the figures.

Law: written anew, without the gateway's decoder and index, so that nothing done there moves them.
"""

from __future__ import annotations

import hmac
from collections import defaultdict
from collections.abc import Sequence
from typing import Any, Final

import msgspec
import orjson

SECRET: Final = "made-up-secret-of-the-bench"  # noqa: S105 - it opens nothing.
_KNOWN: Final[dict[str, Any]] = {"messages": [], "operations": []}


class _Content(msgspec.Struct, gc=False):
    value: str | None = None
    normalized_value: str | None = None


class _Cell(msgspec.Struct, gc=False):
    id: int
    schema_id: str
    content: _Content | None = None


class _Row(msgspec.Struct, gc=False):
    id: int
    schema_id: str
    content: _Content | None = None
    children: list[_Cell] | None = None


class _Child(msgspec.Struct, gc=False):
    id: int
    schema_id: str
    content: _Content | None = None
    children: list[_Row] | None = None


class _Section(msgspec.Struct, gc=False):
    id: int
    schema_id: str
    children: list[_Child]


class _Annotation(msgspec.Struct, gc=False):
    queue: str
    content: list[_Section]


class _Request(msgspec.Struct, gc=False):
    event: str
    action: str
    annotation: _Annotation


_decode = msgspec.json.Decoder(_Request).decode
_encode = msgspec.json.Encoder().encode


def signature(body: bytes) -> str:
    """Sign *body* as the platform does."""
    return "sha256=" + hmac.digest(SECRET.encode(), body, "sha256").hex()


def limit(body: bytes, signed: str) -> bytes:
    """Verify, decode just what rules read, walk the tree once, encode: nothing can be faster."""
    verify(body, signed)
    found: dict[str, list[Any]] = defaultdict(list)
    for section in _decode(body).annotation.content:
        _walk_structs(section.children, found)
    return _encode(_KNOWN)


def floor(body: bytes, signed: str) -> bytes:
    """Do the same with everything decoded: what any gateway must spend that decodes it all."""
    verify(body, signed)
    found: dict[str, list[Any]] = defaultdict(list)
    for section in orjson.loads(body)["annotation"]["content"]:
        _walk_dicts(section["children"], found)
    return orjson.dumps(_KNOWN)


def full(body: bytes) -> Any:
    """Decode everything."""
    return orjson.loads(body)


def verify(body: bytes, signed: str) -> None:
    """Check a signature.

    Raises:
        ValueError: it is another.
    """
    made = hmac.digest(SECRET.encode(), body, "sha256").hex()
    if not hmac.compare_digest(made, signed.removeprefix("sha256=")):
        raise ValueError("wrong signature")


def _walk_structs(children: Sequence[_Child], found: dict[str, list[Any]]) -> None:
    for child in children:
        if child.children is None:
            found[child.schema_id].append(child)
            continue
        for row in child.children:
            if row.children is None:
                found[row.schema_id].append(row)
                continue
            for cell in row.children:
                found[cell.schema_id].append(cell)


def _walk_dicts(children: Sequence[dict[str, Any]], found: dict[str, list[Any]]) -> None:
    for child in children:
        if "children" not in child:
            found[child["schema_id"]].append(child)
            continue
        for row in child["children"]:
            if "children" not in row:
                found[row["schema_id"]].append(row)
                continue
            for cell in row["children"]:
                found[cell["schema_id"]].append(cell)
