"""Workflow commands of GitHub: an annotation on a line of a file for each finding.

Tooling conventions §4. Law: pure; no text of a file can become a command of its own.
"""

from __future__ import annotations

from collections.abc import Mapping

from gateway.diagnostic import Diagnostic, Severity
from gateway.formats.findings import Findings
from gateway.formats.titles import TITLES


def as_github(findings: Findings, summary: str) -> str:
    """Write a command for each finding, the worst first, and a *summary*.

    About ten of each level are shown for a step: what is worst must be among them.
    """
    ordered = sorted(findings.diagnostics, key=lambda found: found.severity is not Severity.ERROR)
    return "\n".join([*map(_command, ordered), notice(summary)])


def command(level: str, properties: Mapping[str, object], message: str) -> str:
    """Write one command of the *level* ``error``, ``warning`` or ``notice``."""
    told = ",".join(f"{key}={_property(str(value))}" for key, value in properties.items())
    return f"::{level} {told}::{_data(message)}"


def notice(text: str) -> str:
    """Write a line that is no command, whatever it begins with."""
    return " ".join(text.splitlines()).lstrip(":")


def _command(found: Diagnostic) -> str:
    span = found.span
    properties = {
        "file": span.file,
        "line": span.line,
        "endLine": span.end_line,
        "col": span.column,
        "endColumn": span.end_column,
        "title": f"{found.code} {TITLES[found.code]}",
    }
    message = found.message if found.hint is None else f"{found.message}\n{found.hint}"
    return command(found.severity.value, properties, message)


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
