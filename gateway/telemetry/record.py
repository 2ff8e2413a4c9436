"""One decision, written down: what was decided, by which rules, and when.

Tooling conventions §10; the words are those of ``gateway explain --format json``. Law: pure; a
captured value is in a record only where a pointer uncovers it, ``secrets`` and the token never.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import msgspec

from gateway.hooks.request import PayloadError
from gateway.telemetry.counts import outcome_name
from gateway.telemetry.shown import ANY, Path, Shown

if TYPE_CHECKING:
    from gateway.engine.outcome import Evaluation, Outcome
    from gateway.hooks.request import Request
    from gateway.runtime import Answer

VERSION: Final = 1

#: Where the parts of an answer hold values or texts; the rest is ids, names and kinds.
_VALUES: Final[Mapping[str, tuple[Path, ...]]] = {
    "messages": (("content",),),
    "automation_blockers": (("content",),),
    "operations": (
        ("value", "content", "value"),
        ("value", ANY, "content", "value"),
        ("value", "options", ANY, "label"),
        ("value", "options", ANY, "value"),
    ),
}

_NOTIFICATIONS: Final = "notifications"

_encode: Final = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class Asked:
    """What an answer does not know of itself."""

    decision_id: str
    request_id: str
    trace_id: str | None
    #: Of the whole request.
    seconds: float


def decision_record(answer: Answer, asked: Asked, at: str, shown: Shown) -> bytes:
    """Write the decision that *answer* is, made *at* a time, as a line of JSON."""
    evaluation, request = answer.evaluation, answer.request
    covered: set[str] = set()
    record: dict[str, Any] = {
        "version": VERSION,
        "decision_id": asked.decision_id,
        "ts": at,
        "request_id": asked.request_id,
        "trace_id": asked.trace_id,
        "revision": answer.revision,
        "queue": answer.queue,
        "event": answer.event,
        "annotation": None if request is None else request.annotation_id,
        "duration_ms": round(asked.seconds * 1000, 3),
        "evaluation_ms": None if evaluation is None else round(evaluation.seconds * 1000, 3),
        "rules": [],
    }
    if evaluation is not None:
        rules = () if answer.rule_set is None else answer.rule_set.rules
        modes = {one.id: one.mode.value for one in rules}
        record["rules"] = [_rule(one, modes, evaluation.shadows) for one in evaluation.outcomes]
        record |= _answered(answer.body, evaluation, shown, covered)
        record |= _told(evaluation, shown, covered)
    if request is not None and request.tree is not None:
        given = {} if shown.covers(("given",)) else _given(request)
        record["given"] = shown.cover(given, ("given",), covered)
    record["masked"] = sorted(covered)
    return _encode(record) + b"\n"


def _rule(outcome: Outcome, modes: Mapping[str, str], shadows: Mapping[str, int]) -> dict[str, Any]:
    mode, shadow = modes.get(outcome.rule), shadows.get(outcome.rule)
    return {
        "rule": outcome.rule,
        **({} if mode is None else {"mode": mode}),
        "outcome": outcome_name(outcome),
        **({} if outcome.failure is None else {"reason": outcome.failure}),
        **({} if shadow is None else {"shadow": shadow}),
        "runs": {
            "fired": outcome.fired,
            "passed": outcome.passed,
            "skipped": outcome.skipped,
            "failed": outcome.failed,
        },
    }


def _answered(
    body: bytes, evaluation: Evaluation, shown: Shown, covered: set[str]
) -> dict[str, Any]:
    """Give the answer as it was sent, each message and blocker with its rule."""
    answered = msgspec.json.decode(body)
    if evaluation.responded:
        return {"response": shown.cover(answered, ("response",), covered)}
    blocks = {(one.content, one.node_id): one.rule for one in reversed(evaluation.blocks)}
    rules = {
        "messages": [one.rule for one in evaluation.messages],
        "automation_blockers": list(reversed(blocks.values())),
    }
    return {
        part: [
            {**by, **_covered(item, (part, ANY), shown, covered)}
            for item, by in zip(items, _named(items, rules.get(part, [])), strict=True)
        ]
        if part in _VALUES
        # What becomes of files, and whatever answers will hold one day.
        else shown.cover(items, (part,), covered)
        for part, items in answered.items()
    }


def _told(evaluation: Evaluation, shown: Shown, covered: set[str]) -> dict[str, Any]:
    """Give what other systems are told, if there is anything."""
    told = [
        {
            "rule": one.rule,
            "destination": one.destination,
            "body": shown.cover(_text(one.body), (_NOTIFICATIONS, ANY, "body"), covered),
        }
        for one in evaluation.deliveries
    ]
    return {_NOTIFICATIONS: told} if told else {}


def _text(body: bytes) -> str:
    return body.decode("utf-8", "replace")


def _named(items: Sequence[Any], rules: Sequence[str]) -> list[dict[str, str]]:
    """Name the rule of each item, as far as the rules stand in the answer's order."""
    if len(items) < len(rules):
        return [{}] * len(items)
    # The connector protocol has more behind: blockers, and what it has no place for.
    return [*({"rule": rule} for rule in rules), *[{}] * (len(items) - len(rules))]


def _covered(value: Any, path: Path, shown: Shown, covered: set[str]) -> Any:
    """Cover what is a value in a part of an answer."""
    if any(_matches(one, path[2:]) for one in _VALUES[path[0]]):
        return shown.cover(value, path, covered)
    if isinstance(value, dict):
        return {key: _covered(one, (*path, key), shown, covered) for key, one in value.items()}
    if isinstance(value, list):
        return [_covered(one, (*path, ANY), shown, covered) for one in value]
    return value


def _matches(one: Path, path: Path) -> bool:
    return len(one) == len(path) and all(a in (b, ANY) for a, b in zip(one, path, strict=True))


def _given(request: Request) -> dict[str, Any]:
    """Give the document's values as a test case is given them."""
    try:
        payload = request.payload
    except PayloadError:
        # Rules read what makes sense of it, and there is nothing else to show.
        return {}
    fields: dict[str, Any] = {}
    tables: dict[str, Any] = {}
    for section in _children(payload.get("annotation"), "content"):
        for node in _children(section, "children"):
            name = str(node.get("schema_id"))
            if isinstance(node.get("children"), list):
                tables[name] = [_row(row) for row in _children(node, "children")]
            else:
                fields[name] = _cell(node)
    return {"fields": fields, **tables}


def _row(node: Mapping[str, Any]) -> Any:
    if not isinstance(node.get("children"), list):
        return _cell(node)
    return {str(one.get("schema_id")): _cell(one) for one in _children(node, "children")}


def _cell(node: Mapping[str, Any]) -> Any:
    content = node.get("content")
    if not isinstance(content, dict):
        return None
    value, normalized = content.get("value"), content.get("normalized_value")
    if normalized in (None, "", value):
        return value
    return {"value": value, "normalized_value": normalized}


def _children(node: Any, key: str) -> Iterator[Mapping[str, Any]]:
    found = node.get(key) if isinstance(node, dict) else None
    yield from (one for one in (found if isinstance(found, list) else ()) if isinstance(one, dict))
