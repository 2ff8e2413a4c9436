"""Inputs made worse: bytes, texts and trees, by a seeded choice.

Law: pure; equal seeds give equal inputs, so that a finding can be repeated.
``FUZZ_ROUNDS`` multiplies how many there are (``make fuzz``), ``FUZZ_SEED`` chooses others.
"""

from __future__ import annotations

import copy
import os
import random
from collections.abc import Callable, Iterator
from typing import Any, Final

ROUNDS: Final = int(os.environ.get("FUZZ_ROUNDS", "1"))
SEED: Final = os.environ.get("FUZZ_SEED", "1")

Chance = random.Random

#: Values that programs of this kind have been broken by.
ODD: Final[tuple[Any, ...]] = (
    None, True, False, 0, -1, 2**31, 2**63, 2**64, -(2**63) - 1, 10**30, 0.1, 1e308, -0.0,
    "", " ", "None", "null", "NaN", "Infinity", "-", ".", "1e999999999", "1_000", "１２", "0x10",
    "\0", "\ud7ff", "\u202e", "\ufeff", "A\u0301", "x" * 1_501, "x" * 70_000, "{value}", "{0}",
    "%s%n", "${env:HOME}", "__class__", "'; drop table entries; --", "<script>", "../../etc/passwd",
    "9999-12-31", "0000-00-00", "2025-02-30", "1,234.56", "1.234,56", [], {}, [[]], [None],
    {"id": 1}, [{}], ["a", 1, None],
)  # fmt: skip

#: Pieces that mean something to one of the readers.
PIECES: Final = (
    b"", b"\0", b"\n", b"\r\n", b"\t", b" ", b"  ", b":", b": ", b"- ", b"{", b"}", b"[", b"]",
    b'"', b"'", b"\\", b"&a", b"*a", b"<<: *a", b"!!python/object:os.system", b"%YAML 1.1\n---\n",
    b"---\n", b"...\n", b"? ", b"|\n", b">\n", b"#", b" #", b"null", b"yes", b"012", b"1:30",
    b"1e400", b"-", b"99999999999999999999999", b"0.1", b"{value}", b"{{", b"}}", b"(", b")",
    b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b"\xef\xbb\xbf", "ž".encode(), "\u2028".encode(),
    b"value", b"amount_total", b"sum(", b"and ", b"**", b"[?a==`1`]", b"[]", b"@", b"lambda: 0",
    b"\\u0000", b"\\ud800", b"[" * 500, b'{"a":' * 500, b"(" * 120, b"9" * 5_000, b"a" * 5_000,
)  # fmt: skip


def chances(name: str, count: int) -> Iterator[Chance]:
    """Give *count* sources of chance for each round."""
    for number in range(count * ROUNDS):
        yield random.Random(f"{SEED}/{name}/{number}")


def bytes_of(chance: Chance, most: int) -> bytes:
    """Make bytes from nothing: noise, or a soup of pieces."""
    if chance.random() < 0.5:
        return chance.randbytes(chance.randrange(most))
    return b"".join(chance.choices(PIECES, k=chance.randrange(1, 30)))


def changed_bytes(chance: Chance, raw: bytes) -> bytes:
    """Damage *raw* in one to four places."""
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(raw) + 1)
        end = min(len(raw), at + chance.choice((0, 0, 1, 1, 2, 5, 20, 200)))
        match chance.randrange(5):
            case 0:
                raw = raw[:at] + chance.choice(PIECES) + raw[end:]
            case 1:
                raw = raw[:at] + chance.randbytes(chance.randint(1, 4)) + raw[end:]
            case 2:
                raw = raw[:at] + raw[end:]
            case 3:
                raw = raw[:end] + raw[at:]
            case _:
                raw = raw[:at]
        raw = raw or b"\n"
    return raw


def changed_tree(chance: Chance, data: Any) -> Any:
    """Change one to five places of plain data."""
    data = copy.deepcopy(data)
    for _ in range(chance.randint(1, 5)):
        places = list(_places(data))
        if not places:
            return data
        _change(chance, *chance.choice(places), data)
    return data


def _change(chance: Chance, parent: Any, key: Any, data: Any) -> None:
    value = parent[key]
    changes: list[Callable[[], Any]] = [
        lambda: copy.deepcopy(chance.choice(ODD)),
        lambda: copy.deepcopy(chance.choice(ODD)),
        lambda: [value],
        lambda: {"id": value},
        lambda: str(value)[:100],
        lambda: copy.deepcopy(_somewhere(chance, data)),
    ]
    match chance.randrange(8):
        case 0:
            del parent[key]
        case 1 if isinstance(parent, list):
            parent.extend(copy.deepcopy([value] * chance.choice((1, 2, 30))))
        case 2 if isinstance(parent, dict):
            parent[chance.choice((f"{key}x", "", "__proto__", "id", "schema_id", "ž"))] = value
        case 3 if isinstance(value, list):
            chance.shuffle(value)
        case _:
            parent[key] = chance.choice(changes)()


def _somewhere(chance: Chance, data: Any) -> Any:
    parent, key = chance.choice(list(_places(data)))
    return parent[key]


def _places(data: Any) -> Iterator[tuple[Any, Any]]:
    waiting = [data]
    while waiting:
        one = waiting.pop()
        keys = one if isinstance(one, dict) else range(len(one)) if isinstance(one, list) else ()
        for key in keys:
            yield one, key
            waiting.append(one[key])
