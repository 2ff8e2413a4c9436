"""Which runs of a rule fire.

Language §2, *Empty spreads*. Law: pure; a run that fails fails alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from itertools import repeat
from typing import Any, Final

from gateway.annotation.column import Column
from gateway.annotation.values import UNREADABLE, Kind, Value
from gateway.engine.frame import FAILURES, Frame, Lane, Same, lane_kind
from gateway.engine.program import Fused, Linked, Step
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
    #: What was evaluated; None for effects that cannot be carried out.
    linked: Linked | None
    #: The values that it was evaluated on; None where what it came to is no condition.
    operands: tuple[Value, ...] | None = None


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
    if linked.asks:
        frame.ask(linked, runs)
    lanes = [frame.lane(source) for source in linked.sources]
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


def evaluate_only(linked: Linked, frame: Frame, budget: Budget) -> Value | Failed:
    """Evaluate an expression for the only run of *frame*.

    Raises:
        StepsError: it would take too many steps.
    """
    if linked.asks:
        frame.ask(linked, (0,))
    operands = []
    steps = linked.size
    for source in linked.sources:
        lane = frame.lane(source)
        if isinstance(lane, Column):
            operands.append(lane.values[0])
            continue
        value = lane.value
        operands.append(value)
        if value.__class__ is Column:
            steps += len(value)
    budget.spend(steps)
    return _evaluate(linked, tuple(operands))


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


def fast_fires(step: Step, frame: Frame, budget: Budget) -> Sequence[int] | None:
    """Find the runs that fire at once, all others having passed; None where more is to be told."""
    if step.in_turn:
        return None
    if step.when is None and step.require is None:
        return range(len(frame.selection))
    if len(frame.selection) == 1 and not step.otherwise and not step.follows:
        stage = _only_stage(step, frame, budget)
        return None if isinstance(stage, Failed) else _FIRES.get(stage)
    return evaluate_fused(step.fused, frame, budget) if step.fused is not None else None


#: What the stage of an only run says of the runs that fire.
_FIRES: Final[Mapping[Stage, Sequence[int]]] = {
    Stage.FIRED: (0,),
    Stage.PASSED: (),
    Stage.APART: (),
}


def evaluate_fused(fused: Fused, frame: Frame, budget: Budget) -> list[Any] | None:
    """Evaluate over whole columns; None where rows must be told apart.

    Raises:
        StepsError: it would take too many steps.
    """
    kinds: list[Kind | None] = []
    lanes: list[Iterable[Value]] = []
    columns = 0
    for source in fused.sources:
        lane = frame.lane(source)
        kinds.append(lane_kind(lane))
        if isinstance(lane, Column):
            columns += 1
            lanes.append(lane.values)
        else:
            lanes.append(repeat(lane.value))
    if not columns or not fused.vector.fits(kinds):
        return None
    return run_vector(fused, lanes, len(frame.selection), budget)


def run_vector(
    fused: Fused, lanes: Sequence[Iterable[Value]], runs: int, budget: Budget
) -> list[Any] | None:
    """Run a vector over fitting lanes of *runs* values each; None where one surprises it.

    Raises:
        StepsError: it would take too many steps.
    """
    budget.spend(fused.size * runs)
    try:
        return fused.vector.run(*lanes)
    except _VECTOR_FAILURES:
        return None


def stages(step: Step, frame: Frame, budget: Budget) -> dict[int, Stage | Failed]:
    """Say what becomes of each run: first ``when``, then ``require`` where it applies."""
    left: Sequence[int] = range(len(frame.selection))
    if len(left) == 1:
        return {0: _only_stage(step, frame, budget)}
    found: dict[int, Stage | Failed] = {}
    if step.when is not None:
        left = []
        runs = range(len(frame.selection))
        for run, result in zip(runs, evaluate_each(step.when, frame, runs, budget), strict=True):
            stage = _after_when(step, step.when, result)
            if stage is None:
                left.append(run)
            else:
                found[run] = stage
    if step.require is None:
        found.update(dict.fromkeys(left, Stage.FIRED))
        return found
    for run, result in zip(left, evaluate_each(step.require, frame, left, budget), strict=True):
        found[run] = _after_require(step, step.require, result)
    return found


def _only_stage(step: Step, frame: Frame, budget: Budget) -> Stage | Failed:
    if step.when is not None:
        stage = _after_when(step, step.when, evaluate_only(step.when, frame, budget))
        if stage is not None:
            return stage
    if step.require is None:
        return Stage.FIRED
    return _after_require(step, step.require, evaluate_only(step.require, frame, budget))


def _after_when(step: Step, when: Linked, result: Value | Failed) -> Stage | Failed | None:
    """Say what becomes of a run by its ``when``; None where the rule applies."""
    value = condition_of(result, when)
    if value is True:
        return None
    if isinstance(value, Failed):
        return value
    return Stage.APART if step.require is not None else Stage.PASSED


def _after_require(step: Step, require: Linked, result: Value | Failed) -> Stage | Failed:
    value = condition_of(result, require)
    if value is True:
        return Stage.PASSED
    if isinstance(value, Failed):
        return value
    return Stage.FIRED if value is False or step.rule.fires_when_empty else Stage.SKIPPED
