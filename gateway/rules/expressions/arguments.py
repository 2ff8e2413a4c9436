"""Arguments of a call put in the order of the function's parameters, and checked against them.

Language §4, *Functions*. Law: pure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gateway.annotation.values import Kind, kind_name, kind_of
from gateway.rules.expressions import kinds
from gateway.rules.expressions.checked import Literal, Lookup, Operand, Tree
from gateway.rules.function import REQUIRED, Function, FunctionError, Mode, Parameter
from gateway.spelling import closest

#: Code, message, place, advice.
Mistake = tuple[str, str, tuple[int, int] | None, str | None]


@dataclass(frozen=True, slots=True)
class Bound:
    """Arguments by position, the prepared literal ones apart; or what is wrong with them."""

    arguments: tuple[Tree, ...] = ()
    prepared: Any = None
    mistake: Mistake | None = None


class _Wrong(Exception):
    def __init__(self, mistake: Mistake) -> None:
        super().__init__(mistake)
        self.mistake = mistake


def signature(function: Function) -> str:
    """Write how a function is called: ``round(x, n=0)``."""
    parts = []
    for parameter in function.parameters:
        default = "" if parameter.default is REQUIRED else f"={_literal(parameter.default)}"
        parts.append(f"{parameter.name}{default}")
    if function.variadic:
        parts.append("...")
    return f"{function.name}({', '.join(parts)})"


def _literal(value: Any) -> str:
    match value:
        case str():
            return f'"{value}"'
        case None:
            return "empty"
        case _:
            return str(value)


def bind(
    function: Function,
    positional: Sequence[Tree],
    keywords: Mapping[str, Tree],
    at: tuple[int, int],
) -> Bound:
    """Match arguments to parameters, fill in defaults, check kinds, prepare literal ones."""
    try:
        named, repeated = _match(function, positional, keywords, at)
        for parameter in function.parameters:
            _check_kind(function, parameter, named[parameter.name])
        for tree in repeated:
            _check_kind(function, function.parameters[-1], tree)
        if function.mode is Mode.AGGREGATE and not (function.variadic and repeated):
            _check_several(function, named[function.parameters[0].name])
        return _prepare(function, named, repeated)
    except _Wrong as wrong:
        return Bound(mistake=wrong.mistake)


def _match(
    function: Function,
    positional: Sequence[Tree],
    keywords: Mapping[str, Tree],
    at: tuple[int, int],
) -> tuple[dict[str, Tree], list[Tree]]:
    parameters = function.parameters
    advice = f"it is called {signature(function)}"
    if len(positional) > len(parameters) and not function.variadic:
        extra = positional[len(parameters)].at
        count = len(parameters)
        most = f"at most {count} argument{'s' if count != 1 else ''}" if count else "no arguments"
        raise _Wrong(("R203", f"{function.name}() takes {most}", extra, advice))
    named = {parameter.name: tree for parameter, tree in zip(parameters, positional, strict=False)}
    for name, tree in keywords.items():
        if name not in {parameter.name for parameter in parameters}:
            meant = closest(name, [parameter.name for parameter in parameters])
            hint = f'did you mean "{meant}"?' if meant else advice
            raise _Wrong(("R203", f"{function.name}() has no parameter {name!r}", tree.at, hint))
        if name in named:
            raise _Wrong(("R203", f"{function.name}() gets {name!r} twice", tree.at, advice))
        named[name] = tree
    for parameter in parameters:
        if parameter.name not in named:
            if parameter.default is REQUIRED:
                raise _Wrong(("R203", f"{function.name}() needs {parameter.name!r}", None, advice))
            kind = kind_of(parameter.default) or Kind.ANY
            named[parameter.name] = Literal(parameter.default, kind, at)
    return named, list(positional[len(parameters) :])


def _check_kind(function: Function, parameter: Parameter, tree: Tree) -> None:
    if isinstance(tree, Literal) and tree.value is parameter.default:
        return
    if isinstance(tree, Lookup) and tree.kind == Kind.COLUMN and function.mode is Mode.AGGREGATE:
        _check_records(function, parameter, tree)
    accepted = parameter.kind
    if function.mode is Mode.AGGREGATE or parameter.kind == Kind.COLUMN:
        accepted |= Kind.LIST
    if not (tree.kind | kinds.element(tree.kind)) & accepted:
        message = f"{function.name}() takes {kind_name(parameter.kind)} as {parameter.name},"
        hint = _conversion(parameter, tree)
        raise _Wrong(("R304", f"{message} this is {kinds.name_of(tree)}", tree.at, hint))
    if parameter.literal and not isinstance(tree, Literal):
        message = f"{function.name}() needs {parameter.name!r} written out, or as params.NAME"
        raise _Wrong(("R208", message, tree.at, "a document never gives a pattern or a format"))
    if parameter.check is not None and isinstance(tree, Literal):
        try:
            parameter.check(tree.value)
        except FunctionError as error:
            raise _Wrong(("R304", str(error), tree.at, None)) from None


def _check_records(function: Function, parameter: Parameter, tree: Tree) -> None:
    """Refuse an aggregate of records where it takes single values: a column of them is meant."""
    if parameter.kind & Kind.MAPPING:
        return
    message = f"{function.name}() takes {kind_name(parameter.kind)} as {parameter.name},"
    hint = "write .COLUMN behind the brackets"
    raise _Wrong(("R304", f"{message} these are records", tree.at, hint))


def _check_several(function: Function, tree: Tree) -> None:
    """Refuse to aggregate what is surely one value: in a row, its own cell is hardly meant."""
    if not tree.kind & (Kind.COLUMN | Kind.LIST):
        message = f"{function.name}() takes a column or several values, this is one"
        hint = f"write column.NAME for the whole column; one value needs no {function.name}()"
        known = "value" if tree.kind == Kind.SCALAR else kinds.name_of(tree)
        raise _Wrong(("R304", f"{message} {known}", tree.at, hint))


def _conversion(parameter: Parameter, tree: Tree) -> str | None:
    """Say how a value becomes what the parameter takes."""
    if parameter.kind in (Kind.NUMBER, Kind.DATE) and tree.kind & Kind.TEXT:
        wanted = kind_name(parameter.kind)
        return f"declare the field as {wanted}, or write {wanted}(...)"
    if parameter.kind != Kind.TEXT:
        return None
    # A value that cannot be read as its type has no text(...); the field still shows one.
    shown = ", or this.text or field.NAME.text for what the document shows"
    return f"write text(...){shown if isinstance(tree, Operand) else ''}"


def _prepare(function: Function, named: dict[str, Tree], repeated: list[Tree]) -> Bound:
    if function.prepare is None:
        return Bound((*named_in_order(function, named), *repeated))
    literals = {}
    first = None
    for parameter in function.parameters:
        if parameter.literal:
            tree = named.pop(parameter.name)
            assert isinstance(tree, Literal)  # noqa: S101 - _check_kind has seen to it.
            literals[parameter.name] = tree.value
            first = first or tree.at
    try:
        prepared = function.prepare(**literals)
    except ValueError as error:
        raise _Wrong(("R208", str(error), first, None)) from None
    return Bound((*named_in_order(function, named), *repeated), prepared)


def named_in_order(function: Function, named: Mapping[str, Tree]) -> list[Tree]:
    """List the arguments that are left in the order of their parameters."""
    return [named[one.name] for one in function.parameters if one.name in named]
