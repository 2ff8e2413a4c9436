"""The text of a query, read as far as is needed to refuse it before it reaches a database.

Security reference §8 *Tables*: one literal select with bound parameters. What really keeps it from
writing is the connection; this says so earlier, with a place. Law: pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

MAX_QUERY: Final = 20_000

_TOKEN: Final = re.compile(
    r"""
      (?P<blank>\s+|--[^\n]*|/\*(?:[^*]|\*(?!/))*\*/)
    | (?P<text>[eE]?'(?:[^']|'')*'|\$(?P<tag>[A-Za-z_0-9]*)\$(?s:.*?)\$(?P=tag)\$)
    | (?P<name>"(?:[^"]|"")*")
    | (?P<cast>::)
    | (?P<parameter>:[A-Za-z_][A-Za-z0-9_]*)
    | (?P<word>[^\W\d]\w*)
    | (?P<number>\d[\w.]*)
    | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)
#: What begins or makes a statement that is more than a question.
_WRITING: Final = frozenset(
    (
        *("alter", "attach", "call", "copy", "create", "delete", "detach", "do", "drop", "execute"),
        *("grant", "insert", "into", "lock", "merge", "pragma", "refresh", "reindex", "revoke"),
        *("set", "truncate", "update", "upsert", "vacuum"),
    )
)


class QueryError(Exception):
    """A query that is refused."""

    def __init__(self, message: str, at: int, length: int, hint: str | None = None) -> None:
        """Say what is wrong with the *length* characters at *at*."""
        super().__init__(message, at, length, hint)
        self.message = message
        self.at = at
        self.length = length
        self.hint = hint

    def __str__(self) -> str:
        return self.message


@dataclass(frozen=True, slots=True)
class Query:
    """A single select."""

    #: As it is sent, with each parameter as ``:name`` and no other colon that could be read as one.
    text: str
    #: In the order in which they first appear.
    parameters: tuple[str, ...]
    #: The names of what is selected; None where the text alone does not tell.
    columns: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    at: int

    def is_word(self, *words: str) -> bool:
        return self.kind == "word" and self.text.lower() in words


def read_query(text: str) -> Query:
    """Read a query.

    Raises:
        QueryError: it is not one select, or not one that only reads.
    """
    if len(text) > MAX_QUERY:
        raise QueryError(f"a query of more than {MAX_QUERY} characters", 0, 1)
    tokens = list(_tokens(text))
    while tokens and tokens[-1].text == ";":
        tokens.pop()
    _check(tokens)
    end = tokens[-1].at + len(tokens[-1].text)
    parameters = [token.text[1:] for token in tokens if token.kind == "parameter"]
    return Query(
        text=_escaped(text[:end], tokens),
        parameters=tuple(dict.fromkeys(parameters)),
        columns=_columns(tokens),
    )


def _tokens(text: str) -> Iterator[_Token]:
    for found in _TOKEN.finditer(text):
        kind = found.lastgroup if found.lastgroup != "tag" else "text"
        token = _Token(kind or "other", found.group(), found.start())
        if token.text in ("'", '"') or (kind == "other" and text.startswith("/*", token.at)):
            raise QueryError("what begins here is never closed", token.at, 1)
        if kind != "blank":
            yield token


def _check(tokens: Sequence[_Token]) -> None:
    if not tokens:
        raise QueryError("the query is empty", 0, 1, "begin with `select`")
    first = tokens[0]
    if not first.is_word("select", "with"):
        hint = "one `select`, or `with … select`"
        raise QueryError("a query begins with `select`", first.at, len(first.text), hint)
    for token, following in zip(tokens, [*tokens[1:], None], strict=True):
        if token.text == ";":
            raise QueryError("more than one statement", token.at, 1, "a table has one query")
        if token.kind == "word" and token.text.lower() in _WRITING and not _is(following, "("):
            hint = f'as a column\'s name it is written in double quotes: "{token.text}"'
            message = f"a query only reads: {token.text!r} is not allowed"
            raise QueryError(message, token.at, len(token.text), hint)
        if token.is_word("for") and _is(following, "update", "share", "no", "key"):
            raise QueryError("a query locks nothing", token.at, len(token.text))


def _is(token: _Token | None, *texts: str) -> bool:
    return token is not None and token.text.lower() in texts


def _escaped(text: str, tokens: Sequence[_Token]) -> str:
    """Keep SQLAlchemy from taking ``:30`` in ``'12:30'`` for a parameter."""
    parts, done = [], 0
    for token in tokens:
        if token.kind != "parameter":
            parts += [text[done : token.at].replace(":", r"\:"), token.text.replace(":", r"\:")]
        else:
            parts += [text[done : token.at].replace(":", r"\:"), token.text]
        done = token.at + len(token.text)
    return "".join(parts)


def _columns(tokens: Sequence[_Token]) -> tuple[str, ...] | None:
    """Name what a plain ``select a, b as c from …`` selects."""
    if not tokens[0].is_word("select"):
        return None
    names: list[str] = []
    item: list[_Token] = []
    depth = 0
    for token in tokens[1:]:
        depth += (token.text in ("(", "[")) - (token.text in (")", "]"))
        ends = depth == 0 and (token.text == "," or token.is_word("from"))
        if not ends:
            item.append(token)
            continue
        name = _name(item)
        if name is None:
            return None
        names.append(name)
        item = []
        if token.text != ",":
            break
    else:
        name = _name(item)
        names += [name] if name is not None else []
    if not names or len(set(names)) < len(names):
        return None
    return tuple(names)


def _name(item: Sequence[_Token]) -> str | None:
    """Name one selected thing: what stands behind ``as``, or a column's own name."""
    tokens = list(item)
    if tokens and tokens[0].is_word("distinct", "all"):
        del tokens[0]
    if not tokens or tokens[-1].kind not in ("word", "name"):
        return None
    last = tokens[-1]
    plain = len(tokens) == 1 or (tokens[-2].text == "." and len(tokens) <= 5)
    named = len(tokens) > 2 and tokens[-2].is_word("as")
    if not plain and not named:
        return None
    if last.kind == "name":
        return last.text[1:-1].replace('""', '"')
    return last.text
