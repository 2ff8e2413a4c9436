"""Expectations written anew from what was answered, everything else of the file kept as it is.

Language §8. Law: pure; text in, text out; only the nodes of ``expect`` change.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from gateway.cases.case import Expected, Written
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
    return result.status is Status.FAILED and expected.written is not None and not expected.shared


def updated(text: str, results: Sequence[Result]) -> str:
    """Write the expectations of those *results* anew that are updatable; *text* is their file."""
    mark = _BOM if text.startswith(_BOM) else ""
    text = text.removeprefix(mark)
    lines = [0, *(found.end() for found in LINE_BREAK.finditer(text))]
    ending = "\r\n" if "\r\n" in text else "\n"
    changes = [
        _change(text, lines, found.written, expectation(found, result.answered))
        for result in results
        if is_updatable(result) and (found := result.case.expected).written is not None
    ]
    for start, end, written in sorted(changes, reverse=True):
        text = text[:start] + written.replace("\n", ending) + text[end:]
    return mark + text


def is_sound(text: str) -> bool:
    """Whether a written file can be read again: the last look before it replaces the old one."""
    report = Report()
    return read_yaml(text.encode(), "", report) is not None and not report.errors


def _change(
    text: str, lines: Sequence[int], place: Written, value: Mapping[str, Any]
) -> tuple[int, int, str]:
    """Give what to replace, as offsets, and by what."""
    start = lines[place.value.line - 1] + place.value.column - 1
    end = lines[place.value.end_line - 1] + place.value.end_column - 1
    # A block ends where the next line begins.
    end = start + len(text[start:end].rstrip())
    column = place.value.column - 1
    inline = flow(value)
    is_flow = text[start] == "{"
    is_within = text[lines[place.case.line - 1] + place.case.column - 1] == "{"
    if not value or is_within or (is_flow and column + len(inline) <= WIDTH):
        return start, end, inline
    if not is_flow:
        return start, end, "\n".join(block(value, column))
    indent = place.key.column + 1
    begin = len(text[:start].rstrip())
    return begin, end, "\n" + " " * indent + "\n".join(block(value, indent))


def expectation(expected: Expected, found: Mapping[str, Sequence[Item]]) -> Mapping[str, Any]:
    """Write what was answered as ``expect`` has it; of a subset, only the effects it speaks of."""
    wanted: dict[str, Any] = {}
    for effect in EFFECTS:
        listed = effect.key in expected.effects
        items = found.get(effect.key, ())
        if listed or (effect.always and not expected.subset):
            if items:
                wanted[effect.key] = effect.written(items)
            elif not effect.always:
                wanted[effect.key] = []
    if expected.subset:
        wanted["subset"] = True
    return wanted
