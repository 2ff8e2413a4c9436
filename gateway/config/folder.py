"""The configuration folder, read once into memory: names, contents and a hash of both.

Tooling conventions §7, security reference §8 *Files*. Law: reads plain files below the
folder and nothing else, whatever is put there under a rule file's name.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Final, TypeAlias

from gateway.config.table_files import named_tables
from gateway.config.walk import (
    GATEWAY_FILE,
    MAX_ENTRIES,
    SCHEMA_ENDING,
    Found,
    may_be_table,
    sentence,
    walk,
)
from gateway.diagnostic import Report, Span

MAX_YAML: Final = 1 << 20
MAX_SCHEMA: Final = 8 << 20
MAX_TABLE: Final = 32 << 20
#: All files of a kind together. A schema is large and soon forgotten, YAML is kept as nodes.
MAX_YAML_TOTAL: Final = 8 << 20
MAX_SCHEMA_TOTAL: Final = 64 << 20
MAX_TABLE_TOTAL: Final = 128 << 20

#: By what a sentence calls them: the most bytes of one file, and of all together.
_LIMITS: Final[Mapping[str, tuple[int, int]]] = {
    "YAML": (MAX_YAML, MAX_YAML_TOTAL),
    "schemas": (MAX_SCHEMA, MAX_SCHEMA_TOTAL),
    "tables": (MAX_TABLE, MAX_TABLE_TOTAL),
}

#: What a cheap look at the folder tells: equal peeks are probably equal contents.
Peek: TypeAlias = tuple[tuple[str | int, ...], ...]


class UnreadableError(Exception):
    """A file that cannot or must not be read. Its text is the sentence."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A name in the folder that should have been read and was not."""

    #: Relative to the folder; empty for the folder itself.
    name: str
    message: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The folder at one moment."""

    #: As the caller wrote it, for diagnostics.
    root: str
    #: Contents by name relative to the folder, each real file once.
    files: Mapping[str, bytes]
    #: Further visible names of the same real files, to the name in `files`.
    aliases: Mapping[str, str]
    problems: tuple[Problem, ...]
    #: SHA-256 over all names and contents, in hexadecimal.
    digest: str
    #: Files that are passed over, with the names under which they would be read.
    misnamed: Mapping[str, str] = field(default_factory=dict)
    #: Every name that a table's file could have, whether ``gateway.yaml`` names it or not.
    table_names: tuple[str, ...] = ()

    @property
    def revision(self) -> str:
        """Name the contents briefly, for logs and people."""
        return self.digest[:12]

    @property
    def digests(self) -> dict[str, str]:
        """Give the SHA-256 of each file, in hexadecimal."""
        return {name: hashlib.sha256(raw).hexdigest() for name, raw in self.files.items()}

    def shown(self, name: str) -> str:
        """Name a file as its author would from the working directory."""
        return Path(self.root, name).as_posix()

    def names(self, ending: str) -> list[str]:
        """List the files with this name ending, by path."""
        return sorted(name for name in self.files if _has_ending(name, ending))

    def report_problems(self, report: Report) -> None:
        """Report every file that could not be read, and those that nobody reads."""
        for name, meant in self.misnamed.items():
            report.warning(
                "R142",
                f"a file with this name is not read: {name.rpartition('/')[2]!r}",
                Span(self.shown(name), 1, 1, 1, 1),
                hint=f"rename it to {meant}",
            )
        for problem in self.problems:
            report.error("R120", problem.message, Span(self.shown(problem.name), 1, 1, 1, 1))


def take_snapshot(root: Path, entries: int = MAX_ENTRIES) -> Snapshot:
    """Read everything that matters in *root*; what cannot be read becomes a `Problem`.

    A folder of more than so many *entries* is one problem as a whole.
    """
    by_real: dict[str, list[str]] = {}
    problems: list[Problem] = []
    misnamed: dict[str, str] = {}
    tables: dict[str, Found] = {}
    for found in walk(root, entries):
        if found.meant is not None:
            misnamed[found.name] = found.meant
        elif may_be_table(found.name):
            tables[found.name] = found
        elif found.problem is None:
            by_real.setdefault(found.real, []).append(found.name)
        else:
            problems.append(Problem(found.name, found.problem))
    reading = _Reading(os.path.realpath(root), problems)
    reading.take(by_real)
    reading.take_tables(tables)
    return Snapshot(
        root=str(root),
        files=MappingProxyType(reading.files),
        aliases=MappingProxyType(reading.aliases),
        problems=tuple(sorted(problems, key=lambda problem: problem.name)),
        digest=_digest(reading.files, reading.aliases, problems),
        misnamed=MappingProxyType(misnamed),
        table_names=tuple(sorted(tables)),
    )


@dataclass(slots=True)
class _Reading:
    """The files that have been read so far."""

    top: str
    problems: list[Problem]
    files: dict[str, bytes] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)
    left: dict[str, int] = field(
        default_factory=lambda: {kind: total for kind, (_, total) in _LIMITS.items()}
    )

    def take(self, by_real: Mapping[str, list[str]]) -> None:
        """Read files, each once under the best of its names."""
        for real, names in by_real.items():
            name = _first_name(names, real, self.top)
            kind = _kind(name)
            try:
                raw = read_plain(real, _LIMITS[kind][0])
            except UnreadableError as error:
                self.problems.append(Problem(name, str(error)))
                continue
            self.left[kind] -= len(raw)
            if self.left[kind] < 0:
                message = f"the folder holds more {kind} than can be taken"
                self.problems.append(Problem(name, message))
                continue
            self.files[name] = raw
            self.aliases.update((other, name) for other in names if other != name)

    def take_tables(self, tables: Mapping[str, Found]) -> None:
        """Read those *tables* that ``gateway.yaml`` names; the others are none of ours."""
        by_real: dict[str, list[str]] = {}
        for file in [name for name in self.files if _has_ending(name, GATEWAY_FILE)]:
            for name in named_tables(self.files[file], file):
                found = tables.get(name)
                if found is not None and found.problem is not None:
                    self.problems.append(Problem(name, found.problem))
                elif found is not None and name not in by_real.setdefault(found.real, []):
                    by_real[found.real].append(name)
        self.take(by_real)


def _kind(name: str) -> str:
    if may_be_table(name):
        return "tables"
    return "schemas" if name.endswith(SCHEMA_ENDING) else "YAML"


def peek(root: Path) -> Peek:
    """Look at names, sizes and times only: a hint that contents changed, never a proof."""
    return tuple(
        (found.name, found.problem or "", *_stamp(found.status))
        for found in walk(root)
        if found.meant is None
    )


def read_plain(path: str, limit: int) -> bytes:
    """Read a plain file of at most *limit* bytes; *path* must hold no link.

    Raises:
        UnreadableError: it is something else, too large, or not ours to read.
    """
    flags = os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC | os.O_NOFOLLOW
    try:
        if not stat.S_ISREG(os.lstat(path).st_mode):
            raise UnreadableError("not a plain file")
        descriptor = os.open(path, flags)
    except (OSError, ValueError) as error:
        raise UnreadableError(sentence(error)) from None
    with os.fdopen(descriptor, "rb") as opened:
        try:
            # Between the two looks it may have been replaced by a pipe.
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise UnreadableError("not a plain file")
            raw = opened.read(limit + 1)
        except OSError as error:
            raise UnreadableError(sentence(error)) from None
    if len(raw) > limit:
        raise UnreadableError(f"larger than {_size(limit)}")
    return raw


def _first_name(names: list[str], real: str, top: str) -> str:
    own = real.removeprefix(top.rstrip("/") + "/")
    return own if own in names else min(names)


def _has_ending(name: str, ending: str) -> bool:
    if ending == GATEWAY_FILE:
        return name.rpartition("/")[2] == ending
    return name.endswith(ending)


def _stamp(status: os.stat_result | None) -> tuple[int, ...]:
    if status is None:
        return ()
    return (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)


def _digest(files: dict[str, bytes], aliases: dict[str, str], problems: list[Problem]) -> str:
    digest = hashlib.sha256()

    def add(*parts: bytes) -> None:
        for part in parts:
            digest.update(b"%d:" % len(part))
            digest.update(part)

    for name in sorted(files):
        add(b"file", os.fsencode(name), files[name])
    for name in sorted(aliases):
        add(b"alias", os.fsencode(name), os.fsencode(aliases[name]))
    for problem in sorted(problems, key=lambda problem: (problem.name, problem.message)):
        add(b"problem", os.fsencode(problem.name), problem.message.encode())
    return digest.hexdigest()


def _size(limit: int) -> str:
    return f"{limit >> 20} MB" if limit >= 1 << 20 else f"{limit >> 10} KB"
