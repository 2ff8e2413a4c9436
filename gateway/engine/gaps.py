"""Columns with gaps: the runs whose values are all there, apart from those that lack one.

Most columns of most documents have a cell that is empty or could not be read. What a `Vector` asks
of whole columns it is then asked of the ordinary runs alone; the odd ones are told apart.
Law: pure; says nothing of the odd runs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import compress, repeat
from typing import Any

from gateway.annotation.column import Column
from gateway.annotation.values import Kind
from gateway.engine.conditions import Budget, run_vector
from gateway.engine.frame import Frame, lane_kind
from gateway.engine.program import Fused


@dataclass(frozen=True, slots=True)
class Parted:
    """Runs told apart: each is in one of the two, in order."""

    ordinary: Sequence[int]
    odd: Sequence[int]
    #: What the vector gives for the ordinary ones.
    found: list[Any]


def ask_ordinary(fused: Fused, frame: Frame, budget: Budget) -> Parted | None:
    """Ask a vector of the runs whose operands are as it expects; None where these are too few.

    Raises:
        StepsError: it would take too many steps.
    """
    lanes = [frame.lane(source) for source in fused.sources]
    kinds: list[Kind | None] = []
    odd: set[int] = set()
    for lane in lanes:
        kind = lane_kind(lane)
        if kind is None and isinstance(lane, Column):
            kind, others = lane.apart()
            odd |= others
        kinds.append(kind)
    count = len(frame.selection)
    if not odd or 2 * len(odd) > count or not fused.vector.fits(kinds):
        return None
    mask = bytearray(b"\1") * count
    for run in odd:
        mask[run] = 0
    given = [
        list(compress(lane.values, mask)) if isinstance(lane, Column) else repeat(lane.value)
        for lane in lanes
    ]
    found = run_vector(fused, given, count - len(odd), budget)
    return None if found is None else Parted(list(compress(range(count), mask)), sorted(odd), found)
