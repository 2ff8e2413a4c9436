"""SQL statements by name, from the files of ``queries/``.

Law: statements are literals of the program; nothing is ever put into them but bound values.
"""

from __future__ import annotations

import re
from importlib.resources import files
from typing import Final

_NAME: Final = re.compile(r"^-- name: (\w+)\n", re.MULTILINE)
_COMMENT: Final = re.compile(r"^\s*--.*\n", re.MULTILINE)
#: A bound value, but not a cast.
_BOUND: Final = re.compile(r"(?<!:):(\w+)")


def statements(*names: str) -> dict[str, str]:
    """Read the statements of files of ``queries/``; values are bound as ``:name``."""
    found: dict[str, str] = {}
    for name in names:
        text = (files(__package__) / "queries" / f"{name}.sql").read_text(encoding="utf-8")
        parts = _NAME.split(text)
        for key, statement in zip(parts[1::2], parts[2::2], strict=True):
            found[key] = _COMMENT.sub("", statement).strip()
    return found


def with_percents(found: dict[str, str]) -> dict[str, str]:
    """Write the bound values of statements as ``%(name)s``."""
    return {name: _BOUND.sub(r"%(\1)s", one.replace("%", "%%")) for name, one in found.items()}
