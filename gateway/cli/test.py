"""``gateway test``: the cases beside the rules, run.

Law: reads the folder, runs the cases, tells the results; writes a file only when asked to.
"""

from __future__ import annotations

import os
import re
import secrets
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from gateway.cli.formats import (
    Chosen,
    drawn,
    finding_writers,
    findings_of,
    format_option,
    write_all,
    write_file,
)
from gateway.cli.inputs import give_up

if TYPE_CHECKING:
    from gateway.cases.case import Case
    from gateway.cases.coverage import Covered
    from gateway.cases.load import CaseFile
    from gateway.cases.run import Result, Runner
    from gateway.config.configuration import Configuration
    from gateway.config.folder import Snapshot
    from gateway.diagnostic import Report

#: What results can be written as.
FORMATS: Final = ("text", "json", "junit", "github")


@click.command(
    epilog="Exit codes: 0 all cases pass; 1 a case fails, a file has mistakes, there is no case, "
    "or coverage is too low; 2 the job could not be done."
)
@click.argument("configs", metavar="CONFIGS", type=click.Path(path_type=Path))
@click.option("--run", "pattern", metavar="REGEX", help="Only cases whose names it is found in.")
@click.option(
    "--min-coverage",
    metavar="PERCENT",
    type=click.FloatRange(0, 100),
    help="Fail when fewer rules have fired.",
)
@click.option("--update", is_flag=True, help="Write the expectations of failing cases anew.")
@format_option(FORMATS)
@click.option(
    "--record",
    metavar="PAYLOAD",
    type=click.Path(path_type=Path, allow_dash=True),
    help="Print a masked case made of a stored payload; needs --queue.",
)
@click.option("--queue", "name", metavar="NAME", help="The queue file's name, for --record.")
@click.option("-v", "--verbose", is_flag=True, help="Tell every case, its time, and every rule.")
@click.pass_context
def test(
    ctx: click.Context,
    configs: Path,
    pattern: str | None,
    min_coverage: float | None,
    update: bool,
    formats: Sequence[Chosen],
    record: Path | None,
    name: str | None,
    verbose: bool,
) -> None:
    """Run the cases of all *.test.yaml files in the configuration folder CONFIGS."""
    import gc
    import time

    from gateway.cases.coverage import coverage, percent
    from gateway.cases.run import Runner

    chosen = _pattern(pattern)
    if gc.isenabled():
        # What is read stays to the end; looking for garbage in it takes longer than reading it.
        gc.disable()
        ctx.call_on_close(gc.enable)
    formats = formats or _AS_TEXT
    snapshot, configuration = _load(ctx, configs, formats)
    runner = Runner(configuration, time.perf_counter)
    if record is not None or name is not None:
        _record(record, name, snapshot, configuration, runner)
        return
    files = _cases(ctx, configs, snapshot, configuration, formats)
    cases = [case for file in files for case in file.cases if chosen(case)]
    if not cases:
        click.echo(_nothing(files, pattern), err=True)
        ctx.exit(1)
    results = list(runner.run(cases))
    rules = coverage(configuration, results)
    _tell(formats, results, rules, runner, verbose=verbose)
    if update:
        _update(configs, snapshot, files, results)
    low = min_coverage is not None and percent(rules) < min_coverage
    if low:
        click.echo(f"coverage is under {min_coverage:g} %", err=True)
    ctx.exit(1 if low or not all(result.is_good for result in results) else 0)


def _pattern(pattern: str | None) -> Callable[[Case], bool]:
    try:
        found = re.compile(pattern or "")
    except re.error as error:
        raise click.BadParameter(f"not a pattern: {error}", param_hint="--run") from None
    return lambda case: found.search(case.name) is not None


def _load(
    ctx: click.Context, configs: Path, formats: Sequence[Chosen]
) -> tuple[Snapshot, Configuration]:
    from gateway.config.folder import take_snapshot
    from gateway.config.load import load_snapshot

    if not configs.is_dir():
        give_up(f"{configs} is no folder that can be read")
    snapshot = take_snapshot(configs)
    loaded = load_snapshot(snapshot, os.environ, secrets=False)
    if loaded.configuration is None or loaded.report.errors:
        _tell_mistakes(snapshot, loaded.report, formats)
        ctx.exit(1)
    return snapshot, loaded.configuration


