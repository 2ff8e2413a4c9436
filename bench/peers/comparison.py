"""The table of peers: whole requests by each of them, beside the floor, the limit and the gateway.

Law: measures nothing whose answers were not held against the gateway's before.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from bench.payloads import QUEUE_OF_PATHS, body
from bench.peers.agreement import agree
from bench.peers.reading import RULES
from bench.peers.table import PEERS, Answered
from bench.rounds import Work, paired
from bench.subjects import answered, served, settled, signed
from bench.yardsticks import floor, limit

ROWS: Final = (10, 100)
_LIMIT: Final = "limit: a partial decode, no rule"
_FLOOR: Final = "floor: a full decode, no rule"
_OURS: Final = "the gateway"


@dataclass(frozen=True, slots=True)
class Line:
    """One way to answer a request."""

    name: str
    #: How many of the rules it applies, and in what numbers.
    rules: int
    numbers: str
    #: For each of `ROWS`.
    floors: Sequence[float]
    gateways: Sequence[float]
    seconds: Sequence[float]


def missing() -> list[str]:
    """Name the peers that are not installed."""
    return [peer.name for peer in PEERS if not peer.is_installed]


def lines(rounds: int) -> Iterator[Line]:
    """Measure each peer that is installed, in turns with the floor and the gateway.

    Raises:
        DisagreementError: one of them does not answer what the gateway answers.
    """
    gateway = settled(served())
    ours = partial(answered, gateway)
    yield _line(_LIMIT, 0, "", limit, ours, rounds)
    yield _line(_FLOOR, 0, "", floor, ours, rounds)
    yield _line(_OURS, len(RULES), "decimal", ours, ours, rounds)
    yield _line(f"{_OURS}, any JMESPath", len(RULES), "decimal", ours, ours, rounds, QUEUE_OF_PATHS)
    for peer in PEERS:
        if peer.is_installed:
            answer = peer.load()
            agree(gateway, peer, answer)
            yield _line(peer.name, len(peer.rules), peer.numbers, answer, ours, rounds)


def _line(
    name: str,
    rules: int,
    numbers: str,
    work: Answered | Work,
    ours: Work,
    rounds: int,
    queue: int | None = None,
) -> Line:
    below, beside = [], []
    for rows in ROWS:
        given = signed(body(rows))
        one = partial(work, *(given if queue is None else signed(body(rows, queue))))
        # In pairs: what the floor leaves in the caches is not the other's cost.
        below.append(paired([one, partial(floor, *given)], rounds))
        beside.append(paired([one, partial(ours, *given)], rounds))
    return Line(
        name,
        rules,
        numbers,
        [found.ratio(0, 1) for found in below],
        [found.ratio(0, 1) for found in beside],
        [found.median(0) for found in beside],
    )
