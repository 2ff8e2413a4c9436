"""``gateway``: the group of all commands.

Law: a table of where each command lives; imports none of them before it is called, so that every
command starts as quickly as it can.
"""

from __future__ import annotations

from importlib import import_module
from typing import Final

import click

from gateway import __version__

#: Name, where it is, and what the overview says of it.
COMMANDS: Final = {
    "serve": ("gateway.cli.serve:serve", "Answer hook requests."),
    "check": ("gateway.cli.check:check", "Find every mistake in a configuration."),
    "test": ("gateway.cli.test:test", "Run the cases beside the rules."),
    "run": ("gateway.cli.run:run", "Apply rules to a stored payload and print the answer."),
    "explain": ("gateway.cli.explain:explain", "Say why each rule did or did not fire."),
    "query": ("gateway.cli.query:query", "Try an expression, template or selector on a payload."),
    "schema": ("gateway.cli.schema:schema", "Print a JSON Schema, or help for a key or function."),
    "init": ("gateway.cli.init:init", "Write a first configuration."),
    "send": ("gateway.cli.send:send", "Sign a stored payload and post it to a gateway."),
    "outbox": ("gateway.cli.outbox:outbox", "Look after notifications that wait or failed."),
    "healthcheck": ("gateway.cli.healthcheck:healthcheck", "Ask whether a gateway is ready."),
}


class Commands(click.Group):
    """A group that imports a command when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name the commands in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command called *cmd_name*."""
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name][0].partition(":")
        command: click.Command = getattr(import_module(module), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, summary) in COMMANDS.items()])


@click.command(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit codes: 0 fine; 1 findings; 2 the job could not be done.",
)
@click.version_option(__version__, prog_name="gateway", message="%(prog)s %(version)s")
def main() -> None:
    """Answer a document platform's webhooks by rules written in YAML."""
