"""What the objects in the lists of a request have, where a selector surely gives these objects.

Webhook reference §9. A misspelled key, or one of another list, would be empty for ever, and its
rule silent. A key that the platform has added since is reached in braces, which are taken as they
are: ``files[].{id: id, new: new}``. Law: pure; a table and its reading.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from gateway.rules.events import EMAIL, UPLOAD
from gateway.rules.expressions.references import FACT_KEYS
from gateway.rules.rule import ByPath, Selector

#: By event and list.
PARTS: Final[Mapping[tuple[str, str], frozenset[str]]] = {
    (EMAIL, "files"): frozenset(
        ("id", "filename", "mime_type", "n_pages", "height_px", "width_px", "document")
    ),
    (UPLOAD, "files"): frozenset(
        ("document", "prevent_importing", "values", "queue", "annotation")
    ),
    (UPLOAD, "documents"): FACT_KEYS["document"],
}

#: Brackets behind a list: each of its items, some of them, one of them.
_BRACKETS: Final = r"""\[(?:[^\[\]'"`]|'[^']*'|"[^"]*"|`[^`]*`|\[[^\[\]]*\])*\]"""
_OF_A_LIST: Final = re.compile(rf"\s*([A-Za-z_]\w*)(?:\s*{_BRACKETS})*\s*", re.ASCII)


def part_keys(selector: Selector, events: frozenset[str]) -> frozenset[str]:
    """List the keys that what is selected may have; empty where they are not known."""
    if not isinstance(selector, ByPath):
        return frozenset()
    found = _OF_A_LIST.fullmatch(selector.path.text)
    known = [PARTS.get((event, found[1])) if found else None for event in events]
    return frozenset().union(*(one for one in known if one)) if all(known) else frozenset()


def parts_elsewhere(events: frozenset[str]) -> Mapping[str, str]:
    """Say which list of these events has the objects with a key."""
    return {key: name for (event, name), keys in PARTS.items() if event in events for key in keys}
