"""The sieve: all rules asked at once which of them have nothing to say about a document.

Design §3, *The sieve*. On most documents most rules pass. Generated functions read once what the
rules ask of, and find those that plainly pass, are plainly skipped, or write what is there
already. For these they give the outcome; all others run one by one on the general path, which is
the definition.
Law: pure; may leave to the general path whatever it likes, and what it says itself is what the
general path would say of the document as it arrived.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import repeat
from typing import Final, TypeGuard

from gateway.annotation.tree import Tree
from gateway.engine.conditions import MAX_STEPS
from gateway.engine.frame import Frame
from gateway.engine.outcome import Outcome
from gateway.engine.program import Program, Step
from gateway.engine.sieve_source import compile_sieve, cost_of, reads_of

#: What one function asks about. The clock is looked at between functions.
_STEPS_IN_ONE: Final = 32


class Sieve:
    """Asks the rules of one action."""

    __slots__ = ("_asks", "_has_groups", "reads")

    def __init__(self, steps: Sequence[Step]) -> None:
        """Generate the functions for *steps*."""
        parts = [steps[at : at + _STEPS_IN_ONE] for at in range(0, len(steps), _STEPS_IN_ONE)]
        self._asks = [(compile_sieve(part), len(part), max(map(cost_of, part))) for part in parts]
        self._has_groups = any(step.rule.group is not None for step in steps)
        #: For each step the schema ids whose values decide.
        self.reads = tuple(map(reads_of, steps))

    def ask(self, frame: Frame) -> list[Outcome | None]:
        """Give the outcomes of the rules that have nothing to say; *frame* is the document's."""
        rows = _longest(frame.content.tree)
        found: list[Outcome | None] = []
        for ask, size, cost in self._asks:
            # What the general path counts of a rule, step by step, cannot be more than *cost* says.
            if ask is None or cost * rows > MAX_STEPS or frame.facts.expired():
                found += repeat(None, size)
            else:
                found += ask(frame.content, frame)
        return found

    def settles(self, found: Sequence[Outcome | None]) -> TypeGuard[list[Outcome]]:
        """Whether *found* is all there is to say: whether a group applies, rules must tell."""
        return not self._has_groups and all(found)


def sieved(program: Program) -> Program:
    """Give a program with sieves for its actions."""
    made: dict[tuple[int, ...], Sieve] = {}
    sieves = {}
    for action, steps in program.steps.items():
        same = tuple(map(id, steps))
        if same not in made:
            made[same] = Sieve(steps)
        sieves[action] = made[same]
    return replace(program, sieves=sieves)


def _longest(tree: Tree) -> int:
    return max([len(table.rows) for table in tree.tables.values()], default=1) or 1
