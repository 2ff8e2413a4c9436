"""The tables of a configuration: read from the snapshot, or taken over from the one before.

Language §6, tooling conventions §7. Law: a file is read once for each of its contents; one that is
broken leaves its last good content in place; a database is not asked here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

from gateway.config.folder import Snapshot
from gateway.config.tables import TableSettings, declared_columns
from gateway.diagnostic import Report, Span
from gateway.lookups.asking import Source
from gateway.lookups.database import LiveQuery, LoadedQuery
from gateway.lookups.files.mistake import FileMistake, PackageMissing
from gateway.lookups.files.reading import FileTable, read_table
from gateway.lookups.live import LiveSource
from gateway.lookups.search import prepare
from gateway.lookups.sources import FileSource, LoadedSource
from gateway.rules.tables import TableShape


def make_sources(
    settings: Sequence[TableSettings],
    snapshot: Snapshot,
    previous: Mapping[str, Source],
    report: Report,
) -> dict[str, Source]:
    """Make the sources of all tables; one whose file never was good is left out."""
    made: dict[str, Source] = {}
    for one in settings:
        before = previous.get(one.name)
        source: Source | None
        match one.declared:
            case FileTable():
                source = _file(one, one.declared, snapshot, before, report)
            case LoadedQuery():
                source = _loaded(one.name, one.declared, before)
            case LiveQuery():
                source = _live(one.name, one.declared, before)
        if source is not None:
            made[one.name] = source
    return made


def shape_of(settings: TableSettings, source: Source | None) -> TableShape:
    """Say what the rules may know of a table, whether it has been loaded or not."""
    match settings.declared:
        case LiveQuery() as live:
            return TableShape(settings.name, declared_columns(live), live.query.parameters)
        case LoadedQuery() as loaded:
            return TableShape(settings.name, declared_columns(loaded))
        case _ if isinstance(source, FileSource):
            return source.content.shape(settings.name)
        case _:
            return TableShape(settings.name, None)


def _file(
    settings: TableSettings,
    declared: FileTable,
    snapshot: Snapshot,
    before: Source | None,
    report: Report,
) -> FileSource | None:
    earlier = before if isinstance(before, FileSource) else None
    if settings.file is None:  # It cannot be read, which has been reported.
        return _kept(earlier, "its file cannot be read")
    raw = snapshot.files[settings.file]
    digest = hashlib.sha256(raw).digest()
    if earlier is not None and (earlier.digest, earlier.declared) == (digest, declared):
        return _kept(earlier, None)
    shown = snapshot.shown(settings.file)
    try:
        content = read_table(raw, declared)
    except PackageMissing as error:
        what = f"the table {settings.name!r} cannot be read here"
        report.error("R157", what, settings.place, hint=str(error))
        return _kept(earlier, str(error))
    except FileMistake as error:
        related = None if error.other is None else _line(shown, error.other)
        report.error(
            "R156", error.message, _line(shown, error.line), hint=error.hint, related=related
        )
        return _kept(earlier, f"line {error.line}: {error.message}")
    if earlier is not None:  # What was asked of it will be asked again.
        prepare(content, earlier.content.index_keys)
    return FileSource(settings.name, content, declared, digest)


def _kept(earlier: FileSource | None, problem: str | None) -> FileSource | None:
    if earlier is None or earlier.problem == problem:
        return earlier
    return FileSource(earlier.name, earlier.content, earlier.declared, earlier.digest, problem)


def _line(shown: str, line: int) -> Span:
    return Span(shown, line, 1, line, 1)


def _loaded(name: str, declared: LoadedQuery, before: Source | None) -> LoadedSource:
    if isinstance(before, LoadedSource) and before.declared == declared:
        return before
    source = LoadedSource(name, declared)
    if isinstance(before, LoadedSource):
        source.follow(before)
    return source


def _live(name: str, declared: LiveQuery, before: Source | None) -> LiveSource:
    if isinstance(before, LiveSource) and before.declared == declared:
        return before
    return LiveSource(name, declared)
