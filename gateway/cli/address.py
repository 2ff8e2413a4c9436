"""``HOST:PORT``, as the commands take it. Law: pure."""

from __future__ import annotations

import re
from typing import Final

import click

DEFAULT_LISTEN: Final = "127.0.0.1:8080"
DEFAULT_MANAGEMENT: Final = "127.0.0.1:8081"
#: Stands for no management listener.
OFF: Final = "off"

_ADDRESS: Final = re.compile(
    r"(?:\[(?P<six>[0-9A-Fa-f:.]+)\]|(?P<host>[^\[\]:\s]*)):(?P<port>[0-9]{1,5})"
)


def host_and_port(listen: str) -> tuple[str, int]:
    """Take an address apart.

    Raises:
        click.BadParameter: it is none.
    """
    found = _ADDRESS.fullmatch(listen.strip())
    port = int(found["port"]) if found else 65_536
    if found is None or port > 65_535:
        raise click.BadParameter(
            f"{listen!r} is no address; write HOST:PORT, such as {DEFAULT_LISTEN}"
        )
    return found["six"] or found["host"], port
