"""Mistakes in a configuration, told to its author.

Law: the lowest floor; values only, imports nothing of the gateway.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch of a file: 1-based lines and columns in code points, the end exclusive."""

    file: str
    line: int
    column: int
    end_line: int
    end_column: int


class Severity(StrEnum):
    """How bad a diagnostic is: errors refuse the configuration, warnings do not."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One mistake: what is wrong, where, and what to do about it."""

    #: Stable, documented in docs/diagnostics.md: ``R1xx`` YAML and structure, ``R2xx`` names and
    #: selectors, ``R3xx`` types, ``R4xx`` meaning, ``R5xx`` cases of tests, ``R9xx`` the gateway's
    #: own faults.
    code: str
    severity: Severity
    message: str
    span: Span
    #: Advice: a sentence without a full stop, or None.
    hint: str | None = None
    #: The id of the rule it belongs to, or None.
    rule: str | None = None
    #: A second place that matters, such as the first of two duplicates.
    related: Span | None = None

    @property
    def sort_key(self) -> tuple[Span, str, str]:
        """Sort by file and position, then by code."""
        return (self.span, self.code, self.message)


@dataclass(slots=True)
class Report:
    """Collects the diagnostics of one run."""

    _found: dict[tuple[Span, str, str], Diagnostic] = field(default_factory=dict)

    def error(
        self,
        code: str,
        message: str,
        span: Span,
        *,
        hint: str | None = None,
        rule: str | None = None,
        related: Span | None = None,
    ) -> None:
        """Add an error; one that is already there (a file shared by queues) is added once."""
        self._add(Diagnostic(code, Severity.ERROR, message, span, hint, rule, related))

    def warning(
        self,
        code: str,
        message: str,
        span: Span,
        *,
        hint: str | None = None,
        rule: str | None = None,
        related: Span | None = None,
    ) -> None:
        """Add a warning, once."""
        self._add(Diagnostic(code, Severity.WARNING, message, span, hint, rule, related))

    def extend(self, diagnostics: Sequence[Diagnostic]) -> None:
        """Add what another report found."""
        for diagnostic in diagnostics:
            self._add(diagnostic)

    def _add(self, diagnostic: Diagnostic) -> None:
        self._found.setdefault(diagnostic.sort_key, diagnostic)

    def __iter__(self) -> Iterator[Diagnostic]:
        return iter(sorted(self._found.values(), key=lambda found: found.sort_key))

    def __len__(self) -> int:
        return len(self._found)

    @property
    def errors(self) -> int:
        """How many errors there are."""
        return sum(found.severity is Severity.ERROR for found in self._found.values())

    @property
    def warnings(self) -> int:
        """How many warnings there are."""
        return len(self._found) - self.errors
