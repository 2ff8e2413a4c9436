"""Parts of values: stretches of a text, keys of a mapping.

Language §4. Law: pure; an attribute is a key of known data, never one of an object.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from gateway.annotation.column import Column
from gateway.annotation.plain import from_json
from gateway.annotation.values import MAX_TEXT, Value
from gateway.rules.expressions.spreading import ODD, KindError, describe, elementwise, special
from gateway.rules.function import FunctionError


def cut(text: Value, start: Value, stop: Value) -> Value:
    """``text[start:stop]``, counted from 0 or from the end; empty if nothing is there."""
    operands = (text, start, stop)
    if any(operand.__class__ is Column for operand in operands):
        return elementwise(cut, *operands)
    if any(operand is None or operand in ODD for operand in operands):
        return special(*operands)
    if not isinstance(text, str):
        raise KindError(f"only text can be sliced, this is {describe(text)}", (text,))
    return text[_bound(start) : _bound(stop)] or None


def _bound(position: Value) -> int:
    if position.__class__ is not Decimal or position != position.to_integral_value():
        raise FunctionError("a slice needs whole numbers")
    return max(-MAX_TEXT, min(MAX_TEXT, int(position)))


def attribute(value: Value, key: str) -> Value:
    """``value.key`` of a mapping; a key that is absent is empty."""
    if value.__class__ is Column or isinstance(value, list):
        values = value.values if isinstance(value, Column) else value
        return Column([attribute(one, key) for one in values], getattr(value, "table", None))
    if value is None or value in ODD:
        return special(value)
    if isinstance(value, Mapping):
        return from_json(value.get(key))
    raise KindError(f"{describe(value)} has no parts, so no .{key}", (value,))
