"""Lengths of time as files write them: ``500ms``, ``30s``, ``5m``, ``24h``, ``7d``.

Law: pure; seconds out, or a diagnostic at the place.
"""

from __future__ import annotations

import re
from typing import Final

from gateway.diagnostic import Report
from gateway.rules.yaml.source import Text

_DURATION: Final = re.compile(r"(?P<count>[0-9]{1,9})(?P<unit>ms|s|m|h|d)")
_SECONDS: Final = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


def read_duration(text: Text, report: Report, least: str, most: str) -> float | None:
    """Give the seconds that *text* says, which must be from *least* to *most*.

    Returns:
        None after reporting what is wrong.
    """
    found = _DURATION.fullmatch(text.value)
    if found is None:
        hint = "a whole number and its unit: 500ms, 30s, 5m, 24h, 7d"
        report.error("R150", f"not a length of time: {text.value[:40]!r}", text.span, hint=hint)
        return None
    seconds = _seconds(found)
    if not duration(least) <= seconds <= duration(most):
        message = f"{text.value!r} is not between {least} and {most}"
        report.error("R150", message, text.span)
        return None
    return seconds


def duration(written: str) -> float:
    """Give the seconds of a duration that is known to be one."""
    found = _DURATION.fullmatch(written)
    if found is None:
        raise ValueError(written)
    return _seconds(found)


def _seconds(found: re.Match[str]) -> float:
    return int(found["count"]) * _SECONDS[found["unit"]]
