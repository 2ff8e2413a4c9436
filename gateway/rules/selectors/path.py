"""JMESPath selectors, compiled.

Language §3, security reference §6. Law: pure; a compiled selector gives what ``jmespath.search``
gives or fails with one exception, within bounds, on any plain data.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from jmespath import exceptions, functions

from gateway.rules.selectors.budget import Budget, SelectorError, Whole, checked_length, itself
from gateway.rules.selectors.compile import compile_tree
from gateway.rules.selectors.loops import Run
from gateway.rules.selectors.node_loops import UnsureError
from gateway.rules.selectors.nodes import Keys, over_nodes
from gateway.rules.selectors.parse import PathSyntaxError, parse
from gateway.rules.selectors.shape import Shape, recognize
from gateway.rules.selectors.tree import Tree, copies, id_key, result_keys

__all__ = [
    "Keys",
    "OverNodes",
    "Path",
    "PathSyntaxError",
    "SelectorError",
    "Shape",
    "UnsureError",
    "compile_path",
]

#: From so many copies of its data on, a result is measured before it is given away.
_MANY_COPIES: Final = 64

#: What a search may raise on some data. The library's own errors are `ValueError`.
_FAILURES: Final = (
    ValueError,
    TypeError,
    ArithmeticError,
    LookupError,
    AttributeError,
    RecursionError,
)


@dataclass(frozen=True, slots=True)
class OverNodes:
    """A selector over decoded nodes. It keeps no state either."""

    #: What it reads of them besides what is always decoded.
    keys: Keys
    #: Whether its results are nodes; else they are plain data.
    gives_nodes: bool
    #: Whether it asks for what nodes were decoded from.
    asks_whole: bool
    #: From a list of sections, what searches over it keep for one another, and what tells the
    #: plain data that a node was decoded from, to what the selector gives over that of all.
    #: Raises `SelectorError`; and `UnsureError` where the nodes do not tell.
    search: Callable[[Any, dict[str, Any], Whole], Any]


@dataclass(frozen=True, slots=True)
class Path:
    """A compiled selector. It keeps no state: one serves all threads."""

    text: str
    #: From plain data to the result, which may share parts with the data.
    #: Raises `SelectorError`, and nothing else.
    search: Callable[[Any], Any]
    #: What it means over a list of sections, when an index can answer it.
    shape: Shape | None
    #: How it is evaluated over decoded nodes; None if an index answers it.
    over_nodes: OverNodes | None
    #: The key under which a result carries its node's id: ``id``, or as a last
    #: ``.{node_id: id}`` renames it.
    id_key: str
    #: The keys that each result has, if it is a mapping made in braces.
    keys: frozenset[str] | None

    @property
    def gives_datapoints(self) -> bool:
        """Whether its results may be, or carry the ids of, datapoints."""
        return self.keys is None or self.id_key in self.keys


def compile_path(text: str) -> Path:
    """Compile a selector.

    Raises:
        PathSyntaxError: it is no JMESPath, calls what is no function, or goes beyond a limit.
    """
    tree = parse(text)
    measured = copies(tree) > _MANY_COPIES
    search = _searching(compile_tree(tree), measured)
    shape = recognize(tree)
    return Path(
        text,
        lambda value: search(value, {}, itself),
        shape,
        None if shape is not None and shape.is_indexed else _over_nodes(tree, measured),
        id_key(tree),
        result_keys(tree),
    )


def _over_nodes(tree: Tree, measured: bool) -> OverNodes:
    found = over_nodes(tree)
    search = _searching(compile_tree(found.tree), measured)
    return OverNodes(found.keys, found.gives_nodes, found.asks_whole, search)


def _searching(run: Run, measured: bool) -> Callable[[Any, dict[str, Any], Whole], Any]:
    def search(value: Any, kept: dict[str, Any], whole: Whole) -> Any:
        budget = Budget(kept, whole)
        try:
            found = run(value, budget)
            if measured:
                budget.spend_tree(found)
            return checked_length(found) if found.__class__ is list else found
        except _FAILURES as error:
            # Without the cause: its text quotes captured values.
            raise SelectorError(_sentence(error)) from None

    return search


def _sentence(error: Exception) -> str:
    match error:
        case exceptions.JMESPathTypeError():
            expected = " or ".join(error.expected_types).replace("-", " of ")
            # For elements of lists the library tells Python's names.
            actual = functions.TYPES_MAP.get(error.actual_type, error.actual_type)
            return f"{error.function_name}() takes {expected}, not {actual}"
        case RecursionError():
            return "the document is nested too deep for the selector"
        case OverflowError():
            return "the selector met a number that is too large"
        case TypeError():
            return "the selector compares or combines values of different types"
        case _:
            return "the selector met a value that a function cannot take"
