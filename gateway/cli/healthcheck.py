"""``gateway healthcheck``: for images that have no curl.

Law: the standard library only; one request to this machine.
"""

from __future__ import annotations

import http.client
from typing import Final

import click

from gateway.cli.address import DEFAULT_LISTEN, host_and_port

_SECONDS: Final = 3.0
#: An address that means "every one" is reached by the loopback one.
_EVERYWHERE: Final = {"0.0.0.0": "127.0.0.1", "*": "127.0.0.1", "": "127.0.0.1", "::": "::1"}  # noqa: S104  # compared, not bound


@click.command(epilog="Exit codes: 0 ready; 1 not ready, or nobody answers; 2 wrong usage.")
@click.option(
    "--listen",
    metavar="HOST:PORT",
    default=DEFAULT_LISTEN,
    show_default=True,
    envvar="GATEWAY_LISTEN",
    help="The address that the gateway listens on. [GATEWAY_LISTEN]",
)
@click.pass_context
def healthcheck(ctx: click.Context, listen: str) -> None:
    """Ask the gateway on this machine whether it is ready."""
    host, port = host_and_port(listen)
    connection = http.client.HTTPConnection(_EVERYWHERE.get(host, host), port, timeout=_SECONDS)
    try:
        connection.request("GET", "/readyz")
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        click.echo(f"not ready: nobody answers at {listen} ({_cause(error)})", err=True)
        ctx.exit(1)
    finally:
        connection.close()
    click.echo("ready" if status == 200 else f"not ready: status {status}", err=status != 200)
    ctx.exit(0 if status == 200 else 1)


def _cause(error: Exception) -> str:
    reason = error.strerror if isinstance(error, OSError) else None
    return (reason or "no valid answer").lower()
