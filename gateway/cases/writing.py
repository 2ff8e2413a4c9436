"""Values written as YAML that the strict reader takes back unchanged.

Law: pure; texts, lists and mappings only; a text is plain where nobody can read it otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from gateway.rules.yaml.scalars import Ambiguous, resolve

#: Longer lines are broken into blocks.
WIDTH: Final = 100

_PLAIN: Final = re.compile(r"[A-Za-z_](?:[A-Za-z0-9_./-]| (?=[A-Za-z0-9_]))*")
_BARE_KEY: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
_ESCAPES: Final = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t"}


def scalar(value: Any) -> str:
    """Write a single value: a text, a boolean, a number, or nothing."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case str():
            return _text(value)
        case float() | Decimal():
            # An exponent, which YAML's readers disagree about, is written out.
            written = format(Decimal(str(value)), "f")
            return written if resolve(written) == Decimal(written) else f"{value:.6f}"
        case _:
            written = str(value)
            return _quoted(written) if isinstance(resolve(written), Ambiguous) else written


def flow(value: Any) -> str:
    """Write a value on one line, collections in braces and brackets."""
    match value:
        case Mapping():
            inner = ", ".join(f"{_key(key)}: {flow(one)}" for key, one in value.items())
            return f"{{{inner}}}"
        case str():
            return _text(value)
        case Sequence():
            return f"[{', '.join(map(flow, value))}]"
        case _:
            return scalar(value)


def block(value: Any, indent: int, lead: int = 0) -> Iterator[str]:
    """Write a value as lines indented by *indent*; what fits on one line stays on one.

    The first line is without its indentation: it follows *lead* characters of a longer line.
    """
    margin = " " * indent
    match value:
        case Mapping() if value:
            for number, (key, one) in enumerate(value.items()):
                first = f"{margin if number else ''}{_key(key)}:"
                yield from _below(first, one, indent, lead if not number else 0)
        case list() | tuple() if value:
            for number, one in enumerate(value):
                start = f"{margin if number else ''}- "
                inline = flow(one)
                if indent + 2 + len(inline) <= WIDTH or isinstance(one, str):
                    yield start + inline
                else:
                    lines = block(one, indent + 2)
                    yield start + next(lines)
                    yield from lines
        case _:
            yield flow(value)


def _below(first: str, value: Any, indent: int, lead: int) -> Iterator[str]:
    """Write a value behind its key, or below it where the line would be too long."""
    inline = flow(value)
    is_collection = isinstance(value, Mapping | list | tuple) and bool(value)
    if not is_collection or max(lead, indent) + len(first.strip()) + 1 + len(inline) <= WIDTH:
        yield f"{first} {inline}"
        return
    yield first
    lines = block(value, indent + 2)
    yield " " * (indent + 2) + next(lines)
    yield from lines


def _key(key: str) -> str:
    return key if _BARE_KEY.fullmatch(key) and resolve(key) == key else _quoted(key)


def _text(text: str) -> str:
    if _PLAIN.fullmatch(text) and resolve(text) == text:
        return text
    return _quoted(text)


def _quoted(text: str) -> str:
    return '"' + "".join(map(_escaped, text)) + '"'


def _escaped(sign: str) -> str:
    if sign in _ESCAPES:
        return _ESCAPES[sign]
    if sign.isprintable():
        return sign
    code = ord(sign)
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
