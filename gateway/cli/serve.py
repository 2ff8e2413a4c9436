"""``gateway serve``: the configuration loaded, the addresses bound, the supervisor run.

Law: puts the parts together; here stands which roles of children there are.
"""

from __future__ import annotations

import contextlib
import os
import resource
from pathlib import Path
from typing import TYPE_CHECKING, Final, NoReturn, cast

import click

from gateway.cli.address import DEFAULT_LISTEN, DEFAULT_MANAGEMENT, OFF, host_and_port
from gateway.cli.seeing import seeing_options, seen_by

if TYPE_CHECKING:
    import socket

    from gateway.config.configuration import Configuration
    from gateway.processes.role import Role
    from gateway.processes.supervisor import Settings
    from gateway.web.logs import Format
    from gateway.web.seen import Seen
    from gateway.web.server import Limits

#: Open files: every connection is one, and the usual limit of 1,024 is soon reached.
_FILES: Final = 4096
_STDERR: Final = 2


@click.command(
    epilog="SIGHUP looks for changes at once. SIGTERM and SIGINT finish what has begun; a second "
    "one ends at once. Exit codes: 0 stopped, nothing lost; 1 stopped before everything was "
    "finished; 2 the configuration has mistakes or the address is taken."
)
@click.argument("configs", metavar="CONFIGS", type=click.Path(path_type=Path))
@click.option(
    "--listen",
    metavar="HOST:PORT",
    default=DEFAULT_LISTEN,
    show_default=True,
    envvar="GATEWAY_LISTEN",
    help="Where to listen. [GATEWAY_LISTEN]",
)
@click.option(
    "--management",
    metavar="HOST:PORT",
    default=DEFAULT_MANAGEMENT,
    show_default=True,
    envvar="GATEWAY_MANAGEMENT",
    help="Where operators ask; without authentication, so not for others. `off` for nowhere. "
    "[GATEWAY_MANAGEMENT]",
)
@click.option(
    "--processes",
    metavar="N",
    type=click.IntRange(1, 64),
    default=1,
    show_default=True,
    envvar="GATEWAY_PROCESSES",
    help="Workers, each of which uses one core at most. [GATEWAY_PROCESSES]",
)
@click.option(
    "--threads",
    metavar="N",
    type=click.IntRange(1, 256),
    default=8,
    show_default=True,
    envvar="GATEWAY_THREADS",
    help="Requests that one worker answers at the same time. [GATEWAY_THREADS]",
)
@click.option(
    "--body-limit",
    metavar="BYTES",
    type=click.IntRange(1024, 1_000_000_000),
    default=10_000_000,
    show_default=True,
    envvar="GATEWAY_BODY_LIMIT",
    help="Larger bodies are refused unread. [GATEWAY_BODY_LIMIT]",
)
@click.option(
    "--log-format",
    "form",
    type=click.Choice(["json", "text"]),
    default="json",
    show_default=True,
    envvar="GATEWAY_LOG_FORMAT",
    help="For machines or for people. [GATEWAY_LOG_FORMAT]",
)
@click.option(
    "--poll",
    metavar="SECONDS",
    type=click.FloatRange(0.1, 3600),
    default=0.25,
    show_default=True,
    envvar="GATEWAY_POLL",
    help="Time between two looks at CONFIGS. [GATEWAY_POLL]",
)
@click.option(
    "--stop-delay",
    metavar="SECONDS",
    type=click.FloatRange(0, 60),
    default=0.0,
    show_default=True,
    envvar="GATEWAY_STOP_DELAY",
    help="Time between not ready and not listening, for balancers. [GATEWAY_STOP_DELAY]",
)
@click.option(
    "--stuck-after",
    metavar="SECONDS",
    type=click.FloatRange(3, 600),
    default=10.0,
    show_default=True,
    envvar="GATEWAY_STUCK_AFTER",
    help="A worker that gives no sign for so long is replaced. [GATEWAY_STUCK_AFTER]",
)
@click.option(
    "--request-limit",
    metavar="SECONDS",
    type=click.FloatRange(6, 3600),
    default=30.0,
    show_default=True,
    envvar="GATEWAY_REQUEST_LIMIT",
    help="A worker with a request that takes longer is replaced. [GATEWAY_REQUEST_LIMIT]",
)
@seeing_options
@click.pass_context
def serve(
    ctx: click.Context,
    configs: Path,
    listen: str,
    management: str,
    processes: int,
    threads: int,
    body_limit: int,
    form: str,
    poll: float,
    stop_delay: float,
    stuck_after: float,
    request_limit: float,
    decisions: str | None,
    decisions_show: tuple[str, ...],
    decisions_rate: int,
    tracing: bool,
) -> None:
    """Answer hook requests by the rules in the folder CONFIGS, and follow its changes."""
    from gateway.processes.children import Patience
    from gateway.processes.supervisor import Settings
    from gateway.telemetry.sinks import Output
    from gateway.web.logs import Log
    from gateway.web.server import Limits

    host_and_port(listen)
    hosts = set() if management == OFF else {host_and_port(management)[0].lower()}
    log = Log(Output(_STDERR), cast("Format", form))
    seen = seen_by(log, decisions, decisions_show, decisions_rate, tracing=tracing)
    configuration = _load(configs)
    bodies = max(Limits().bodies, 4 * body_limit)
    limits = Limits(threads=threads, body=body_limit, bodies=bodies)
    patience = Patience(stuck_after, request_limit, limits.drain)
    settings = Settings(configs, poll, stop_delay, patience, frozenset(hosts))
    addresses = (listen, management)
    ctx.exit(0 if _run(configuration, addresses, processes, limits, settings, seen) else 1)


def _load(configs: Path) -> Configuration:
    from gateway.config.drawing import draw_all
    from gateway.config.load import ConfigurationError, load

    try:
        return load(configs, os.environ)
    except ConfigurationError as error:
        _give_up(draw_all(error.report, error.sources))


def _run(
    configuration: Configuration,
    addresses: tuple[str, str],
    processes: int,
    limits: Limits,
    settings: Settings,
    seen: Seen,
) -> bool:
    """Serve until a signal; return whether everything begun was finished."""
    from gateway.processes.courier import Courier
    from gateway.processes.first_tables import load_first
    from gateway.processes.heap import bound_heap
    from gateway.processes.refresher import Refresher
    from gateway.processes.supervisor import Supervisor
    from gateway.processes.worker import Worker
    from gateway.runtime import Gateway

    bound_heap()
    _raise_file_limit()
    # A core would hold every secret and document that the process had in hand.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    listen, management = addresses
    sockets = _bind(listen)
    desk = [] if management == OFF else _bind(management, "; --management takes another, or `off`")
    load_first(configuration.tables, seen.log)
    worker = Worker(Gateway(configuration), processes, sockets, limits, seen)
    roles: list[Role] = [worker, Refresher(), Courier()]
    supervisor = Supervisor(settings, configuration, roles, sockets, desk, os.environ, seen.log)
    return supervisor.run()


def _bind(listen: str, advice: str = "") -> list[socket.socket]:
    from gateway.web.listening import bind

    try:
        return bind(listen)
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or "no such address"
        _give_up(f"Error: cannot listen on {listen}: {reason.lower()}{advice}")


def _raise_file_limit() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _FILES if hard == resource.RLIM_INFINITY else min(_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _give_up(text: str) -> NoReturn:
    click.echo(text, err=True)
    raise click.exceptions.Exit(2)
