"""Values covered so that nobody can tell what they were, and rules do the same with them.

Law: pure; the key is an argument, and without it no mask can be taken off again.

Letters become letters and digits digits, word by word: equal words stay equal and, up to eight
letters and eighteen digits, different ones different; capitals, lengths, signs and decimal places
stay, and so do the words and numbers that the queue's rules name. All dates move by one number of
whole weeks, which keeps weekdays and intervals.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b
from math import isqrt
from typing import Final

from gateway.annotation.values import parse_date, parse_number
from gateway.cases.named import WORD, Named

#: Dates move by at most so many weeks.
_WEEKS: Final = 520
#: Letters of a word, and digits of a number, that are shuffled; longer ones cannot collide.
_SHORT: Final = 8
_LONG: Final = 18
_TURNS: Final = 6
_A: Final = ord("a")


@dataclass(frozen=True, slots=True)
class Mask:
    """Covers values, equal ones in the same way."""

    key: bytes
    #: What the rules name: such words and numbers stay.
    named: Named

    def text(self, text: str) -> str:
        """Cover a text word by word; what is neither letter nor digit stays."""
        return WORD.sub(lambda found: self._word(found.group()), text)

    def number(self, text: str) -> str:
        """Cover the digits of a number; its sign, its separators and zero stay."""
        digits = "".join(filter(str.isdigit, text))
        if not digits.strip("0") or parse_number(text) in self.named.numbers:
            return text
        masked = iter(self._digits(digits))
        return "".join(next(masked) if sign.isdigit() else sign for sign in text)

    @property
    def shift(self) -> timedelta:
        """How far dates move."""
        return timedelta(weeks=1 + int.from_bytes(self._stream("weeks", 4), "big") % _WEEKS)

    def date(self, text: str) -> str:
        """Move an ISO date; one that cannot be moved stays."""
        found = parse_date(text)
        try:
            return text if found is None else (found - self.shift).isoformat()
        except OverflowError:
            return text

    def moment(self, now: datetime) -> datetime:
        """Move a time as dates move."""
        try:
            return now - self.shift
        except OverflowError:
            return now

    def _word(self, word: str) -> str:
        if word.casefold() in self.named.words:
            return word
        if word[0].isdigit():
            return self._digits(word)
        letters = word.lower()
        if len(letters) == len(word) <= _SHORT and letters.isascii():
            number = 0
            for letter in letters:
                number = number * 26 + ord(letter) - _A
            number = self._permuted(number, 26 ** len(word), "letters")
            codes = [number // 26**at % 26 for at in reversed(range(len(word)))]
        else:
            codes = [byte % 26 for byte in self._stream(word.casefold(), len(word))]
        return "".join(map(_letter, word, codes))

    def _digits(self, digits: str) -> str:
        """Cover digits; leading zeros stay, and no others come to stand in front."""
        rest = digits.lstrip("0")
        zeros = digits[: len(digits) - len(rest)]
        if not rest or not rest.isascii() or len(rest) > _LONG:
            stream = self._stream(f"#{rest}", len(rest))
            return zeros + "".join(str(1 + byte % 9) for byte in stream)
        least = 10 ** (len(rest) - 1)
        return zeros + str(least + self._permuted(int(rest) - least, 9 * least, "digits"))

    def _permuted(self, number: int, size: int, purpose: str) -> int:
        """Give *number* its place in a shuffle of the numbers below *size*: a Feistel network."""
        half = isqrt(size - 1) + 1
        while True:
            left, right = divmod(number, half)
            for turn in range(_TURNS):
                mixed = self._stream(f"{purpose} {size} {turn} {right}", 16)
                left, right = right, (left + int.from_bytes(mixed, "big")) % half
            number = left * half + right
            if number < size:
                return number

    def _stream(self, word: str, length: int) -> bytes:
        found, number = b"", 0
        while len(found) < length:
            made = f"{number}:{word}".encode("utf-8", "replace")
            found += blake2b(made, key=self.key[:64]).digest()
            number += 1
        return found[:length]


def _letter(sign: str, code: int) -> str:
    letter = chr(_A + code)
    return letter.upper() if sign.isupper() else letter