def _cases(
    ctx: click.Context,
    configs: Path,
    snapshot: Snapshot,
    configuration: Configuration,
    formats: Sequence[Chosen],
) -> Sequence[CaseFile]:
    from gateway.cases.load import load_tests
    from gateway.config.payloads import StoredPayloads
    from gateway.config.sources import shown_sources
    from gateway.diagnostic import Report

    report = Report()
    files = load_tests(snapshot, configuration, StoredPayloads(configs), report)
    if report.errors:
        _tell_mistakes(snapshot, report, formats)
        ctx.exit(1)
    if len(report):
        click.echo(drawn(report, shown_sources(snapshot, report)), err=formats != _AS_TEXT)
    return files


_AS_TEXT: Final = [("text", None)]


def _tell_mistakes(snapshot: Snapshot, report: Report, formats: Sequence[Chosen]) -> None:
    """Tell what is wrong with the files, in the formats that the results were to have."""
    from gateway.config.drawing import summary
    from gateway.config.sources import shown_sources

    def text(_file: Path | None) -> str:
        return drawn(report, shown_sources(snapshot, report))

    findings = findings_of(report, {}, len(snapshot.files))
    write_all(finding_writers(findings, text, summary(list(report))), formats)


def _nothing(files: Sequence[CaseFile], pattern: str | None) -> str:
    if not files:
        return "Error: there is no case: a file of cases ends in .test.yaml"
    return f"Error: no case has a name in which {pattern!r} is found"


def _tell(
    formats: Sequence[Chosen],
    results: Sequence[Result],
    rules: Sequence[Covered],
    runner: Runner,
    *,
    verbose: bool,
) -> None:
    from gateway.cases import formats as written
    from gateway.cases.telling import tell
    from gateway.cases.why import explainer

    explain = explainer(runner)

    def text(_file: Path | None) -> str:
        return "\n".join(tell(results, rules, explain, verbose=verbose))

    write_all(
        {
            "text": text,
            "json": lambda _file: written.as_json(results, rules, explain),
            "junit": lambda _file: written.as_junit(results, rules, explain),
            "github": lambda _file: written.as_github(results, rules, explain),
        },
        formats,
    )


def _update(
    configs: Path, snapshot: Snapshot, files: Sequence[CaseFile], results: Sequence[Result]
) -> None:
    from gateway.cases.update import is_sound, is_updatable, updated

    for file in files:
        shown = snapshot.shown(file.name)
        own = [one for one in results if one.case.place.file == shown and is_updatable(one)]
        if own:
            text = updated(snapshot.files[file.name].decode("utf-8"), own)
            if not is_sound(text):
                give_up(f"{shown} could not be written anew and is left as it was")
            write_file(configs / file.name, text)
            click.echo(f"updated {shown}: {len(own)} expectations", err=True)
    left = sum(not one.is_good and not is_updatable(one) for one in results)
    if left:
        click.echo(f"{left} failing cases have no expectation of their own to update", err=True)


def _record(
    source: Path | None,
    name: str | None,
    snapshot: Snapshot,
    configuration: Configuration,
    runner: Runner,
) -> None:
    from gateway.cases.payload import GivenError
    from gateway.cases.record import recorded
    from gateway.config.walk import QUEUE_ENDING

    if source is None or name is None:
        raise click.UsageError("--record and --queue need each other")
    if name not in configuration.by_name:
        known = ", ".join(sorted(configuration.by_name))
        give_up(f"no queue file is called {name!r}; there are {known}")
    ending = f"{name}{QUEUE_ENDING}"
    path = next(one for one in snapshot.names(QUEUE_ENDING) if one.rpartition("/")[2] == ending)
    try:
        body = sys.stdin.buffer.read() if str(source) == "-" else source.read_bytes()
        key = secrets.token_bytes(32)
        text = recorded(body, path, configuration.by_name[name], runner, key)
    except OSError as error:
        give_up(f"cannot read {source}: {(error.strerror or 'unreadable').lower()}")
    except GivenError as error:
        give_up(f"{source}: {error}")
    click.echo(text, nl=False)
