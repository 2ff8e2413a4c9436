"""``python -m bench``: every figure, and the peers.

Law: chooses what to measure and prints; the figures are ratios, since machines differ and drift.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Iterator

from bench import figures
from bench.deliveries import deliveries
from bench.figures import Figure
from bench.peers import comparison
from bench.tables import tables

_QUICK = (figures.requests, figures.paths, figures.one_rule_more)
_FULL = (*_QUICK, figures.linearity, figures.reloads, figures.processes, tables, deliveries)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="rounds of each measurement")
    parser.add_argument("--quick", action="store_true", help="only whole requests in process")
    parser.add_argument("--peers", action="store_true", help="only other ways to do the same")
    parser.add_argument("--http", action="store_true", help="also servers on loopback")
    given = parser.parse_args()
    chosen: tuple[Callable[[int], Iterator[Figure]], ...] = _QUICK if given.quick else _FULL
    if given.http:
        chosen = (*chosen, figures.over_http, figures.second_process)
    if not given.peers:
        _print(figure for measure in chosen for figure in measure(given.rounds))
    if given.peers or not given.quick:
        _compare(given.rounds)


def _print(found: Iterable[Figure]) -> None:
    print(f"{'figure':<56} {'measured':>10}   goal")
    for figure in found:
        print(f"{figure.name:<56} {figure.value:>10}   {figure.goal}", flush=True)


def _compare(rounds: int) -> None:
    """Print the peers: ratios first, times in a table of their own."""
    rows = comparison.ROWS
    times = [f"{one:,} rows" for one in rows]
    print(f"\n{'':<40} {'rules':>5} {'numbers':>8} {'× floor':>17} {'× the gateway':>19}")
    print(f"{'the same rules, whole requests':<40} {'':>5} {'':>8}", *_columns(times * 2))
    found = []
    for line in comparison.lines(rounds):
        found.append(line)
        ratios = [f"{one:.2f}" for one in (*line.floors, *line.gateways)]
        print(
            f"{line.name:<40} {line.rules or '':>5} {line.numbers:>8}",
            *_columns(ratios),
            flush=True,
        )
    print(f"\n{'milliseconds, one core of this machine':<40}", *_columns(times))
    for line in found:
        print(f"{line.name:<40}", *_columns([f"{one * 1e3:.2f}" for one in line.seconds]))
    if missing := comparison.missing():
        print(f"\nNot installed (`make bench` installs them): {', '.join(missing)}.")


def _columns(texts: list[str]) -> list[str]:
    return [f"{text:>9}" for text in texts]


if __name__ == "__main__":
    main()
