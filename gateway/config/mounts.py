"""Files that are mounted one by one, which never change where they are served.

Tooling conventions §7 *Mounts*. A container that is given a single file holds on to that file: an
editor that replaces it leaves the old one in the container. Law: reads the system's table of mounts
and nothing else; where there is none, it knows of none.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final

_TABLE: Final = Path("/proc/self/mountinfo")
_ESCAPED: Final = re.compile(r"\\([0-7]{3})")
#: Which column of the table holds the place.
_PLACE: Final = 4


def mounted_files(root: Path, names: Iterable[str], table: Path = _TABLE) -> list[str]:
    """List the files of *names*, relative to *root*, that are mounts themselves."""
    try:
        lines = table.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return []
    places = {_plain(line.split(" ")[_PLACE]) for line in lines if line.count(" ") > _PLACE}
    return sorted(name for name in names if os.path.realpath(root / name) in places)


def _plain(place: str) -> str:
    """Undo the table's escapes of blanks and the like."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 8)), place)
