"""Results for programs: JSON, JUnit's XML, and annotations of GitHub.

Tooling conventions §4. Law: pure; the same results give the same text, but for the times in it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gateway.cases.compare import Difference
from gateway.cases.coverage import Covered, percent
from gateway.cases.run import Result, Status
from gateway.cases.telling import Explain, details, summary
from gateway.config.drawing import visible
from gateway.formats.github import command, notice
from gateway.formats.json_text import written
from gateway.formats.xml_text import HEAD, content, element


def as_json(results: Sequence[Result], rules: Sequence[Covered], explain: Explain) -> str:
    """Write everything as one JSON object."""
    told = {
        "version": 1,
        "summary": {status.value: _count(results, status) for status in Status},
        "cases": [_case(result, explain) for result in results],
        "coverage": {
            "percent": round(percent(rules), 2),
            "rules": [
                {
                    "queue": one.queue,
                    "rule": one.rule,
                    "file": one.place.file,
                    "line": one.place.line,
                    **one.counts,
                    "never": one.is_never,
                }
                for one in rules
            ],
        },
    }
    return written(told)


def as_junit(results: Sequence[Result], _rules: Sequence[Covered], explain: Explain) -> str:
    """Write JUnit's XML: a suite for each file, a case for each case."""
    by_file: dict[str, list[Result]] = {}
    for result in results:
        by_file.setdefault(result.case.place.file, []).append(result)
    suites = [
        element(
            "testsuite",
            {"name": file, **_counts(own)},
            [_testcase(file, one, explain) for one in own],
        )
        for file, own in by_file.items()
    ]
    return f"{HEAD}\n{element('testsuites', _counts(results), suites)}"


def as_github(results: Sequence[Result], _rules: Sequence[Covered], explain: Explain) -> str:
    """Write workflow commands: an annotation for each case that is not good, and a summary."""
    lines = []
    for result in results:
        case = result.case
        if not result.is_good:
            properties = {
                "file": case.place.file,
                "line": case.place.line,
                "col": case.place.column,
                "title": visible(case.name),
            }
            lines.append(command("error", properties, "\n".join(details(result, explain))))
    return "\n".join([*lines, notice(summary(results))])


def _case(result: Result, explain: Explain) -> Mapping[str, Any]:
    case = result.case
    told: dict[str, Any] = {
        "name": case.name,
        "file": case.place.file,
        "line": case.place.line,
        "queue": case.queue,
        "status": result.status.value,
        "microseconds": round(result.seconds * 1e6, 1),
    }
    if case.skip is not None:
        told["reason"] = case.skip
    if not result.is_good:
        told["reason"] = result.reason
        told["differences"] = [_difference(one) for one in result.differences]
        told["details"] = list(details(result, explain))
    return told


def _difference(difference: Difference) -> Mapping[str, Any]:
    wanted = difference.wanted
    return {
        "effect": difference.effect,
        "expected": wanted and {key: str(one) for key, one in wanted.keys.items()},
        "answered": difference.got,
        "note": difference.note,
    }


def _count(results: Sequence[Result], *statuses: Status) -> int:
    return sum(result.status in statuses for result in results)


def _counts(results: Sequence[Result]) -> dict[str, object]:
    seconds = sum(result.seconds for result in results)
    return {
        "tests": len(results),
        "failures": _count(results, Status.FAILED),
        "errors": _count(results, Status.BROKEN),
        "skipped": _count(results, Status.SKIPPED),
        "time": f"{seconds:.6f}",
    }


def _testcase(file: str, result: Result, explain: Explain) -> str:
    case = result.case
    given = {
        "classname": case.queue,
        "name": case.name,
        "time": f"{result.seconds:.6f}",
        "file": file,
        "line": case.place.line,
    }
    return element("testcase", given, _inner(result, explain))


def _inner(result: Result, explain: Explain) -> Sequence[str]:
    match result.status:
        case Status.PASSED:
            return ()
        case Status.SKIPPED:
            return (element("skipped", {"message": result.case.skip or ""}),)
        case _:
            tag = "failure" if result.status is Status.FAILED else "error"
            lines = list(details(result, explain))
            message = {"message": lines[0] if lines else ""}
            return (element(tag, message, content("\n".join(lines))),)
