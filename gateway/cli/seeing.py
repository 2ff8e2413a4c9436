"""The options of ``gateway serve`` that say what is written down of each request, and where.

Law: turns options into a `Seen`, or says what is wrong with them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

if TYPE_CHECKING:
    from gateway.telemetry.counts import Counts
    from gateway.telemetry.decisions import Decisions
    from gateway.telemetry.spans import Spans
    from gateway.web.logs import Log
    from gateway.web.seen import Seen

_F = TypeVar("_F", bound=Callable[..., Any])

#: What names standard output instead of a file.
STDOUT: Final = "stdout"
_STDOUT: Final = 1

_OPTIONS: Final = (
    click.option(
        "--decisions",
        metavar="FILE|stdout",
        envvar="GATEWAY_DECISIONS",
        help="Write a record of each decision. [GATEWAY_DECISIONS]",
    ),
    click.option(
        "--decisions-show",
        metavar="POINTER",
        multiple=True,
        envvar="GATEWAY_DECISIONS_SHOW",
        help="Show the values at a JSON pointer in records; repeatable. [GATEWAY_DECISIONS_SHOW]",
    ),
    click.option(
        "--decisions-rate",
        metavar="N",
        type=click.IntRange(1, 100_000),
        default=100,
        show_default=True,
        envvar="GATEWAY_DECISIONS_RATE",
        help="Most records of one worker in a second. [GATEWAY_DECISIONS_RATE]",
    ),
    click.option(
        "--tracing/--no-tracing",
        default=False,
        envvar="GATEWAY_TRACING",
        help="Send OpenTelemetry spans to where OTEL_… says. [GATEWAY_TRACING]",
    ),
)


def seeing_options(command: _F) -> _F:
    """Give *command* the options."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def seen_by(
    log: Log, decisions: str | None, show: Sequence[str], rate: int, *, tracing: bool
) -> Seen:
    """Make what is told of each request.

    Raises:
        click.ClickException: an option makes no sense, a file cannot be written, or a package
            is not installed.
    """
    from gateway.telemetry.counts import Counts
    from gateway.web.seen import Seen

    counts = Counts()
    if show and decisions is None:
        raise click.UsageError("--decisions-show needs --decisions")
    kept = None if decisions is None else _decisions(decisions, show, rate, counts)
    return Seen(log, counts, kept, _spans() if tracing else None)


def _decisions(where: str, show: Sequence[str], rate: int, counts: Counts) -> Decisions:
    from gateway.telemetry.decisions import Bucket, Decisions
    from gateway.telemetry.shown import PointerError, shown_by
    from gateway.telemetry.sinks import File, Output

    try:
        shown = shown_by(show)
    except PointerError as error:
        raise click.BadParameter(str(error), param_hint="--decisions-show") from None
    try:
        sink = Output(_STDOUT) if where == STDOUT else File(Path(where))
    except OSError as error:
        reason = (error.strerror or "it cannot be opened").lower()
        raise click.BadParameter(f"{where}: {reason}", param_hint="--decisions") from None
    return Decisions(sink, shown, Bucket(rate), counts)


def _spans() -> Spans:
    from gateway.telemetry.spans import MissingPackageError, Spans

    try:
        return Spans()
    except MissingPackageError as error:
        raise click.UsageError(str(error)) from None
