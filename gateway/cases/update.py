"""Expectations written anew from what was answered, everything else of the file kept as it is.

Language §8. Law: pure; text in, text out; only the nodes of ``expect`` change.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from gateway.cases.case import Expected
from gateway.cases.compare import EFFECTS, Item
from gateway.cases.run import Result, Status
from gateway.cases.writing import WIDTH, block, flow
from gateway.diagnostic import Report
from gateway.rules.yaml.reading import read_yaml
from gateway.rules.yaml.source import LINE_BREAK

_BOM: Final = "\ufeff"


def is_updatable(result: Result) -> bool:
    """Whether the case of *result* has an expectation of its own that can be written anew."""
    expected = result.case.expected
    return result.status is Status.FAILED and expected.span is not None and not expected.shared


def updated(text: str, results: Sequence[Result]) -> str:
    """Write the expectations of those *results* anew that are updatable; *text* is their file."""
    mark = _BOM if text.startswith(_BOM) else ""
    text = text.removeprefix(mark)
    starts = [0, *(found.end() for found in LINE_BREAK.finditer(text))]
    changes = []
    for result in filter(is_updatable, results):
        span = result.case.expected.span
        assert span is not None  # noqa: S101 - what updatable means.
        start = starts[span.line - 1] + span.column - 1
        # A block scalar ends where the next line begins.
        end = starts[span.end_line - 1] + span.end_column - 1
        end = start + len(text[start:end].rstrip())
        changes.append((start, end, result))
    for start, end, result in sorted(changes, key=lambda change: -change[0]):
        begin, written = _written(text, start, result)
        text = text[:begin] + written + text[end:]
    return mark + text


def is_sound(text: str) -> bool:
    """Whether a written file can be read again: the last look before it replaces the old one."""
    report = Report()
    return read_yaml(text.encode(), "", report) is not None and not report.errors


def _written(text: str, start: int, result: Result) -> tuple[int, str]:
    """Give the new text of an expectation, and where it begins."""
    value = expectation(result.case.expected, result.answered)
    line = max(text.rfind("\n", 0, start), text.rfind("\r", 0, start)) + 1
    column = start - line
    inline = flow(value)
    if result.case.expected.flow and (column + len(inline) <= WIDTH or _in_flow(text, line, start)):
        return start, inline
    if not result.case.expected.flow:
        return start, "\n".join(block(value, column)) if value else inline
    key = text.rfind("expect", line, start)
    indent = key - line + 2
    before = text[:start].rstrip()
    return len(before), "\n" + " " * indent + "\n".join(block(value, indent))


def _in_flow(text: str, line: int, start: int) -> bool:
    """Whether the expectation stands within braces that began earlier on its line."""
    return "{" in text[line:start]


def expectation(expected: Expected, found: Mapping[str, Sequence[Item]]) -> Mapping[str, Any]:
    """Write what was answered as ``expect`` has it; of a subset, only the effects it speaks of."""
    wanted: dict[str, Any] = {}
    for effect in EFFECTS:
        listed = effect.key in expected.effects
        items = found.get(effect.key, ())
        if listed or (effect.always and not expected.subset):
            if items:
                wanted[effect.key] = _WRITERS[effect.key](items)
            elif not effect.always:
                wanted[effect.key] = []
    if expected.subset:
        wanted["subset"] = True
    return wanted


def _said(items: Sequence[Item]) -> list[Any]:
    keys = ("rule", "at", "type", "text")
    return [{key: item[key] for key in keys if key in item} for item in items]


def _replaced(items: Sequence[Item]) -> dict[str, str]:
    return {item["at"]: item["value"] for item in items}


def _rules(items: Sequence[Item]) -> list[str]:
    return [item["rule"] for item in items]


_WRITERS: Final[Mapping[str, Callable[[Sequence[Item]], Any]]] = {
    "messages": _said,
    "replace": _replaced,
    "blockers": _said,
    "failed": _rules,
    "fired": _rules,
}
