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
from typing import TYPE_CHECKING, Final, NoReturn

import click

if TYPE_CHECKING:
    from gateway.cases.case import Case
    from gateway.cases.coverage import Covered
    from gateway.cases.load import CaseFile
    from gateway.cases.run import Result, Runner
    from gateway.cases.telling import Explain
    from gateway.config.configuration import Configuration
    from gateway.config.folder import Snapshot

FORMATS: Final = ("text", "json", "junit", "github")


class Format(click.ParamType["tuple[str, Path | None]"]):
    """``NAME``, or ``NAME=FILE``."""

    name = "format"

    def convert(
        self, value: str, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, Path | None]:
        """Divide *value* into the format and where it goes."""
        name, equals, file = value.partition("=")
        if name not in FORMATS or (equals and not file):
            self.fail(f"{value!r}: one of {', '.join(FORMATS)}, with =FILE to write a file", param)
        return name, Path(file) if equals else None


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
@click.option(
    "--format",
    "formats",
    metavar="FORMAT[=FILE]",
    type=Format(),
    multiple=True,
    help=f"{', '.join(FORMATS)}; may be given several times.",
)
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
    formats: Sequence[tuple[str, Path | None]],
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
    snapshot, configuration = _load(ctx, configs)
    runner = Runner(configuration, time.perf_counter)
    if record is not None or name is not None:
        _record(record, name, snapshot, configuration, runner)
        return
    files = _cases(ctx, configs, snapshot, configuration)
    cases = [case for file in files for case in file.cases if chosen(case)]
    if not cases:
        click.echo(_nothing(files, pattern), err=True)
        ctx.exit(1)
    results = list(runner.run(cases))
    rules = coverage(configuration, results)
    _tell(formats or [("text", None)], results, rules, runner, verbose=verbose)
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


def _load(ctx: click.Context, configs: Path) -> tuple[Snapshot, Configuration]:
    from gateway.config.drawing import draw_all
    from gateway.config.folder import take_snapshot
    from gateway.config.load import load_snapshot

    if not configs.is_dir():
        _give_up(f"{configs} is no folder that can be read")
    snapshot = take_snapshot(configs)
    loaded = load_snapshot(snapshot, os.environ, secrets=False)
    if loaded.configuration is None or loaded.report.errors:
        click.echo(draw_all(loaded.report, loaded.sources))
        ctx.exit(1)
    return snapshot, loaded.configuration


def _cases(
    ctx: click.Context, configs: Path, snapshot: Snapshot, configuration: Configuration
) -> Sequence[CaseFile]:
    from gateway.cases.load import load_tests
    from gateway.config.drawing import draw_all
    from gateway.config.payloads import StoredPayloads
    from gateway.config.sources import shown_sources
    from gateway.diagnostic import Report

    report = Report()
    files = load_tests(snapshot, configuration, StoredPayloads(configs), report)
    if len(report):
        click.echo(draw_all(report, shown_sources(snapshot, report)))
    if report.errors:
        ctx.exit(1)
    return files


def _nothing(files: Sequence[CaseFile], pattern: str | None) -> str:
    if not files:
        return "Error: there is no case: a file of cases ends in .test.yaml"
    return f"Error: no case has a name in which {pattern!r} is found"


def _tell(
    formats: Sequence[tuple[str, Path | None]],
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

    def text(results: Sequence[Result], rules: Sequence[Covered], explain: Explain) -> str:
        return "\n".join(tell(results, rules, explain, verbose=verbose))

    writers = {
        "text": text,
        "json": written.as_json,
        "junit": written.as_junit,
        "github": written.as_github,
    }
    for name, file in formats:
        told = writers[name](results, rules, explain)
        if file is None:
            click.echo(told)
        else:
            _write(file, f"{told}\n")


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
                _give_up(f"{shown} could not be written anew and is left as it was")
            _write(configs / file.name, text)
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
    from gateway.cases.mask import Mask
    from gateway.cases.payload import GivenError
    from gateway.cases.record import recorded
    from gateway.config.walk import QUEUE_ENDING

    if source is None or name is None:
        raise click.UsageError("--record and --queue need each other")
    if name not in configuration.by_name:
        known = ", ".join(sorted(configuration.by_name))
        _give_up(f"no queue file is called {name!r}; there are {known}")
    ending = f"{name}{QUEUE_ENDING}"
    path = next(one for one in snapshot.names(QUEUE_ENDING) if one.rpartition("/")[2] == ending)
    try:
        body = sys.stdin.buffer.read() if str(source) == "-" else source.read_bytes()
        mask = Mask(secrets.token_bytes(32))
        text = recorded(body, path, configuration.by_name[name], runner, mask)
    except OSError as error:
        _give_up(f"cannot read {source}: {(error.strerror or 'unreadable').lower()}")
    except GivenError as error:
        _give_up(f"{source}: {error}")
    click.echo(text, nl=False)


def _write(file: Path, text: str) -> None:
    """Write a file as a whole, so that nobody sees half of it."""
    beside = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    try:
        # Line breaks stay as they are.
        beside.write_bytes(text.encode("utf-8"))
        beside.replace(file)
    except OSError as error:
        beside.unlink(missing_ok=True)
        _give_up(f"cannot write {file}: {(error.strerror or 'unwritable').lower()}")


def _give_up(text: str) -> NoReturn:
    click.echo(f"Error: {text}", err=True)
    raise click.exceptions.Exit(2)
