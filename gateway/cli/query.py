"""``gateway query``: an expression, a template or a selector, tried on a stored payload.

Law: reads its inputs and prints what the engine makes of them; shows values, so it is for whoever
may see the document.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final, NoReturn

import click

from gateway.cli.inputs import (
    databases_too,
    give_up,
    load_rules_files,
    people_or_machines,
    read_payload,
    stored_payload,
    tables_of,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gateway.diagnostic import Report
    from gateway.engine.tables import Tables
    from gateway.explain.probe import Probed
    from gateway.rules.context import QueueContext, RulesFile

#: So many runs are shown, unless all are asked for.
_MOST: Final = 20


@click.command(
    epilog="Exit codes: 0 it has a value, be it empty; 1 it has mistakes, or fails on this "
    "payload; 2 an input cannot be read."
)
@click.argument("expression", metavar="[EXPRESSION]", required=False)
@stored_payload
@databases_too
@click.option("--select", "selector", metavar="SELECTOR", help="Run once for each, as in a rule.")
@click.option(
    "--configs",
    metavar="CONFIGS",
    type=click.Path(path_type=Path),
    help="The folder whose types, params and names of let count; with --queue.",
)
@click.option("--queue", "name", metavar="NAME", help="The queue file's name.")
@click.option("--all", "everything", is_flag=True, help="Show every run, not the first 20.")
@people_or_machines
@click.pass_context
def query(
    ctx: click.Context,
    expression: str | None,
    source: Path,
    databases: bool,
    selector: str | None,
    configs: Path | None,
    name: str | None,
    everything: bool,
    form: str,
) -> None:
    """Show what EXPRESSION, or a template with {braces}, comes to, and the value of each part.

    With --select alone, show what is selected.
    """
    from gateway.engine.asking import NoTables
    from gateway.hooks.request import PayloadError
    from gateway.rules.context import PLAIN
    from gateway.rules.selectors.path import SelectorError

    if expression is None and selector is None:
        raise click.UsageError("give an EXPRESSION, or --select, or both")
    if (configs is None) is not (name is None):
        raise click.UsageError("--configs and --queue go together")
    context: QueueContext = PLAIN
    files: Sequence[RulesFile] = ()
    tables: Tables = NoTables()
    if configs is not None and name is not None:
        queue, files = load_rules_files(configs, name, secrets=databases)
        context, tables = queue.context, tables_of(queue, databases=databases)
    body = read_payload(source)
    try:
        found = _try(expression, selector, context, files, tables, body)
    except PayloadError as error:
        give_up(f"{source} is {error}")
    except SelectorError as error:
        give_up(str(error), 1)
    shown = found if everything else found[:_MOST]
    click.echo(_json(shown, len(found)) if form == "json" else _text(shown, len(found)))
    ctx.exit(1 if any(one.failure is not None for one in found) else 0)


def _try(
    expression: str | None,
    selector: str | None,
    context: QueueContext,
    files: Sequence[RulesFile],
    tables: Tables,
    body: bytes,
) -> list[Probed]:
    from gateway.diagnostic import Report
    from gateway.explain.probe import compile_probe, decode, probe
    from gateway.rules.yaml.source import Text

    report = Report()
    request = decode(body)
    written = None if expression is None else Text.inline(expression, "EXPRESSION")
    selected = None if selector is None else Text.inline(selector, "SELECTOR")
    has_fields = request.tree is not None
    made = compile_probe(written, selected, context, files, report, has_fields=has_fields)
    if made is None:
        _refuse(report, {"EXPRESSION": expression or "", "SELECTOR": selector or ""})
    return probe(made, request, context, datetime.now(UTC), tables)


def _refuse(report: Report, sources: Mapping[str, str]) -> NoReturn:
    from gateway.config.drawing import draw_all

    click.echo(draw_all(report, sources), err=True)
    raise click.exceptions.Exit(1)


def _text(found: Sequence[Probed], total: int) -> str:
    from gateway.config.drawing import visible

    lines = [line for one in found for line in _lines(one)] or ["nothing selected"]
    if total > len(found):
        lines.append(f"{total - len(found)} more; --all shows them")
    return "\n".join(map(visible, lines))


def _lines(one: Probed) -> list[str]:
    if one.place is None:
        return [*one.drawing, f"= {one.told}"]
    if not one.drawing:
        return [f"{one.place} = {one.told}"]
    return [f"{one.place} = {one.told}", *(f"    {line}" for line in one.drawing)]


def _json(found: Sequence[Probed], total: int) -> str:
    import msgspec

    document = {"version": 1, "total": total, "runs": [one.document for one in found]}
    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode()
