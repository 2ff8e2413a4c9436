"""Which runs of a rule would write what is there already: on most documents, all of them.

Design *Figures*. Asked of whole columns at once, before effects are carried out run by run.
Law: pure; leaves out a run only if carrying it out would change nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from gateway.annotation.content import is_same
from gateway.annotation.values import UNREADABLE, Kind, Value
from gateway.engine.conditions import Budget, Failed, StepsError, evaluate_each, evaluate_fused
from gateway.engine.frame import Frame
from gateway.engine.gaps import ask_ordinary
from gateway.engine.program import OwnCell
from gateway.engine.written import MAX_VALUE
from gateway.rules.effect import Put
from gateway.rules.expressions.emit import CLASSES

#: Kinds whose equal values are the same to the platform; None: values are looked at one by one.
_PLAIN: Final = (None, Kind.TEXT, Kind.NUMBER, Kind.DATE)


def writing_runs(own_cell: OwnCell, frame: Frame, runs: Sequence[int]) -> Sequence[int]:
    """Find those of *runs* that may change something."""
    effect = own_cell.effect.effect
    selection = frame.selection
    name = effect.schema_id if isinstance(effect, Put) else None
    name = name or selection.schema_id
    if name is None or selection.results is not None or not frame.has_column(name):
        return runs
    column = frame.aligned(frame.content.column(name))
    if column.kind not in _PLAIN:
        return runs
    try:
        values = _values(own_cell, frame, runs)
    except StepsError:
        return runs
    before = column.values if len(runs) == len(column) else [column.values[run] for run in runs]
    if column.kind in (Kind.NUMBER, Kind.DATE) and _are_same(before, values, column.kind):
        return ()
    pairs = zip(runs, before, values, strict=True)
    return [run for run, was, value in pairs if not _changes_nothing(was, value)]


def _are_same(before: Sequence[Value], values: Sequence[Value | Failed], kind: Kind) -> bool:
    return values == before and set(map(type, values)) == {CLASSES[kind]}


def _changes_nothing(was: Value, value: Value | Failed) -> bool:
    """Whether *value* is what the cell holds, or nothing that could be written."""
    if value is None or value is UNREADABLE:
        return True
    if isinstance(was, str) and len(was) > MAX_VALUE:
        return False  # It fails, and that must be told.
    return not isinstance(value, Failed) and is_same(was, value)


def _values(own_cell: OwnCell, frame: Frame, runs: Sequence[int]) -> Sequence[Value | Failed]:
    if own_cell.fused is not None and len(runs) == len(frame.selection):
        values = evaluate_fused(own_cell.fused, frame, Budget()) or _in_parts(own_cell, frame)
        if values is not None:
            return values
    return evaluate_each(own_cell.value, frame, runs, Budget())


def _in_parts(own_cell: OwnCell, frame: Frame) -> Sequence[Value | Failed] | None:
    assert own_cell.fused is not None  # noqa: S101 - asked by the caller.
    budget = Budget()
    parted = ask_ordinary(own_cell.fused, frame, budget)
    if parted is None:
        return None
    values: list[Value | Failed] = [None] * len(frame.selection)
    for run, value in zip(parted.ordinary, parted.found, strict=True):
        values[run] = value
    odd = evaluate_each(own_cell.value, frame, parted.odd, budget)
    for run, value in zip(parted.odd, odd, strict=True):
        values[run] = value
    return values
