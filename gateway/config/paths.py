"""Paths that a file of the folder gives: found among the names of the snapshot.

Language §1: relative to the file, globs allowed, and one that matches nothing is an error.
Law: names only; never asks the file system.
"""

from __future__ import annotations

import fnmatch
import posixpath
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gateway.config.folder import Snapshot
from gateway.config.walk import below
from gateway.diagnostic import Report
from gateway.rules.yaml.source import Text
from gateway.spelling import closest

MAX_PATH = 1_024


@dataclass(frozen=True, slots=True)
class Paths:
    """The names that paths in files can lead to."""

    snapshot: Snapshot

    def find(self, path: Text, file: str, ending: str, report: Report) -> list[str]:
        """Find the files with this name *ending* that *path*, written in *file*, leads to.

        Returns:
            Their names, by path. None may be there although nothing was reported: the file that
            is meant could not be read, which has been said already.
        """
        wanted = self._inside(path, file, f"a file that ends in {ending}", report)
        if wanted is None:
            return []
        if any(mark in wanted for mark in "*?["):
            return self._matching(wanted, path, ending, report)
        if not wanted.endswith(ending):
            hint = f"its name must end in {ending}"
            report.error("R128", f"{path.value!r} is a file of another kind", path.span, hint=hint)
            return []
        return self._one(wanted, path, file, self.snapshot.names(ending), report)

    def table(self, path: Text, file: str, report: Report) -> str | None:
        """Find the file of a table, which *path* names by itself.

        Returns:
            Its name in the snapshot. None may be given although nothing was reported, as above.
        """
        wanted = self._inside(path, file, "a file for a table", report)
        if wanted is None:
            return None
        found = self._one(wanted, path, file, self.snapshot.table_names, report)
        return found[0] if found else None

    def _inside(self, path: Text, file: str, what: str, report: Report) -> str | None:
        """Say where in the folder *path* leads, or report that it does not stay there."""
        written = path.value
        if written.startswith("/") or "\\" in written or len(written) > MAX_PATH:
            hint = f"a path relative to this file, with `/`, to {what}"
            report.error(
                "R128", f"not a path inside the folder: {written[:80]!r}", path.span, hint=hint
            )
            return None
        wanted = below(file, written)
        if wanted is None:
            report.error("R128", f"{written!r} leaves the configuration folder", path.span)
        return wanted

    def _one(
        self, wanted: str, path: Text, file: str, known: Iterable[str], report: Report
    ) -> list[str]:
        name = self.snapshot.aliases.get(wanted, wanted)
        if name in self.snapshot.files:
            return [name]
        if name in {problem.name for problem in self.snapshot.problems}:
            return []
        start = posixpath.dirname(file)
        near = [posixpath.relpath(name, start or ".") for name in known]
        meant = closest(posixpath.relpath(wanted, start or "."), near)
        hint = f"did you mean {meant!r}?" if meant else None
        report.error("R129", f"there is no file {path.value!r}", path.span, hint=hint)
        return []

    def _matching(self, wanted: str, path: Text, ending: str, report: Report) -> list[str]:
        visible = [*self.snapshot.names(ending), *self.snapshot.aliases]
        found = _once(
            self.snapshot.aliases.get(name, name)
            for name in sorted(visible)
            if name.endswith(ending) and matches(name, wanted)
        )
        unreadable = any(matches(problem.name, wanted) for problem in self.snapshot.problems)
        if not found and not unreadable:
            message = f"{path.value!r} matches no file that ends in {ending}"
            hint = "`*` stands for any part of one name, `**` for any number of folders"
            report.error("R129", message, path.span, hint=hint)
        return found


def matches(name: str, pattern: str) -> bool:
    """Match a path with a glob: ``*``, ``?`` and ``[…]`` in one part, ``**`` for any parts."""
    parts = name.split("/")
    # The numbers of parts that the pattern so far can have matched.
    reached = {0}
    for wanted in pattern.split("/"):
        if wanted == "**":
            reached = set(range(min(reached), len(parts) + 1)) if reached else set()
        else:
            reached = {
                count + 1
                for count in reached
                if count < len(parts) and fnmatch.fnmatchcase(parts[count], wanted)
            }
    return len(parts) in reached


def _once(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))


def unite(found: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """Join lists of names in order, each name once."""
    return tuple(_once(name for names in found for name in names))
