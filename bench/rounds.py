"""Paired rounds: two things measured in turns, so that a machine that drifts slows both.

Law: knows nothing of what it measures; time is the thread's own, other processes do not count.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from time import thread_time
from typing import Final

Work = Callable[[], object]

#: Seconds that one round takes for each of the works.
ROUND: Final = 0.15


@dataclass(frozen=True, slots=True)
class Paired:
    """What rounds of several works came to: seconds for one run of each, round by round."""

    seconds: Sequence[Sequence[float]]

    def ratio(self, work: int, reference: int) -> float:
        """Give the median of the rounds' ratios."""
        return median(one[work] / one[reference] for one in self.seconds)

    def median(self, work: int) -> float:
        """Give the median of the seconds of one work."""
        return median(one[work] for one in self.seconds)

    def difference(self, work: int, reference: int) -> float:
        """Give the median of the rounds' differences."""
        return median(one[work] - one[reference] for one in self.seconds)


def paired(works: Sequence[Work], rounds: int, length: float = ROUND) -> Paired:
    """Run *works* in turns: *rounds* rounds, each *length* seconds long for each work."""
    turns = max(1, round(length / max(_once(work) for work in works)))
    return Paired([_round(works, turns) for _ in range(rounds)])


def _once(work: Work) -> float:
    work()
    return min(_timed(work) for _ in range(3))


def _round(works: Sequence[Work], turns: int) -> list[float]:
    spent = [0.0] * len(works)
    for _ in range(turns):
        for number, work in enumerate(works):
            spent[number] += _timed(work)
    return [one / turns for one in spent]


def _timed(work: Work) -> float:
    before = thread_time()
    work()
    return thread_time() - before
