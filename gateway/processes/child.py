"""One child as its supervisor knows it.

Law: values and what was heard; decides nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from gateway.processes.loop import Line
from gateway.processes.messages import Beat, Taken
from gateway.processes.role import Role


class State(StrEnum):
    """What a child is about."""

    STARTING = "starting"
    READY = "ready"
    #: Finishes what it has begun.
    STOPPING = "stopping"
    #: Killed; has not ended yet.
    KILLED = "killed"


@dataclass(slots=True, eq=False)
class Child:
    """A process, from its fork to its end."""

    role: Role
    slot: int
    pid: int
    line: Line
    #: The supervisor's clock at its fork.
    began: float
    #: When it was last heard.
    heard: float
    revision: str
    #: The last snapshot that it has decided about.
    generation: int
    #: How often its place was filled anew before it.
    restarts: int
    state: State = State.STARTING
    beat: Beat = field(default_factory=Beat)
    taken: Taken | None = None
    #: When it is killed if it has not ended by itself.
    ends: float = float("inf")

    @property
    def name(self) -> str:
        """What metrics call it, and its replacements."""
        return f"{self.role.name}-{self.slot}"
