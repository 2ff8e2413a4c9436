"""XML 1.0 that is well-formed, whatever is in the texts.

Law: pure.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from typing import Final

#: What XML 1.0 cannot hold.
_FORBIDDEN: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_BREAKS: Final = {ord("\t"): "&#9;", ord("\n"): "&#10;", ord("\r"): "&#13;"}

HEAD: Final = '<?xml version="1.0" encoding="UTF-8"?>'


def content(text: str) -> str:
    """Write a text between tags."""
    return html.escape(_FORBIDDEN.sub("\ufffd", text), quote=False)


def attributes(given: Mapping[str, object]) -> str:
    """Write attributes, each with a blank before it; a reader would take breaks for blanks."""
    return "".join(
        f' {name}="{html.escape(_FORBIDDEN.sub(chr(0xFFFD), str(value))).translate(_BREAKS)}"'
        for name, value in given.items()
    )


def element(name: str, given: Mapping[str, object], inner: Sequence[str] | str = "") -> str:
    """Write an element: around a text, which is written already, or around lines of elements."""
    head = f"<{name}{attributes(given)}"
    if not inner:
        return f"{head}/>"
    if isinstance(inner, str):
        return f"{head}>{inner}</{name}>"
    # A line that is text stays as it is: blanks would become a part of it.
    lines = [
        f"  {line}" if line.lstrip().startswith("<") else line
        for one in inner
        for line in one.split("\n")
    ]
    return "\n".join([f"{head}>", *lines, f"</{name}>"])
