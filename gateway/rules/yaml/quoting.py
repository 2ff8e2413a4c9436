"""Lines of YAML written again, with the text in quotes that was meant as text.

Law: pure functions of texts; what they return is for people to read, never read back.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

#: Longer lines are not written again: nobody reads such advice.
_LONGEST: Final = 160

_LEAD: Final = re.compile(
    r"(?P<lead>[ ]*(?:-[ ]+)*(?:(?P<key>[A-Za-z0-9_][\w.-]*)[ ]*:[ \t]+)?)(?P<value>\S.*)"
)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a block mapping or list, cut into its parts."""

    #: Blanks, ``- `` and the key with its colon.
    lead: str
    value: str
    #: A comment that two blanks set apart, with the blanks.
    comment: str

    def quoted(self) -> str:
        """Write the line with its value in quotes."""
        return (self.lead + quote(_meant(self.value)) + self.comment).strip()


def cut(line: str) -> Line | None:
    """Cut a line into its parts; None for one that has no value or is too long to advise on."""
    if len(line) > _LONGEST:
        return None
    found = _LEAD.fullmatch(line.rstrip())
    if found is None:
        return None
    value, comment = found["value"], ""
    at = value.find("  #")
    if at > 0:
        text = value[:at].rstrip()
        value, comment = text, value[len(text) :]
    return Line(found["lead"], value, comment)


def quote(text: str) -> str:
    """Write a text of one line in the quotes that suit it best."""
    plain_in_double = '"' not in text and "\\" not in text
    if plain_in_double:
        return f'"{text}"'
    if "'" not in text or "\\" in text or text.count('"') >= text.count("'"):
        return "'" + text.replace("'", "''") + "'"
    return '"' + text.replace('"', '\\"') + '"'


def replaced(line: str, start: int, end: int, text: str) -> str | None:
    """Write a line with ``line[start:end]`` replaced; None if it would be too long to read."""
    if len(line) > _LONGEST:
        return None
    return (line[:start] + text + line[end:]).strip()


def _meant(value: str) -> str:
    """Undo quotes that were meant as YAML's, as in ``'it's'``; not those of ``'a' == 'b'``."""
    mark = value[0]
    if mark in "'\"" and len(value) > 1 and value[-1] == mark and value.count(mark) % 2:
        return value[1:-1]
    return value
