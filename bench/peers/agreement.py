"""Whether a peer answers what the gateway answers, as far as it says the rules.

Law: compares answers as a platform would read them; the order of messages does not count.
"""

from __future__ import annotations

import json
from typing import Any

from bench.damage import damaged
from bench.peers.reading import CHANGES
from bench.peers.table import Answered, Peer
from bench.subjects import answered, signed
from gateway.runtime import Gateway

#: Due before the invoice was issued, and long after: no document can break both rules.
_DUE_DATES = ("2024-12-01", "2025-09-30")
_ROWS = 12


class DisagreementError(Exception):
    """A peer answers something else: what it says would not be the same rules."""

    def __init__(self, peer: str, missing: list[str], more: list[str]) -> None:
        super().__init__(peer, missing, more)
        self.peer = peer
        self.missing = missing
        self.more = more

    def __str__(self) -> str:
        return f"{self.peer} does not say {self.missing} and says {self.more}"


def agree(gateway: Gateway, peer: Peer, answer: Answered) -> None:
    """Hold a peer's answers against the gateway's on documents with mistakes.

    Raises:
        DisagreementError: they differ.
    """
    for due in _DUE_DATES:
        data, signature = signed(damaged(_ROWS, due))
        ours = _ours(gateway, data, signature, peer)
        theirs = _written(json.loads(answer(data, signature)))
        if ours != theirs:
            raise DisagreementError(peer.name, sorted(ours - theirs), sorted(theirs - ours))


def _ours(gateway: Gateway, data: bytes, signature: str, peer: Peer) -> set[str]:
    """Give what the gateway says by the rules that the peer has."""
    made = answered(gateway, data, signature)
    assert made.evaluation is not None
    body = json.loads(made.body)
    messages = [
        one
        for one, said in zip(body["messages"], made.evaluation.messages, strict=True)
        if said.rule in peer.rules
    ]
    changed = {name for rule, (name, _) in CHANGES.items() if rule in peer.rules}
    names = _names(json.loads(data))
    operations = [one for one in body["operations"] if names[one["id"]] in changed]
    return _written({"messages": messages, "operations": operations})


def _names(payload: Any) -> dict[int, str]:
    pending = list(payload["annotation"]["content"])
    found = {}
    while pending:
        node = pending.pop()
        found[node["id"]] = node["schema_id"]
        pending += node.get("children", ())
    return found


def _written(answer: dict[str, list[Any]]) -> set[str]:
    return {json.dumps(one, sort_keys=True) for part in answer.values() for one in part}
