"""``gateway send``: a stored payload, signed as the platform does, posted to a gateway.

Law: one request; what came back is told, never interpreted.
"""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NoReturn

import click

from gateway.cli.nodes import nodes_of
from gateway.cli.telling import printable, tell_answer, tell_refusal

if TYPE_CHECKING:
    import httpx

#: The platform gives up after 30 s; whoever waits longer learns nothing.
_SECONDS: Final = 30.0
_REFERENCE: Final = re.compile(r"\$\{env:([A-Za-z_][A-Za-z0-9_]*)\}")


@click.command(
    epilog="Exit codes: 0 answered with 2xx; 1 refused; 2 the payload or its secret cannot be "
    "read, or nobody answers."
)
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path, allow_dash=True))
@click.option("--to", "url", metavar="URL", required=True, help="Where to post it.")
@click.option("--secret", metavar="TEXT", help="The hook's secret, or ${env:NAME}.")
@click.option("--secret-env", metavar="NAME", help="The variable that holds the hook's secret.")
@click.option("--legacy", is_flag=True, help="Sign with SHA-1, as old accounts do.")
@click.option("--json", "raw", is_flag=True, help="Print the answer as it came.")
@click.pass_context
def send(
    ctx: click.Context,
    file: Path,
    url: str,
    secret: str | None,
    secret_env: str | None,
    legacy: bool,
    raw: bool,
) -> None:
    """Sign the payload in FILE, post it, and tell the answer.

    FILE may be - for standard input. Without a secret the request is not signed.
    """
    body = _read(file)
    headers = {"Content-Type": "application/json", **_signed(body, secret, secret_env, legacy)}
    response = _post(url, body, headers)
    milliseconds = response.elapsed.total_seconds() * 1000
    # With --json only the answer itself is on standard output.
    click.echo(_status(response, milliseconds), err=raw)
    if raw:
        sys.stdout.buffer.write(response.content + b"\n")
    else:
        for line in _told(response, body):
            click.echo(line)
    ctx.exit(0 if response.is_success else 1)


def _read(file: Path) -> bytes:
    try:
        return sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    except OSError as error:
        _give_up(f"cannot read {str(file)!r}: {(error.strerror or 'unreadable').lower()}")


def _signed(body: bytes, secret: str | None, variable: str | None, legacy: bool) -> dict[str, str]:
    """Make the header that signs *body*; none without a secret."""
    if secret is not None and variable is not None:
        raise click.UsageError("--secret and --secret-env name two secrets; give one of them")
    reference = _REFERENCE.fullmatch(secret or "")
    if reference:
        variable = reference[1]
    if variable is not None:
        secret = os.environ.get(variable)
        if secret is None:
            _give_up(f"the environment has no variable {variable!r}")
    if secret is None:
        return {}
    from gateway.hooks.signature import sign, sign_legacy

    if legacy:
        return {"X-Elis-Signature": sign_legacy(body, secret)}
    return {"X-Rossum-Signature-SHA256": sign(body, secret)}


def _post(url: str, body: bytes, headers: dict[str, str]) -> httpx.Response:
    import httpx

    try:
        return httpx.post(url, content=body, headers=headers, timeout=_SECONDS)
    except (httpx.InvalidURL, httpx.UnsupportedProtocol):
        _give_up(f"{url!r} is no address of the kind https://HOST/hook/QUEUE")
    except httpx.TimeoutException:
        _give_up(f"no answer from {url!r} within {_SECONDS:.0f} s")
    except httpx.HTTPError as error:
        _give_up(f"cannot reach {url!r}: {printable(str(error))}")


def _status(response: httpx.Response, milliseconds: float) -> str:
    return f"{response.status_code} {response.reason_phrase} in {milliseconds:.0f} ms"


def _told(response: httpx.Response, body: bytes) -> list[str]:
    answer = _decoded(response.content)
    if response.is_success:
        return tell_answer(answer, nodes_of(_decoded(body)))
    return tell_refusal(answer)


def _decoded(written: bytes) -> Any:
    import msgspec

    try:
        return msgspec.json.decode(written)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _give_up(sentence: str) -> NoReturn:
    click.echo(f"Error: {sentence}", err=True)
    raise click.exceptions.Exit(2)
