"""The files of a snapshot as nodes: each is read and checked once, whoever needs it.

Law: one report for all files; a file with mistakes is None for everyone, and reported once.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Literal

from gateway.config.folder import Snapshot
from gateway.config.redaction import literals, mask, redact
from gateway.config.walk import GATEWAY_FILE, QUEUE_ENDING, may_be_table
from gateway.diagnostic import Report
from gateway.rules.queue_schema import QueueSchema, read_queue_schema
from gateway.rules.yaml.reading import read_yaml
from gateway.rules.yaml.source import Map
from gateway.rules.yaml.structure import check_structure


@dataclass(frozen=True, slots=True)
class Sources:
    """What was made of each file so far."""

    snapshot: Snapshot
    report: Report
    _yaml: dict[str, Map | None] = field(default_factory=dict)
    _schemas: dict[str, QueueSchema | None] = field(default_factory=dict)

    def yaml(self, name: str, kind: Literal["gateway", "queue", "rules"]) -> Map | None:
        """Give the checked nodes of a file; None when it has mistakes, which are reported."""
        if name not in self._yaml:
            self._yaml[name] = self._read(name, kind)
        return self._yaml[name]

    def schema(self, name: str) -> QueueSchema | None:
        """Give a queue's schema; None when it has mistakes, which are reported."""
        if name not in self._schemas:
            raw, shown = self.snapshot.files[name], self.snapshot.shown(name)
            self._schemas[name] = read_queue_schema(raw, shown, self.report)
        return self._schemas[name]

    def _read(self, name: str, kind: Literal["gateway", "queue", "rules"]) -> Map | None:
        raw, own = self.snapshot.files[name], Report()
        root = read_yaml(raw, self.snapshot.shown(name), own)
        right = root is not None and check_structure(root, kind, own)
        secrets = _literals(raw) if kind != "rules" and len(own) else []
        self.report.extend([redact(found, secrets) for found in own])
        return root if right else None


def shown_sources(snapshot: Snapshot, report: Report) -> dict[str, str]:
    """Give the texts of the files that *report* speaks of, secrets covered, to draw from."""
    wanted = {found.span.file for found in report}
    return {
        shown: _shown(name, raw)
        for name, raw in snapshot.files.items()
        if (shown := snapshot.shown(name)) in wanted and _is_drawn(name, raw)
    }


#: Larger tables are not taken apart into lines for the sake of one of them.
_MOST_DRAWN: Final = 1 << 20


def _is_drawn(name: str, raw: bytes) -> bool:
    """Say whether an excerpt of a file can be shown: of binary tables, lines are no lines."""
    return not may_be_table(name) or (b"\0" not in raw[:4096] and len(raw) <= _MOST_DRAWN)


def _shown(name: str, raw: bytes) -> str:
    text = raw.decode("utf-8", "replace")
    if name.endswith((GATEWAY_FILE, QUEUE_ENDING)):
        return mask(text, literals(text))
    return text


def _literals(raw: bytes) -> list[str]:
    return literals(raw.decode("utf-8", "replace"))
