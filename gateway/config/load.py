"""The configuration folder in, a `Configuration` or all of its mistakes out.

Law: one look at the folder for each call; knows neither threads nor time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from gateway.config.build import draft, finish
from gateway.config.configuration import Configuration
from gateway.config.folder import Snapshot, take_snapshot
from gateway.config.references import References
from gateway.config.seen import SeenContent
from gateway.config.sources import shown_sources
from gateway.config.walk import QUEUE_ENDING
from gateway.diagnostic import Report
from gateway.rules.compile import compile_rules


class ConfigurationError(Exception):
    """The folder cannot be served: *report* says why, *sources* has the texts to draw from."""

    def __init__(self, report: Report, sources: Mapping[str, str]) -> None:
        """Keep the *report*, and the *sources* by the file names it uses."""
        super().__init__(report, sources)
        self.report = report
        self.sources = sources

    def __str__(self) -> str:
        return f"the configuration has {self.report.errors} mistakes"


@dataclass(frozen=True, slots=True)
class Summary:
    """What was looked at."""

    files: int
    queues: int
    #: Those of a shared file once for each queue that uses it.
    rules: int


@dataclass(frozen=True, slots=True)
class Loaded:
    """What became of one look at the folder."""

    #: What can be served, with the queues that stay as they were; None when nothing can.
    configuration: Configuration | None
    report: Report
    #: The texts of the files that the report speaks of, by the names it uses.
    sources: Mapping[str, str] = field(repr=False)
    summary: Summary
    #: The queues whose files have mistakes: absent, or there in their earlier version.
    failed: tuple[str, ...]
    #: Equal for equal contents of the folder.
    digest: str
    #: Digests of the secret files that were read, by path.
    stamps: Mapping[str, bytes] = field(repr=False)
    #: The lines of the rules of every file that could be read, by file and id.
    rules: Mapping[str, Mapping[str, int]] = field(default_factory=dict, repr=False)

    @property
    def good(self) -> bool:
        """Whether nothing is wrong: there may be warnings."""
        return self.configuration is not None and not self.report.errors


def load(path: Path, environment: Mapping[str, str]) -> Configuration:
    """Load the folder *path*, whole.

    Raises:
        ConfigurationError: there is a mistake in it, or several.
    """
    loaded = check(path, environment)
    if loaded.configuration is None or loaded.report.errors:
        raise ConfigurationError(loaded.report, loaded.sources)
    return loaded.configuration


def check(
    path: Path,
    environment: Mapping[str, str],
    *,
    secrets: bool = True,
    seen: Sequence[SeenContent] = (),
) -> Loaded:
    """Find every mistake in the folder *path*; without *secrets*, references need not resolve.

    Names are looked for in what was *seen* of queues without a schema. What is then loaded is for
    nobody to serve.
    """
    return load_snapshot(take_snapshot(path), environment, secrets=secrets, seen=seen)


def load_snapshot(
    snapshot: Snapshot,
    environment: Mapping[str, str],
    *,
    previous: Configuration | None = None,
    secrets: bool = True,
    seen: Sequence[SeenContent] = (),
    secret_files: Mapping[str, bytes | str] | None = None,
    resolved: Callable[[Mapping[str, bytes | str]], None] | None = None,
) -> Loaded:
    """Load *snapshot*; queues with mistakes stay as they are in *previous*.

    With *secret_files*, no other file is read. *resolved* is told what they held, before the rules
    are compiled: another process that is given the same decides the same.
    """
    references = References(environment, resolving=secrets, given=secret_files)
    drafted = draft(snapshot, references, compile_rules, previous, seen)
    if resolved is not None:
        resolved(references.files)
    built = finish(drafted)
    made = built.configuration
    return Loaded(
        configuration=made,
        report=built.report,
        sources=shown_sources(snapshot, built.report),
        summary=Summary(
            files=len(snapshot.files),
            queues=len(snapshot.names(QUEUE_ENDING)),
            rules=made.rule_count if made else 0,
        ),
        failed=built.failed,
        digest=snapshot.digest,
        stamps=built.stamps,
        rules=built.rules,
    )
