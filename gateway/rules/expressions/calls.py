"""How functions are called: what they do with empty values, columns and wrong kinds.

Language §4, *Functions* and *Aggregates*. Each row of the function table becomes one checked
callable that takes its arguments by position, all of them given.
Law: pure; the functions themselves know nothing of empty values or columns.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, Final

from gateway.annotation.column import Column
from gateway.annotation.values import UNREADABLE, Kind, Value, kind_name, kind_of
from gateway.rules.expressions.spreading import Deferred, KindError, Thunk, describe, elementwise
from gateway.rules.function import Function, FunctionError, Mode, Parameter
from gateway.rules.functions import FUNCTIONS

Checked = Callable[..., Value]

#: Functions whose answer does not depend on what an unreadable value would have been.
_COUNTS_UNREADABLE: Final = frozenset({"count"})


@cache
def checked(name: str) -> Checked:
    """Give the callable of a function, as the interpreter and slow paths use it.

    Its last argument is the prepared one if the function prepares its literal arguments.
    """
    function = FUNCTIONS[name]
    return _MAKERS[function.mode](function)


def run_time_parameters(function: Function) -> tuple[Parameter, ...]:
    """List the parameters that are passed at each call: all but prepared literal ones."""
    if function.prepare is None:
        return function.parameters
    return tuple(parameter for parameter in function.parameters if not parameter.literal)


def _accept(function: Function, parameter: Parameter, value: Value) -> None:
    kind = kind_of(value)
    if kind is not None and kind not in parameter.kind:
        wanted = kind_name(parameter.kind)
        reads = kind is Kind.TEXT and parameter.kind in (Kind.DATE, Kind.NUMBER)
        advice = f"; write {wanted}(...)" if reads else ""
        raise KindError(
            f"{function.name}() takes {wanted}, this is {describe(value)}{advice}", (value,)
        )


def _spread(function: Function) -> Checked:
    parameters = run_time_parameters(function)
    variadic = parameters[-1] if function.variadic and parameters else None
    call = function.call

    def run(*arguments: Value, **clock: Any) -> Value:
        result: Value = None
        empty = False
        for position, value in enumerate(arguments):
            parameter = parameters[position] if position < len(parameters) else variadic
            if parameter is None:  # The prepared argument.
                continue
            if value.__class__ is Column and Kind.COLUMN not in parameter.kind:
                return elementwise(lambda *row: run(*row, **clock), *arguments)
            if value is UNREADABLE:
                result, empty = UNREADABLE, True
            elif value is None:
                empty = empty or parameter.default is not None
            elif value.__class__ is Deferred:
                raise value.error
            else:
                _accept(function, parameter, value)
        return result if empty else call(*arguments, **clock)

    return run


def _values_of(function: Function, argument: Value, *, alone: bool) -> Sequence[Value]:
    """Give what an aggregate runs over: a column's or a list's values, or a single value."""
    if argument.__class__ is Column:
        return argument.values
    if isinstance(argument, list | tuple):
        return argument
    if argument.__class__ is Deferred:
        raise argument.error
    if alone and argument is not None:
        raise FunctionError(
            f"{function.name}() takes a column or several values, this is one {describe(argument)};"
            " in a row write column.NAME for the whole column"
        )
    return () if alone else (argument,)


def _aggregate(function: Function) -> Checked:
    parameter = function.parameters[0]
    call = function.call
    variadic = function.variadic

    def run(*arguments: Value) -> Value:
        first = arguments[0]
        alone = len(arguments) == 1
        if alone and first is UNREADABLE:
            return UNREADABLE
        if alone and first.__class__ is Column and first.kind and first.kind in parameter.kind:
            return call(first.values)
        if variadic and len(arguments) > 1:
            values = [
                value
                for argument in arguments
                for value in _values_of(function, argument, alone=False)
            ]
            others: Sequence[Value] = ()
        else:
            values = list(_values_of(function, first, alone=True))
            others = arguments[1:]
        return _over(function, parameter, values, others)

    return run


def _over(
    function: Function, parameter: Parameter, values: list[Value], others: Sequence[Value]
) -> Value:
    for beside, other in zip(function.parameters[1:], others, strict=False):
        if other.__class__ is Deferred:
            raise other.error
        if other.__class__ is Column:
            raise FunctionError(f"{function.name}() takes one value as {beside.name}, not a column")
        _accept(function, beside, other)
    if any(other is UNREADABLE for other in others):
        return UNREADABLE
    kept = [value for value in values if value is not None]
    if function.name not in _COUNTS_UNREADABLE:
        if any(value is UNREADABLE for value in kept):
            return UNREADABLE
        _accept_all(function, parameter, kept)
    if any(other is None for other in others):
        return None
    return function.call(kept, *others)


def _accept_all(function: Function, parameter: Parameter, values: Sequence[Value]) -> None:
    if len(set(map(type, values))) <= 1:
        # All are of one kind, and the first stands for them.
        values = values[:1]
    for value in values:
        _accept(function, parameter, value)
    kinds = {kind_of(value) for value in values}
    if len(kinds) > 1:
        names = " and ".join(sorted(kind_name(kind) for kind in kinds if kind))
        raise FunctionError(f"{function.name}() takes values of one kind, these are {names}")


def _whole(function: Function) -> Checked:
    parameters = function.parameters
    call = function.call

    def run(*arguments: Value) -> Value:
        given = []
        beside = next((one for one in arguments if one.__class__ is Column), _NONE)
        for parameter, value in zip(parameters, arguments, strict=True):
            if value.__class__ is Deferred:
                raise value.error
            if value.__class__ is Column and parameter.kind is not Kind.COLUMN:
                return elementwise(run, *arguments)
            whole = parameter.kind is Kind.COLUMN and value.__class__ is not Column
            given.append(_as_column(function, parameter, value, beside) if whole else value)
        return call(*given)

    return run


_NONE: Final = Column([])


def _as_column(function: Function, parameter: Parameter, value: Value, beside: Column) -> Column:
    if value is None:  # A name that the document lacks: nothing in any row of those beside it.
        return Column([None] * len(beside), beside.table)
    if isinstance(value, list | tuple):
        return Column(list(value))
    raise FunctionError(
        f"{function.name}() takes a column as {parameter.name}, this is {describe(value)}"
    )


def _lazy(function: Function) -> Checked:
    call = function.call

    def run(*thunks: Thunk) -> Value:
        first = thunks[0]()
        if first.__class__ is Deferred:
            raise first.error
        if first.__class__ is Column:
            rest = [thunk() for thunk in thunks[1:]]
            return elementwise(lambda *row: call(*map(_held, row)), first, *rest)
        return call(lambda: first, *thunks[1:])

    return run


def _held(value: Value) -> Thunk:
    return lambda: value


_MAKERS: Final[Mapping[Mode, Callable[[Function], Checked]]] = {
    Mode.SPREAD: _spread,
    Mode.AGGREGATE: _aggregate,
    Mode.WHOLE: _whole,
    Mode.LAZY: _lazy,
}
