"""References to the platform's resources: URLs in two styles, bare ids, or the objects themselves.

Webhook reference §5. Law: pure; reads whatever JSON there is, and never fails.
"""

from __future__ import annotations

import re
from typing import Any, Final

_ID_AT_END: Final = re.compile(r"/([0-9]{1,18})/?(?:\?.*)?$", re.ASCII)
#: Longer ones are no URLs of the platform.
_MAX_URL: Final = 2_048


def resource_id(data: Any) -> int | None:
    """Give the id of what *data* refers to; None if it says none."""
    match data:
        case str() if len(data) <= _MAX_URL:
            found = _ID_AT_END.search(data)
            return int(found[1]) if found else None
        case bool():
            return None
        case int() if 0 <= data < 10**18:
            return data
        case dict():
            given = data.get("id")
            known = resource_id(given) if isinstance(given, int) else None
            return resource_id(data.get("url")) if known is None else known
        case _:
            return None
