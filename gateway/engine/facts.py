"""What the engine asks of a request besides its content.

Law: a protocol; the wire floor implements it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from gateway.annotation.tree import Node
from gateway.annotation.values import Value
from gateway.engine.subject import Subject


class Facts(Protocol):
    """One request, as rules may know it."""

    #: The action of a content event, the full name of another.
    action: str
    #: When the evaluation takes place; aware.
    now: datetime

    def fact(self, path: tuple[str, ...]) -> Value:
        """Give a fact by its path, such as ``("annotation", "status")``; absent is empty."""

    def attribute(self, node: Node, name: str) -> Value:
        """Give an attribute of a datapoint (``references.ATTRIBUTES``), value and text apart."""

    def is_edited(self, nodes: Sequence[Node | None]) -> bool:
        """Whether one of the nodes is among the request's updated datapoints."""

    def subject(self) -> Subject:
        """Give the subject of JMESPath, the same each time."""

    def expired(self) -> bool:
        """Whether the time for this request is used up."""
