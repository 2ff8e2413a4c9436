"""What one version of the folder amounts to: the queues, their rules, and who may ask for them.

Law: immutable values; a request takes one `Configuration` at its start and sees no other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gateway.config.outbox import OutboxSettings, Unavailable
from gateway.diagnostic import Diagnostic
from gateway.hooks.credentials import Credentials
from gateway.hooks.signature import Secret
from gateway.lookups.asking import NO_TABLES, QueueTables, Source
from gateway.rules.context import QueueContext

if TYPE_CHECKING:
    from gateway.delivery.destination import Destination
    from gateway.rules.rule import RuleSet


@dataclass(frozen=True, slots=True)
class Queue:
    """One queue file: some of the platform's queues, and the rules for them."""

    #: The file's name without ``.queue.yaml``; the last part of the hook's address.
    name: str
    ids: tuple[int, ...]
    #: Its own. Empty: the gateway's count, and if there are none either, see *unsigned*.
    secrets: tuple[Secret, ...]
    #: Answers without a signature, which its file demands in so many words.
    unsigned: bool
    #: Accepts the older signature header where the newer one is absent.
    legacy_signature: bool
    rules: RuleSet
    context: QueueContext
    #: What requests of the deprecated connector protocol carry; None: there are none.
    connector: Credentials | None = None
    #: What is answered when a delivery of its rules cannot be stored.
    unavailable: Unavailable = Unavailable.FAIL
    #: The revision it comes from: an earlier one while its file has mistakes.
    revision: str = ""
    #: The tables that its rules may ask.
    tables: QueueTables = NO_TABLES
    #: The files that its rules were compiled from, each with the digest of its contents.
    made_of: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    #: What was found while compiling them.
    diagnostics: tuple[Diagnostic, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Configuration:
    """Everything that answers depend on, besides the request."""

    #: Names the contents of the folder; equal contents have equal revisions.
    revision: str
    #: By the platform's queue id.
    queues: Mapping[int, Queue]
    by_name: Mapping[str, Queue]
    #: The gateway's own, for queues that have none.
    secrets: tuple[Secret, ...]
    legacy_signature: bool
    #: Where deliveries go, by name.
    destinations: Mapping[str, Destination] = field(default_factory=dict)
    #: Where they are kept meanwhile.
    outbox: OutboxSettings | None = None
    #: What was found while loading and did not prevent it.
    diagnostics: tuple[Diagnostic, ...] = field(default=(), repr=False)
    #: What *revision* is the beginning of.
    digest: str = field(default="", repr=False)
    #: SHA-256 of each file of the folder, in hexadecimal.
    files: Mapping[str, str] = field(default_factory=dict, repr=False)
    #: Digests of the secret files that were read, by path.
    stamps: Mapping[str, bytes] = field(default_factory=dict, repr=False)

    #: All tables, by name.
    tables: Mapping[str, Source] = field(default_factory=dict, repr=False)

    @property
    def stale_tables(self) -> tuple[str, ...]:
        """The tables whose files cannot be used: they hold what was good last."""
        found = [one.status for one in self.tables.values()]
        return tuple(one.name for one in found if one.source == "file" and one.problem is not None)

    @property
    def rule_count(self) -> int:
        """How many rules there are, those of a shared file once for each queue."""
        return sum(len(queue.rules.rules) for queue in self.by_name.values())
