"""Whether what a server holds grows while it does the same all the time.

Law: pure; looks at samples only. The first quarter is warm-up, in which caches fill and allocators
settle, and so is the first half minute.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import linear_regression, median
from typing import Final

from bench.procfs import Used

#: What may come and go: bytes, descriptors, threads.
_MEMORY: Final = 4 * 2**20
_DESCRIPTORS: Final = 8
_THREADS: Final = 2
#: Seconds of warm-up at least.
_WARM_UP: Final = 30.0
#: With fewer samples after it there is nothing to be said.
_LEAST: Final = 12


@dataclass(frozen=True, slots=True)
class Sample:
    """What was held at a time."""

    #: Since the start.
    seconds: float
    used: Used


@dataclass(frozen=True, slots=True)
class Trend:
    """How one quantity went after the warm-up."""

    before: float
    after: float
    per_hour: float

    @property
    def growth(self) -> float:
        """How much more there was at the end than after the warm-up."""
        return self.after - self.before


def memory(samples: Sequence[Sample]) -> Trend:
    """Tell how the memory of all processes together went."""
    return _trend(samples, lambda used: used.proportional)


def complaints(samples: Sequence[Sample]) -> list[str]:
    """Say what has grown beyond what may come and go."""
    if len(_warm(samples)) < _LEAST:
        return []
    descriptors = _trend(samples, lambda used: used.descriptors)
    threads = _trend(samples, lambda used: used.threads)
    found = []
    if memory(samples).growth > _MEMORY:
        found.append(f"memory grew by {memory(samples).growth / 2**20:.1f} MiB")
    if descriptors.growth > _DESCRIPTORS:
        found.append(f"descriptors grew by {descriptors.growth:.0f}")
    if threads.growth > _THREADS:
        found.append(f"threads grew by {threads.growth:.0f}")
    return found


def _warm(samples: Sequence[Sample]) -> Sequence[Sample]:
    """Leave out the warm-up."""
    if not samples:
        return samples
    begun = max(_WARM_UP, samples[-1].seconds / 4)
    return [one for one in samples if one.seconds >= begun]


def _trend(samples: Sequence[Sample], quantity: Callable[[Used], int]) -> Trend:
    """Compare the first third behind the warm-up with the last."""
    warm = _warm(samples) or samples
    values = [quantity(one.used) for one in warm]
    third = -(-len(values) // 3)
    times = [one.seconds for one in warm]
    slope = linear_regression(times, values).slope if len(values) > 1 else 0.0
    return Trend(median(values[:third]), median(values[-third:]), slope * 3600)
