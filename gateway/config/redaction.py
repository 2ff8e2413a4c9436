"""Secrets that were written into a file by mistake, kept out of what is shown of it.

Security reference §8, *Checking*: no secret is printed. Law: pure; texts in, texts of equal
length out, so that a caret still stands under what it means.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Iterator
from typing import Final

from gateway.diagnostic import Diagnostic

#: ``secret``, ``database``, and headers that say what they are.
_TELLING: Final = (
    r"database|(?:[a-z0-9]+[-_])*(?:auth|authorization|cookie|credentials?|password|secret|token)"
    r"(?:[-_][a-z0-9]+)*|(?:[a-z0-9]+[-_])+key"
)
_KEY: Final = re.compile(rf"(?<![\w-])(?:{_TELLING})[\"']?[ \t]*:", re.IGNORECASE)
#: User and password in an address.
_IN_ADDRESS: Final = re.compile(r"://([^/\s@\"']+)@")
#: A value among others in braces, as far as it goes.
_IN_BRACES: Final = re.compile(r"[ \t]*(?:\[[^\]]*|\"[^\"]*|'[^']*|[^,}]*)")
_REFERENCE: Final = re.compile(r"\$\{[^{}]*\}")
_WORD: Final = re.compile(r"[^\s\[\]{},\"']+")
#: Shorter ones cannot be secrets and might be any part of a sentence.
_LEAST: Final = 4
_MASK: Final = "*"


def literals(text: str) -> list[str]:
    """Find what stands in the place of a secret and is no reference, the longest first."""
    found = {one for one in _IN_ADDRESS.findall(text) if "${" not in one}
    for value in _values(text.split("\n")):
        rest = _REFERENCE.sub(" ", value).partition(" #")[0]
        words = (word.strip(":&*!") for word in _WORD.findall(rest))
        found.update(word for word in words if len(word) >= _LEAST)
    return sorted(found, key=lambda word: (-len(word), word))


def mask(text: str, secrets: Iterable[str]) -> str:
    """Cover each of *secrets* in *text*."""
    for secret in secrets:
        text = text.replace(secret, _MASK * len(secret))
    return text


def redact(diagnostic: Diagnostic, secrets: Iterable[str]) -> Diagnostic:
    """Cover *secrets* in the sentences of *diagnostic*."""
    secrets = list(secrets)
    return dataclasses.replace(
        diagnostic,
        message=mask(diagnostic.message, secrets),
        hint=mask(diagnostic.hint, secrets) if diagnostic.hint else diagnostic.hint,
    )


def _values(lines: list[str]) -> Iterator[str]:
    """Give the lines, and parts of lines, that belong to a key of what is secret."""
    # The column of the key whose value goes on, in the lines that stand further in.
    within: int | None = None
    for line in lines:
        column = len(line) - len(line.lstrip(" "))
        is_item = line[column:].startswith("-")
        if within is not None and (column > within or is_item or not line.strip()):
            yield line
            continue
        within = None
        for match in _KEY.finditer(line):
            value = line[match.end() :]
            if "{" not in line[: match.start()]:
                within = column
                yield value
                break
            inside = _IN_BRACES.match(value)
            yield inside.group() if inside else ""
