"""What lies in the configuration folder: names, and the real files behind them.

Tooling conventions §7 *Mounts*, security reference §8 *Files*. Law: lists and resolves, reads no
file; whatever leads out of the folder or is no plain file is told, not followed.
"""

from __future__ import annotations

import errno
import os
import posixpath
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

GATEWAY_FILE: Final = "gateway.yaml"
QUEUE_ENDING: Final = ".queue.yaml"
RULES_ENDING: Final = ".rules.yaml"
TEST_ENDING: Final = ".test.yaml"
SCHEMA_ENDING: Final = ".schema.json"

MAX_ENTRIES: Final = 20_000
MAX_DEPTH: Final = 16


@dataclass(frozen=True, slots=True)
class Found:
    """A name that matters, with the file behind it or the reason why there is none."""

    name: str
    #: Where it really is: no link on the way.
    real: str = ""
    status: os.stat_result | None = None
    problem: str | None = None
    #: What it should probably be called: the file is passed over under this name.
    meant: str | None = None


@dataclass(frozen=True, slots=True)
class _Folder:
    name: str
    real: str
    #: The real folders from the root to this one: a link to one of them would never end.
    chain: frozenset[str]


def matters(name: str) -> bool:
    """Say whether a file with this name is part of a configuration."""
    return name == GATEWAY_FILE or name.endswith(
        (QUEUE_ENDING, RULES_ENDING, TEST_ENDING, SCHEMA_ENDING)
    )


#: Data that can be a table: a file with such a name matters if ``gateway.yaml`` says so.
TABLE_ENDINGS: Final = (".csv", ".tsv", ".json", ".jsonl", ".ndjson", ".xlsx", ".parquet")


def may_be_table(name: str) -> bool:
    """Say whether a file with this name could be a table, and is nothing else."""
    return name.lower().endswith(TABLE_ENDINGS) and not matters(name)


def below(file: str, path: str) -> str | None:
    """Say where the relative *path* leads that is written in *file*; None if out of the folder."""
    wanted = posixpath.normpath(posixpath.join(posixpath.dirname(file), path))
    return None if wanted == ".." or wanted.startswith("../") else wanted


_NEARLY: Final = re.compile(
    r"(?:(?P<name>.*?)[._-])?(?P<kind>queue|rule|test|gateway)s?\.ya?ml", re.IGNORECASE
)


def meant_by(name: str) -> str | None:
    """Give the name that a file should have which is passed over: ``acme.queue.yml``."""
    found = None if matters(name) else _NEARLY.fullmatch(name)
    if found is None:
        return None
    kind = found["kind"].lower()
    if kind == "gateway":
        return GATEWAY_FILE if found["name"] is None else None
    ending = {"queue": QUEUE_ENDING, "rule": RULES_ENDING, "test": TEST_ENDING}[kind]
    return f"{found['name'] or 'NAME'}{ending}"


def walk(root: Path, limit: int = MAX_ENTRIES) -> Iterator[Found]:
    """Find what matters or may below *root*; more than *limit* entries are one problem."""
    top = os.path.realpath(root)
    waiting = [_Folder("", top, frozenset((top,)))]
    entries = 0
    while waiting:
        folder = waiting.pop()
        try:
            with os.scandir(folder.real) as scan:
                listed = sorted(scan, key=lambda entry: entry.name)
        except OSError as error:
            yield Found(folder.name, problem=f"cannot be listed: {sentence(error)}")
            continue
        entries += len(listed)
        if entries > limit:
            yield Found("", problem=f"more than {limit} entries below this folder")
            return
        below = list(_look(folder, listed, top))
        yield from (found for found in below if isinstance(found, Found))
        waiting.extend(found for found in reversed(below) if isinstance(found, _Folder))


def _look(folder: _Folder, listed: list[os.DirEntry[str]], top: str) -> Iterator[Found | _Folder]:
    data = _data_folder(folder, listed)
    for entry in listed:
        if _is_ignored(entry.name):
            continue
        name = f"{folder.name}/{entry.name}" if folder.name else entry.name
        if not _is_text(name):
            if _counts(entry.name):
                shown = os.fsencode(name).decode("utf-8", "replace")
                yield Found(shown, problem="a name that is not UTF-8")
            continue
        meant = meant_by(entry.name)
        if meant is not None and not entry.is_dir(follow_symlinks=False):
            yield Found(name, meant=meant)
            continue
        if entry.is_symlink():
            found = _follow(folder, entry, name, data, top)
        elif entry.is_dir(follow_symlinks=False):
            found = _enter(folder, name, entry.path)
        else:
            found = _examine(name, entry.path) if _counts(entry.name) else None
        if found is not None:
            yield found


def _counts(name: str) -> bool:
    return matters(name) or may_be_table(name)


def _data_folder(folder: _Folder, listed: list[os.DirEntry[str]]) -> str | None:
    # A ConfigMap's files are links through `..data`, which is replaced as a whole. Resolved once,
    # all of them come from one version.
    if any(entry.name == "..data" and entry.is_symlink() for entry in listed):
        return os.path.realpath(f"{folder.real}/..data")
    return None


def _follow(
    folder: _Folder, entry: os.DirEntry[str], name: str, data: str | None, top: str
) -> Found | _Folder | None:
    try:
        link = str(Path(entry.path).readlink())
        if data is not None and link.startswith("..data/"):
            link = data + link.removeprefix("..data")
        real = os.path.realpath(link if link.startswith("/") else f"{folder.real}/{link}")
        status = os.lstat(real)
    except (OSError, ValueError) as error:
        problem = f"a link that leads nowhere: {sentence(error)}"
        return Found(name, problem=problem) if _counts(entry.name) else None
    is_folder = stat.S_ISDIR(status.st_mode)
    if not is_folder and not _counts(entry.name):
        return None
    if real != top and not real.startswith(top.rstrip("/") + "/"):
        return Found(name, problem="a link that leaves the configuration folder")
    return _enter(folder, name, real) if is_folder else _examine(name, real)


def _enter(folder: _Folder, name: str, real: str) -> Found | _Folder | None:
    if matters(name.rpartition("/")[2]):
        return Found(name, problem="a folder, not a plain file")
    if real in folder.chain:
        return None
    if len(folder.chain) > MAX_DEPTH:
        return Found(name, problem=f"folders nested deeper than {MAX_DEPTH}")
    return _Folder(name, real, folder.chain | {real})


def _examine(name: str, real: str) -> Found:
    try:
        status = os.lstat(real)
    except OSError as error:
        return Found(name, problem=sentence(error))
    if not stat.S_ISREG(status.st_mode):
        return Found(name, problem="not a plain file")
    return Found(name, real, status)


def _is_ignored(name: str) -> bool:
    return (
        name.startswith(".")
        or name.endswith(("~", ".swp"))
        or (name.startswith("#") and name.endswith("#"))
        # vim probes with the first name; the second is a file system's, and not ours to list.
        or name in ("4913", "lost+found")
    )


def _is_text(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def sentence(error: OSError | ValueError) -> str:
    """Say in plain words why a file cannot be had."""
    if isinstance(error, OSError) and error.errno == errno.ENOENT:
        return "no such file or folder"
    if isinstance(error, OSError) and error.errno is not None:
        return os.strerror(error.errno).lower()
    return "not a possible name"
