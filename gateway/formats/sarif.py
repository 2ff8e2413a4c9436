"""SARIF 2.1.0, for code scanning.

Tooling conventions §4. Law: pure; neither paths nor fingerprints depend on where a finding's line
is, so that what moves is not told as new.
"""

from __future__ import annotations

import hashlib
from typing import Any, Final

from gateway.diagnostic import Diagnostic, Severity, Span
from gateway.formats.findings import Findings, page_of
from gateway.formats.json_text import written
from gateway.formats.titles import TITLES

_VERSION: Final = "2.1.0"
#: What an address may hold as it is (RFC 3986, unreserved, and the divider of folders).
_PLAIN: Final = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/")


def as_sarif(findings: Findings, version: str) -> str:
    """Write all findings as one run of the gateway of this *version*."""
    codes = sorted({found.code for found in findings.diagnostics})
    seen: dict[str, int] = {}
    return written(
        {
            "version": _VERSION,
            "runs": [
                {
                    "tool": {
                        "driver": {
                            "name": "gateway",
                            "version": version,
                            "rules": [_rule(code, findings) for code in codes],
                        }
                    },
                    "columnKind": "unicodeCodePoints",
                    "invocations": [
                        {"executionSuccessful": True, "exitCode": 0 if findings.ok else 1}
                    ],
                    "results": [
                        _result(found, codes.index(found.code), seen)
                        for found in findings.diagnostics
                    ],
                }
            ],
        }
    )


def _rule(code: str, findings: Findings) -> dict[str, Any]:
    worst = min(found.severity for found in findings.diagnostics if found.code == code)
    return {
        "id": code,
        "shortDescription": {"text": TITLES[code]},
        "help": {"text": f"Cause, example and cure: {page_of(code)}"},
        "defaultConfiguration": {"level": worst.value},
    }


def _result(found: Diagnostic, index: int, seen: dict[str, int]) -> dict[str, Any]:
    text = found.message if found.hint is None else f"{found.message}; {found.hint}"
    result: dict[str, Any] = {
        "ruleId": found.code,
        "ruleIndex": index,
        "level": Severity(found.severity).value,
        "message": {"text": text},
        "locations": [{"physicalLocation": _place(found.span)}],
        "partialFingerprints": {"finding/v1": _fingerprint(found, seen)},
    }
    if found.related is not None:
        result["relatedLocations"] = [{"physicalLocation": _place(found.related)}]
    if found.rule is not None:
        result["properties"] = {"rule": found.rule}
    return result


def _place(span: Span) -> dict[str, Any]:
    return {
        "artifactLocation": {"uri": _address(span.file)},
        "region": {
            "startLine": span.line,
            "startColumn": span.column,
            "endLine": span.end_line,
            "endColumn": span.end_column,
        },
    }


def _fingerprint(found: Diagnostic, seen: dict[str, int]) -> str:
    """Name a finding by what it says and where in the rules, with a number for equal ones."""
    said = "\0".join((found.code, found.span.file, found.rule or "", found.message))
    number = seen[said] = seen.get(said, 0) + 1
    return hashlib.sha256(f"{said}\0{number}".encode("utf-8", "replace")).hexdigest()[:32]


def _address(path: str) -> str:
    return "".join(
        chr(byte) if byte in _PLAIN else f"%{byte:02X}" for byte in path.encode("utf-8", "replace")
    )
