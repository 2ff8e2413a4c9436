"""What a look at the folder amounts to, as every format tells it.

Tooling conventions §3, *Model*. Law: values only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from gateway.diagnostic import Diagnostic, Severity

#: The page that has a section for each code.
PAGE: Final = "docs/diagnostics.md"


@dataclass(frozen=True, slots=True)
class Findings:
    """The diagnostics of one look, and what was looked at."""

    #: By file and position; files relative to the working directory.
    diagnostics: tuple[Diagnostic, ...]
    #: The lines of the rules of each file that was read, by rule id.
    rules: Mapping[str, Mapping[str, int]]
    #: How many files were looked at.
    files: int
    #: The least severity that fails: errors, or warnings too.
    fails_on: Severity = Severity.ERROR
    #: Whether it can be served: a reference may lead nowhere without a diagnostic of its own.
    servable: bool = True

    @property
    def errors(self) -> int:
        """How many errors there are."""
        return sum(found.severity is Severity.ERROR for found in self.diagnostics)

    @property
    def warnings(self) -> int:
        """How many warnings there are."""
        return len(self.diagnostics) - self.errors

    @property
    def ok(self) -> bool:
        """Whether the command ends well."""
        return self.servable and not any(map(self.is_failing, self.diagnostics))

    def is_failing(self, found: Diagnostic) -> bool:
        """Whether a diagnostic makes the command end badly."""
        return found.severity is Severity.ERROR or self.fails_on is Severity.WARNING


def page_of(code: str) -> str:
    """Give the address of a code's section."""
    return f"{PAGE}#{code.lower()}"
