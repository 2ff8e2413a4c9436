"""Values as they are written into fields: bounded, and read back as what they were.

Webhook reference §7 and §10. Law: pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Final

from gateway.annotation.values import MAX_DIGITS, UNREADABLE, Value, value_text
from gateway.rules.expressions.spreading import describe
from gateway.rules.function import FunctionError
from gateway.rules.templates.template import Template, render

#: What a value may have of characters.
MAX_VALUE: Final = 1_500


def written_value(template: Template, values: Sequence[Value]) -> Value:
    """Give what a template writes: a lone expression's value, or the text; None: nothing.

    Raises:
        FunctionError: it is no value for a field.
    """
    value: Value
    if template.parts == ("",):
        return ""
    if template.lone is not None:
        value = values[0]
        if value is None or value is UNREADABLE:
            return None
        if value.__class__ is Decimal:
            return _sent_number(value)
        if not isinstance(value, str | Decimal | date | bool):
            raise FunctionError(f"{describe(value)} is no value for a field")
    else:
        value = render(template, values, escape=False)
    length = len(value_text(value))
    if length > MAX_VALUE:
        raise FunctionError(f"a value has at most {MAX_VALUE} characters, this has {length}")
    return value if length else None


def cell_value(template: Template, values: Sequence[Value]) -> Value:
    """Give what a template writes into a cell of a new row, which never leaves out a value.

    Raises:
        FunctionError: it is no value for a field, or cannot be read.
    """
    if any(value is UNREADABLE for value in values):
        raise FunctionError("a value for a new row cannot be read")
    return written_value(template, values)


def _sent_number(number: Decimal) -> Decimal:
    """Round to the digits that a number is read back with."""
    rounded = number if number.as_tuple().exponent >= -MAX_DIGITS else round(number, MAX_DIGITS)  # type: ignore[operator]  # finite
    if abs(rounded) >= 10**MAX_DIGITS:
        raise FunctionError(f"a number has at most {MAX_DIGITS} digits before the point")
    return rounded
