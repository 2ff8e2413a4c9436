"""Which queues may use what ``gateway.yaml`` declares: ``queues: all``, or a list of their files.

Language §6: required once the folder holds more than one secret, so that no customer's rules reach
what is another's without a word about it. Law: pure.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gateway.config.paths import Paths, unite
from gateway.config.walk import QUEUE_ENDING
from gateway.diagnostic import Report, Span
from gateway.rules.yaml.source import List, Map, Node, Scalar

if TYPE_CHECKING:
    from gateway.config.settings import GatewaySettings, QueueSettings


@dataclass(frozen=True, slots=True)
class Grant:
    """Who may use a thing."""

    #: Queue files in the snapshot; None: all queues.
    files: frozenset[str] | None
    #: Whether that is written, or only the default.
    written: bool

    def includes(self, file: str) -> bool:
        """Say whether it is for the queue of *file*."""
        return self.files is None or file in self.files


def read_grant(declared: Map, file: str, paths: Paths, report: Report) -> Grant:
    """Read the key ``queues`` of what is *declared* in *file*."""
    node = declared.get("queues")
    if node is None:
        return Grant(None, written=False)
    if isinstance(node, Scalar) and node.text.value == "all":
        return Grant(None, written=True)
    found = [
        paths.find(item.text, file, QUEUE_ENDING, report)
        for item in _items(node)
        if isinstance(item, Scalar)
    ]
    return Grant(frozenset(unite(found)), written=True)


def _items(node: Node) -> tuple[Node, ...]:
    return node.items if isinstance(node, List) else (node,)


def check_grants(
    granted: Iterable[tuple[str, Grant, Span]],
    gateway: GatewaySettings,
    queues: Iterable[QueueSettings],
    report: Report,
) -> None:
    """Report what says nothing of who may use it although there are several customers.

    *granted* are things as a sentence calls them, with the places of their names.
    """
    if gateway.has_secret + sum(queue.has_secret for queue in queues) < 2:
        return
    for what, grant, place in granted:
        if not grant.written:
            report.error(
                "R151",
                f"{what} does not say which queues may use it",
                place,
                hint="add `queues: all`, or a list of queue files: there is more than one secret",
            )
