"""Every row of a table as the runs of an effect, beside the runs of its rule.

Law: pure; what is evaluated for many rows costs steps for each of them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from gateway.annotation.column import Column
from gateway.annotation.tree import Table
from gateway.annotation.values import Value
from gateway.engine.conditions import Budget
from gateway.engine.frame import Frame, Same
from gateway.engine.program import Linked
from gateway.engine.selection import Selection

#: Evaluates an expression for one run of a frame.
Evaluate: TypeAlias = Callable[[Frame, Linked, int], Value]


def whole_table(table: Table, frame: Frame) -> Frame:
    """See from each row of *table*, in the document of *frame*."""
    runs = range(len(table.rows))
    return Frame(Selection(table.rows, table, runs, None), frame.content, frame.facts, frame.asker)


def counted(evaluate: Evaluate, budget: Budget) -> Evaluate:
    """Spend steps for each evaluation: one on a column takes one for each of its cells."""

    def count(frame: Frame, linked: Linked, run: int) -> Value:
        lanes = map(frame.lane, linked.sources)
        same = (lane.value for lane in lanes if isinstance(lane, Same))
        cells = sum(len(value) for value in same if isinstance(value, Column))
        budget.spend(linked.size + cells)
        return evaluate(frame, linked, run)

    return count
