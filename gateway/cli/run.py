"""``gateway run``: the answer for a stored payload, without a server.

Law: reads two inputs and prints one answer; the answer is the server's own.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from gateway.cli.inputs import (
    databases_too,
    give_up,
    load_with_queue,
    read_payload,
    stored_payload,
    tables_of,
)

if TYPE_CHECKING:
    from gateway.runtime import Answer


@click.command(
    epilog="The answer goes to stdout, what the rules did to stderr. Exit codes: 0 answered; "
    "1 the configuration has mistakes, or a rule failed; 2 the input cannot be read."
)
@click.argument("configs", metavar="CONFIGS", type=click.Path(path_type=Path))
@click.option("--queue", "name", metavar="NAME", required=True, help="The queue file's name.")
@stored_payload
@databases_too
@click.pass_context
def run(ctx: click.Context, configs: Path, name: str, source: Path, databases: bool) -> None:
    """Answer a stored payload by one queue's rules in the folder CONFIGS."""
    import msgspec

    from gateway.hooks.request import PayloadError
    from gateway.runtime import Gateway

    gateway = Gateway(load_with_queue(configs, name, secrets=databases))
    body = read_payload(source)
    tables = tables_of(gateway.queue(name), databases=databases)
    try:
        answer = gateway.dry_run(body, name, tables=tables)
    except PayloadError as error:
        give_up(f"{source} is {error}")
    click.echo(msgspec.json.format(answer.body, indent=2).decode())
    for line in _told(answer):
        click.echo(line, err=True)
    ctx.exit(1 if answer.failed else 0)


def _told(answer: Answer) -> list[str]:
    lines = [f"{answer.event}: {answer.rules} rules ran, revision {answer.revision}"]
    if answer.fired:
        lines.append(f"fired: {', '.join(answer.fired)}")
    if answer.evaluation is not None:
        lines.extend(
            f"failed: {outcome.rule}: {outcome.failure}"
            for outcome in answer.evaluation.outcomes
            if outcome.failed
        )
    return lines
