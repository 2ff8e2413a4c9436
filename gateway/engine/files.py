"""The files of an e-mail or an upload: which one is selected, and what becomes of all of them.

Language §5, ``import`` and ``values``; webhook reference §9 and §11. The answer lists the files
that are imported, so once a rule speaks of one, all others are listed as they are. Law: pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from gateway.annotation.urls import resource_id
from gateway.effects import FileAnswer, Level, Message, Sender
from gateway.rules.effect import FileValues
from gateway.rules.events import EMAIL, UPLOAD
from gateway.rules.function import FunctionError
from gateway.rules.functions.codes import is_email

#: How an event names a file, and by which keys of what is selected a file is known.
_NAMED: Final = {EMAIL: "id", UPLOAD: "document"}
_KNOWN_BY: Final = {EMAIL: ("id", "document"), UPLOAD: ("document", "url", "id")}


@dataclass(frozen=True, slots=True)
class FileEffect:
    """What one run does with one file."""

    #: As the event names it.
    name: int | str
    imported: bool = True
    values: tuple[tuple[str, str], ...] = ()
    message: Message | None = None


@dataclass(slots=True)
class _File:
    imported: bool
    values: dict[str, str] = field(default_factory=dict)
    messages: dict[tuple[Level, str], Message] = field(default_factory=dict)


class Files:
    """The files of one request."""

    def __init__(self, event: str, payload: Any) -> None:
        """Index the files in the *payload* of an e-mail or upload event."""
        listed = payload.get("files") if isinstance(payload, dict) else None
        self._files: dict[int | str, _File] = {}
        self._by: dict[tuple[str, int | str], int | str] = {}
        self._keys = _KNOWN_BY.get(event, ())
        #: Whether every file has a name: one without it could not be kept.
        self._is_whole = isinstance(listed, list)
        for one in listed if isinstance(listed, list) else ():
            self._index(one, _NAMED.get(event, ""))

    def _index(self, data: Any, key: str) -> None:
        name = data.get(key) if isinstance(data, dict) else None
        if not isinstance(name, int | str) or isinstance(name, bool) or name == "":
            self._is_whole = False
            return
        # What was kept out before stays out.
        self._files.setdefault(name, _File(data.get("prevent_importing") is not True))
        for known in _names(data, self._keys):
            self._by.setdefault(known, name)

    def find(self, selected: Any) -> int | str:
        """Give the name of the file that is selected.

        Raises:
            FunctionError: it is no file of this event.
        """
        if not self._is_whole:
            raise FunctionError("a file of this event has no name, so the answer would lose it")
        for known in _names(selected, self._keys):
            if known in self._by:
                return self._by[known]
        keys = " or ".join(self._keys)
        raise FunctionError(f"what is selected is no file of this event, and carries no {keys}")

    def answer(self, effects: Iterable[FileEffect]) -> tuple[FileAnswer, ...]:
        """Say what becomes of each file; of several values with one name the last counts."""
        for effect in effects:
            file = self._files[effect.name]
            file.imported = file.imported and effect.imported
            file.values.update(effect.values)
            message = effect.message
            if message is not None:
                file.messages.setdefault((message.level, message.content), message)
        return tuple(
            FileAnswer(name, one.imported, tuple(one.values.items()), tuple(one.messages.values()))
            for name, one in self._files.items()
        )


def values_of(effect: FileValues, written: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Pair the names of values with what was *written* for them; an empty one is left out."""
    pairs = zip(effect.values, written, strict=True)
    return tuple((name, text) for (name, _), text in pairs if text)


def senders_of(written: Sequence[str]) -> Iterator[Sender]:
    """Yield the sender whose address, and name if there is one, were *written*; none if empty.

    Raises:
        FunctionError: the address is none.
    """
    email, name = (*written, "")[:2]
    if email and not is_email(email):
        raise FunctionError("the sender's address has not the form of a mail address")
    if email:
        yield Sender(email.strip(), name or None)


def _names(data: Any, keys: Iterable[str]) -> list[tuple[str, int | str]]:
    """List what a file is known by: its own id, or the document that it is."""
    if not isinstance(data, Mapping):
        return []
    found: list[tuple[str, int | str]] = []
    for key in keys:
        value = data.get(key)
        if not isinstance(value, int | str) or isinstance(value, bool):
            continue
        if key == "id" and "url" not in keys:
            found.append(("id", str(value)))
        else:
            number = resource_id(value)
            found.append(("document", value if number is None else number))
    return found
