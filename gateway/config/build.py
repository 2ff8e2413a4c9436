"""One snapshot of the folder made into one `Configuration`, with every mistake in one report.

Language §1, design §4. Law: a function of its arguments; reads nothing but secret files. The unit
of failure is the queue: one that cannot be made stays as it was in the previous configuration.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Protocol

from gateway.config.claims import (
    check_fields,
    check_ids,
    check_names,
    check_shared_secrets,
    check_signed,
)
from gateway.config.configuration import Configuration, Queue
from gateway.config.destinations import receivers, usable
from gateway.config.folder import Snapshot
from gateway.config.granted import GrantedTables
from gateway.config.grants import check_grants
from gateway.config.paths import Paths
from gateway.config.references import References
from gateway.config.seen import SeenContent, check_seen, schema_seen
from gateway.config.settings import GatewaySettings, QueueSettings, read_gateway, read_queue
from gateway.config.sources import Sources
from gateway.config.table_sources import make_sources
from gateway.config.tables import Reading, TableSettings
from gateway.config.walk import GATEWAY_FILE, QUEUE_ENDING, RULES_ENDING
from gateway.diagnostic import Report, Span
from gateway.rules.context import PLAIN, QueueContext, RulesFile, rules_of
from gateway.rules.yaml.source import Scalar

if TYPE_CHECKING:
    from gateway.rules.rule import RuleSet


class Compile(Protocol):
    """How rules are made of files: `gateway.rules.compile.compile_rules`."""

    def __call__(
        self, files: Sequence[RulesFile], context: QueueContext, report: Report
    ) -> RuleSet:
        """Compile *files* for one queue; with errors in *report*, the result is not used."""


@dataclass(frozen=True, slots=True)
class Built:
    """What became of a snapshot."""

    #: None when ``gateway.yaml`` cannot be used, or nothing at all.
    configuration: Configuration | None
    report: Report
    #: The queues whose files have mistakes: absent, or there in their earlier version.
    failed: tuple[str, ...]
    #: Digests of the secret files that were read: if one changes, so does the configuration.
    stamps: Mapping[str, bytes] = field(repr=False)
    #: The lines of the rules of every file that could be read, by file and id.
    rules: Mapping[str, Mapping[str, int]] = field(default_factory=dict, repr=False)


@dataclass(slots=True)
class _Run:
    """One pass over one snapshot."""

    sources: Sources
    references: References
    compile: Compile
    previous: Configuration | None
    report: Report
    seen: Sequence[SeenContent] = ()
    gateway_is_good: bool = False
    used: set[str] = field(default_factory=set)
    failed: set[str] = field(default_factory=set)
    #: The rules files that a queue has compiled.
    compiled: set[str] = field(default_factory=set)
    #: The digest of each file's contents.
    digests: Mapping[str, str] = field(default_factory=dict)
    declared: Sequence[TableSettings] = ()
    tables: GrantedTables = field(default_factory=GrantedTables)


@dataclass(frozen=True, slots=True)
class Draft:
    """A snapshot whose settings are read and whose secrets are resolved; no rule is compiled."""

    run: _Run
    gateway: GatewaySettings | None
    queues: Sequence[QueueSettings]


def build(
    snapshot: Snapshot,
    references: References,
    compile_rules: Compile,
    previous: Configuration | None = None,
    seen: Sequence[SeenContent] = (),
) -> Built:
    """Make a configuration of *snapshot*, as complete as its mistakes allow."""
    return finish(draft(snapshot, references, compile_rules, previous, seen))


def draft(
    snapshot: Snapshot,
    references: References,
    compile_rules: Compile,
    previous: Configuration | None = None,
    seen: Sequence[SeenContent] = (),
) -> Draft:
    """Read the settings of *snapshot*: from here on, nothing but memory is looked at."""
    report = Report()
    snapshot.report_problems(report)
    run = _Run(Sources(snapshot, report), references, compile_rules, previous, report, seen)
    run.digests = snapshot.digests
    return Draft(run, _gateway(run), _queue_settings(run))


def finish(drafted: Draft) -> Built:
    """Compile the rules of what has been drafted, and judge the whole."""
    run, gateway, settings = drafted.run, drafted.gateway, drafted.queues
    if not run.failed:  # What could not be read may well be the payload's queue.
        check_seen(run.seen, settings, run.report)
    queues: dict[str, Queue] = {}
    if gateway is not None:
        _grant(run, gateway, settings)
        queues = _queues(run, settings, gateway)
        check_shared_secrets(gateway, settings, run.report)
    _check_rest(run)
    configuration = None
    if gateway is not None and run.gateway_is_good and queues:
        configuration = _configuration(run, gateway, queues)
    failed = tuple(sorted(run.failed))
    return Built(configuration, run.report, failed, run.references.stamps, _rules(run))


def _gateway(run: _Run) -> GatewaySettings | None:
    snapshot = run.sources.snapshot
    names = snapshot.names(GATEWAY_FILE)
    if not names:
        if not _has_problem(snapshot, GATEWAY_FILE):
            hint = "a first one needs nothing but the line `version: 1`"
            place = Span(snapshot.shown(""), 1, 1, 1, 1)
            run.report.error("R124", "the folder has no gateway.yaml", place, hint=hint)
        return None
    first = Span(snapshot.shown(names[0]), 1, 1, 1, 1)
    for name in names[1:]:
        run.report.error(
            "R124",
            "the folder has more than one gateway.yaml",
            Span(snapshot.shown(name), 1, 1, 1, 1),
            hint="serve one folder for each, or join them",
            related=first,
        )
    root = run.sources.yaml(names[0], "gateway")
    own = Report()
    paths = Paths(snapshot)
    settings = read_gateway(root, names[0], paths, run.references, own) if root else None
    if root is not None:
        missing = Report()  # Of a table whose file is gone there may be an earlier content.
        reading = Reading(names[0], paths, run.references, own, missing)
        run.declared = reading.tables(root)
        run.report.extend(list(missing))
    run.report.extend(list(own))
    run.gateway_is_good = len(names) == 1 and not own.errors
    # Its params are known even so, and the rules can be checked with them.
    return settings if len(names) == 1 else None


def _grant(run: _Run, gateway: GatewaySettings, queues: Sequence[QueueSettings]) -> None:
    """Read the tables, and find out whose they are."""
    own = Report()
    things = [(f"the table {one.name!r}", one.grant, one.place) for one in run.declared]
    named = gateway.destinations.values()
    things += [(f"the destination {one.name!r}", one.grant, one.place) for one in named]
    check_grants(things, gateway, queues, own)
    run.report.extend(list(own))
    run.gateway_is_good = run.gateway_is_good and not own.errors
    earlier = run.previous.tables if run.previous else {}
    # A broken file of rows leaves gateway.yaml as good as it is.
    sources = make_sources(run.declared, run.sources.snapshot, earlier, run.report)
    run.tables = GrantedTables(run.declared, sources)


def _queue_settings(run: _Run) -> list[QueueSettings]:
    snapshot = run.sources.snapshot
    files = {name: _queue_name(name) for name in snapshot.names(QUEUE_ENDING)}
    run.failed.update(
        _queue_name(problem.name)
        for problem in snapshot.problems
        if problem.name.endswith(QUEUE_ENDING)
    )
    if not files and not _has_problem(snapshot, QUEUE_ENDING):
        place = Span(snapshot.shown(""), 1, 1, 1, 1)
        hint = f"a queue's file ends in {QUEUE_ENDING}"
        run.report.error("R125", "the folder has no queue", place, hint=hint)
    refused = check_names(files, {name: snapshot.shown(name) for name in files}, run.report)
    found = []
    for file, name in files.items():
        settings = _one_queue(run, file)
        if settings is None or file in refused:
            run.failed.add(name)
        else:
            found.append(settings)
    return found


def _one_queue(run: _Run, file: str) -> QueueSettings | None:
    root = run.sources.yaml(file, "queue")
    if root is None:
        return None
    own = Report()
    settings = read_queue(root, file, Paths(run.sources.snapshot), run.references, own)
    if settings is not None:
        run.used.update(settings.rules)
        if own.errors or not settings.complete:
            run.failed.add(settings.name)
    run.report.extend(list(own))
    return settings


def _queues(
    run: _Run, settings: Sequence[QueueSettings], gateway: GatewaySettings
) -> dict[str, Queue]:
    made: dict[str, Queue] = {}
    run.failed |= check_ids(settings, {}, run.report)
    for one in settings:
        own = Report()
        check_signed(one, gateway, own)
        queue = _queue(run, one, gateway, own)
        run.report.extend(list(own))
        if queue is None or own.errors:
            run.failed.add(one.name)
        else:
            made[one.name] = queue
    by_name = {one.name: one for one in settings}
    while True:
        kept = _kept(run)
        good = [by_name[name] for name in made if name not in run.failed]
        conflicts = check_ids(good, _ids_of(kept), run.report)
        if not conflicts:
            return {**kept, **{one.name: made[one.name] for one in good}}
        run.failed |= conflicts


def _queue(
    run: _Run, settings: QueueSettings, gateway: GatewaySettings, own: Report
) -> Queue | None:
    """Make one queue; None, perhaps without a word, when a file it needs is missing or broken."""
    schema = run.sources.schema(settings.schema) if settings.schema else None
    if schema is not None:
        check_fields(settings, schema, own)
    elif not settings.schema:
        schema = schema_seen(run.seen, settings)
    context = QueueContext(
        name=settings.name,
        params={**gateway.params, **settings.params},
        own_params=frozenset(settings.params),
        fields=settings.fields,
        change=settings.change,
        schema=schema,
        locale=settings.locale,
        timezone=settings.timezone,
        placeholders=settings.placeholders,
        on_failure=settings.on_failure,
        tables=run.tables.shapes(settings.file),
        ungranted=run.tables.ungranted(settings.file),
        receivers=receivers(gateway.destinations, settings.file),
    )
    roots = [(name, run.sources.yaml(name, "rules")) for name in settings.rules]
    shown = run.sources.snapshot.shown
    files = [RulesFile(shown(name), root) for name, root in roots if root is not None]
    if not settings.complete or len(files) < len(roots) or (settings.schema and schema is None):
        return None
    if not run.tables.is_complete(settings.file):  # A table of it has no content that was good.
        return None
    run.compiled.update(settings.rules)
    made_of = _made_of(run, settings)
    before = run.previous.by_name.get(settings.name) if run.previous else None
    if before is not None and _is_same(before, made_of, context):
        rules, found = before.rules, before.diagnostics
    else:
        compiled = Report()
        rules = run.compile(files, context, compiled)
        found = tuple(compiled)
    own.extend(found)
    return Queue(
        name=settings.name,
        ids=tuple(settings.ids),
        secrets=settings.secrets,
        unsigned=settings.unsigned,
        legacy_signature=settings.legacy_signature,
        connector=settings.connector,
        rules=rules,
        context=context,
        unavailable=settings.outbox_unavailable or gateway.outbox.unavailable,
        revision=run.sources.snapshot.revision,
        tables=run.tables.of(settings.file),
        made_of=made_of,
        diagnostics=found,
    )


def _made_of(run: _Run, settings: QueueSettings) -> tuple[tuple[str, str], ...]:
    """List the files that a queue's rules depend on, each with the digest of its contents."""
    snapshot = run.sources.snapshot
    names = [*snapshot.names(GATEWAY_FILE), settings.file, settings.schema or "", *settings.rules]
    return tuple((name, run.digests.get(name, "")) for name in names)


