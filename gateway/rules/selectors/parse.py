"""Selectors from text to a checked tree.

Law: what can be known without a document is found here, with its place, or not at all: syntax,
limits, functions, argument counts, references and steps.
"""

from __future__ import annotations

import warnings
from itertools import pairwise
from typing import Any, Final

from jmespath import exceptions, lexer, parser

from gateway.rules.selectors.functions import SIGNATURES, Signature
from gateway.rules.selectors.tree import Tree, depth, walk
from gateway.spelling import closest

MAX_TEXT: Final = 2_048
MAX_DEPTH: Final = 60

#: What the lexer calls the token after the last.
_END: Final = "eof"


class PathSyntaxError(ValueError):
    """A selector that is none, told to its author. Offset and length count code points."""

    def __init__(self, message: str, offset: int, length: int, hint: str | None = None) -> None:
        super().__init__(message, offset, length, hint)
        self.message = message
        self.offset = offset
        self.length = length
        self.hint = hint

    def __str__(self) -> str:
        return self.message


def parse(text: str) -> Tree:
    """Parse and check *text*. The tree is shared: it must not be changed.

    Raises:
        PathSyntaxError: it is no JMESPath, or goes beyond a limit.
    """
    if len(text) > MAX_TEXT:
        message = f"a selector has at most {MAX_TEXT} characters, this one has {len(text)}"
        raise PathSyntaxError(message, MAX_TEXT, len(text) - MAX_TEXT)
    try:
        tree = _parsed(text)
    except exceptions.JMESPathError as error:
        raise _syntax_mistake(text, error) from None
    except RecursionError:
        raise _too_deep(text) from None
    if depth(tree) > MAX_DEPTH:
        raise _too_deep(text)
    _check_calls(text, tree)
    _check_references(text, tree)
    _check_steps(text, tree)
    return tree


def _parsed(text: str) -> Tree:
    # A fresh parser: one that has failed keeps its tokens.
    tree: Tree
    if "`" not in text:
        tree = parser.Parser().parse(text).parsed
        return tree
    with warnings.catch_warnings():
        # Backticks around bare text: deprecated, but it means what jmespath says it means.
        warnings.simplefilter("ignore", PendingDeprecationWarning)
        tree = parser.Parser().parse(text).parsed
        return tree


def _too_deep(text: str) -> PathSyntaxError:
    message = f"the selector is nested more than {MAX_DEPTH} levels deep"
    return PathSyntaxError(message, 0, len(text))


# Syntax --------------------------------------------------------------------------------------


def _syntax_mistake(text: str, error: Any) -> PathSyntaxError:
    if isinstance(error, exceptions.EmptyExpressionError):
        return PathSyntaxError("the selector is empty", 0, 0)
    if isinstance(error, exceptions.LexerError):
        return _unreadable(text, error.lexer_position, error.message)
    if isinstance(error, exceptions.IncompleteExpressionError) or _is_end(error):
        return PathSyntaxError("the selector ends too early", len(text), 0)
    if error.msg.startswith("Quoted identifier"):
        return _quoted_function(text)
    offset = error.lex_position
    length = _token_lengths(text).get(offset, 1)
    return PathSyntaxError(f"unexpected {text[offset : offset + length]!r}", offset, length)


def _is_end(error: Any) -> bool:
    return str(error.token_type).lower() == _END


def _unreadable(text: str, offset: int, said: str) -> PathSyntaxError:
    rest = len(text) - offset
    sign = text[offset]
    if said.startswith("Unclosed"):
        return PathSyntaxError(f"{sign!r} is opened here and never closed", offset, rest)
    if sign == "`":
        message = "between backticks stands JSON, and this is none"
        return PathSyntaxError(message, offset, rest, "write text between single quotes")
    if sign == '"':
        return PathSyntaxError("this quoted name has an escape that is none", offset, rest)
    hint = "write == to compare" if sign == "=" else None
    return PathSyntaxError(f"{sign!r} means nothing here", offset, 1, hint)


def _quoted_function(text: str) -> PathSyntaxError:
    # The parser tells no place, but stops at the first.
    offset = next(
        name["start"]
        for name, after in pairwise(_tokens(text))
        if (name["type"], after["type"]) == ("quoted_identifier", "lparen")
    )
    length = _token_lengths(text)[offset]
    return PathSyntaxError("the name of a function has no quotes", offset, length)


