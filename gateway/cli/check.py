"""``gateway check``: every mistake of a configuration, told at once.

Law: reads the folder, draws what is found; decides nothing about it.
"""

from __future__ import annotations

import os
from pathlib import Path

import click


@click.command(
    epilog="Exit codes: 0 fine, warnings allowed; 1 there are mistakes, or warnings with --strict; "
    "2 the folder cannot be read."
)
@click.argument("configs", metavar="CONFIGS", type=click.Path(path_type=Path))
@click.option(
    "--secrets/--no-secrets",
    default=True,
    show_default=True,
    help="Whether references to secrets must lead somewhere here.",
)
@click.option("--strict", is_flag=True, help="Take warnings for mistakes.")
@click.option("-q", "--quiet", is_flag=True, help="Say nothing when all is fine.")
@click.pass_context
def check(ctx: click.Context, configs: Path, secrets: bool, strict: bool, quiet: bool) -> None:
    """Find every mistake in the configuration folder CONFIGS, without a network or a server."""
    from gateway.config.drawing import draw_all
    from gateway.config.load import check as check_folder

    if not configs.is_dir():
        click.echo(f"Error: {configs} is no folder that can be read", err=True)
        ctx.exit(2)
    loaded = check_folder(configs, os.environ, secrets=secrets)
    drawn = draw_all(loaded.report, loaded.sources)
    if drawn:
        click.echo(drawn)
    elif not quiet:
        summary = loaded.summary
        click.echo(f"fine: {summary.queues} queues, {summary.rules} rules, {summary.files} files")
    bad = loaded.report.errors or not loaded.good or (strict and loaded.report.warnings)
    ctx.exit(1 if bad else 0)
