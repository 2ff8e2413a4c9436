"""What two spellings of one thing have in common: the form that `How.NORMAL` compares.

Language §6: without case, accents, blanks and punctuation. Law: pure.
"""

from __future__ import annotations

import re
from typing import Final

from gateway.annotation.values import Value, value_text
from gateway.rules.functions.text import without_accents

_NEITHER: Final = re.compile(r"[\W_]+")


def normal_form(value: Value) -> str | None:
    """Give the letters and digits of a value, small and plain; empty if it has none."""
    text = value_text(value).casefold()
    plain = text if text.isascii() else without_accents(text) or ""
    return _NEITHER.sub("", plain) or None