def _tokens(text: str) -> list[dict[str, Any]]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PendingDeprecationWarning)
        return list(lexer.Lexer().tokenize(text))


def names_for_texts(text: str) -> list[tuple[int, int]]:
    """Find what ``schema_id`` is compared with when it is a key's name, which no node has."""
    tokens = _tokens(text)
    lengths = _token_lengths(text)
    return [
        (right["start"], lengths[right["start"]])
        for left, sign, right in zip(tokens, tokens[1:], tokens[2:], strict=False)
        if left["value"] == "schema_id"
        and sign["type"] in ("eq", "ne")
        and right["type"] in ("quoted_identifier", "unquoted_identifier")
    ]


def _token_lengths(text: str) -> dict[int, int]:
    """Map where each token starts to its length; the lexer's own ends are wrong for some."""
    starts = [token["start"] for token in _tokens(text)]
    return {start: len(text[start:end].rstrip()) for start, end in pairwise(starts)}


# Functions -----------------------------------------------------------------------------------


def _check_calls(text: str, tree: Tree) -> None:
    calls = [node for node in walk(tree) if node["type"] == "function_expression"]
    for number, call in enumerate(calls):
        name, given = call["value"], len(call["children"])
        signature = SIGNATURES.get(name)
        if signature is None:
            offset, length = _call_place(text, number)
            meant = closest(name, SIGNATURES)
            hint = f"did you mean {meant!r}?" if meant else None
            raise PathSyntaxError(f"unknown function {name!r}", offset, length, hint)
        if not signature.accepts(given):
            offset, length = _call_place(text, number)
            message = f"{name}() takes {_arguments(signature)}, {given} given"
            raise PathSyntaxError(message, offset, length)


def _arguments(signature: Signature) -> str:
    number = signature.count
    least = "at least " if signature.variadic else ""
    return f"{least}{number} argument{'' if number == 1 else 's'}"


def _call_place(text: str, number: int) -> tuple[int, int]:
    """Find the name of the *number*-th call: a name, closing parentheses, an opening one."""
    tokens = _tokens(text)
    names = [
        token["start"]
        for index, token in enumerate(tokens)
        if token["type"].endswith("_identifier") and _is_called(tokens[index + 1 :])
    ]
    return names[number], _token_lengths(text)[names[number]]


def _is_called(after: list[dict[str, Any]]) -> bool:
    # "(length)(@)" is a call too.
    following: str = next(one["type"] for one in after if one["type"] != "rparen")
    return following == "lparen"


def _check_references(text: str, tree: Tree) -> None:
    """Let ``&`` stand only where a function takes it: elsewhere it makes no value."""
    allowed: set[int] = set()
    calls = (node for node in walk(tree) if node["type"] == "function_expression")
    for number, call in enumerate(calls):
        position = SIGNATURES[call["value"]].reference
        if position is None:
            continue
        argument = call["children"][position]
        if argument["type"] != "expref":
            offset, length = _call_place(text, number)
            message = f"argument {position + 1} of {call['value']}() is an expression"
            raise PathSyntaxError(message, offset, length, "put & before it, as in &id")
        allowed.add(id(argument))
    exprefs = (node for node in walk(tree) if node["type"] == "expref")
    for number, node in enumerate(exprefs):
        if id(node) not in allowed:
            signs = [token["start"] for token in _tokens(text) if token["type"] == "expref"]
            message = "& stands only before an argument of map, sort_by, min_by and max_by"
            raise PathSyntaxError(message, signs[number], 1)


# Slices --------------------------------------------------------------------------------------


def _check_steps(text: str, tree: Tree) -> None:
    slices = [node for node in walk(tree) if node["type"] == "slice"]
    for number, node in enumerate(slices):
        if node["children"][2] == 0:
            offset, length = _slice_place(text, number)
            raise PathSyntaxError("the step of a slice cannot be 0", offset, length)


def _slice_place(text: str, number: int) -> tuple[int, int]:
    """Find the brackets of the *number*-th slice: nothing else has a colon in such a place."""
    tokens = _tokens(text)
    types = [token["type"] for token in tokens]
    slices = [
        index
        for index, kind in enumerate(types)
        if kind == "lbracket"
        and (types[index + 1] == "colon" or types[index + 1 : index + 3] == ["number", "colon"])
    ]
    opened = slices[number]
    start = tokens[opened]["start"]
    return start, tokens[types.index("rbracket", opened)]["start"] + 1 - start
