"""By which names a request can be found again: request ids and W3C trace contexts.

Tooling conventions §10. Law: pure but for the random numbers of new ids; a name that was sent is
taken if it is short and plain, and ignored otherwise.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import Final

#: Longer or other names are not taken, so that none can disturb a log or a header.
_REQUEST_ID: Final = re.compile(r"[A-Za-z0-9._:/@+=-]{1,128}")
#: W3C Trace Context, §3.2: lower case only, and there is no version ff.
_TRACEPARENT: Final = re.compile(r"(?!ff)([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})")
_NO_TRACE: Final = "0" * 32
_NO_SPAN: Final = "0" * 16


@dataclass(frozen=True, slots=True)
class Trace:
    """The caller's place in a distributed trace."""

    trace_id: str
    span_id: str
    flags: int


def request_id_of(sent: str | None) -> str | None:
    """Take the request id that was sent, if it is fit for one."""
    return sent if sent is not None and _REQUEST_ID.fullmatch(sent) else None


def new_id() -> str:
    """Make an id that no other has."""
    return os.urandom(16).hex()


def trace_of(traceparent: str | None) -> Trace | None:
    """Read a ``traceparent`` header; None where there is none or it is malformed."""
    if traceparent is None:
        return None
    found = _TRACEPARENT.match(traceparent)
    if found is None:
        return None
    version, trace_id, span_id, flags = found.groups()
    rest = traceparent[found.end() :]
    # A later version may have further parts behind, which begin with a dash.
    if rest and (version == "00" or not rest.startswith("-")):
        return None
    if trace_id == _NO_TRACE or span_id == _NO_SPAN:
        return None
    return Trace(trace_id, span_id, int(flags, 16))
