"""Side-loaded schemas: types, labels and visibility that come with a request.

Language §4, *Values*; webhook reference §8. Law: pure but for a small memory: a schema of the same
bytes is read once. What a queue declares itself counts more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from hashlib import blake2b
from typing import Any, Final

import msgspec

from gateway.engine.program import Program
from gateway.rules.queue_schema import QueueSchema, queue_schema_from
from gateway.rules.rule import RuleSet

_KEPT: Final = 16


class SideLoads:
    """Programs of one queue with what side-loaded schemas add."""

    def __init__(self) -> None:
        """Know no schema yet."""
        self._programs: Mapping[bytes, Program] = {}

    def applied(self, program: Program, raw: Any) -> Program:
        """Give *program* with the types of the schemas in *raw*, a JSON list as it arrived."""
        data = bytes(raw) if isinstance(raw, msgspec.Raw) else msgspec.json.encode(raw or None)
        if data in _NOTHING:
            return program
        key = blake2b(data, digest_size=16).digest()
        found = self._programs.get(key)
        if found is None:
            schema = _first_schema(data)
            found = program if schema is None else _with_schema(program, schema)
            # Replaced, not changed: other threads read it meanwhile.
            kept = list(self._programs.items())[-_KEPT + 1 :]
            self._programs = {**dict(kept), key: found}
        return found


_NOTHING: Final = (b"", b"null", b"[]")


def _first_schema(data: bytes) -> QueueSchema | None:
    try:
        schemas = msgspec.json.decode(data)
    except (msgspec.DecodeError, RecursionError):
        return None
    first = schemas[0] if isinstance(schemas, list) and schemas else schemas
    content = first.get("content") if isinstance(first, dict) else None
    return queue_schema_from(content)


def _with_schema(program: Program, schema: QueueSchema) -> Program:
    rules: RuleSet = program.rules
    fields = schema.fields.values()
    return replace(
        program,
        rules=replace(
            rules,
            kinds={
                **{one.schema_id: one.kind for one in fields if one.kind is not None},
                **rules.kinds,
            },
            labels={**{one.schema_id: one.label for one in fields if one.label}, **rules.labels},
            hidden=rules.hidden | {one.schema_id for one in fields if one.hidden},
            known=rules.known or frozenset(schema.fields),
            columns=rules.columns or schema.columns,
            lists=rules.lists or schema.lists,
            computed=rules.computed or schema.computed,
        ),
    )
