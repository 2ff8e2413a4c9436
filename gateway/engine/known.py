"""What values are known by, so that none that is there already is sent again.

Language §5. Law: pure.
"""

from __future__ import annotations

from typing import Final

from gateway.annotation.content import Content
from gateway.annotation.values import Kind, Value, kind_of, value_text


def known_by(content: Content, schema_id: str, value: Value) -> Value:
    """Give what a value to be written is known by.

    A number or date in a field of this kind is known by itself, so that ``5.0`` is ``5``; all else
    by its text, since two texts that cannot be read are two values all the same.
    """
    kind = content.kind(schema_id)
    return _known(content.typed(schema_id, value), kind, value_text(value))


def column_known_by(content: Content, schema_id: str) -> list[Value]:
    """Give what the values of a column are known by, in the order of its rows."""
    kind = content.kind(schema_id)
    values = content.column(schema_id).values
    if kind is Kind.TEXT:
        return content.texts(schema_id).values
    return [
        value if value is None or node is None else _known(value, kind, content.displayed(node))
        for value, node in zip(values, content.tree.nodes(schema_id), strict=True)
    ]


def _known(value: Value, kind: Kind, text: str | None) -> Value:
    if value is None:
        return None
    return value if kind in _BY_THEMSELVES and kind_of(value) is kind else text


_BY_THEMSELVES: Final = (Kind.NUMBER, Kind.DATE)
