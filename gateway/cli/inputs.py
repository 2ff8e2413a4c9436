"""What commands read: a configuration folder, a stored payload; and how they give up.

Law: reads, and says what is wrong with what it read; decides nothing.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, NoReturn

import click

from gateway.spelling import closest

if TYPE_CHECKING:
    from gateway.config.configuration import Configuration, Queue
    from gateway.diagnostic import Report
    from gateway.engine.tables import Tables
    from gateway.rules.context import QueueContext, RulesFile
    from gateway.rules.rule import RuleSet

_MOST_NAMES: Final = 12
#: Seconds that a database has for a command.
_PATIENCE: Final = 30.0

#: ``--input``, as every command takes it that works on a stored payload.
stored_payload: Final = click.option(
    "--input",
    "source",
    metavar="FILE",
    required=True,
    type=click.Path(path_type=Path, allow_dash=True),
    help="The stored payload; - reads stdin.",
)
#: ``--format`` of commands that tell one thing.
people_or_machines: Final = click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="For people or for machines.",
)

#: ``--databases`` of commands that answer a stored payload.
databases_too: Final = click.option(
    "--databases",
    is_flag=True,
    help="Ask tables in databases too, with the folder's secrets; else rules that need them fail.",
)


def give_up(text: str, code: int = 2) -> NoReturn:
    """Say why the job cannot be done, and end."""
    click.echo(f"Error: {text}", err=True)
    raise click.exceptions.Exit(code)


def unknown(what: str, name: str, known: Iterable[str]) -> NoReturn:
    """Give up over a name that is none of *known*."""
    names = sorted(known)
    meant = closest(name, names)
    more = ", …" if len(names) > _MOST_NAMES else ""
    there = (
        f"did you mean {meant!r}?"
        if meant
        else f"there are {', '.join(names[:_MOST_NAMES]) or 'none'}{more}"
    )
    give_up(f"no {what} is called {name!r}; {there}")


def load_with_queue(configs: Path, name: str, *, secrets: bool = False) -> Configuration:
    """Load a folder that has a queue file *name*; without *secrets*, none need be there."""
    from gateway.config.drawing import draw_all
    from gateway.config.load import check

    loaded = check(configs, os.environ, secrets=secrets)
    if loaded.configuration is None or loaded.report.errors:
        click.echo(draw_all(loaded.report, loaded.sources), err=True)
        raise click.exceptions.Exit(1)
    if name not in loaded.configuration.by_name:
        unknown("queue file", name, loaded.configuration.by_name)
    return loaded.configuration


def tables_of(queue: Queue, *, databases: bool) -> Tables:
    """Give the tables of a queue; those in databases only if they may be asked."""
    from gateway.lookups.offline import OfflineTables

    if not databases:
        return OfflineTables({}, queue.tables, "add --databases to ask it")
    queue.tables.load()
    # In the end, since a live table is not asked before.
    click.get_current_context().call_on_close(lambda: _tell_problems(queue))
    return queue.tables.asked(lambda: _PATIENCE)


def _tell_problems(queue: Queue) -> None:
    """Tell on stderr what databases themselves have said, which no answer repeats."""
    for status in queue.tables.statuses():
        if status.problem is not None:
            click.echo(f"table {status.name}: {status.problem}", err=True)


def load_rules_files(
    configs: Path, name: str, *, secrets: bool = False
) -> tuple[Queue, Sequence[RulesFile]]:
    """Load a folder, and give the queue file *name* with its rules files."""
    from gateway.config.build import build
    from gateway.config.drawing import draw_all
    from gateway.config.folder import take_snapshot
    from gateway.config.references import References
    from gateway.config.sources import shown_sources
    from gateway.rules.compile import compile_rules

    kept: dict[str, Sequence[RulesFile]] = {}

    def compile_and_keep(
        files: Sequence[RulesFile], context: QueueContext, report: Report
    ) -> RuleSet:
        kept[context.name] = files
        return compile_rules(files, context, report)

    snapshot = take_snapshot(configs)
    built = build(snapshot, References(os.environ, resolving=secrets), compile_and_keep)
    if built.configuration is None or built.report.errors:
        click.echo(draw_all(built.report, shown_sources(snapshot, built.report)), err=True)
        raise click.exceptions.Exit(1)
    queue = built.configuration.by_name.get(name)
    if queue is None:
        unknown("queue file", name, built.configuration.by_name)
    return queue, kept[name]


def read_payload(source: Path) -> bytes:
    """Read a stored payload; ``-`` is stdin."""
    try:
        return sys.stdin.buffer.read() if str(source) == "-" else source.read_bytes()
    except OSError as error:
        give_up(f"cannot read {source}: {(error.strerror or 'unreadable').lower()}")
