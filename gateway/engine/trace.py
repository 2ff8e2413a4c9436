"""What an evaluation tells whoever asks why: each rule's runs, and why a rule had none.

Law: a protocol, told while the rules run; what it is told is the engine's own verdict, and telling
changes none of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, auto
from typing import Protocol

from gateway.engine.conditions import Failed, Stage
from gateway.engine.frame import Frame
from gateway.engine.program import Step
from gateway.engine.run_effects import RunEffects


class LeftOut(Enum):
    """Why a rule for this event had no runs."""

    #: None of the fields in ``edited`` was.
    UNEDITED = auto()
    #: The group's ``when`` is false or empty.
    GUARD = auto()
    #: Another rule has ended the group.
    STOPPED = auto()


class Tracer(Protocol):
    """Somebody who wants to know why.

    A frame shows the values of this moment; who needs them later takes them at once.
    """

    def guard(self, step: Step, frame: Frame) -> None:
        """Hear that a group's ``when`` was evaluated, for the first rule of the group."""

    def left_out(self, step: Step, why: LeftOut, by: str | None) -> None:
        """Hear that a rule has no runs; *by* is the rule that ended its group."""

    def stopped(self, step: Step, frame: Frame, number: int, by: str) -> None:
        """Hear that one run was left out, since the rule *by* has ended the group for it."""

    def runs(self, step: Step, frame: Frame, found: Mapping[int, Stage | Failed]) -> None:
        """Hear what became of the runs of one frame."""

    def carried_out(self, step: Step, frame: Frame, number: int, effects: RunEffects) -> None:
        """Hear what one run does."""

    def not_carried_out(self, step: Step, frame: Frame, number: int, failed: Failed) -> None:
        """Hear that the effects of one run cannot be carried out."""

    def failed(self, step: Step, failed: Failed) -> None:
        """Hear that a rule failed as a whole."""
