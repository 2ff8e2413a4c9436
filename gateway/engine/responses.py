"""What ``respond`` answers: JSON whose texts are templates.

Language §5. Law: pure; gives nothing that strict JSON cannot say.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from gateway.annotation.column import Column
from gateway.annotation.plain import MAX_DEPTH, from_json
from gateway.annotation.values import UNREADABLE, Value, clean_text
from gateway.rules.expressions.spreading import describe
from gateway.rules.function import FunctionError
from gateway.rules.templates.template import Template, render


def filled(data: Any, given: Sequence[Any]) -> Any:
    """Put what templates give where they stand in *data*, in their order."""
    left = iter(given)

    def fill(part: Any) -> Any:
        match part:
            case Template():
                return next(left)
            case list():
                return [fill(item) for item in part]
            case dict():
                return {key: fill(item) for key, item in part.items()}
            case _:
                return part

    return fill(data)


def json_value(template: Template, values: Sequence[Value]) -> Any:
    """Give what a template answers: a lone expression's value with its type, else the text.

    Raises:
        FunctionError: JSON has no such value.
    """
    if template.lone is None:
        return render(template, values, escape=False)
    return _json(values[0], MAX_DEPTH)


def _json(value: Value, depth: int) -> Any:
    """Write numbers as they are, dates as ISO dates, empty and unreadable values as null."""
    match value:
        case None | bool() | str() | Decimal():
            return value
        case date():
            return value.isoformat()
        case Column():
            return [_json(one, depth) for one in value.values]
        case list() | tuple() if depth:
            return [_json(one, depth - 1) for one in value]
        case dict() if depth:
            pairs = value.items()
            return {clean_text(str(key)): _json(from_json(one), depth - 1) for key, one in pairs}
        case _ if value is UNREADABLE or isinstance(value, dict | list | tuple):
            return None
        case _:
            raise FunctionError(f"{describe(value)} is no JSON")
