"""The key ``tables`` of ``gateway.yaml``: what each table is, where its rows are, who may ask it.

Language §6. Law: pure; reads declarations, neither tables nor databases.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from gateway.annotation.values import Kind
from gateway.config.durations import duration, read_duration
from gateway.config.given import Given, kind_of, read_locale
from gateway.config.grants import Grant, read_grant
from gateway.config.paths import Paths
from gateway.config.references import References
from gateway.diagnostic import Report, Span
from gateway.lookups.database import Address, AddressError, LiveQuery, LoadedQuery, read_address
from gateway.lookups.files.reading import FORMATS, FileTable, Format, format_of
from gateway.lookups.layout import ColumnRule, Layout, column_name
from gateway.lookups.query import Query, QueryError, read_query
from gateway.rules.context import separators
from gateway.rules.functions.dateformat import compile_format
from gateway.rules.yaml.source import Map, Scalar, Text

Declared: TypeAlias = FileTable | LoadedQuery | LiveQuery

_REFRESH: Final = duration("5m")
_LOAD_TIMEOUT: Final = duration("60s")
_LIVE_TIMEOUT: Final = duration("2s")


@dataclass(frozen=True, slots=True)
class TableSettings:
    """One table of ``gateway.yaml``."""

    name: str
    #: Its name there.
    place: Span
    declared: Declared
    #: For a table in a file: its name in the snapshot; None when it cannot be had.
    file: str | None
    grant: Grant


@dataclass(frozen=True, slots=True)
class Reading:
    """How the tables of one ``gateway.yaml``, whose structure has been checked, are read."""

    file: str
    paths: Paths
    references: References
    #: Of mistakes in what is declared.
    report: Report
    #: Of files that are not there.
    missing: Report

    def tables(self, root: Map) -> list[TableSettings]:
        """Read all of them; those with mistakes are reported and left out."""
        found = []
        for key, node in Given(root).entries("tables"):
            if isinstance(node, Map):
                own = Report()
                settings = _OneTable(self, key, Given(node), own).settings()
                self.report.extend(list(own))
                if settings is not None and not own.errors:
                    found.append(settings)
        return found


@dataclass(frozen=True, slots=True)
class _OneTable:
    """One table being read."""

    reading: Reading
    name: Text
    given: Given
    report: Report

    def settings(self) -> TableSettings | None:
        """Make its settings; None, with a report, when it cannot be told what it is."""
        path, database = self.given.text("file"), self.given.text("database")
        if (path is None) == (database is None):
            message = f"the table {self.name.value!r} has neither `file` nor `database`"
            if path is not None:
                message = f"the table {self.name.value!r} has both `file` and `database`"
            hint = "its rows are in one of the two"
            self.report.error("R152", message, self.name.span, hint=hint)
            return None
        reading = self.reading
        grant = read_grant(self.given.node, reading.file, reading.paths, self.report)
        declared: Declared | None
        found = None
        if database is not None:
            declared = self._database(database)
        elif path is not None and (declared := self._file(path)) is not None:
            found = reading.paths.table(path, reading.file, reading.missing)
        if declared is None:
            return None
        return TableSettings(self.name.value, self.name.span, declared, found, grant)

    def _file(self, path: Text) -> FileTable | None:
        form = format_of(path.value)
        if form is None:
            hint = f"its name ends in one of {', '.join(FORMATS)}"
            self.report.error("R152", f"{path.value!r} is no table", path.span, hint=hint)
            return None
        allowed = {"delimiter"} if form is Format.CSV else set()
        allowed |= {"sheet"} if form is Format.XLSX else set()
        self._refuse_others({"file", "refresh", "key", *allowed}, f"a table in {form.upper()}")
        if (text := self.given.text("refresh")) is not None:
            # A file's changes are taken as they come; what is asked for is always kept.
            read_duration(text, self.report, "10s", "30d")
        delimiter = self.given.word("delimiter") or ","
        return FileTable(form, self._layout(), delimiter, self.given.word("sheet"))

    def _database(self, database: Text) -> LoadedQuery | LiveQuery | None:
        address = self._address(database)
        text = self.given.text("query")
        if text is None:
            message = f"the table {self.name.value!r} has a `database` and no `query`"
            self.report.error("R152", message, database.span, hint="add `query: select …`")
            return None
        query = self._query(text)
        if query is None:
            return None
        layout, common = self._layout(), {"database", "query", "timeout"}
        if query.parameters:
            self._refuse_others({*common, "cache"}, "a table that is asked each time")
            timeout = self._seconds("timeout", "10ms", "5s", _LIVE_TIMEOUT)
            return LiveQuery(
                address, query, layout, timeout, self._seconds("cache", "0s", "24h", 0.0)
            )
        self._refuse_others({*common, "refresh", "key"}, "a table whose query has no `:parameter`")
        refresh = self._seconds("refresh", "1s", "30d", _REFRESH)
        timeout = self._seconds("timeout", "1s", "10m", _LOAD_TIMEOUT)
        return LoadedQuery(address, query, layout, refresh, timeout)

    def _address(self, text: Text) -> Address | None:
        found = self.reading.references.value(text, "an address of a database", self.report)
        if found is None:
            return None
        try:
            return read_address(found)
        except AddressError as error:
            message = f"{text.value} is no address of a database: {error}"
            self.report.error("R153", message, text.span)
            return None

    def _query(self, text: Text) -> Query | None:
        try:
            return read_query(text.value)
        except QueryError as error:
            place = text.at(error.at, error.length)
            self.report.error("R154", error.message, place, hint=error.hint)
            return None

    def _seconds(self, key: str, least: str, most: str, otherwise: float) -> float:
        text = self.given.text(key)
        found = None if text is None else read_duration(text, self.report, least, most)
        return otherwise if found is None else found

    def _refuse_others(self, allowed: set[str], what: str) -> None:
        """Report keys that say nothing about such a table."""
        common = {"columns", "keep", "locale", "queues"}
        for key, entry in self.given.node.entries.items():
            if key not in common | allowed:
                hint = f"allowed: {', '.join(sorted(common | allowed))}"
                message = f"{key!r} means nothing for {what}"
                self.report.error("R152", message, entry.key.span, hint=hint)

    def _layout(self) -> Layout:
        locale = read_locale(self.given, self.report)
        keep = tuple(text.value for text in self.given.texts("keep"))
        return Layout(
            rules=dict(self._columns()),
            keep=keep if "keep" in self.given.node.entries else None,
            key=tuple(text.value for text in self.given.texts("key")),
            separators=separators(locale) if locale else None,
        )

    def _columns(self) -> Iterator[tuple[str, ColumnRule]]:
        for key, node in self.given.entries("columns"):
            if isinstance(node, Scalar):
                yield key.value, ColumnRule(kind_of(node.text))
            elif isinstance(node, Map):
                yield key.value, self._column(Given(node))

    def _column(self, given: Given) -> ColumnRule:
        kind, form = kind_of(given.text("type")), given.text("format")
        pattern = None
        if form is not None:
            try:
                pattern = compile_format(form.value)
            except ValueError as error:
                self.report.error("R155", f"not a format of dates: {error}", form.span)
            if kind is not Kind.DATE:
                hint = "add `type: date`"
                self.report.error("R155", "a `format` is for dates", form.span, hint=hint)
        return ColumnRule(kind, given.word("from"), pattern)


def declared_columns(table: LoadedQuery | LiveQuery) -> Mapping[str, Kind | None] | None:
    """Say what is known of a query's columns without running it."""
    layout = table.layout
    sources = {rule.source: name for name, rule in layout.rules.items() if rule.source}
    if table.query.columns is None:
        return None
    named = [sources.get(one) or column_name(one) for one in table.query.columns]
    if None in named:
        return None
    return {
        name: layout.rules[name].kind if name in layout.rules else None
        for name in named
        if name is not None and layout.is_kept(name)
    }
