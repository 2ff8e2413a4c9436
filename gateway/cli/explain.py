"""``gateway explain``: why each rule did or did not fire on a stored payload.

Law: reads two inputs and prints what the engine says of them; shows values, so it is for whoever
may see the document.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from gateway.cli.inputs import (
    databases_too,
    give_up,
    load_with_queue,
    people_or_machines,
    read_payload,
    stored_payload,
    tables_of,
    unknown,
)

if TYPE_CHECKING:
    from gateway.explain.explanation import Explanation


@click.command(
    epilog="Exit codes: 0 explained, whatever the rules did; 1 the configuration has mistakes; "
    "2 the input cannot be read, or there is no such queue or rule."
)
@click.argument("configs", metavar="CONFIGS", type=click.Path(path_type=Path))
@click.argument("rule", metavar="[RULE]", required=False)
@click.option("--queue", "name", metavar="NAME", required=True, help="The queue file's name.")
@stored_payload
@databases_too
@click.option("--all", "everything", is_flag=True, help="Show every run of RULE, not the first 20.")
@people_or_machines
def explain(
    configs: Path,
    rule: str | None,
    name: str,
    source: Path,
    databases: bool,
    everything: bool,
    form: str,
) -> None:
    """Say why each rule in CONFIGS did or did not fire, or draw RULE with its values."""
    from gateway.explain.explanation import explain as explain_request
    from gateway.explain.telling import MOST_RUNS
    from gateway.hooks.request import PayloadError
    from gateway.runtime import Gateway

    gateway = Gateway(load_with_queue(configs, name, secrets=databases))
    body = read_payload(source)
    tables = tables_of(gateway.queue(name), databases=databases)
    try:
        explanation = explain_request(gateway, body, name, tables=tables)
    except PayloadError as error:
        give_up(f"{source} is {error}")
    if rule is not None and explanation.rule(rule) is None:
        unknown("rule of this queue", rule, (one.rule.id for one in explanation.rules))
    runs = None if everything else MOST_RUNS
    tell = _json if form == "json" else _text
    click.echo(tell(explanation, rule, runs))


def _text(explanation: Explanation, rule: str | None, runs: int | None) -> str:
    from gateway.explain.telling import tell, tell_rule

    explained = None if rule is None else explanation.rule(rule)
    lines = tell(explanation) if explained is None else tell_rule(explained, runs)
    return "\n".join(lines)


def _json(explanation: Explanation, rule: str | None, runs: int | None) -> str:
    import msgspec

    from gateway.explain.document import document

    written = msgspec.json.encode(document(explanation, rule, runs))
    return msgspec.json.format(written, indent=2).decode()
