"""Which files ``gateway.yaml`` names as tables: what of a folder's data belongs to it.

Law: names only; a mistake is nobody's business here, the file is checked when it is made use of.
"""

from __future__ import annotations

from collections.abc import Iterator

from gateway.config.walk import below
from gateway.diagnostic import Report
from gateway.rules.yaml.reading import read_yaml
from gateway.rules.yaml.source import Map, Scalar


def named_tables(raw: bytes, file: str) -> Iterator[str]:
    """Give the names, relative to the folder, of the tables in the ``gateway.yaml`` *file*."""
    if b"tables" not in raw:
        return
    root = read_yaml(raw, file, Report())
    tables = None if root is None else root.get("tables")
    for entry in tables.entries.values() if isinstance(tables, Map) else ():
        named = entry.value.get("file") if isinstance(entry.value, Map) else None
        name = below(file, named.text.value) if isinstance(named, Scalar) else None
        if name is not None:
            yield name
