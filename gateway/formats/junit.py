"""JUnit's XML: a suite for each file, a case for each rule.

Tooling conventions §4. Law: pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from gateway.diagnostic import Diagnostic, Severity
from gateway.formats.findings import Findings
from gateway.formats.xml_text import HEAD, content, element


def as_junit(findings: Findings) -> str:
    """Write all findings; what belongs to no rule is a case named like its file."""
    files = sorted({*findings.rules, *(found.span.file for found in findings.diagnostics)})
    cases = {file: list(_cases(file, findings)) for file in files}
    suites = [
        element("testsuite", {"name": file, **_counts(own)}, [text for text, _ in own])
        for file, own in cases.items()
    ]
    every = [case for own in cases.values() for case in own]
    return f"{HEAD}\n{element('testsuites', _counts(every), suites)}"


#: A case, and whether it failed, had errors, or neither.
Case = tuple[str, str | None]


def _cases(file: str, findings: Findings) -> Iterator[Case]:
    own = [found for found in findings.diagnostics if found.span.file == file]
    by_rule: dict[str | None, list[Diagnostic]] = {}
    rules = findings.rules.get(file, {})
    for found in own:
        by_rule.setdefault(found.rule if found.rule in rules else None, []).append(found)
    if None in by_rule or not rules:
        yield _case(file, file, 1, by_rule.get(None, ()), findings)
    for rule, line in rules.items():
        yield _case(file, rule, line, by_rule.get(rule, ()), findings)


def _case(file: str, name: str, line: int, found: Sequence[Diagnostic], findings: Findings) -> Case:
    failing = [one for one in found if findings.is_failing(one)]
    outcome = None
    inner = []
    if failing:
        outcome = "error" if any(one.severity is Severity.ERROR for one in failing) else "failure"
        first, told = failing[0], "\n".join(map(_told, failing))
        named = {"message": first.message, "type": first.code}
        inner.append(element(outcome, named, content(told)))
    passed = [one for one in found if not findings.is_failing(one)]
    if passed:
        inner.append(element("system-out", {}, content("\n".join(map(_told, passed)))))
    given: Mapping[str, object] = {
        "classname": file,
        "name": name,
        "time": 0,
        "file": file,
        "line": line,
    }
    return element("testcase", given, inner), outcome


def _counts(cases: Sequence[Case]) -> dict[str, object]:
    outcomes = [outcome for _, outcome in cases]
    return {
        "tests": len(cases),
        "failures": outcomes.count("failure"),
        "errors": outcomes.count("error"),
        "skipped": 0,
        "time": 0,
    }


def _told(found: Diagnostic) -> str:
    place = f"{found.span.file}:{found.span.line}:{found.span.column}"
    advice = "" if found.hint is None else f"\n  {found.hint}"
    return f"{place}: {found.severity}[{found.code}]: {found.message}{advice}"
