"""The interpreter: what an expression means, said with simpleeval.

Design *The compiler*: the definition that compiled code is held to. It walks a checked tree only,
with our operators and functions only, made anew for each evaluation since its instances carry
state. Law: pure; slow and plain.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import simpleeval

from gateway.annotation.values import ARITHMETIC_ERRORS, Value
from gateway.rules.expressions.calls import checked
from gateway.rules.expressions.checked import (
    Call,
    Choice,
    Junction,
    Literal,
    Lookup,
    Operand,
    Operation,
    Part,
    Tree,
)
from gateway.rules.expressions.logic import choose, conjunction, disjunction
from gateway.rules.expressions.operators import OPERATORS
from gateway.rules.expressions.parts import attribute, cut
from gateway.rules.expressions.spreading import Thunk
from gateway.rules.function import FunctionError, Mode
from gateway.rules.functions import FUNCTIONS

#: Operators by their names, as Python's syntax tree has them.
BINARY: Final[Mapping[str, type[ast.operator]]] = {
    "add": ast.Add,
    "subtract": ast.Sub,
    "multiply": ast.Mult,
    "divide": ast.Div,
    "floor_divide": ast.FloorDiv,
    "modulo": ast.Mod,
}
_UNARY: Final[Mapping[str, type[ast.unaryop]]] = {
    "negate": ast.Not,
    "negative": ast.USub,
    "positive": ast.UAdd,
}
COMPARE: Final[Mapping[str, type[ast.cmpop]]] = {
    "equals": ast.Eq,
    "not_equals": ast.NotEq,
    "less": ast.Lt,
    "at_most": ast.LtE,
    "greater": ast.Gt,
    "at_least": ast.GtE,
    "contains": ast.In,
    "not_contains": ast.NotIn,
}
_OPERATORS: Final = {
    sign: OPERATORS[name] for table in (BINARY, _UNARY, COMPARE) for name, sign in table.items()
}
_JUNCTIONS: Final[Mapping[str, type[ast.boolop]]] = {
    "conjunction": ast.And,
    "disjunction": ast.Or,
}

#: What evaluation may raise.
FAILURES: Final = (FunctionError, *ARITHMETIC_ERRORS)

#: Told what each part of a tree came to, as it is evaluated.
Watch = Callable[[Tree, Value], None]
#: Told each part that fails, the innermost first.
Blame = Callable[[Tree], None]


class _Part(ast.expr):
    """A node of ours that carries its tree, so that a watcher learns its value."""

    _fields = ()

    def __init__(self, tree: Tree) -> None:
        super().__init__()
        self.tree = tree


def interpret(
    tree: Tree,
    operands: Sequence[Value],
    watch: Watch | None = None,
    blame: Blame | None = None,
) -> Value:
    """Evaluate a checked tree on its references' values.

    Raises:
        FunctionError: the values do not fit, or a limit is met.
        DecimalException: a number leaves the bounds of arithmetic.
    """
    return _Interpreter(operands, watch, blame).run(tree)


class _Interpreter:
    def __init__(self, operands: Sequence[Value], watch: Watch | None, blame: Blame | None) -> None:
        self._operands = operands
        self._watch = watch
        self._blame = blame
        self._engine = simpleeval.SimpleEval(operators=_OPERATORS, functions={}, names={})
        self._engine.nodes = {
            **self._engine.nodes,
            _Part: self._part,
            ast.BoolOp: self._junction,
            ast.IfExp: self._choice,
        }

    def run(self, tree: Tree) -> Value:
        return self._engine._eval(_Part(tree))

    def _part(self, node: _Part) -> Value:
        tree = node.tree
        try:
            value = self._evaluate(tree)
        except FAILURES:
            if self._blame is not None:
                self._blame(tree)
            raise
        if self._watch is not None:
            self._watch(tree, value)
        return value

    def _evaluate(self, tree: Tree) -> Value:
        """Evaluate one part: literals, operands and calls here, operators by the engine."""
        match tree:
            case Literal():
                return tree.value
            case Operand():
                return self._operands[tree.index]
            case Call():
                return self._call(tree)
            case Part():
                return attribute(self.run(tree.value), tree.key)
            case Lookup():
                return self._lookup(tree)
            case Operation(name="cut"):
                return cut(*map(self.run, tree.operands))
            case _:
                return self._engine._eval(_as_python(tree))

    def _call(self, tree: Call) -> Value:
        function = FUNCTIONS[tree.function]
        if function.mode is Mode.LAZY:
            return checked(tree.function)(*[self._thunk(one) for one in tree.arguments])
        arguments = [self.run(one) for one in tree.arguments]
        if function.prepare is not None:
            arguments.append(tree.prepared)
        clock = {} if tree.clock is None else {"now": self.run(tree.clock)}
        return checked(tree.function)(*arguments, **clock)

    def _lookup(self, tree: Lookup) -> Value:
        if self._watch is not None:
            for key in tree.keys:
                self.run(key)
        return self.run(tree.asked)

    def _thunk(self, tree: Tree) -> Thunk:
        return lambda: self.run(tree)

    def _junction(self, node: ast.BoolOp) -> Value:
        join = conjunction if isinstance(node.op, ast.And) else disjunction
        return join(*[self._thunk(part.tree) for part in node.values if isinstance(part, _Part)])

    def _choice(self, node: ast.IfExp) -> Value:
        condition, then, otherwise = (
            part.tree for part in (node.test, node.body, node.orelse) if isinstance(part, _Part)
        )
        return choose(self.run(condition), self._thunk(then), self._thunk(otherwise))


def _as_python(tree: Tree) -> ast.expr:
    """Give the syntax node that the engine evaluates with the operator of a tree."""
    match tree:
        case Choice():
            return ast.IfExp(_Part(tree.condition), _Part(tree.then), _Part(tree.otherwise))
        case Junction():
            values: list[ast.expr] = [_Part(operand) for operand in tree.operands]
            return ast.BoolOp(_JUNCTIONS[tree.name](), values)
        case Operation(name, operands):
            return _operation(name, [_Part(operand) for operand in operands])
        case _:
            raise AssertionError(tree)


def _operation(name: str, parts: list[Any]) -> ast.expr:
    if name in BINARY:
        return ast.BinOp(parts[0], BINARY[name](), parts[1])
    if name in _UNARY:
        return ast.UnaryOp(_UNARY[name](), parts[0])
    return ast.Compare(parts[0], [COMPARE[name]()], [parts[1]])
