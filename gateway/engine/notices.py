"""What ``notify`` tells: a body made of templates and rows, as it will be sent.

Language §7. Law: pure; a body is whole or its run fails.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

import msgspec

from gateway.annotation.values import UNREADABLE, Value
from gateway.effects import Deliver, Form
from gateway.engine.conditions import Budget
from gateway.engine.derive import table_of
from gateway.engine.frame import Frame
from gateway.engine.program import LinkedEffect, LinkedTemplate
from gateway.engine.responses import json_value
from gateway.engine.rows import Evaluate, counted, whole_table
from gateway.engine.selection import ANNOTATION, Selection
from gateway.rules.effect import Each, Notify
from gateway.rules.expressions.logic import truth
from gateway.rules.function import FunctionError
from gateway.rules.templates.template import Template, render

#: Bytes that one body may have.
MAX_BODY: Final = 1_000_000
#: Characters that a key may have.
MAX_KEY: Final = 1_000

_json_bytes = msgspec.json.Encoder(decimal_format="number").encode


class Notice:
    """One ``notify`` effect in one frame."""

    def __init__(self, linked: LinkedEffect, frame: Frame, budget: Budget, evaluate: Evaluate):
        """Prepare for the runs of *frame*."""
        assert isinstance(linked.effect, Notify)  # noqa: S101 - the caller has looked.
        self._effect = linked.effect
        self._linked = {id(one.template): one for one in linked.templates}
        self._frame = frame
        self._budget = budget
        self._evaluate = counted(evaluate, budget)

    def deliver(self, run: int, rule: str, about: str) -> Deliver:
        """Make what one run tells; *about* names its row or field.

        Raises:
            FunctionError: it cannot be told.
        """
        effect = self._effect
        body = _ENCODERS[effect.form](self._filled(effect.body, self._frame, run))
        if len(body) > MAX_BODY:
            raise FunctionError(f"a body of more than {MAX_BODY:,} bytes for {effect.destination}")
        key = None if effect.key is None else self._key(effect.key, run)
        return Deliver(effect.destination, effect.form, body, rule, about, key)

    def _key(self, template: Template, run: int) -> str:
        values = self._values(template, self._frame, run)
        if any(value is UNREADABLE for value in values):
            raise FunctionError("a value for its key cannot be read")
        key = render(template, values, escape=False)
        if not key.strip():
            raise FunctionError("its key is empty, as are all values in it")
        if len(key) > MAX_KEY:
            raise FunctionError(f"a key of more than {MAX_KEY:,} characters")
        return key

    def _filled(self, part: Any, frame: Frame, run: int) -> Any:
        match part:
            case Template():
                return self._given(part, frame, run)
            case Each():
                return list(self._each(part))
            case list():
                return [self._filled(item, frame, run) for item in part]
            case dict():
                return {key: self._filled(item, frame, run) for key, item in part.items()}
            case _:
                return part

    def _each(self, each: Each) -> Iterator[Any]:
        table = table_of(self._frame.content, each.table)
        rows = whole_table(table, self._frame)
        for row in range(len(table.rows)):
            self._budget.spend(1)
            if each.where is None or truth(self._values(each.where, rows, row)[0]) is True:
                yield self._filled(each.item, rows, row)

    def _given(self, template: Template, frame: Frame, run: int) -> Any:
        values = self._values(template, frame, run)
        if any(value is UNREADABLE for value in values):
            raise FunctionError(f"a value for {self._effect.destination} cannot be read")
        return json_value(template, values)

    def _values(self, template: Template, frame: Frame, run: int) -> list[Value]:
        linked: LinkedTemplate = self._linked[id(template)]
        return [self._evaluate(frame, hole, run) for hole in linked.holes]


def run_name(selection: Selection, run: int) -> str:
    """Name a run as every request about the same document does."""
    if selection.table is not None:
        return str(selection.table.rows[selection.rows[run]].id)
    node = selection.nodes[run]
    if node is not None:
        return str(node.id)
    return "" if selection is ANNOTATION else f"#{run}"


def _json(data: Any) -> bytes:
    return _json_bytes(data)


def _text(data: Any) -> bytes:
    return _plain(data).encode()


def _form(data: Mapping[str, Any]) -> bytes:
    return "&".join(f"{_quoted(name)}={_quoted(_plain(data[name]))}" for name in data).encode()


def _plain(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case Decimal() | int():
            return f"{value:f}" if isinstance(value, Decimal) else str(value)
        case str():
            return value
        case _:
            raise FunctionError("a list or mapping where a text is sent")


#: What stands for itself in a form; `urllib` is out of reach on this floor.
_UNQUOTED: Final = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~*")


def _quoted(text: str) -> str:
    return "".join(
        chr(byte) if byte in _UNQUOTED else "+" if byte == 0x20 else f"%{byte:02X}"
        for byte in text.encode()
    )


_ENCODERS: Final[Mapping[Form, Callable[[Any], bytes]]] = {
    Form.JSON: _json,
    Form.FORM: _form,
    Form.TEXT: _text,
}
