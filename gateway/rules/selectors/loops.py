"""The loops of selectors: each makes, from the function that gives a list, one that works on it.

Law: a loop spends for all its elements before it starts; what is no list gives null.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeAlias

from gateway.rules.selectors.budget import Budget, checked_length

Run: TypeAlias = Callable[[Any, Budget], Any]

_NUMBERS: Final = frozenset({int, float})


def is_false(value: Any) -> bool:
    """Tell whether a condition with this value does not hold: 0 does, empty lists do not."""
    return not value and value.__class__ not in _NUMBERS


def flattened(inner: Run) -> Run:
    """Put the elements of lists in a list in their place."""

    def run(value: Any, budget: Budget) -> Any:
        base = inner(value, budget)
        if base.__class__ is not list:
            return None
        budget.spend(len(base))
        flat: list[Any] = []
        for element in base:
            if element.__class__ is list:
                flat += element
                checked_length(flat)
            else:
                flat.append(element)
        budget.spend(len(flat))
        return flat

    return run


def kept(inner: Run, condition: Run, cost: int) -> Run:
    """Keep the elements for which *condition*, of *cost* steps, holds."""

    def run(value: Any, budget: Budget) -> Any:
        base = inner(value, budget)
        if base.__class__ is not list:
            return None
        budget.spend(len(base) * cost)
        # Most conditions are true or false, which needs no call to find out.
        return [
            one
            for one in base
            if (held := condition(one, budget)) is True or not (held is False or is_false(held))
        ]

    return run


def kept_by_text(inner: Run, name: str, text: str) -> Run:
    """Keep the mappings whose *name* is *text*; none of them is null."""

    def run(value: Any, budget: Budget) -> Any:
        base = inner(value, budget)
        if base.__class__ is not list:
            return None
        budget.spend(len(base))
        return [one for one in base if one.__class__ is dict and one.get(name) == text]

    return run


def mapped(source: Run, step: Run, cost: int) -> Run:
    """Apply *step*, of *cost* steps, to each element, and drop what is null."""

    def run(value: Any, budget: Budget) -> Any:
        base = source(value, budget)
        if base.__class__ is not list:
            return None
        budget.spend(len(base) * cost)
        return [found for one in base if (found := step(one, budget)) is not None]

    return run


def without_nulls(source: Run) -> Run:
    """Drop what is null."""

    def run(value: Any, budget: Budget) -> Any:
        base = source(value, budget)
        if base.__class__ is not list:
            return None
        budget.spend(len(base))
        return [one for one in base if one is not None]

    return run


def mapped_field(source: Run, name: str) -> Run:
    """Take the field *name* of each element: `mapped`, without a call for each."""

    def run(value: Any, budget: Budget) -> Any:
        base = source(value, budget)
        if base.__class__ is not list:
            return None
        budget.spend(len(base))
        return [
            found for one in base if one.__class__ is dict and (found := one.get(name)) is not None
        ]

    return run


def mapped_kept(source: Run, inner: str, name: str, text: str) -> Run:
    """Do what ``inner[?name=='text']`` means to each element, without a call for each."""

    def run(value: Any, budget: Budget) -> Any:
        base = source(value, budget)
        if base.__class__ is not list:
            return None
        lists = [
            found
            for one in base
            if one.__class__ is dict and (found := one.get(inner)).__class__ is list
        ]
        budget.spend(len(base) + sum(map(len, lists)))
        return [
            [one for one in found if one.__class__ is dict and one.get(name) == text]
            for found in lists
        ]

    return run
