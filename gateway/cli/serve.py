"""``gateway serve``: the configuration loaded, the server run, the folder watched.

Law: puts the parts together and turns signals into calls; decides nothing about requests.
"""

from __future__ import annotations

import contextlib
import gc
import os
import resource
import signal
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Final, NoReturn, cast

import click

from gateway.cli.address import DEFAULT_LISTEN, host_and_port

if TYPE_CHECKING:
    from gateway.config.configuration import Configuration
    from gateway.config.reload import Watcher
    from gateway.web.logs import Format, Log
    from gateway.web.server import Limits, Server

_STOPS: Final = (signal.SIGTERM, signal.SIGINT)
#: Open files: every connection is one, and the usual limit of 1,024 is soon reached.
_FILES: Final = 4096
#: What a request allocates lives briefly and has no cycles; the default looks every 700 objects.
_GC_THRESHOLDS: Final = (50_000, 20, 50)


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
    "--threads",
    metavar="N",
    type=click.IntRange(1, 256),
    default=8,
    show_default=True,
    envvar="GATEWAY_THREADS",
    help="Requests answered at the same time. [GATEWAY_THREADS]",
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
    default=1.0,
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
@click.pass_context
def serve(
    ctx: click.Context,
    configs: Path,
    listen: str,
    threads: int,
    body_limit: int,
    form: str,
    poll: float,
    stop_delay: float,
) -> None:
    """Answer hook requests by the rules in the folder CONFIGS, and follow its changes."""
    from gateway.web.logs import Log
    from gateway.web.server import Limits

    host_and_port(listen)
    configuration = _load(configs)
    bodies = max(Limits().bodies, 4 * body_limit)
    limits = Limits(threads=threads, body=body_limit, bodies=bodies, notice=stop_delay)
    log = Log(sys.stderr.buffer, cast("Format", form))
    ctx.exit(0 if _run(configs, configuration, listen, limits, log, poll) else 1)


def _load(configs: Path) -> Configuration:
    from gateway.config.drawing import draw_all
    from gateway.config.load import ConfigurationError, load

    try:
        return load(configs, os.environ)
    except ConfigurationError as error:
        _give_up(draw_all(error.report, error.sources))


def _run(
    configs: Path,
    configuration: Configuration,
    listen: str,
    limits: Limits,
    log: Log,
    poll: float,
) -> bool:
    """Serve until a signal; return whether everything begun was finished."""
    from gateway.cli.reloading import watch
    from gateway.processes.heap import bound_heap
    from gateway.runtime import Gateway
    from gateway.telemetry.counts import Counts
    from gateway.web.app import create_app
    from gateway.web.seen import Seen
    from gateway.web.server import Server

    gateway = Gateway(configuration)
    seen = Seen(log, Counts())
    draining = threading.Event()
    bound_heap()
    _raise_file_limit()
    try:
        server = Server(create_app(gateway, seen, draining), listen, seen, draining, limits)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else None
        _give_up(f"Error: cannot listen on {listen}: {(reason or 'no such address').lower()}")
    watcher = watch(configs, configuration, gateway.switch, log, poll)
    _take_signals(server, watcher, log)
    _settle_memory()
    watcher.start()
    log.tell(
        "started",
        address=", ".join(server.addresses),
        revision=configuration.revision,
        queues=len(configuration.by_name),
        rules=configuration.rule_count,
    )
    finished = server.run()
    watcher.stop()
    log.tell("stopped", finished=finished)
    return finished


def _take_signals(server: Server, watcher: Watcher, log: Log) -> None:
    """Have a thread of its own wait for signals.

    Handlers would run between any two instructions of the loop, inside the locks that they need.
    Threads that start later inherit the mask.
    """
    taken = (*_STOPS, signal.SIGHUP)
    signal.pthread_sigmask(signal.SIG_BLOCK, taken)

    def wait() -> None:
        stopping = False
        while True:
            received = signal.Signals(signal.sigwait(taken))
            if received is signal.SIGHUP:
                watcher.look()
            elif stopping:
                os._exit(1)
            else:
                stopping = True
                log.tell("stopping", signal=received.name)
                server.stop()

    threading.Thread(target=wait, name="signals", daemon=True).start()


def _raise_file_limit() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _FILES if hard == resource.RLIM_INFINITY else min(_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _settle_memory() -> None:
    """Take what was loaded out of the collector's sight."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_GC_THRESHOLDS)


def _give_up(text: str) -> NoReturn:
    click.echo(text, err=True)
    raise click.exceptions.Exit(2)
