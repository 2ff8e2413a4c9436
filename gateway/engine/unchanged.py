"""Which runs of a rule would write what is there already: on most documents, all of them.

Design *Figures*. Asked of whole columns at once, before effects are carried out run by run.
Law: pure; leaves out a run only if carrying it out would change nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from gateway.annotation.content import is_same
from gateway.annotation.values import Kind, Value
from gateway.engine.conditions import Budget, Failed, StepsError, evaluate_each, evaluate_fused
from gateway.engine.frame import Frame
from gateway.engine.program import OwnCell
from gateway.engine.written import MAX_VALUE
from gateway.rules.effect import Put
from gateway.rules.expressions.emit import CLASSES

#: Kinds whose equal values are the same to the platform.
_PLAIN: Final = (Kind.TEXT, Kind.NUMBER, Kind.DATE)


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
    if column.kind is Kind.TEXT and max(map(len, column.values)) > MAX_VALUE:
        return runs
    try:
        values = _values(own_cell, frame, runs)
    except StepsError:
        return runs
    before = column.values if len(runs) == len(column) else [column.values[run] for run in runs]
    if values == before and set(map(type, values)) == {CLASSES[column.kind]}:
        return ()
    pairs = zip(runs, before, values, strict=True)
    return [run for run, was, value in pairs if not is_same(was, value)]


def _values(own_cell: OwnCell, frame: Frame, runs: Sequence[int]) -> Sequence[Value | Failed]:
    if own_cell.fused is not None and len(runs) == len(frame.selection):
        values = evaluate_fused(own_cell.fused, frame, Budget())
        if values is not None:
            return values
    return evaluate_each(own_cell.value, frame, runs, Budget())
