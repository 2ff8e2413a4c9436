"""Selectors from a checked tree to a function: one closure for each node.

Law: pure; every result equals that of ``jmespath.search``, and what comes from a literal is a
copy. Data is plain: dicts, lists, texts, numbers, booleans and None.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any, Final

from gateway.rules.selectors import loops, node_loops
from gateway.rules.selectors.budget import Budget
from gateway.rules.selectors.functions import SIGNATURES, function, reference
from gateway.rules.selectors.loops import Run, is_false
from gateway.rules.selectors.tree import Tree, field_path, text_equality, weight

_ORDERED: Final = frozenset({int, float, str})
_ORDERINGS: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "lt": operator.lt,
    "lte": operator.le,
    "gt": operator.gt,
    "gte": operator.ge,
}


def compile_tree(tree: Tree) -> Run:
    """Return the function of data and a budget that *tree* means."""
    path = field_path(tree)
    if path is not None:
        return _path(path)
    return _COMPILERS[tree["type"]](tree)


# Values --------------------------------------------------------------------------------------


def _path(path: tuple[str, ...]) -> Run:
    match path:
        case ():
            return lambda value, _: value
        case (name,):
            return lambda value, _: value.get(name) if value.__class__ is dict else None
        case (first, second):
            return _two_names(first, second)
        case _:
            return _names(path)


def _two_names(first: str, second: str) -> Run:
    def run(value: Any, _: Budget) -> Any:
        if value.__class__ is dict:
            inner = value.get(first)
            if inner.__class__ is dict:
                return inner.get(second)
        return None

    return run


def _names(path: tuple[str, ...]) -> Run:
    def run(value: Any, _: Budget) -> Any:
        for name in path:
            if value.__class__ is not dict:
                return None
            value = value.get(name)
        return value

    return run


def _literal(tree: Tree) -> Run:
    value = _copied(tree["value"])
    if isinstance(value, list | dict):
        return lambda _, __: _copied(value)
    return lambda _, __: value


def _copied(value: Any) -> Any:
    if isinstance(value, list):
        return [_copied(one) for one in value]
    if isinstance(value, dict):
        return {name: _copied(one) for name, one in value.items()}
    return value


def _index(tree: Tree) -> Run:
    index = tree["value"]

    def run(value: Any, _: Budget) -> Any:
        if value.__class__ is not list:
            return None
        try:
            return value[index]
        except IndexError:
            return None

    return run


def _slice(tree: Tree) -> Run:
    part = slice(*tree["children"])

    def run(value: Any, budget: Budget) -> Any:
        if value.__class__ is not list:
            return None
        budget.spend(len(value))
        return value[part]

    return run


def _chain(tree: Tree) -> Run:
    first, *others = [compile_tree(child) for child in tree["children"]]
    if len(others) == 1:
        second = others[0]
        return lambda value, budget: second(first(value, budget), budget)

    def run(value: Any, budget: Budget) -> Any:
        value = first(value, budget)
        for step in others:
            value = step(value, budget)
        return value

    return run


# Conditions ----------------------------------------------------------------------------------


def _or(tree: Tree) -> Run:
    left, right = map(compile_tree, tree["children"])

    def run(value: Any, budget: Budget) -> Any:
        found = left(value, budget)
        return right(value, budget) if found is False or is_false(found) else found

    return run


def _and(tree: Tree) -> Run:
    left, right = map(compile_tree, tree["children"])

    def run(value: Any, budget: Budget) -> Any:
        found = left(value, budget)
        return found if found is False or is_false(found) else right(value, budget)

    return run


def _not(tree: Tree) -> Run:
    inner = compile_tree(tree["children"][0])
    return lambda value, budget: is_false(inner(value, budget))


def _comparator(tree: Tree) -> Run:
    name = tree["value"]
    if name in _ORDERINGS:
        return _ordering(tree, _ORDERINGS[name])
    equality = _equality(tree)
    if name == "eq":
        return equality
    return lambda value, budget: not equality(value, budget)


def _ordering(tree: Tree, compare: Callable[[Any, Any], bool]) -> Run:
    left, right = map(compile_tree, tree["children"])

    def run(value: Any, budget: Budget) -> Any:
        x = left(value, budget)
        y = right(value, budget)
        if x.__class__ in _ORDERED and y.__class__ in _ORDERED:
            return compare(x, y)
        return None

    return run


def _equality(tree: Tree) -> Run:
    wanted = _field_text(tree)
    if wanted is not None:
        name, text = wanted
        return lambda value, _: value.__class__ is dict and value.get(name) == text
    first, second = tree["children"]
    if first["type"] == "literal":
        first, second = second, first
    left = compile_tree(first)
    if second["type"] != "literal":
        right = compile_tree(second)
        return lambda value, budget: _equal(left(value, budget), right(value, budget), budget)
    literal = _copied(second["value"])
    if isinstance(literal, str):
        return lambda value, budget: left(value, budget) == literal
    # Comparing walks no further than the literal goes.
    return lambda value, budget: _same(left(value, budget), literal)


def _equal(x: Any, y: Any, budget: Budget) -> bool:
    if isinstance(x, list | dict) and isinstance(y, list | dict):
        if len(x) != len(y):
            return False
        budget.spend_tree(x)
    return _same(x, y)


def _same(x: Any, y: Any) -> bool:
    # As jmespath has it: a boolean is no number, except below a list or a mapping, and except
    # numbers other than 0 and 1, which equal no boolean anyway.
    if (x.__class__ is bool) is not (y.__class__ is bool):
        return False
    return bool(x == y)


# Lists ---------------------------------------------------------------------------------------


def _flattened(tree: Tree) -> Run:
    return loops.flattened(compile_tree(tree["children"][0]))


def _projection(tree: Tree) -> Run:
    left, right = tree["children"]
    return _mapped(compile_tree(left), right)


def _value_projection(tree: Tree) -> Run:
    left, right = tree["children"]
    inner = compile_tree(left)

    def values(value: Any, budget: Budget) -> Any:
        base = inner(value, budget)
        return list(base.values()) if base.__class__ is dict else None

    return _mapped(values, right)


def _filter_projection(tree: Tree) -> Run:
    left, right, condition = tree["children"]
    kept = _kept(compile_tree(left), condition)
    # What is kept by its text holds no null.
    only = _field_text(condition) is not None and field_path(right) == ()
    return kept if only else _mapped(kept, right)


def _kept(inner: Run, condition: Tree) -> Run:
    wanted = _field_text(condition)
    if wanted is not None:
        return loops.kept_by_text(inner, *wanted)
    if condition["type"] == "and_expression":
        first, second = condition["children"]
        if _field_text(first) is not None:
            # The second is asked of those only for which the first holds, here as there.
            return _kept(_kept(inner, first), second)
    return loops.kept(inner, compile_tree(condition), weight(condition))


def _mapped(source: Run, right: Tree) -> Run:
    path = field_path(right)
    if path == ():
        return loops.without_nulls(source)
    if path is not None and len(path) == 1:
        return loops.mapped_field(source, path[0])
    attributes = _attribute_path(right)
    if attributes is not None and len(attributes) == 1:
        return node_loops.mapped_attribute(source, attributes[0])
    if right["type"] == "filter_projection":
        base, then, condition = right["children"]
        inner, wanted = field_path(base), _field_text(condition)
        if inner is not None and len(inner) == 1 and wanted and field_path(then) == ():
            return loops.mapped_kept(source, inner[0], *wanted)
    return loops.mapped(source, compile_tree(right), weight(right))


def _field_text(condition: Tree) -> tuple[str, str] | None:
    equality = text_equality(condition)
    if equality is None or len(equality[0]) > 1:
        return None
    return equality[0][0], equality[1]


# What makes new values -----------------------------------------------------------------------


def _multi_select_list(tree: Tree) -> Run:
    items = [compile_tree(child) for child in tree["children"]]

    def run(value: Any, budget: Budget) -> Any:
        return None if value is None else [item(value, budget) for item in items]

    return run


def _multi_select_dict(tree: Tree) -> Run:
    pairs = [(pair["value"], compile_tree(pair["children"][0])) for pair in tree["children"]]

    def run(value: Any, budget: Budget) -> Any:
        return None if value is None else {name: item(value, budget) for name, item in pairs}

    return run


def _function_expression(tree: Tree) -> Run:
    name = tree["value"]
    call = function(name)
    if SIGNATURES[name].reference is not None:
        return _by_reference(tree, call)
    items = [compile_tree(child) for child in tree["children"]]
    if len(items) == 2:
        first, second = items
        return lambda value, budget: call([first(value, budget), second(value, budget)], budget)
    return lambda value, budget: call([item(value, budget) for item in items], budget)


def _by_reference(tree: Tree, call: Callable[[list[Any], Budget], Any]) -> Run:
    first, second = tree["children"]
    leads = first["type"] == "expref"
    referred = (first if leads else second)["children"][0]
    step = compile_tree(referred)
    cost = weight(referred)
    other = compile_tree(second if leads else first)

    def run(value: Any, budget: Budget) -> Any:
        subject = other(value, budget)
        if subject.__class__ is list:
            budget.spend(len(subject) * cost)
        made = reference(step, budget)
        return call([made, subject] if leads else [subject, made], budget)

    return run


# What only selectors over decoded nodes have ----------------------------------------------------


def _attribute(tree: Tree) -> Run:
    path = _attribute_path(tree)
    if path is not None:
        return node_loops.attribute(path)
    return node_loops.attribute_of(compile_tree(tree["children"][0]), tree["value"])


def _attribute_path(tree: Tree) -> tuple[str, ...] | None:
    """Return the names of the attributes that are read one after the other."""
    if tree["type"] == "current":
        return ()
    above = _attribute_path(tree["children"][0]) if tree["type"] == "attribute" else None
    return None if above is None else (*above, tree["value"])


def _sure(tree: Tree) -> Run:
    return node_loops.sure(compile_tree(tree["children"][0]))


def _whole(tree: Tree) -> Run:
    return node_loops.whole(compile_tree(tree["children"][0]))


def _shared(tree: Tree) -> Run:
    return node_loops.shared(compile_tree(tree["children"][0]), tree["value"])


def _of_schema_id(tree: Tree) -> Run:
    inner = tree["children"][0]
    key = f"by schema_id: {inner.get('value')}"
    return node_loops.of_schema_id(compile_tree(inner), key, tree["value"])


_COMPILERS: Final[dict[str, Callable[[Tree], Run]]] = {
    "and_expression": _and,
    "attribute": _attribute,
    "comparator": _comparator,
    "filter_projection": _filter_projection,
    "flatten": _flattened,
    "function_expression": _function_expression,
    "index": _index,
    "index_expression": _chain,
    "literal": _literal,
    "multi_select_dict": _multi_select_dict,
    "multi_select_list": _multi_select_list,
    "not_expression": _not,
    "of_schema_id": _of_schema_id,
    "or_expression": _or,
    "pipe": _chain,
    "projection": _projection,
    "shared": _shared,
    "slice": _slice,
    "subexpression": _chain,
    "sure": _sure,
    "value_projection": _value_projection,
    "whole": _whole,
}
