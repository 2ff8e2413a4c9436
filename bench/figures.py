"""The figures: what is measured, and what `docs/design.md` promises of it.

Law: each function measures one thing and gives rows of the table; nothing is judged here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from bench import commands, http
from bench.payloads import QUEUE, QUEUE_OF_PATHS, QUEUE_OF_WHOLE_NODES, body
from bench.reloading import under_reload
from bench.rounds import Paired, paired
from bench.subjects import answered, many_rules, served, settled, signed
from bench.yardsticks import floor, limit

ROWS: Final = (10, 100, 1000)
_LIMIT_GOALS: Final = {10: "1.6", 100: "1.3", 1000: "1.3"}
_FLOOR_GOALS: Final = {10: "0.75", 100: "0.65", 1000: "0.4"}
_MANY_RULES: Final = (10, 100, 1000)
_MANY_ROWS: Final = (10, 100, 1000, 5000)


@dataclass(frozen=True, slots=True)
class Figure:
    """One row of the table."""

    name: str
    value: str
    goal: str = ""


def requests(rounds: int) -> Iterator[Figure]:
    """Measure whole requests in process, with twenty rules, against limit and floor."""
    gateway = settled(served())
    for rows in ROWS:
        data, signature = signed(body(rows))
        whole = partial(answered, gateway, data, signature, "invoice")
        # Each beside one yardstick: what the floor leaves in the caches is not the limit's cost.
        above = paired([whole, partial(limit, data, signature)], rounds)
        below = paired([whole, partial(floor, data, signature)], rounds)
        name = f"request, 20 rules, {rows:,} rows"
        yield Figure(f"{name}: milliseconds", f"{above.median(0) * 1e3:.2f}")
        yield Figure(f"{name}: × limit", f"{above.ratio(0, 1):.2f}", f"≤ {_LIMIT_GOALS[rows]}")
        yield Figure(f"{name}: × floor", f"{below.ratio(0, 1):.2f}", f"≤ {_FLOOR_GOALS[rows]}")


def paths(rounds: int) -> Iterator[Figure]:
    """Measure the same rules with selectors that no index answers."""
    gateway = settled(served())
    data, signature = signed(body(100, QUEUE_OF_PATHS))
    whole, its_signature = signed(body(100, QUEUE_OF_WHOLE_NODES))
    selected = partial(answered, gateway, data, signature, "paths")
    looked = partial(answered, gateway, whole, its_signature, "whole")
    below = partial(floor, data, signature)
    name = "any JMESPath, 100 rows"
    yield Figure(
        f"{name}: × floor", f"{paired([selected, below], rounds).ratio(0, 1):.2f}", "≤ 1.8"
    )
    ratio = paired([looked, below], rounds).ratio(0, 1)
    yield Figure(f"{name}, whole nodes: × floor", f"{ratio:.2f}", "≤ 1.8")
    indexed = partial(answered, gateway, *signed(body(100)), "invoice")
    ratio = paired([selected, indexed], rounds).ratio(0, 1)
    yield Figure(f"{name}: × the same by schema id", f"{ratio:.2f}", "≤ 3")


def one_rule_more(rounds: int) -> Iterator[Figure]:
    """Measure what a rule on rows costs for each row."""
    data, signature = signed(body(1000))
    found = _against_rules((20, 40), data, signature, rounds)
    cost = found.difference(1, 0) / 20 / 1000
    yield Figure("one rule more: microseconds per row", f"{cost * 1e6:.2f}", "≤ 1")


def linearity(rounds: int) -> Iterator[Figure]:
    """Measure how time grows with rules and with rows."""
    data, signature = signed(body(100))
    found = _against_rules(_MANY_RULES, data, signature, rounds)
    for number, count in enumerate(_MANY_RULES):
        cost = found.median(number) / count
        yield Figure(f"100 rows, {count:,} rules: microseconds per rule", f"{cost * 1e6:.1f}")
    gateway = settled(served())
    for rows in _MANY_ROWS:
        data, signature = signed(body(rows))
        one = paired([partial(answered, gateway, data, signature, "invoice")], rounds)
        cost = one.median(0) / rows
        yield Figure(f"20 rules, {rows:,} rows: microseconds per row", f"{cost * 1e6:.1f}")


def _against_rules(counts: tuple[int, ...], data: bytes, signature: str, rounds: int) -> Paired:
    with TemporaryDirectory() as folder:
        gateways = [served(many_rules(Path(folder, str(count)), count, QUEUE)) for count in counts]
    return paired([partial(answered, one, data, signature) for one in gateways], rounds)


def reloads(_: int) -> Iterator[Figure]:
    """Count answers that are wrong while the rules change."""
    count = 20_000
    told = under_reload(count, threads=4)
    name = f"{count:,} requests, 4 threads, {told['reloads']:,} reloads"
    yield Figure(f"{name}: wrong", str(count - told["right"] - told["error"]), "0")
    yield Figure(f"{name}: errors", str(told["error"]), "0")


def processes(rounds: int) -> Iterator[Figure]:
    """Measure commands from start to end, and memory."""
    seconds = commands.check_one_file(rounds)
    yield Figure("gateway check, one folder: seconds", f"{seconds:.2f}", "≤ 0.25")
    seconds = commands.check_many_rules(1000, rounds)
    yield Figure("gateway check, 1,000 rules: seconds", f"{seconds:.2f}", "≤ 1")
    decoded = commands.decoding_memory() / 2**20
    yield Figure("1,000-row body decoded: MiB beyond the bytes", f"{decoded:.1f}", "≤ 8")
    idle = http.idle_memory().proportional / 2**20
    yield Figure("gateway serve, one worker, idle: MiB", f"{idle:.0f}", "≤ 60")


def over_http(rounds: int) -> Iterator[Figure]:
    """Measure one process over HTTP against a plain endpoint, and against Flask and jmespath."""
    for rows, count, goal in ((10, 400, "1.3"), (100, 160, "2")):
        found = http.compared((http.gateway, http.plain), rows, rounds, count)
        rate, times, cpu = http.ratios(found)
        name = f"over HTTP, {rows} rows"
        yield Figure(f"{name}: requests per second", f"{rate:.0f}")
        yield Figure(f"{name}: × requests of a plain endpoint", f"{times:.2f}", f"≥ {goal}")
        yield Figure(f"{name}: × its processor time", f"{cpu:.2f}")
        if find_spec("flask") is not None:
            found = http.compared((http.gateway, http.classic), rows, rounds, count // 8)
            _, times, _ = http.ratios(found)
            yield Figure(f"{name}: × requests of Flask and jmespath", f"{times:.1f}")


def second_process(rounds: int) -> Iterator[Figure]:
    """Measure two workers against one; what the load generator takes, they lack."""
    servers = (partial(http.gateway, 2), http.gateway)
    rate, times, cpu = http.ratios(http.compared(servers, 100, rounds, 400))
    yield Figure("two workers, 100 rows: requests per second", f"{rate:.0f}")
    yield Figure("two workers, 100 rows: × requests of one", f"{times:.2f}", "≥ 1.8")
    yield Figure("two workers, 100 rows: × processor time of one", f"{cpu:.2f}", "1")
