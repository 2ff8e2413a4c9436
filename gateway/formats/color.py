"""Colors for drawings of diagnostics.

Law: pure; adds colors, changes no character.
"""

from __future__ import annotations

import re
from typing import Final

_HEAD: Final = re.compile(r"^(\S.*?:\d+:\d+: )(error|warning)(\[R\d{3}\])", re.MULTILINE)
_CARETS: Final = re.compile(r"^( +\| *)(\^+)$", re.MULTILINE)
_COLORS: Final = {"error": "\x1b[1;31m", "warning": "\x1b[1;33m"}
_MARK: Final = "\x1b[1;36m"
_END: Final = "\x1b[0m"


def painted(drawn: str) -> str:
    """Color what is wrong, and the marks below it."""
    drawn = _HEAD.sub(lambda one: one[1] + _COLORS[one[2]] + one[2] + one[3] + _END, drawn)
    return _CARETS.sub(rf"\1{_MARK}\2{_END}", drawn)