def _is_same(before: Queue, made_of: tuple[tuple[str, str], ...], context: QueueContext) -> bool:
    """Say whether compiling again would make the same: a change of another queue is taken sooner.

    Tables have files of their own; of them, rules depend on the columns only.
    """
    tables = (before.context.tables, before.context.ungranted)
    return before.made_of == made_of and tables == (context.tables, context.ungranted)


def _kept(run: _Run) -> dict[str, Queue]:
    earlier = run.previous.by_name if run.previous else {}
    return {name: earlier[name] for name in sorted(run.failed) if name in earlier}


def _ids_of(queues: Mapping[str, Queue]) -> dict[int, str]:
    return {id_: queue.name for queue in queues.values() for id_ in queue.ids}


def _configuration(run: _Run, gateway: GatewaySettings, by_name: dict[str, Queue]) -> Configuration:
    by_id = {id_: queue for queue in by_name.values() for id_ in queue.ids}
    return Configuration(
        revision=run.sources.snapshot.revision,
        queues=MappingProxyType(by_id),
        by_name=MappingProxyType(by_name),
        secrets=gateway.secrets,
        legacy_signature=gateway.legacy_signature,
        destinations=usable(gateway.destinations),
        outbox=gateway.outbox,
        diagnostics=tuple(run.report),
        digest=run.sources.snapshot.digest,
        files=run.digests,
        stamps=run.references.stamps,
        tables=MappingProxyType(run.tables.sources),
    )


