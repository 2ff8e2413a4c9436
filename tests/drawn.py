"""Drawings of diagnostics, held to the files in tests/diagnostics/pages.

``UPDATE_DRAWN=1 make test`` keeps what is drawn now; git then shows which sentences changed.
"""

import os
from pathlib import Path

PAGES = Path(__file__).parent / "diagnostics" / "pages"


def assert_drawn(code, drawn):
    """Compare a drawing, letter by letter, with the one that is kept for its code."""
    kept = PAGES / f"{code}.txt"
    if os.environ.get("UPDATE_DRAWN"):
        kept.parent.mkdir(exist_ok=True)
        kept.write_text(f"{drawn}\n", encoding="utf-8")

    assert f"{drawn}\n" == kept.read_text(encoding="utf-8")
