"""Results told to a person: what differs, and why the rules in question did what they did.

Tooling conventions §5. Law: pure; texts of a case are shown, no character that moves a cursor.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeAlias

from gateway.cases.compare import Difference, Item
from gateway.cases.coverage import Covered, percent
from gateway.cases.run import Result, Status
from gateway.cases.structured import shown
from gateway.config.drawing import visible

#: Tells why a rule did what it did in a case: lines, without indentation.
Explain: TypeAlias = Callable[[Result, str], Sequence[str]]

_WORDS = {
    Status.PASSED: "pass",
    Status.FAILED: "FAIL",
    Status.BROKEN: "FAIL",
    Status.SKIPPED: "skip",
}


def tell(
    results: Sequence[Result], rules: Sequence[Covered], explain: Explain, *, verbose: bool
) -> Iterator[str]:
    """Tell all results, coverage and one line that sums up."""
    for result in results:
        if verbose or result.status is not Status.PASSED:
            yield from tell_result(result, explain, verbose=verbose)
    yield from _coverage(rules, verbose=verbose)
    yield summary(results)


def tell_result(result: Result, explain: Explain, *, verbose: bool = False) -> Iterator[str]:
    """Tell one result: its place and name, and everything that differs."""
    case = result.case
    time = f" {result.seconds * 1e6:,.0f} µs" if verbose and result.seconds else ""
    reason = f": {case.skip}" if result.status is Status.SKIPPED else ""
    head = f'{_WORDS[result.status]} {case.place.file}:{case.place.line} "{case.name}"'
    yield visible(head + reason + time)
    for line in details(result, explain):
        yield f"  {line}".rstrip()


def details(result: Result, explain: Explain) -> Iterator[str]:
    """Tell what is wrong in one case."""
    if result.reason is not None:
        yield visible(result.reason)
    for difference in result.differences:
        yield from map(visible, difference_lines(difference))
    rules = dict.fromkeys(rule for one in result.differences for rule in one.rules)
    for rule in rules:
        yield from explain(result, rule)


def difference_lines(difference: Difference) -> Iterator[str]:
    """Tell one difference: what was expected, and what was answered instead."""
    wanted, got = difference.wanted, difference.got
    name = difference.effect
    if wanted is None and got is not None:
        yield f"{name}: not expected: {_item(got)}"
    elif wanted is not None and got is None:
        yield f"{name}: missing: {_item({key: str(one) for key, one in wanted.keys.items()})}"
    elif wanted is not None and got is not None:
        same = {key: text for key, text in got.items() if _fits(wanted.keys, key, text)}
        yield f"{name}: different: {_item(same)}" if same else f"{name}: different:"
        for key, matcher in wanted.keys.items():
            if not matcher.fits(got[key]):
                yield f"  {key} expected: {matcher}"
                yield f"  {key} answered: {shown(got[key])}"
    if difference.note:
        yield f"  {difference.note}"


def _fits(keys: Mapping[str, object], key: str, text: object) -> bool:
    # Only what tells which one is meant; the text would be most of the line.
    return key in keys and key != "text" and str(keys[key]) == text


def _item(item: Item) -> str:
    return ", ".join(
        f"{key} {text!r}" if key == "text" else f"{key} {shown(text)}" for key, text in item.items()
    )


def summary(results: Sequence[Result]) -> str:
    """Sum up in one line."""
    counts = {status: sum(one.status is status for one in results) for status in Status}
    bad = counts[Status.FAILED] + counts[Status.BROKEN]
    parts = [f"{counts[Status.PASSED]} passed"]
    parts += [f"{bad} failed"] if bad else []
    parts += [f"{counts[Status.SKIPPED]} skipped"] if counts[Status.SKIPPED] else []
    noun = "case" if len(results) == 1 else "cases"
    return f"{len(results)} {noun}: {', '.join(parts)}"


def _coverage(rules: Sequence[Covered], *, verbose: bool) -> Iterator[str]:
    shown = [one for one in rules if verbose or not one.is_covered]
    width = max((len(f"{one.queue} {one.rule}") for one in shown), default=0)
    for one in shown:
        counts = ", ".join(f"{name} {count}" for name, count in one.counts.items() if count)
        mark = " " if one.is_covered else "!"
        yield f"{mark} {f'{one.queue} {one.rule}':<{width}}  {counts or 'never'}"
    covered = sum(one.is_covered for one in rules)
    yield f"coverage: {percent(rules):.0f} % ({covered} of {len(rules)} rules have fired)"
