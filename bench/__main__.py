"""``python -m bench``: every figure in one table.

Law: chooses what to measure and prints; the figures are ratios, since machines differ and drift.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Iterator

from bench import figures
from bench.figures import Figure

_QUICK = (figures.requests, figures.paths, figures.one_rule_more)
_FULL = (*_QUICK, figures.linearity, figures.processes)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="rounds of each measurement")
    parser.add_argument("--quick", action="store_true", help="only whole requests in process")
    parser.add_argument("--http", action="store_true", help="also servers on loopback")
    given = parser.parse_args()
    chosen: tuple[Callable[[int], Iterator[Figure]], ...] = _QUICK if given.quick else _FULL
    if given.http:
        chosen = (*chosen, figures.over_http)
    _print(figure for measure in chosen for figure in measure(given.rounds))


def _print(found: Iterable[Figure]) -> None:
    print(f"{'figure':<56} {'measured':>10}   goal")
    for figure in found:
        print(f"{figure.name:<56} {figure.value:>10}   {figure.goal}", flush=True)


if __name__ == "__main__":
    main()
