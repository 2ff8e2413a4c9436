"""``gateway outbox``: what waits to be delivered or was given up, and what a person does about it.

Law: one call to the outbox for each command; shows a body only where one entry is asked for, and an
address or a secret nowhere: they are not in the outbox.
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NoReturn

import click

from gateway.cli.inputs import give_up, people_or_machines

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from gateway.delivery.entry import Wanted
    from gateway.delivery.outbox import Outbox

_STATES: Final = ("pending", "sending", "done", "dead", "dropped")
_EXITS: Final = (
    "Exit codes: 0 done; 1 not all of it, since there are no such entries or they are in another "
    "state; 2 the outbox cannot be found or used."
)

#: Entries that one command changes at most.
_MOST: Final = 100_000

_configs = click.argument("configs", metavar="CONFIGS", type=click.Path(path_type=Path))


def _filters(command: Callable[..., None]) -> Callable[..., None]:
    for option in (
        click.option("--older", metavar="AGE", help="Only those stored longer ago: 10m, 2h, 3d."),
        click.option("--queue", metavar="NAME", help="Only what rules of this queue told."),
        click.option("--destination", metavar="NAME", help="Only what is for this destination."),
        click.option(
            "--state",
            "states",
            type=click.Choice(_STATES),
            multiple=True,
            help="Only those in this state; may be given several times.",
        ),
    ):
        command = option(command)
    return command


@click.group(epilog=_EXITS)
def outbox() -> None:
    """Look at notifications that wait or were given up, and have them sent again or dropped."""


@outbox.command("list", epilog=_EXITS)
@_configs
@_filters
@click.option(
    "--limit", type=click.IntRange(1, 100_000), default=50, show_default=True, help="The newest."
)
@people_or_machines
def list_(configs: Path, form: str, limit: int, **filters: Any) -> None:
    """List entries of the outbox of the folder CONFIGS, the newest first."""
    from gateway.cli.deliveries import entries_json, entries_lines

    wanted = _wanted(limit, **filters)
    found, paused = _use(configs, lambda outbox: (outbox.list(wanted), outbox.paused()), ([], []))
    pauses = [pause for pause, _ in paused]
    if form == "json":
        click.echo(entries_json(found, pauses))
        return
    for line in entries_lines(found, pauses, time.time()):
        click.echo(line)


@outbox.command(epilog=_EXITS)
@_configs
@click.argument("number", metavar="ID", type=int)
@people_or_machines
def show(configs: Path, number: int, form: str) -> None:
    """Show one entry with its body and all attempts."""
    from gateway.cli.deliveries import entry_json, entry_lines

    found = _use(configs, lambda outbox: outbox.show(number), None)
    if found is None:
        give_up(f"there is no entry {number}", 1)
    if form == "json":
        click.echo(entry_json(*found))
        return
    entry, body, attempts = found
    for line in entry_lines(entry, body, attempts, time.time()):
        click.echo(line)


@outbox.command(epilog=_EXITS)
@_configs
@click.argument("numbers", metavar="[ID]...", type=int, nargs=-1)
@_filters
@click.option(
    "--for",
    "patience",
    metavar="TIME",
    default="24h",
    show_default=True,
    help="How long they are tried again.",
)
def retry(configs: Path, numbers: tuple[int, ...], patience: str, **filters: Any) -> None:
    """Have entries tried again: those with these IDs, or all that the options name."""
    seconds = _duration(patience)
    _change(
        configs,
        numbers,
        filters,
        "to be tried again",
        lambda outbox, meant: outbox.retry(meant, time.time(), seconds),
    )


@outbox.command(epilog=_EXITS)
@_configs
@click.argument("numbers", metavar="[ID]...", type=int, nargs=-1)
@_filters
def drop(configs: Path, numbers: tuple[int, ...], **filters: Any) -> None:
    """Give up entries: those with these IDs, or all that the options name."""
    _change(
        configs,
        numbers,
        filters,
        "dropped",
        lambda outbox, meant: outbox.drop(meant, time.time()),
    )


@outbox.command(epilog=_EXITS)
@_configs
@click.argument("destination", metavar="DESTINATION")
def resume(configs: Path, destination: str) -> None:
    """Send to DESTINATION again, which has answered that it is gone (410)."""
    if not _use(configs, lambda outbox: outbox.resume(destination), False):
        give_up(f"{destination} is not paused", 1)
    click.echo(f"{destination}: resumed")


def _change(
    configs: Path,
    numbers: Sequence[int],
    filters: dict[str, Any],
    told: str,
    change: Callable[[Outbox, Sequence[int]], Sequence[int]],
) -> None:
    if not numbers and not any(filters.values()):
        raise click.UsageError("name entries by their IDs, or by --state, --destination or others")
    if numbers and any(filters.values()):
        raise click.UsageError("name entries by their IDs or by options, not by both")

    every = _wanted(_MOST, **filters)

    def work(outbox: Outbox) -> Sequence[int]:
        return change(outbox, numbers or [one.number for one in outbox.list(every)])

    done = _use(configs, work, ())
    click.echo(f"{len(done)} {'entry' if len(done) == 1 else 'entries'} {told}")
    left = sorted(set(numbers) - set(done))
    if left:
        names = ", ".join(map(str, left))
        give_up(f"not there, or in another state: {names}", 1)


def _wanted(
    limit: int,
    states: Sequence[str],
    destination: str | None,
    queue: str | None,
    older: str | None,
) -> Wanted:
    from gateway.delivery.entry import State, Wanted

    before = None if older is None else time.time() - _duration(older)
    return Wanted(tuple(State(one) for one in states), destination, queue, before, limit)


def _duration(written: str) -> float:
    from gateway.config.durations import duration

    try:
        return duration(written)
    except ValueError:
        hint = "a whole number and its unit: 30s, 5m, 24h, 7d"
        raise click.UsageError(f"not a length of time: {written!r}; {hint}") from None


def _use(configs: Path, work: Callable[[Outbox], Any], nothing: Any) -> Any:
    """Have *work* use the outbox of a folder; *nothing* is the answer where none was made yet."""
    from gateway.config.drawing import draw_all
    from gateway.config.find_outbox import find_outbox
    from gateway.config.load import ConfigurationError
    from gateway.delivery.opening import outbox_at
    from gateway.delivery.outbox import OutboxError

    try:
        settings = find_outbox(configs, os.environ)
    except ConfigurationError as error:
        _fail(draw_all(error.report, error.sources))
    if settings.file is not None and not Path(settings.file).exists():
        click.echo(f"there is no outbox yet: {settings.file}", err=True)
        return nothing
    outbox = outbox_at(settings.file, settings.database)
    try:
        return work(outbox)
    except OutboxError as error:
        where = settings.file or "the database"
        give_up(f"the outbox in {where} cannot be used: {error}")
    finally:
        outbox.close()


def _fail(text: str) -> NoReturn:
    click.echo(text, err=True)
    raise click.exceptions.Exit(2)
