"""Parsing expressions: text in, Python's syntax tree out, within limits that hold beforehand.

Security reference §5, item 1. Law: pure; no text makes it raise, and none takes long.
"""

from __future__ import annotations

import ast
import keyword
import re
import warnings
from typing import Final

from gateway.diagnostic import Report
from gateway.rules.yaml.source import Text

MAX_SOURCE: Final = 4_096
MAX_NODES: Final = 400
MAX_DEPTH: Final = 30

#: Characters that end a line or shift Python's tokenizer, each as one blank.
_BLANKS: Final = str.maketrans(dict.fromkeys("\n\r\t\f\v", " "))


#: A word of Python's behind a dot, where it is a key such as that of ``email.from``; or a text.
_KEYWORD: Final = re.compile(
    r"""("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(?<=\.)(?:{})\b""".format("|".join(keyword.kwlist))
)
#: How far the wide form of an ASCII letter is from it.
_WIDE: Final = 0xFEE0


def parse(
    text: Text, stretch: tuple[int, int], report: Report, rule: str | None
) -> ast.expr | None:
    """Parse a stretch of *text* as one Python expression within the limits.

    Returns:
        The tree, its offsets in code points of ``text.value``; None after reporting why it is none.
    """
    start, end = stretch
    place = text.at(start, max(1, end - start))

    def refuse(code: str, message: str, offset: int, length: int, hint: str | None) -> None:
        report.error(code, message, text.at(offset, length), hint=hint, rule=rule)

    source = _KEYWORD.sub(_as_name, text.value[start:end].translate(_BLANKS))
    indent = len(source) - len(source.lstrip(" "))
    if not source.strip():
        report.error("R205", "an expression is missing here", place, rule=rule)
        return None
    if len(source) > MAX_SOURCE:
        report.error("R209", f"an expression has at most {MAX_SOURCE} characters", place, rule=rule)
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            # The newline makes the parser report an unfinished text at its end, not at 0.
            tree = ast.parse(source[indent:] + "\n", mode="eval").body
    except SyntaxError as error:
        offset = indent + max((error.offset or 1) - 1, 0)
        message, hint = _explain_syntax(source, error.msg, offset)
        refuse("R205", message, start + min(offset, len(source.rstrip()) - 1), 1, hint)
        return None
    except (ValueError, RecursionError, MemoryError):
        report.error("R205", "not an expression", place, rule=rule)
        return None
    if not _within_limits(tree):
        report.error(
            "R209",
            f"an expression has at most {MAX_NODES} parts, nested at most {MAX_DEPTH} deep",
            place,
            hint="give parts of it names with let",
            rule=rule,
        )
        return None
    _shift(tree, source[indent:], start + indent)
    if isinstance(tree, ast.Tuple) and not source[indent:].startswith("("):
        hint = "a number is written with a point and no other signs, such as 1000.5"
        refuse("R205", "a comma means nothing here", tree.elts[0].end_col_offset or start, 1, hint)
        return None
    return tree


def dotted(node: ast.Attribute) -> tuple[tuple[str, ...], ast.expr]:
    """Split ``a.b.c`` into its keys and the expression it begins with."""
    keys: list[str] = []
    root: ast.expr = node
    while isinstance(root, ast.Attribute):
        keys.append(root.attr)
        root = root.value
    return tuple(reversed(keys)), root


def _as_name(found: re.Match[str]) -> str:
    """Write a word's first letter wide: Python reads names by their plain letters, words as is."""
    word = found[0]
    return word if found[1] else chr(ord(word[0]) + _WIDE) + word[1:]


#: Habits of other languages, looked for outside of quotes.
_HABITS: Final = tuple(
    (re.compile(pattern), advice)
    for pattern, advice in (
        ("&&", "write `and`"),
        (r"\|\|", "write `or`"),
        (r"\b(?:AND|OR|NOT|IN)\b", "write `and`, `or`, `not` and `in` in small letters"),
        (r"!(?!=)", "write `not`"),
        ("<>", "write `!=`"),
        (r"\?|\bthen\b", "write `a if condition else b`"),
        (";", "a rule has one expression here"),
        (r"\$", "fields are named without a sign"),
        ("[“”„‘’«»]", "write straight quotes"),
        ("[€£¥]", "write the number alone"),
        (r"\d\s*%(?!\s*[\w(])", "write 10 % as 0.1"),
        (r"\{\s*[A-Za-z_]", "an expression has no braces; they belong in templates"),
        (r"(?:\b(?:and|or|not|in)|[-+*/<>=])\s*$", "something is missing at its end"),
    )
)


def _explain_syntax(source: str, reason: str, offset: int) -> tuple[str, str | None]:
    if "never closed" in reason or "unterminated" in reason or "unmatched" in reason:
        return f"not an expression: {reason.split(' (detected', maxsplit=1)[0]}", None
    bare = re.sub(r"\"[^\"]*\"|'[^']*'", '""', source)
    hint = next((advice for habit, advice in _HABITS if habit.search(bare)), None)
    # A sign `=` elsewhere may be that of an argument.
    if hint is None and (source[offset : offset + 1] == "=" or "'=='" in reason):
        hint = "write `==` to compare"
    if hint is None and re.search(r"[\w\"')\]]\s+$", source[:offset]):
        hint = "between two values stands an operator, such as `==` or `and`"
    return "not an expression", hint


def _within_limits(tree: ast.expr) -> bool:
    """Count nodes and depth with a loop, so that a deep tree is no problem."""
    waiting: list[tuple[ast.AST, int]] = [(tree, 1)]
    nodes = 0
    while waiting:
        node, depth = waiting.pop()
        if isinstance(node, ast.expr_context | ast.operator | ast.cmpop | ast.boolop | ast.unaryop):
            continue
        nodes += 1
        if nodes > MAX_NODES or depth > MAX_DEPTH:
            return False
        waiting.extend((child, depth + 1) for child in ast.iter_child_nodes(node))
    return True


def _shift(tree: ast.expr, source: str, indent: int) -> None:
    """Turn the parser's offsets, bytes of UTF-8, into code points of the whole text."""
    encoded = None if source.isascii() else source.encode()
    if encoded is None and indent == 0:
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.expr | ast.keyword):
            start, end = node.col_offset, node.end_col_offset or node.col_offset
            if encoded is not None:
                start = len(encoded[:start].decode(errors="replace"))
                end = len(encoded[:end].decode(errors="replace"))
            node.col_offset, node.end_col_offset = indent + start, indent + end
