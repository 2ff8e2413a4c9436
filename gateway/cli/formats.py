"""How commands are told what to write, in which format and where.

Law: options and files; what a format says is the business of its writer.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

import click

from gateway.cli.inputs import give_up

if TYPE_CHECKING:
    from gateway.diagnostic import Diagnostic, Report
    from gateway.formats.findings import Findings

#: A format, and the file that it goes to; None is the output of the command.
Chosen: TypeAlias = tuple[str, Path | None]

#: What diagnostics can be written as.
FORMATS: Final = ("text", "json", "github", "sarif", "junit")
#: Diagnostics that a person is shown; nobody reads more, and all are in the other formats.
MOST_DRAWN: Final = 100


class Format(click.ParamType["tuple[str, Path | None]"]):
    """``NAME``, or ``NAME=FILE``."""

    name = "format"

    def __init__(self, names: Sequence[str] = FORMATS) -> None:
        """Accept one of *names*."""
        self._names = names

    def convert(
        self, value: str, param: click.Parameter | None, ctx: click.Context | None
    ) -> Chosen:
        """Divide *value* into the format and where it goes."""
        name, equals, file = value.partition("=")
        if name not in self._names or (equals and not file):
            listed = ", ".join(self._names)
            self.fail(f"{value!r}: one of {listed}, with =FILE to write a file", param)
        return name, Path(file) if equals else None


def format_option(names: Sequence[str] = FORMATS) -> Callable[..., Callable[..., None]]:
    """Give the option ``--format``."""
    return click.option(
        "--format",
        "formats",
        metavar="FORMAT[=FILE]",
        type=Format(names),
        multiple=True,
        help=f"{', '.join(names)}; may be given several times.",
    )


color_option: Final = click.option(
    "--color",
    type=click.Choice(["auto", "always", "never"]),
    default="auto",
    show_default=True,
    help="Whether text has colors; auto: on a terminal, unless NO_COLOR is set.",
)


def is_colored(wish: str, file: Path | None) -> bool:
    """Whether a text that goes to *file*, or to the command's output, has colors."""
    if wish != "auto":
        return wish == "always"
    return file is None and not os.environ.get("NO_COLOR") and sys.stdout.isatty()


#: Gives the text of one format; is told the file that it goes to.
Writer: TypeAlias = Callable[[Path | None], str]


def write_all(writers: Mapping[str, Writer], formats: Sequence[Chosen]) -> None:
    """Write each chosen format; an empty text is not written to the command's output."""
    for name, file in formats:
        text = writers[name](file)
        if file is not None:
            write_file(file, f"{text}\n" if text else "")
        elif text:
            # Colors have been decided about.
            click.echo(text, color=True)


def findings_of(
    report: Report,
    rules: Mapping[str, Mapping[str, int]],
    files: int,
    *,
    strict: bool = False,
    servable: bool = True,
) -> Findings:
    """Gather what was found, with paths as seen from the working directory."""
    from dataclasses import replace

    from gateway.diagnostic import Severity, Span
    from gateway.formats.findings import Findings

    def moved(span: Span) -> Span:
        return replace(span, file=relative(span.file))

    def seen(found: Diagnostic) -> Diagnostic:
        related = None if found.related is None else moved(found.related)
        return replace(found, span=moved(found.span), related=related)

    return Findings(
        diagnostics=tuple(map(seen, report)),
        rules={relative(file): lines for file, lines in rules.items()},
        files=files,
        fails_on=Severity.WARNING if strict else Severity.ERROR,
        servable=servable,
    )


def relative(file: str) -> str:
    """Name a file as seen from the working directory, with ``/``; one elsewhere as it is."""
    path = Path(file)
    if path.is_absolute() and path.is_relative_to(Path.cwd()):
        path = path.relative_to(Path.cwd())
    return path.as_posix()


def finding_writers(findings: Findings, text: Writer, summary: str) -> dict[str, Writer]:
    """Give the writer of each format; that of *text* is the command's own."""

    def as_json(_file: Path | None) -> str:
        from gateway.formats.json_text import as_json

        return as_json(findings)

    def as_github(_file: Path | None) -> str:
        from gateway.formats.github import as_github

        return as_github(findings, summary)

    def as_sarif(_file: Path | None) -> str:
        from gateway import __version__
        from gateway.formats.sarif import as_sarif

        return as_sarif(findings, __version__)

    def as_junit(_file: Path | None) -> str:
        from gateway.formats.junit import as_junit

        return as_junit(findings)

    return {
        "text": text,
        "json": as_json,
        "github": as_github,
        "sarif": as_sarif,
        "junit": as_junit,
    }


def drawn(report: Report, sources: Mapping[str, str], *, colored: bool = False) -> str:
    """Draw what was found for a person."""
    from gateway.config.drawing import draw_all

    text = draw_all(report, sources, most=MOST_DRAWN)
    if text and colored:
        from gateway.formats.color import painted

        return painted(text)
    return text


def write_file(file: Path, text: str) -> None:
    """Write a file as a whole, so that nobody sees half of it."""
    # Few commands write files, and the module takes long to import.
    from secrets import token_hex

    beside = file.with_name(f".{file.name}.{token_hex(4)}")
    try:
        # Line breaks stay as they are.
        beside.write_bytes(text.encode("utf-8"))
        beside.replace(file)
    except OSError as error:
        beside.unlink(missing_ok=True)
        give_up(f"cannot write {file}: {(error.strerror or 'unwritable').lower()}")