def _check_rest(run: _Run) -> None:
    """Check the rules files that no queue has used, so that they are right when one does."""
    # A queue that could not be read may well be the one that uses them.
    unclear = bool(run.failed) or not run.used
    for name in run.sources.snapshot.names(RULES_ENDING):
        root = run.sources.yaml(name, "rules")
        if root is not None and name not in run.compiled:
            _compile_alone(run, RulesFile(run.sources.snapshot.shown(name), root))
        if root is not None and name not in run.used and not unclear:
            place = Span(run.sources.snapshot.shown(name), 1, 1, 1, 1)
            hint = "name it in a queue's `rules`, or remove it"
            run.report.warning("R130", "no queue uses this rules file", place, hint=hint)


#: What depends on the queue that uses a file: its fields, params, tables and destinations.
_OF_A_QUEUE: Final = ("R201", "R204", "R220", "R221", "R451")


def _compile_alone(run: _Run, file: RulesFile) -> None:
    """Report what is wrong with a file for whatever queue uses it."""
    own = Report()
    run.compile([file], PLAIN, own)
    run.report.extend([found for found in own if found.code not in _OF_A_QUEUE])


def _rules(run: _Run) -> dict[str, dict[str, int]]:
    found = {}
    for name in run.sources.snapshot.names(RULES_ENDING):
        root = run.sources.yaml(name, "rules")
        if root is not None:
            ids = (node.get("id") for node in rules_of(root))
            found[run.sources.snapshot.shown(name)] = {
                one.text.value: one.span.line for one in ids if isinstance(one, Scalar)
            }
    return found


def _has_problem(snapshot: Snapshot, ending: str) -> bool:
    """Say whether a file with this ending, or the folder itself, could not be read."""
    names = [problem.name for problem in snapshot.problems]
    return any(name == "" or name.endswith(ending) for name in names)


def _queue_name(file: str) -> str:
    return file.rpartition("/")[2].removesuffix(QUEUE_ENDING)
