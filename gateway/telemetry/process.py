"""What a process measures of itself: processor time and memory.

Law: asks the system about this process, and nothing else.
"""

from __future__ import annotations

import contextlib
import os
import resource
from pathlib import Path
from typing import Final

from gateway.telemetry import catalog
from gateway.telemetry.counts import Row

_PAGE: Final = os.sysconf("SC_PAGE_SIZE")
_MEMORY: Final = Path("/proc/self/statm")


def measured(process: str) -> list[Row]:
    """Measure this process, called *process*; what the system does not tell is left out."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    found: list[Row] = [(catalog.CPU.name, (process,), used.ru_utime + used.ru_stime)]
    with contextlib.suppress(OSError, ValueError, IndexError):
        pages = int(_MEMORY.read_text(encoding="ascii").split()[1])
        found.append((catalog.MEMORY.name, (process,), pages * _PAGE))
    return found
