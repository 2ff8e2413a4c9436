"""Generated source as code, each text compiled once.

What differs between rules of one shape are constants, which sources only name: 1,000 rules share a
few dozen texts, and a reload meets those of before. Law: pure; for sources that were generated from
checked trees, never for an author's text.
"""

from __future__ import annotations

from functools import lru_cache
from types import CodeType


@lru_cache(maxsize=4096)
def code_of(source: str, name: str) -> CodeType:
    """Compile *source*; tracebacks call it *name*."""
    return compile(source, name, "exec")
