"""The JSON Schemas of the configuration's files, shipped with the package.

Law: reads nothing but the package's own data.
"""

from __future__ import annotations

import json
from importlib import resources
from typing import Any, Literal, TypeAlias

Kind: TypeAlias = Literal["gateway", "queue", "rules", "test"]


def schema(kind: Kind) -> dict[str, Any]:
    """Give the JSON Schema (draft-07) of a kind of file."""
    file = resources.files(__package__) / f"{kind}.schema.json"
    loaded: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return loaded
