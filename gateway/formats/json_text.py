"""JSON: one object with a version, published as ``diagnostics.schema.json``.

Tooling conventions §4. Law: pure.
"""

from __future__ import annotations

import json
from typing import Any

from gateway.diagnostic import Diagnostic, Span
from gateway.formats.findings import Findings, page_of


def written(told: Any) -> str:
    """Write JSON for programs that people look at too."""
    return json.dumps(told, ensure_ascii=False, indent=2)


def as_json(findings: Findings) -> str:
    """Write all findings as one object."""
    return written(
        {
            "version": 1,
            "ok": findings.ok,
            "summary": {
                "errors": findings.errors,
                "warnings": findings.warnings,
                "files": findings.files,
                "rules": sum(map(len, findings.rules.values())),
            },
            "diagnostics": [told(found) for found in findings.diagnostics],
        }
    )


def told(found: Diagnostic) -> dict[str, Any]:
    """Give one diagnostic as JSON; keys without a value are left out."""
    optional = {
        "rule": found.rule,
        "suggestion": found.hint,
        "related": None if found.related is None else [_place(found.related)],
    }
    return {
        "code": found.code,
        "severity": found.severity.value,
        "message": found.message,
        **_place(found.span),
        **{key: value for key, value in optional.items() if value is not None},
        "url": page_of(found.code),
    }


def _place(span: Span) -> dict[str, Any]:
    return {
        "file": span.file,
        "range": {
            "start": {"line": span.line, "column": span.column},
            "end": {"line": span.end_line, "column": span.end_column},
        },
    }
