"""Functions of text.

Language §4, *Functions*, text. Law: pure; sizes are checked before a text is built; a text
function that leaves nothing gives empty, never a text without characters.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import ROUND_DOWN, Decimal
from functools import lru_cache
from typing import Final

from gateway.annotation.values import CONTEXT, MAX_TEXT, Kind, Value, kind_of, value_text
from gateway.rules.function import Example, Function, FunctionError, Parameter
from gateway.rules.functions.bounds import check_length, or_empty, whole

MAX_WIDTH: Final = 1_000
#: Comparing two texts takes time in proportion to the product of their lengths.
MAX_PRODUCT: Final = 4_000_000

_WORD: Final = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*")
#: Letters that Unicode does not take apart.
_PLAIN: Final = {
    "ß": "ss", "ẞ": "SS", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ø": "o", "Ø": "O",
    "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ð": "d", "Ð": "D", "þ": "th", "Þ": "TH",
    "ħ": "h", "Ħ": "H", "ı": "i", "ŧ": "t", "Ŧ": "T",
}  # fmt: skip


def upper(text: str) -> str | None:
    """Write in capitals."""
    return _grown(text.upper())


def lower(text: str) -> str | None:
    """Write in small letters."""
    return _grown(text.lower())


def title(text: str) -> str | None:
    """Begin each word with a capital."""
    return _grown(_WORD.sub(lambda word: word[0].capitalize(), text))


def _grown(text: str) -> str | None:
    """Check what changing case has made: no letter becomes more than three."""
    check_length(len(text))
    return or_empty(text)


def trim(text: str) -> str | None:
    """Take blanks off both ends."""
    return or_empty(text.strip())


def length(text: str) -> Decimal:
    """Count the characters."""
    return Decimal(len(text))


def contains(within: str | list[Value], sought: Value, ignore_case: bool = False) -> bool:
    """Look for a text in a text, or for a value in a list."""
    if isinstance(within, str):
        if not isinstance(sought, str):
            raise FunctionError("contains() looks for text in text; write text(…) for other values")
        return _folded(sought, ignore_case) in _folded(within, ignore_case)
    kind = kind_of(sought)
    folded = _folded(sought, ignore_case)
    return any(kind_of(value) is kind and _folded(value, ignore_case) == folded for value in within)


def starts_with(text: str, beginning: str, ignore_case: bool = False) -> bool:
    """Compare the beginning."""
    return bool(_folded(text, ignore_case).startswith(_folded(beginning, ignore_case)))


def ends_with(text: str, ending: str, ignore_case: bool = False) -> bool:
    """Compare the end."""
    return bool(_folded(text, ignore_case).endswith(_folded(ending, ignore_case)))


def _folded(value: Value, ignore_case: bool) -> Value:
    return value.casefold() if ignore_case and isinstance(value, str) else value


def replace(text: str, old: str, new: str) -> str | None:
    """Put *new* wherever *old* is."""
    if not old:
        raise FunctionError("replace() needs a text to look for")
    check_length(len(text) + text.count(old) * (len(new) - len(old)))
    return or_empty(text.replace(old, new))


def split(text: str, separator: str, n: Decimal) -> str | None:
    """Give one of the parts between separators; empty when there are fewer."""
    if not separator:
        raise FunctionError("split() needs a separator")
    position = whole(n, "n", -MAX_TEXT, MAX_TEXT)
    if not position:
        raise FunctionError("n counts from 1, or from -1 at the end")
    parts = text.split(separator)
    if abs(position) > len(parts):
        return None
    return or_empty(parts[position - 1 if position > 0 else position])


def substring(text: str, start: Decimal, length: Decimal | None = None) -> str | None:
    """Give the characters from a position on, counted from 1 or from the end."""
    first = whole(start, "start", -MAX_TEXT, MAX_TEXT)
    size = MAX_TEXT if length is None else whole(length, "length", 0, MAX_TEXT)
    if not first:
        raise FunctionError("start counts from 1, or from -1 at the end")
    begin = first - 1 if first > 0 else max(len(text) + first, 0)
    return or_empty(text[begin : begin + size])


def padding(fill: str, side: str) -> tuple[str, str]:
    """Check how to pad."""
    if len(fill) != 1:
        raise ValueError(f"fill is one character, not {fill!r}")
    if side not in ("left", "right"):
        raise ValueError(f'side is "left" or "right", not {side!r}')
    return fill, side


def pad(value: str | Decimal, width: Decimal, how: tuple[str, str]) -> str | None:
    """Fill up to a width."""
    fill, side = how
    text, wide = value_text(value), whole(width, "width", 0, MAX_WIDTH)
    return or_empty(text.rjust(wide, fill) if side == "left" else text.ljust(wide, fill))


def digits(text: str) -> str | None:
    """Keep the digits 0 to 9."""
    return or_empty("".join(filter("0123456789".__contains__, text)))


def letters(text: str) -> str | None:
    """Keep the letters of any script."""
    return or_empty("".join(filter(str.isalpha, text)))


def without_accents(text: str) -> str | None:
    """Write letters without their marks."""
    if text.isascii():
        return or_empty(text)
    return _grown("".join(map(_without_marks, text)))


@lru_cache(maxsize=4096)
def _without_marks(character: str) -> str:
    """Take one character apart.

    Not the whole text at once: ordering a long run of marks takes quadratic time.
    """
    if character in _PLAIN:
        return _PLAIN[character]
    parts = unicodedata.normalize("NFD", character)
    return "".join(part for part in parts if not unicodedata.combining(part))


def similarity(a: str, b: str) -> Decimal:
    """Compare the words of two texts in any order: 1 when they are the same, 0 at worst."""
    from rapidfuzz.distance import Indel

    _check_product(a, b)
    one, other = sorted_words(a), sorted_words(b)
    if not one or not other:
        return Decimal("1.0000" if a.casefold() == b.casefold() else "0.0000")
    size = len(one) + len(other)
    alike = CONTEXT.divide(Decimal(size - Indel.distance(one, other)), Decimal(size))
    return alike.quantize(Decimal("0.0001"), ROUND_DOWN, CONTEXT)


def sorted_words(text: str) -> str:
    """Give the words of a text in small letters, sorted: what `similarity` compares."""
    return " ".join(sorted(re.sub(r"[\W_]+", " ", text.casefold()).split()))


def distance(a: str, b: str) -> Decimal:
    """Count the characters to insert, delete or replace that make one text the other."""
    from rapidfuzz.distance import Levenshtein

    _check_product(a, b)
    return Decimal(Levenshtein.distance(a, b))


def _check_product(a: str, b: str) -> None:
    if len(a) * len(b) > MAX_PRODUCT:
        raise FunctionError("the texts are too long to be compared letter by letter")


_X: Final = Parameter("x", Kind.TEXT)
_Y: Final = Parameter("y", Kind.TEXT)
_CASE: Final = Parameter("ignore_case", Kind.BOOLEAN, False)

TEXT: Final = (
    Function(
        "text", "text", (Parameter("x", Kind.SCALAR),), Kind.TEXT, value_text,
        "*x* as text: numbers plainly, dates as ISO, `true` or `false`.",
        (
            Example("text(12.50)", "12.50"),
            Example("text(date(2025, 1, 31))", "2025-01-31"),
            Example("text(1 < 2)", "true"),
        ),
    ),
    Function(
        "upper", "text", (_X,), Kind.TEXT, upper,
        "*x* in capitals.",
        (Example('upper("Straße")', "STRASSE"),),
    ),
    Function(
        "lower", "text", (_X,), Kind.TEXT, lower,
        "*x* in small letters.",
        (Example('lower("ŽLUTÝ")', "žlutý"),),
    ),
    Function(
        "title", "text", (_X,), Kind.TEXT, title,
        "*x* with a capital at the beginning of each word.",
        (Example('title("JEAN-LUC o\'neill")', "Jean-Luc O'neill"),),
    ),
    Function(
        "trim", "text", (_X,), Kind.TEXT, trim,
        "*x* without blanks and line breaks at its ends; empty if nothing is left.",
        (Example('trim("  a b ")', "a b"), Example('is_empty(trim("  "))', True)),
        may_be_empty=True,
    ),
    Function(
        "length", "text", (_X,), Kind.NUMBER, length,
        "How many characters *x* has.",
        (Example('length("Kč")', Decimal(2)),),
    ),
    Function(
        "contains", "text",
        (Parameter("x", Kind.TEXT | Kind.LIST), Parameter("y", Kind.SCALAR), _CASE),
        Kind.BOOLEAN, contains,
        "True if the text *x* has *y* in it, or the list *x* has *y* as one of its values.",
        (
            Example('contains("Total: 12 EUR", "eur", ignore_case=True)', True),
            Example('contains(["EUR", "CZK"], "EU")', False),
        ),
    ),
    Function(
        "starts_with", "text", (_X, _Y, _CASE), Kind.BOOLEAN, starts_with,
        "True if *x* begins with *y*.",
        (Example('starts_with("CZ123", "CZ")', True),),
    ),
    Function(
        "ends_with", "text", (_X, _Y, _CASE), Kind.BOOLEAN, ends_with,
        "True if *x* ends with *y*.",
        (Example('ends_with("scan.PDF", ".pdf", ignore_case=True)', True),),
    ),
    Function(
        "replace", "text", (_X, Parameter("old", Kind.TEXT), Parameter("new", Kind.TEXT)),
        Kind.TEXT, replace,
        "*x* with *new* wherever *old* was; empty if nothing is left. For patterns: `substitute`.",
        (Example('replace("12-34-56", "-", "")', "123456"),), may_be_empty=True,
    ),
    Function(
        "split", "text",
        (_X, Parameter("separator", Kind.TEXT), Parameter("n", Kind.NUMBER)),
        Kind.TEXT, split,
        "The *n*th of the parts of *x* between separators, from 1, or from -1 at the end; empty "
        "if there are fewer or nothing is in it.",
        (
            Example('split("2025/INV/17", "/", 2)', "INV"),
            Example('split("2025/INV/17", "/", -1)', "17"),
            Example('is_empty(split("2025", "/", 2))', True),
        ),
        may_be_empty=True,
    ),
    Function(
        "substring", "text",
        (_X, Parameter("start", Kind.NUMBER), Parameter("length", Kind.NUMBER, None)),
        Kind.TEXT, substring,
        "*length* characters of *x* from *start* on, all without *length*. The first character "
        "is 1, the last -1. Empty if there are none. Slices (`x[0:3]`) count from 0.",
        (
            Example('substring("INV-2025", 5, 2)', "20"),
            Example('substring("INV-2025", -4)', "2025"),
        ),
        may_be_empty=True,
    ),
    Function(
        "pad", "text",
        (
            Parameter("x", Kind.TEXT | Kind.NUMBER),
            Parameter("width", Kind.NUMBER),
            Parameter("fill", Kind.TEXT, "0", literal=True),
            Parameter("side", Kind.TEXT, "left", literal=True),
        ),
        Kind.TEXT, pad,
        f"*x* filled up to *width* (at most {MAX_WIDTH}) on the `left` or `right`; a longer one "
        "stays as it is.",
        (Example('pad("7", 3)', "007"), Example('pad("A", 3, fill=".", side="right")', "A..")),
        may_be_empty=True, prepare=padding,
    ),
    Function(
        "digits", "text", (_X,), Kind.TEXT, digits,
        "The digits 0 to 9 of *x*; empty if it has none.",
        (Example('digits("CZ 123-45")', "12345"),), may_be_empty=True,
    ),
    Function(
        "letters", "text", (_X,), Kind.TEXT, letters,
        "The letters of *x*; empty if it has none.",
        (Example('letters("CZ 123 č")', "CZč"),), may_be_empty=True,
    ),
    Function(
        "without_accents", "text", (_X,), Kind.TEXT, without_accents,
        "*x* without the marks on its letters; ß becomes ss, ø o, ł l.",
        (Example('without_accents("Žluťoučký Łukasz")', "Zlutoucky Lukasz"),), may_be_empty=True,
    ),
    Function(
        "similarity", "text", (Parameter("a", Kind.TEXT), Parameter("b", Kind.TEXT)),
        Kind.NUMBER, similarity,
        "How alike two texts are, from 0 to 1 with four digits. The order of words, case and "
        "punctuation do not count.",
        (
            Example('similarity("ACME, Ltd.", "Ltd ACME")', Decimal("1.0000")),
            Example('similarity("ACME", "ACMI")', Decimal("0.7500")),
        ),
    ),
    Function(
        "distance", "text", (Parameter("a", Kind.TEXT), Parameter("b", Kind.TEXT)),
        Kind.NUMBER, distance,
        "How many characters must be inserted, deleted or replaced to make *a* into *b*.",
        (Example('distance("kitten", "sitting")', Decimal(3)),),
    ),
)  # fmt: skip
