"""Processes seen from outside: what a server and its workers use together.

Law: reads ``/proc`` only; a process that ends meanwhile counts as nothing.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_PROC: Final = Path("/proc")
_TICKS: Final = os.sysconf("SC_CLK_TCK")
_PAGE: Final = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True, slots=True)
class Used:
    """What a family of processes holds at some time."""

    processes: int
    #: Bytes; pages that several of them share count once, in parts.
    proportional: int
    #: Bytes of each, shared pages each time.
    resident: int
    descriptors: int
    threads: int


def family(pid: int) -> list[int]:
    """List a process and all that descend from it."""
    children: dict[int, list[int]] = {}
    for entry in _PROC.iterdir():
        if entry.name.isdecimal():
            fields = _fields(int(entry.name))
            if fields:
                children.setdefault(int(fields[1]), []).append(int(entry.name))
    found = [pid]
    for one in found:
        found += children.get(one, ())
    return found


def used(pid: int) -> Used:
    """Sum what a process and its descendants hold."""
    pids = family(pid)
    return Used(
        processes=len(pids),
        proportional=_sum(_proportional, pids),
        resident=_sum(_resident, pids),
        descriptors=_sum(lambda one: len(list((_PROC / str(one) / "fd").iterdir())), pids),
        threads=_sum(lambda one: int(_fields(one)[17]), pids),
    )


def cpu(pid: int) -> float:
    """Give the processor seconds of a process and its descendants."""
    return _sum(lambda one: sum(map(int, _fields(one)[11:13])), family(pid)) / _TICKS


def _sum(measure: Callable[[int], int], pids: list[int]) -> int:
    total = 0
    for pid in pids:
        try:
            total += measure(pid)
        except (OSError, IndexError):
            continue
    return total


def _fields(pid: int) -> list[str]:
    """Give the fields of ``stat`` behind the name, which may hold anything."""
    try:
        return (_PROC / str(pid) / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except OSError:
        return []


def _resident(pid: int) -> int:
    return int((_PROC / str(pid) / "statm").read_text(encoding="ascii").split()[1]) * _PAGE


def _proportional(pid: int) -> int:
    rollup = (_PROC / str(pid) / "smaps_rollup").read_text(encoding="ascii")
    return next(
        int(line.split()[1]) * 1024 for line in rollup.splitlines() if line.startswith("Pss:")
    )
