"""Which runs of a rule fire.

Language §2, *Empty spreads*. Law: pure; a run that fails fails alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from itertools import repeat
from typing import Final

from gateway.annotation.column import Column
from gateway.annotation.values import UNREADABLE, Value
from gateway.engine.frame import FAILURES, Frame, Lane, Same, lane_kind
from gateway.engine.program import Linked, Step
from gateway.rules.expressions.logic import truth
from gateway.rules.function import FunctionError

#: Steps that one rule may take for one request.
MAX_STEPS: Final = 200_000

#: A vector of values that its kinds did not tell apart may also raise `TypeError`.
_VECTOR_FAILURES: Final = (*FAILURES, TypeError)


class Stage(Enum):
    """What became of one run."""

    FIRED = auto()
    #: ``require`` holds, or ``when`` of a rule without ``require`` is false or empty.
    PASSED = auto()
    #: ``when`` is false or empty, and there is a ``require``.
    APART = auto()
    #: ``require`` is empty.
    SKIPPED = auto()
    FAILED = auto()


@dataclass(frozen=True, slots=True)
class Failed:
    """A run that cannot be evaluated."""

    error: Exception
    #: What was evaluated, with the values it had; None for effects that cannot be carried out.
    linked: Linked | None
    operands: tuple[Value, ...] = ()


class StepsError(FunctionError):
    """The rule takes more steps than one may."""

    def __init__(self) -> None:
        super().__init__(
            f"more than {MAX_STEPS} steps; use sum_by or count_by instead of a column in each row"
        )


class TimeError(FunctionError):
    """The time for the request was used up."""

    def __init__(self) -> None:
        super().__init__("the time for this request was used up before this rule")


class Budget:
    """Counts the steps of one rule in one request."""

    __slots__ = ("_left",)

    def __init__(self) -> None:
        """Begin a rule."""
        self._left = MAX_STEPS

    def spend(self, steps: int) -> None:
        """Take steps.

        Raises:
            StepsError: there are not so many left.
        """
        self._left -= steps
        if self._left < 0:
            raise StepsError


def evaluate_each(
    linked: Linked, frame: Frame, runs: Sequence[int], budget: Budget
) -> list[Value | Failed]:
    """Evaluate an expression for each of *runs*.

    Returns:
        A value or a failure for each.

    Raises:
        StepsError: all of it would take too many steps.
    """
    lanes = [frame.lane(reference) for reference in linked.references]
    budget.spend(_steps(linked, lanes, len(runs)))
    if not any(isinstance(lane, Column) for lane in lanes):
        operands = tuple(lane.value for lane in lanes if isinstance(lane, Same))
        return [_evaluate(linked, operands)] * len(runs)
    whole = len(runs) == len(frame.selection)
    picked = [
        repeat(lane.value)
        if isinstance(lane, Same)
        else lane.values
        if whole
        else [lane.values[run] for run in runs]
        for lane in lanes
    ]
    results: list[Value | Failed] = []
    run = linked.run
    expired = frame.facts.expired
    for operands in zip(*picked, strict=False):
        try:
            results.append(run(*operands))
        except FAILURES as error:
            results.append(Failed(error, linked, operands))
        if not len(results) & 255 and expired():
            late = Failed(TimeError(), None)
            results.extend([late] * (len(runs) - len(results)))
            break
    return results


def _evaluate(linked: Linked, operands: tuple[Value, ...]) -> Value | Failed:
    try:
        return linked.run(*operands)
    except FAILURES as error:
        return Failed(error, linked, operands)


def _steps(linked: Linked, lanes: Sequence[Lane], runs: int) -> int:
    """Count the steps of *runs* evaluations: an operation on a column takes one for each cell."""
    cells = sum(
        len(lane.value)
        for lane in lanes
        if isinstance(lane, Same) and isinstance(lane.value, Column)
    )
    return runs * (linked.size + cells)


def condition_of(value: Value | Failed, linked: Linked) -> Value | Failed:
    """Check that a condition's value is true, false, empty or unreadable."""
    if value is True or value is False or value is None or value is UNREADABLE:
        return value
    if isinstance(value, Failed):
        return value
    try:
        return truth(value)
    except FAILURES as error:
        return Failed(error, linked)


def fast_fires(step: Step, frame: Frame, budget: Budget) -> list[int] | None:
    """Find the runs that fire over whole columns at once; None where rows must be told apart."""
    vector = step.vector
    if vector is None:
        return None
    lanes = [frame.lane(reference) for reference in step.vector_references]
    if not vector.fits([lane_kind(lane) for lane in lanes]):
        return None
    if not any(isinstance(lane, Column) for lane in lanes):
        return None
    budget.spend(step.vector_size * len(frame.selection))
    try:
        return vector.fires(
            *[repeat(lane.value) if isinstance(lane, Same) else lane.values for lane in lanes]
        )
    except _VECTOR_FAILURES:
        return None


def stages(
    step: Step, frame: Frame, runs: Sequence[int], budget: Budget
) -> dict[int, Stage | Failed]:
    """Say what becomes of each of *runs*: first ``when``, then ``require`` where it applies."""
    found: dict[int, Stage | Failed] = {}
    left = runs
    if step.when is not None:
        left = []
        otherwise = Stage.APART if step.require is not None else Stage.PASSED
        for run, result in zip(runs, evaluate_each(step.when, frame, runs, budget), strict=True):
            value = condition_of(result, step.when)
            if value is True:
                left.append(run)
            else:
                found[run] = value if isinstance(value, Failed) else otherwise
    if step.require is None:
        found.update(dict.fromkeys(left, Stage.FIRED))
        return found
    for run, result in zip(left, evaluate_each(step.require, frame, left, budget), strict=True):
        value = condition_of(result, step.require)
        if isinstance(value, Failed):
            found[run] = value
        elif value is True:
            found[run] = Stage.PASSED
        elif value is False or step.rule.fires_when_empty:
            found[run] = Stage.FIRED
        else:
            found[run] = Stage.SKIPPED
    return found
