r"""Patterns: from what authors write to what RE2 runs, in linear time.

Security reference §7. Law: pure; patterns come from the configuration only, never from a value.

RE2's classes are ASCII; here ``\w``, ``\d`` and ``\s`` are Unicode's (``\b`` stays ASCII).
What RE2 cannot do is named, with what to write instead.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from gateway.annotation.values import MAX_TEXT
from gateway.rules.function import FunctionError
from gateway.rules.functions.sweep import is_sweepable, joined, swept

MAX_PATTERN: Final = 1_000
MAX_GROUPS: Final = 100
#: A pattern of a thousand steps on the longest text: the most that one call may cost.
MAX_WORK: Final = 1_000 * MAX_TEXT

_MEMORY: Final = 8 << 20
_BLANKS: Final = r"\t-\r\x{85} \pZ"
_WORD: Final = r"\pL\pM\pN_"
# RE2 has no differences of classes: inside brackets, what is left must be listed.
_NO_WORD: Final = (
    r"\pC\pZ\pS\p{Pd}\p{Ps}\p{Pe}\p{Pi}\p{Pf}\p{Po}\x{203f}\x{2040}\x{2054}"
    r"\x{fe33}\x{fe34}\x{fe4d}-\x{fe4f}\x{ff3f}"
)
_NO_BLANKS: Final = r"\pL\pM\pN\pP\pS\p{Cf}\p{Co}\x00-\x08\x0e-\x1f\x7f-\x{84}\x{86}-\x{9f}"
#: By letter: inside brackets, and outside them.
_CLASSES: Final = {
    "w": (_WORD, f"[{_WORD}]"),
    "d": (r"\p{Nd}", r"\p{Nd}"),
    "s": (_BLANKS, f"[{_BLANKS}]"),
    "D": (r"\P{Nd}", r"\P{Nd}"),
    "W": (_NO_WORD, f"[^{_WORD}]"),
    "S": (_NO_BLANKS, f"[^{_BLANKS}]"),
    "Z": (r"\Z", r"\z"),
}
_ESCAPE: Final = r"\\[pP]\{[^}]*\} | \\x\{[^}]*\} | \\."
_OUTSIDE: Final = re.compile(
    rf"""
    \\Q.*?(?:\\E|$) | {_ESCAPE}
    | \[\^?\]?                                # brackets open; a bracket first in them is itself
    | \(\?(?:<[=!] | P?<\w | P[=>] | [=!>(|\#]) | \(\??
    | (?:[*+?] | \{{[0-9]+(?:,[0-9]*)?\}})\+    # possessive repetition
    | .
    """,
    re.VERBOSE | re.DOTALL | re.ASCII,
)
_INSIDE: Final = re.compile(rf"{_ESCAPE} | \[:\^?\w+:\] | .", re.VERBOSE | re.DOTALL | re.ASCII)
_LOOK: Final = "there is no looking {}; match that text too and take a group, or use two patterns"
_REFUSED: Final = {
    "(?=": _LOOK.format("ahead"),
    "(?!": _LOOK.format("ahead"),
    "(?<=": _LOOK.format("behind"),
    "(?<!": _LOOK.format("behind"),
    "(?>": "there are no atomic groups; write (?: …), no pattern backtracks here",
    "(?P=": "there are no references to groups; find the parts and compare them with ==",
    "(?P>": "there are no recursive patterns",
    "(?(": "there are no conditional groups; write both cases, separated by |",
    "(?|": "there are no branch resets; number the groups one after the other",
    "(?#": "there are no comments in patterns; write a YAML comment",
}
_POSSESSIVE: Final = "there is no possessive repetition; write {!r}, no pattern backtracks here"
_REPEATS: Final = frozenset("*+?{")
#: What a repetition ends with; a ``?`` behind it makes it lazy.
_ENDS: Final = frozenset("*+?}")
_CAPTURE: Final = re.compile(r"\(|\(\?P?<\w")
_WIDE: Final = re.compile("[^\x00-\xff]")
_REFERENCE: Final = re.compile(r"\\[1-9kg]")


@dataclass(frozen=True, slots=True)
class Pattern:
    """A compiled pattern and what a character of text costs with it."""

    regex: Any
    #: Gives None unless a whole text matches, quicker than *regex*; but also for want of memory.
    whole: Callable[[str], object]
    #: The same for many texts in one, where the pattern allows that.
    swept: Callable[[str], object] | None
    cost: int
    #: Finding all hits reads the text once. With alternatives and repeated groups, each short hit
    #: may be found only after a vain look at all the rest.
    single_pass: bool

    @property
    def groups(self) -> int:
        """How many groups it has."""
        return int(self.regex.groups)

    def check(self, text: str) -> None:
        """Refuse a text that would take too long.

        Raises:
            FunctionError: the pattern is too large for a text of this length.
        """
        if self.cost * len(text) > MAX_WORK:
            raise FunctionError("the pattern is too large for a text of this length")

    def matches(self, text: str) -> bool:
        """Tell whether the whole text is as the pattern says.

        Raises:
            FunctionError: it would take too long.
        """
        self.check(text)
        return self.whole(text) is not None or self.regex.fullmatch(text) is not None

    def all_match(self, texts: Sequence[str]) -> bool:
        """Tell whether all texts match; False also where that takes a look at each."""
        text = None if self.swept is None else joined(texts)
        if self.swept is None or text is None or self.cost * len(text) > MAX_WORK:
            return False
        return self.swept(text) is not None

    def finditer(self, text: str) -> Iterator[Any]:
        """Find all hits.

        Raises:
            FunctionError: it would take too long.
        """
        self.check(text)
        work = 0
        for found in self.regex.finditer(text):
            work += 0 if self.single_pass else self.cost * (len(text) - found.end())
            if work > MAX_WORK:
                raise FunctionError("the pattern has too many hits in a text of this length")
            yield found


def compile_pattern(pattern: str, ignore_case: bool) -> Pattern:
    """Compile *pattern*.

    Raises:
        ValueError: it is no pattern, or one that cannot run in linear time.
    """
    import re2  # Here, so that nothing loads it but a rule that has a pattern.

    if len(pattern) > MAX_PATTERN:
        raise ValueError(f"a pattern has at most {MAX_PATTERN} characters")
    options = re2.Options()
    options.max_mem = _MEMORY
    options.log_errors = False
    options.case_sensitive = not ignore_case
    translated = translate(pattern)
    try:
        regex = re2.compile(translated, options)
        whole = _whole(translated, options)
        sweeps = is_sweepable(_parts(pattern))
        swept_whole = _whole(swept(translated), options) if sweeps else None
    except re2.error as error:
        raise ValueError(_sentence(error.args[0])) from None
    # One byte for each character: its size counts the steps, not the sizes of classes.
    options.encoding = re2.Options.Encoding.LATIN1
    one_byte = _WIDE.sub("\xff", pattern).replace(r"\Z", r"\z").encode("latin-1")
    try:
        steps = re2.compile(one_byte, options).programsize
    except re2.error:
        steps = regex.programsize
    return Pattern(regex, whole, swept_whole, steps, _is_single_pass(pattern))


def _whole(translated: str, options: Any) -> Callable[[str], object]:
    import re2

    found = re2.Set.FullMatchSet(options)
    found.Add(translated)
    found.Compile()
    match: Callable[[str], object] = found.Match
    return match


def translate(pattern: str) -> str:
    """Write the classes of Unicode out, and refuse what RE2 does not know."""
    written = []
    groups = 0
    for part, inside in _parts(pattern):
        written.append(_written(part, inside))
        if not inside:
            _refuse(part)
            groups += bool(_CAPTURE.fullmatch(part))
    if groups > MAX_GROUPS:
        raise ValueError(f"a pattern has at most {MAX_GROUPS} groups; write (?: …) for most")
    return "".join(written)


def _parts(pattern: str) -> Iterator[tuple[str, bool]]:
    """Take a pattern apart; tell of each part whether it is inside brackets."""
    position = 0
    inside = False
    while found := (_INSIDE if inside else _OUTSIDE).match(pattern, position):
        part = found[0]
        position = found.end()
        yield part, inside
        inside = part != "]" if inside else part[0] == "["


def _is_single_pass(pattern: str) -> bool:
    """Whether nothing but single characters is repeated, greedily, and nothing is either-or."""
    before = ""
    for part, inside in _parts(pattern):
        if not inside:
            repeats = part in _REPEATS
            if part == "|" or (repeats and before == ")") or (part == "?" and before in _ENDS):
                return False
        before = part
    return True


def _written(part: str, inside: bool) -> str:
    if part[0] == "\\" and part[1:] in _CLASSES:
        return _CLASSES[part[1:]][0 if inside else 1]
    return "\\[" if inside and part == "[" else part


def _refuse(part: str) -> None:
    if part in _REFUSED:
        raise ValueError(_REFUSED[part])
    if len(part) > 1 and part[-1] == "+" and part[0] in "*+?{":
        raise ValueError(_POSSESSIVE.format(part[:-1]))
    if _REFERENCE.match(part):
        raise ValueError(_REFUSED["(?P="])


def _sentence(reason: bytes | str) -> str:
    text = reason.decode("utf-8", "replace") if isinstance(reason, bytes) else reason
    if "too large" in text:
        return r"the pattern is too large; shorten its repetitions, or write [0-9] for \d, \w"
    for letter, (inside, outside) in _CLASSES.items():
        # What the author wrote, not what it was made into.
        text = text.replace(outside, f"\\{letter}").replace(inside, f"\\{letter}")
    return f"not a pattern: {text}"
