"""Events and actions that a rule can name in ``on``.

Webhook reference §2, language §2. Law: values and one reading of them; pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from gateway.diagnostic import Report
from gateway.rules.yaml.source import Text
from gateway.spelling import closest

CONTENT: Final = "annotation_content"

#: Actions of content events.
ACTIONS: Final = frozenset(("initialize", "started", "user_update", "updated", "confirm", "export"))
#: Where ``respond`` is answered.
RESPONDING: Final = frozenset(("invocation.manual",))
#: Events without content, by their full names.
OTHER_EVENTS: Final = frozenset(
    (
        "annotation_status.changed",
        "email.received",
        "upload.created",
        "invocation.scheduled",
        "invocation.manual",
    )
)
#: ``updated`` includes its deprecated form.
_INCLUDED: Final[Mapping[str, frozenset[str]]] = {"updated": frozenset(("user_update",))}

#: Where automation blockers are honored.
BLOCKING: Final = frozenset(("initialize",))


def actions_of(words: Iterable[Text], rule: str, report: Report) -> frozenset[str] | None:
    """Read the words of an ``on``.

    Returns:
        Actions of content events, or full names of others; None after reporting a mistake.
    """
    actions: set[str] = set()
    sound = True
    for word in words:
        event, _, action = word.value.rpartition(".")
        if (event or CONTENT) == CONTENT and action in ACTIONS:
            actions |= {action} | _INCLUDED.get(action, frozenset())
        elif word.value == CONTENT:
            actions |= ACTIONS
        elif word.value in RESPONDING:
            actions.add(word.value)
        else:
            sound = False
            _refuse(word, rule, report)
    return frozenset(actions) if sound else None


def _refuse(word: Text, rule: str, report: Report) -> None:
    if word.value in OTHER_EVENTS:
        report.error(
            "R401",
            f"{word.value} carries no content, so none of this rule's effects can be answered",
            word.span,
            hint=f"rules of this version run on {CONTENT} actions",
            rule=rule,
        )
        return
    names = (*ACTIONS, *OTHER_EVENTS, *(f"{CONTENT}.{action}" for action in ACTIONS))
    meant = closest(word.value, names)
    report.error(
        "R402",
        f"unknown event {word.value!r}",
        word.span,
        hint=f'did you mean "{meant}"?' if meant else f"there are {', '.join(sorted(ACTIONS))}",
        rule=rule,
    )
