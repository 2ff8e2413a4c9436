"""What became of a rule in one request.

Language §2 and §5. Law: values only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gateway.effects import Block, Deliver, FileAnswer, Message, Operation, Sender


@dataclass(slots=True)
class Outcome:
    """One rule: how many of its runs did what, and why the first failure."""

    rule: str
    runs: int = 0
    fired: int = 0
    passed: int = 0
    skipped: int = 0
    failed: int = 0
    #: A sentence for the rule's author; it names fields and kinds, never a captured value.
    failure: str | None = None
    #: What the answer says of it; None where a failure is not marked.
    mark: str | None = None


@dataclass(slots=True)
class Evaluation:
    """What the rules of one queue make of one request."""

    messages: list[Message] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    operations: list[Operation] = field(default_factory=list)
    #: What ``respond`` answers to whoever invoked the hook, if it has responded.
    response: Any = None
    responded: bool = False
    #: All files of an e-mail or upload, if a rule says something of one; else empty.
    files: tuple[FileAnswer, ...] = ()
    sender: Sender | None = None
    #: What other systems are to be told, in the order of the rules.
    deliveries: list[Deliver] = field(default_factory=list)
    #: In rule order; rules whose event or guard did not apply are absent.
    outcomes: list[Outcome] = field(default_factory=list)
    #: How long it took, as far as whoever asked has measured it.
    seconds: float = field(default=0.0, compare=False)
    #: How many keys found something, nothing, or failed, by table; counted by whoever has tables.
    asked: Mapping[str, Sequence[int]] = field(default_factory=dict, compare=False)
    #: Messages of rules in shadow mode, by rule: how many would have been answered.
    shadows: Mapping[str, int] = field(default_factory=dict)

    @property
    def all_messages(self) -> list[Message]:
        """The messages at fields and for the document, and those at files."""
        if not self.files:
            return self.messages
        return [*self.messages, *(one for file in self.files for one in file.messages)]

    @property
    def fired(self) -> tuple[str, ...]:
        """The rules that fired."""
        return tuple([outcome.rule for outcome in self.outcomes if outcome.fired])

    @property
    def failed(self) -> tuple[str, ...]:
        """The rules that failed in at least one run."""
        return tuple([outcome.rule for outcome in self.outcomes if outcome.failed])
