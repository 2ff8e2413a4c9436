"""What became of a look at the folder, for whoever has asked for one. Law: values only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from gateway.config.difference import Difference
from gateway.diagnostic import Diagnostic

_NO_DIFFERENCE: Final = Difference()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a look at the folder."""

    previous: str
    revision: str
    difference: Difference = _NO_DIFFERENCE
    #: Queues that answer in an earlier version, or not yet.
    failed: tuple[str, ...] = ()
    #: What is wrong with the folder; warnings alone refuse nothing.
    diagnostics: tuple[Diagnostic, ...] = ()
    refused: bool = False
    #: A fault of the gateway's own kept it from deciding.
    fault: bool = False
