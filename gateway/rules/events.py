"""Events and actions that a rule can name in ``on``, and which effects each of them can carry.

Webhook reference §2 and §11, language §2 and §5. Law: tables and their readings; pure.
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
#: ``updated`` includes its deprecated form.
_INCLUDED: Final[Mapping[str, frozenset[str]]] = {"updated": frozenset(("user_update",))}

STATUS: Final = "annotation_status.changed"
EMAIL: Final = "email.received"
UPLOAD: Final = "upload.created"
SCHEDULED: Final = "invocation.scheduled"
MANUAL: Final = "invocation.manual"

#: Events without content, by their full names, with what is to be known of their answers.
OTHER_EVENTS: Final[Mapping[str, str]] = {
    STATUS: "its answer is ignored",
    EMAIL: "its answer speaks of attached files",
    UPLOAD: "its answer speaks of uploaded files",
    SCHEDULED: "its answer is ignored",
    MANUAL: "its answer goes to whoever invokes the hook",
}

#: Where the answer can show that a rule has failed.
MARKED: Final = ACTIONS | {MANUAL}
#: What a person waits for: the platform calls once, whatever it is answered.
INTERACTIVE: Final = frozenset(("started", "user_update", "updated", "confirm"))
#: Where automation blockers are honored.
BLOCKING: Final = frozenset(("initialize",))

#: Which events can carry an effect, by its key in a rule: actions of content events, full names
#: of others.
CARRIERS: Final[Mapping[str, frozenset[str]]] = {
    "message": ACTIONS | {UPLOAD},
    "block": BLOCKING,
    "replace": ACTIONS,
    "options": ACTIONS,
    "hide": ACTIONS,
    "show": ACTIONS,
    "visible": ACTIONS,
    "validate": ACTIONS,
    "add": ACTIONS,
    "remove": ACTIONS,
    "table": ACTIONS,
    "match": ACTIONS | OTHER_EVENTS.keys(),
    "respond": frozenset((MANUAL,)),
    "import": frozenset((EMAIL, UPLOAD)),
    "values": frozenset((EMAIL,)),
    "sender": frozenset((EMAIL,)),
    "notify": ACTIONS | OTHER_EVENTS.keys(),
}

#: Which of the facts ``annotation``, ``document``, ``queue`` and ``email`` an event has.
#: Whoever invokes the hook sends what they like.
FACTS: Final[Mapping[str, frozenset[str]]] = {
    STATUS: frozenset(("annotation", "document", "queue", "email")),
    EMAIL: frozenset(("queue", "email")),
    UPLOAD: frozenset(("queue", "email")),
    SCHEDULED: frozenset(),
    MANUAL: frozenset(("annotation", "document", "queue", "email")),
}


def carried_by(event: str) -> tuple[str, ...]:
    """List the effects that an event can carry."""
    return tuple(effect for effect, carriers in CARRIERS.items() if event in carriers)


def event_of(name: str) -> tuple[str, str] | None:
    """Give event and action of what a rule names, a bare action included; None: there is none."""
    event, _, action = name.rpartition(".")
    if (event or CONTENT) == CONTENT:
        return (CONTENT, action) if action in ACTIONS else None
    return (event, action) if name in OTHER_EVENTS else None


def actions_of(words: Iterable[Text], rule: str, report: Report) -> frozenset[str] | None:
    """Read the words of an ``on``.

    Returns:
        Actions of content events, or full names of others; None after reporting a mistake.
    """
    actions: set[str] = set()
    sound = True
    for word in words:
        found = event_of(word.value)
        if word.value == CONTENT:
            actions |= ACTIONS
        elif found is None:
            sound = False
            _refuse(word, rule, report)
        elif found[0] == CONTENT:
            actions |= {found[1]} | _INCLUDED.get(found[1], frozenset())
        else:
            actions.add(word.value)
    return frozenset(actions) if sound else None


def _refuse(word: Text, rule: str, report: Report) -> None:
    names = (*ACTIONS, *OTHER_EVENTS, *(f"{CONTENT}.{action}" for action in ACTIONS))
    halves = [name for name in OTHER_EVENTS if word.value in name.split(".")]
    meant = '" or "'.join(halves) or closest(word.value, names)
    known = ", ".join((*sorted(ACTIONS), *OTHER_EVENTS))
    report.error(
        "R402",
        f"unknown event {word.value!r}",
        word.span,
        hint=f'did you mean "{meant}"?' if meant else f"there are {known}",
        rule=rule,
    )
