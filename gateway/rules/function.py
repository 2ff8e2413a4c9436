"""What a function of the rule language is: its parameters, its treatment of empty values.

Law: the model only; the functions themselves are in `functions/`, the calling in `operators`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, Final

from gateway.annotation.values import Kind, Value


class _Required:
    def __repr__(self) -> str:
        return "required"


REQUIRED: Final = _Required()


class FunctionError(Exception):
    """A call that cannot be answered: out of bounds, out of range. Its text is the sentence."""


class Mode(Enum):
    """How a function meets empty, unreadable and columnar arguments."""

    #: Plain values only: an empty argument makes the result empty, an unreadable one unreadable,
    #: a column is taken element by element. ``call(a, b, …)`` sees values of the declared kinds.
    SPREAD = auto()
    #: One column, or several single values: ``call(values, *others)`` gets the list of all that
    #: are not empty, of one kind; unreadable ones have already made the result unreadable.
    AGGREGATE = auto()
    #: Sees everything as it is, columns as `Column`; argument by argument, evaluated before.
    WHOLE = auto()
    #: Sees functions without arguments that give the values: evaluates only what it needs.
    LAZY = auto()


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a function."""

    name: str
    kind: Kind
    default: Any = REQUIRED
    #: Must be written in the rule or come from ``params``; known at load.
    literal: bool = False
    #: Refuses a value that is known at load, as ``call`` would: raises `FunctionError`.
    check: Callable[[Value], object] | None = None


@dataclass(frozen=True, slots=True)
class Example:
    """An expression without fields, and its value: documentation and test in one."""

    expression: str
    #: As Python: ``Decimal("2.35")``, ``"ABC"``, ``True``, ``date(2025, 1, 31)``, None for empty.
    result: Value


@dataclass(frozen=True, slots=True)
class Function:
    """A row of the function table (language §4, *Functions*)."""

    name: str
    #: One of the groups of the language page: ``text``, ``number``, ``date``, …
    group: str
    parameters: tuple[Parameter, ...]
    result: Kind
    call: Callable[..., Value]
    summary: str
    examples: tuple[Example, ...]
    mode: Mode = Mode.SPREAD
    #: The last parameter may be repeated.
    variadic: bool = False
    #: May give *empty* though no argument is empty (``find`` without a hit).
    may_be_empty: bool = False
    #: May give *unreadable* though no argument is unreadable (``number("n/a")``).
    may_be_unreadable: bool = False
    #: Gets the values of the ``literal`` parameters by name once, at load; raises ``ValueError``
    #: with a sentence when they are wrong. What it returns is passed to ``call`` as the last
    #: argument, instead of the literal ones.
    prepare: Callable[..., Any] | None = None
    #: Also gets the evaluation's clock, as keyword ``now`` (an aware datetime in the queue's zone).
    needs_now: bool = False
