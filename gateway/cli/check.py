"""``gateway check``: every mistake of a configuration, told at once.

Law: reads the folder, has what is found written; decides nothing about it.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gateway.cli.formats import (
    Chosen,
    color_option,
    drawn,
    finding_writers,
    findings_of,
    format_option,
    is_colored,
    write_all,
)
from gateway.cli.inputs import give_up, read_payload

if TYPE_CHECKING:
    from gateway.config.load import Loaded
    from gateway.config.seen import SeenContent


@click.command(
    epilog="Exit codes: 0 fine, warnings allowed; 1 there are mistakes, or warnings with --strict; "
    "2 the job could not be done."
)
@click.argument("configs", metavar="CONFIGS", type=click.Path(path_type=Path))
@click.option(
    "--secrets/--no-secrets",
    default=True,
    show_default=True,
    help="Whether references to secrets must lead somewhere here.",
)
@click.option(
    "--payload",
    "payloads",
    metavar="FILE",
    type=click.Path(path_type=Path),
    multiple=True,
    help="A stored payload: names that its queue's rules use are looked for in it, where the queue "
    "has no schema; may be given several times.",
)
@format_option()
@click.option(
    "--output",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Where the format without a file of its own goes.",
)
@color_option
@click.option("--strict", is_flag=True, help="Take warnings for mistakes.")
@click.option(
    "--fail-on",
    type=click.Choice(["error", "warning"]),
    default="error",
    show_default=True,
    help="What is a mistake; warning is the same as --strict.",
)
@click.option("-q", "--quiet", is_flag=True, help="Say nothing when all is fine.")
@click.pass_context
def check(
    ctx: click.Context,
    configs: Path,
    secrets: bool,
    payloads: Sequence[Path],
    formats: Sequence[Chosen],
    output: Path | None,
    color: str,
    strict: bool,
    fail_on: str,
    quiet: bool,
) -> None:
    """Find every mistake in the configuration folder CONFIGS, without a network or a server."""
    import gc

    if gc.isenabled():
        # What is read stays to the end; looking for garbage in it takes longer than reading it.
        gc.disable()
        ctx.call_on_close(gc.enable)
    formats = _placed(formats or [("text", None)], output)
    loaded = _load(configs, payloads, secrets=secrets)
    findings = findings_of(
        loaded.report,
        loaded.rules,
        loaded.summary.files,
        strict=strict or fail_on == "warning",
        servable=loaded.good,
    )

    def text(file: Path | None) -> str:
        told = drawn(loaded.report, loaded.sources, colored=is_colored(color, file))
        return told or ("" if quiet else _fine(loaded))

    write_all(finding_writers(findings, text, _summary(loaded)), formats)
    ctx.exit(0 if findings.ok else 1)


def _placed(formats: Sequence[Chosen], output: Path | None) -> list[Chosen]:
    if output is not None and sum(file is None for _, file in formats) > 1:
        raise click.UsageError("--output takes one format; give the others files of their own")
    return [(name, file or output) for name, file in formats]


def _load(configs: Path, payloads: Sequence[Path], *, secrets: bool) -> Loaded:
    from gateway.config.load import check as check_folder

    if not configs.is_dir():
        give_up(f"{configs} is no folder that can be read")
    seen = [_seen(payload) for payload in payloads]
    return check_folder(configs, os.environ, secrets=secrets, seen=seen)


def _seen(payload: Path) -> SeenContent:
    from gateway.config.seen import NoWitnessError, read_seen

    try:
        return read_seen(read_payload(payload), payload.as_posix())
    except NoWitnessError as error:
        give_up(f"{payload}: {error}")


def _summary(loaded: Loaded) -> str:
    from gateway.config.drawing import summary

    found = list(loaded.report)
    return summary(found) if found else _fine(loaded)


def _fine(loaded: Loaded) -> str:
    summary = loaded.summary
    return f"fine: {summary.queues} queues, {summary.rules} rules, {summary.files} files"
