"""Results for programs: JSON, JUnit's XML, and annotations of GitHub.

Tooling conventions §4. Law: pure; the same results give the same text, but for the times in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final
from xml.sax.saxutils import escape, quoteattr

import msgspec

from gateway.cases.compare import Difference
from gateway.cases.coverage import Covered, percent
from gateway.cases.run import Result, Status
from gateway.cases.telling import Explain, details, summary
from gateway.config.drawing import visible

#: What XML 1.0 cannot hold.
_FORBIDDEN: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


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
    return msgspec.json.format(msgspec.json.encode(told), indent=2).decode()


def as_junit(results: Sequence[Result], _rules: Sequence[Covered], explain: Explain) -> str:
    """Write JUnit's XML: a suite for each file, a case for each case."""
    files = dict.fromkeys(result.case.place.file for result in results)
    suites = [
        line
        for file in files
        for line in _suite(file, [one for one in results if one.case.place.file == file], explain)
    ]
    head = _counts(results)
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f"<testsuites {head}>", *suites]
    return "\n".join([*lines, "</testsuites>"])


def as_github(results: Sequence[Result], _rules: Sequence[Covered], explain: Explain) -> str:
    """Write workflow commands: an annotation for each case that is not good, and a summary."""
    lines = []
    for result in results:
        place = result.case.place
        if not result.is_good:
            told = "\n".join(details(result, explain))
            title = _property(visible(result.case.name))
            where = f"file={_property(place.file)},line={place.line},col={place.column}"
            lines.append(f"::error {where},title={title}::{_message(told)}")
    return "\n".join([*lines, summary(results)])


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


def _counts(results: Sequence[Result]) -> str:
    seconds = sum(result.seconds for result in results)
    return (
        f'tests="{len(results)}" failures="{_count(results, Status.FAILED)}" '
        f'errors="{_count(results, Status.BROKEN)}" skipped="{_count(results, Status.SKIPPED)}" '
        f'time="{seconds:.6f}"'
    )


def _suite(file: str, results: Sequence[Result], explain: Explain) -> Iterator[str]:
    yield f"  <testsuite name={_attribute(file)} {_counts(results)}>"
    for result in results:
        case = result.case
        head = (
            f"    <testcase classname={_attribute(case.queue)} name={_attribute(case.name)} "
            f'time="{result.seconds:.6f}" file={_attribute(file)} line="{case.place.line}"'
        )
        inner = _inner(result, explain)
        yield f"{head}/>" if inner is None else f"{head}>{inner}</testcase>"
    yield "  </testsuite>"


def _inner(result: Result, explain: Explain) -> str | None:
    match result.status:
        case Status.PASSED:
            return None
        case Status.SKIPPED:
            return f"<skipped message={_attribute(result.case.skip or '')}/>"
        case _:
            tag = "failure" if result.status is Status.FAILED else "error"
            lines = list(details(result, explain))
            text = escape(_clean("\n".join(lines)))
            return f"<{tag} message={_attribute(lines[0] if lines else '')}>{text}</{tag}>"


def _clean(text: str) -> str:
    return _FORBIDDEN.sub("\ufffd", text)


def _attribute(text: str) -> str:
    return quoteattr(_clean(text))


def _message(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _message(text).replace(":", "%3A").replace(",", "%2C")
