"""What an expression may say: Python's syntax tree in, the checked tree out.

Language §4. A node that is not listed here is not part of the language. Names, functions,
arguments and kinds are settled here, so that evaluation meets only what depends on the document.
Law: pure; reports every mistake it can tell apart, at its place.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final, NoReturn

from gateway.annotation.values import Kind, kind_name, kind_of, parse_number
from gateway.diagnostic import Report
from gateway.rules.expressions import kinds
from gateway.rules.expressions.arguments import bind
from gateway.rules.function import Function, Mode
from gateway.rules.functions import FUNCTIONS
from gateway.rules.expressions.names import Names, Namespace
from gateway.rules.expressions.parsing import MAX_DEPTH, MAX_NODES, parse
from gateway.rules.expressions.references import Clock, FieldValue, Reference, Selected, SelectedText
from gateway.rules.expressions.scope import Scope
from gateway.rules.source import Text
from gateway.rules.expressions.checked import Call, Choice, Junction, Literal, Operand, Operation, Part, Tree
from gateway.spelling import closest


class Refused(Exception):
    """The expression says something it cannot; the report knows what."""


_BINARY: Final = {
    ast.Add: "add",
    ast.Sub: "subtract",
    ast.Mult: "multiply",
    ast.Div: "divide",
    ast.FloorDiv: "floor_divide",
    ast.Mod: "modulo",
}
_COMPARE: Final = {
    ast.Eq: "equals",
    ast.NotEq: "not_equals",
    ast.Lt: "less",
    ast.LtE: "at_most",
    ast.Gt: "greater",
    ast.GtE: "at_least",
    ast.In: "contains",
    ast.NotIn: "not_contains",
}
_WORDS: Final = {"true": True, "false": False, "True": True, "False": False}
_FOREIGN: Final = {
    ast.Lambda: "lambda",
    ast.ListComp: "a comprehension",
    ast.SetComp: "a comprehension",
    ast.DictComp: "a comprehension",
    ast.GeneratorExp: "a comprehension",
    ast.JoinedStr: "an f-string",
    ast.NamedExpr: "an assignment",
    ast.Starred: "a star",
    ast.Set: "a set",
    ast.Await: "await",
    ast.Yield: "yield",
    ast.YieldFrom: "yield",
}


class Checker:
    """Checks one expression; keeps the references it finds, each once."""

    def __init__(self, scope: Scope, report: Report) -> None:
        """Check against *scope*, telling mistakes to *report*."""
        self.references: list[Reference] = []
        self._scope = scope
        self._report = report
        self._names = Names(scope)
        self._texts: list[Text] = []
        self._open_lets: list[str] = []
        self._nodes = 0
        self._depth = 0

    def check_text(self, text: Text, stretch: tuple[int, int] | None = None) -> Tree:
        """Parse and check one text, or a stretch of it.

        Raises:
            Refused: after reporting what is wrong.
        """
        node = parse(text, stretch or (0, len(text.value)), self._report, self._scope.rule)
        if node is None:
            raise Refused
        self._texts.append(text)
        tree = self._check(node)
        self._texts.pop()
        return tree

    # The tree, node by node.

    def _check(self, node: ast.expr) -> Tree:
        self._nodes += 1
        self._depth += 1
        if self._nodes > 5 * MAX_NODES or self._depth > MAX_DEPTH + 10:
            self._refuse("R209", node, "too large once the names of let are written out")
        tree = self._part(node)
        self._depth -= 1
        return tree

    def _part(self, node: ast.expr) -> Tree:
        match node:
            case ast.Constant():
                return self._constant(node)
            case ast.Name():
                return self._name(node)
            case ast.Attribute():
                return self._attribute(node)
            case ast.Call():
                return self._call(node)
            case ast.BinOp():
                return self._binary(node)
            case ast.UnaryOp():
                return self._unary(node)
            case ast.Compare():
                return self._comparison(node)
            case ast.BoolOp():
                return self._junction(node)
            case ast.IfExp():
                return self._choice(node)
            case ast.Subscript():
                return self._slice(node)
            case ast.List() | ast.Tuple():
                items = [self._literal(item) for item in node.elts]
                return Literal(items, Kind.LIST, _at(node))
            case ast.Dict():
                return self._mapping(node)
            case _:
                what = _FOREIGN.get(type(node), "this")
                self._refuse("R206", node, f"{what} is not part of the language")

    def _constant(self, node: ast.Constant) -> Literal:
        value: Any = node.value
        at = _at(node)
        written = self._texts[-1].value[at[0] : at[1]]
        match value:
            case bool():
                return Literal(value, Kind.BOOLEAN, at)
            case int() | float():
                number = parse_number(written)
                if number is None:
                    advice = "write plain digits, at most 18 on each side of the point"
                    self._refuse("R206", node, f"{written!r} is not a number here", advice)
                return Literal(number, Kind.NUMBER, at)
            case str():
                self._check_text_literal(node, written)
                return Literal(value, Kind.TEXT, at)
            case None:
                self._refuse("R303", node, "nothing is compared with None", _ASK_EMPTY)
            case _:
                self._refuse("R206", node, f"{written!r} is not part of the language")

    def _check_text_literal(self, node: ast.Constant, written: str) -> None:
        quote = min((written.find(sign) for sign in "\"'" if sign in written), default=0)
        prefix = written[:quote].lower()
        if prefix not in ("", "r"):
            self._refuse("R206", node, f"a text has no prefix {written[:quote]!r} here")
        if prefix == "" and "\\" in written:
            advice = f"write r{written} if the backslash is meant"
            self._refuse("R206", node, "a backslash needs a text that begins with r", advice)

    def _literal(self, node: ast.expr) -> Any:
        tree = self._check(node)
        if not isinstance(tree, Literal):
            self._refuse("R206", node, "lists and mappings hold only literals and params here")
        return tree.value

    def _mapping(self, node: ast.Dict) -> Literal:
        entries: dict[Any, Any] = {}
        for key, value in zip(node.keys, node.values, strict=True):
            if key is None:
                self._refuse("R206", node, "a star is not part of the language")
            name = self._literal(key)
            if isinstance(name, list | dict):
                self._refuse("R206", key, "a key is a text or a number")
            entries[name] = self._literal(value)
        return Literal(entries, Kind.MAPPING, _at(node))

    # Names.

    def _name(self, node: ast.Name) -> Tree:
        name = node.id
        if name in _WORDS:
            return Literal(_WORDS[name], Kind.BOOLEAN, _at(node))
        if name in ("null", "none"):
            self._refuse("R303", node, f"nothing is compared with {name}", _ASK_EMPTY)
        if name in self._scope.lets:
            return self._let(name, node)
        return self._resolved(self._names.bare(name), node)

    def _let(self, name: str, node: ast.Name) -> Tree:
        if name in self._open_lets:
            chain = " -> ".join((*self._open_lets[self._open_lets.index(name) :], name))
            self._refuse("R212", node, f"let {name!r} is defined by itself: {chain}")
        self._open_lets.append(name)
        tree = self.check_text(self._scope.lets[name])
        self._open_lets.pop()
        return replace(tree, at=_at(node))

    def _attribute(self, node: ast.Attribute) -> Tree:
        path, root = _path(node)
        if any(part.startswith("_") for part in path):
            self._refuse("R206", node, "no name begins with _ behind a dot")
        if isinstance(root, ast.Name) and root.id not in self._scope.lets:
            found = self._names.path(root.id, path)
            if found is not None:
                return self._resolved(found, node)
        value = self._check(node.value)
        if not value.kind & (Kind.MAPPING | Kind.LIST | Kind.COLUMN):
            written = ast.unparse(node.value)
            self._refuse("R207", node, f"{written} has no parts, so no .{node.attr}")
        return Part(value, node.attr, Kind.ANY, _at(node))

    def _resolved(self, found: Namespace, node: ast.expr) -> Tree:
        if found.mistake is not None:
            code, message, hint = found.mistake
            self._refuse(code, node, message, hint)
        if found.constant is not None:
            kind = kind_of(found.constant.value)
            tree: Tree = Literal(found.constant.value, kind or Kind.ANY, _at(node))
        else:
            assert found.reference is not None  # noqa: S101 - one of the three is given.
            tree = self._operand(found.reference, found.kind, node)
        for key in found.rest:
            if isinstance(tree, Literal):
                tree = self._literal_part(tree, key, node)
            else:
                tree = Part(tree, key, Kind.ANY, _at(node))
        return tree

    def _literal_part(self, tree: Literal, key: str, node: ast.expr) -> Literal:
        if not isinstance(tree.value, dict) or key not in tree.value:
            keys = tree.value if isinstance(tree.value, dict) else ()
            meant = closest(key, keys)
            self._refuse("R204", node, f"this param has no key {key!r}", _meant(meant))
        value = tree.value[key]
        return Literal(value, kind_of(value) or Kind.ANY, _at(node))

    def _operand(self, reference: Reference, kind: Kind, node: ast.expr) -> Operand:
        if reference not in self.references:
            self.references.append(reference)
        return Operand(self.references.index(reference), kind, _at(node))

    # Operators.

    def _binary(self, node: ast.BinOp) -> Tree:
        name = _BINARY.get(type(node.op))
        if name is None:
            advice = "write x * x" if isinstance(node.op, ast.Pow) else None
            self._refuse("R206", node, "this operator is not part of the language", advice)
        left, right = self._check(node.left), self._check(node.right)
        kind = kinds.of_arithmetic(name, left.kind, right.kind)
        if not kind:
            verb = kinds.VERBS[name]
            self._mismatch(node, f"cannot {verb} {{}} and {{}}", left, right)
        return Operation(name, (left, right), kind, _at(node))

    def _unary(self, node: ast.UnaryOp) -> Tree:
        operand = self._check(node.operand)
        if isinstance(node.op, ast.Not):
            self._demand(node.operand, operand, Kind.BOOLEAN, "not needs a condition")
            kind = (operand.kind & Kind.COLUMN) | Kind.BOOLEAN
            return Operation("negate", (operand,), kind, _at(node))
        if isinstance(node.op, ast.Invert):
            self._refuse("R206", node, "~ is not part of the language", "write `not`")
        self._demand(node.operand, operand, Kind.NUMBER, "a sign needs a number")
        if isinstance(operand, Literal):
            value = -operand.value if isinstance(node.op, ast.USub) else operand.value
            return Literal(value, Kind.NUMBER, _at(node))
        name = "negative" if isinstance(node.op, ast.USub) else "positive"
        kind = (operand.kind & Kind.COLUMN) | Kind.NUMBER
        return Operation(name, (operand,), kind, _at(node))

    def _comparison(self, node: ast.Compare) -> Tree:
        operands = [node.left, *node.comparators]
        trees = [self._check(operand) for operand in operands]
        pairs: list[Tree] = []
        for position, sign in enumerate(node.ops):
            left, right = trees[position], trees[position + 1]
            name = _COMPARE.get(type(sign))
            if name is None:
                self._refuse("R206", node, "`is` is not part of the language", _ASK_EMPTY)
            self._refuse_empty_texts(operands[position : position + 2], left, right)
            if not kinds.comparable(name, left.kind, right.kind):
                verb = "look for" if "contains" in name else "compare"
                joint = "in" if "contains" in name else "and"
                self._mismatch(node, f"cannot {verb} {{}} {joint} {{}}", left, right)
            columns = left.kind | (Kind(0) if "contains" in name else right.kind)
            kind = (columns & Kind.COLUMN) | Kind.BOOLEAN
            at = (left.at[0], right.at[1])
            pairs.append(Operation(name, (left, right), kind, at))
        if len(pairs) == 1:
            return replace(pairs[0], at=_at(node))
        kind = Kind.BOOLEAN
        for pair in pairs:
            kind |= pair.kind
        return Junction("conjunction", tuple(pairs), kind, _at(node))

    def _refuse_empty_texts(self, nodes: Sequence[ast.expr], *trees: Tree) -> None:
        for node, tree in zip(nodes, trees, strict=True):
            if isinstance(tree, Literal) and (
                tree.value == "" or (isinstance(tree.value, list) and "" in tree.value)
            ):
                self._refuse("R303", node, 'no value is ever ""', _ASK_EMPTY)

    def _junction(self, node: ast.BoolOp) -> Junction:
        word = "and" if isinstance(node.op, ast.And) else "or"
        trees = [self._check(operand) for operand in node.values]
        kind = Kind.BOOLEAN
        for operand, tree in zip(node.values, trees, strict=True):
            self._demand(operand, tree, Kind.BOOLEAN, f"{word} needs conditions")
            kind |= tree.kind & Kind.COLUMN
        name = "conjunction" if word == "and" else "disjunction"
        return Junction(name, tuple(trees), kind, _at(node))

    def _choice(self, node: ast.IfExp) -> Choice:
        condition = self._check(node.test)
        self._demand(node.test, condition, Kind.BOOLEAN, "if needs a condition")
        then, otherwise = self._check(node.body), self._check(node.orelse)
        return Choice(condition, then, otherwise, then.kind | otherwise.kind, _at(node))

    def _slice(self, node: ast.Subscript) -> Operation:
        if not isinstance(node.slice, ast.Slice) or node.slice.step is not None:
            advice = "write x[0:3] for a part of a text, first(...) or last(...) of a column"
            self._refuse("R206", node, "only slices of text are part of the language", advice)
        text = self._check(node.value)
        self._demand(node.value, text, Kind.TEXT, "only text can be sliced")
        absent = Literal(None, Kind.NUMBER, _at(node))
        bounds = [
            absent if bound is None else self._check(bound)
            for bound in (node.slice.lower, node.slice.upper)
        ]
        kind = (text.kind & Kind.COLUMN) | Kind.TEXT
        return Operation("cut", (text, *bounds), kind, _at(node))

    # Calls.

    def _call(self, node: ast.Call) -> Tree:
        if not isinstance(node.func, ast.Name):
            written = ast.unparse(node.func)
            advice = f"write {written.rpartition('.')[2]}(...)" if "." in written else None
            self._refuse("R206", node.func, "values have no methods here", advice)
        function = FUNCTIONS.get(node.func.id)
        if function is None:
            meant = closest(node.func.id, FUNCTIONS)
            message = f"unknown function {node.func.id!r}"
            self._refuse("R202", node.func, message, _meant(meant))
        arguments = [self._check(argument) for argument in node.args if self._plain(argument)]
        keywords = {}
        for keyword in node.keywords:
            if keyword.arg is None:
                self._refuse("R206", keyword.value, "a star is not part of the language")
            keywords[keyword.arg] = self._check(keyword.value)
        bound = bind(function, arguments, keywords, _at(node))
        if bound.mistake is not None:
            code, message, at, hint = bound.mistake
            self._refuse_at(code, at or _at(node), message, hint)
        trees = tuple(
            self._text_of(function, number, tree) for number, tree in enumerate(bound.arguments)
        )
        clock = self._operand(Clock(), Kind.ANY, node) if function.needs_now else None
        kind = kinds.of_call(function, trees)
        return Call(function.name, trees, bound.prepared, clock, kind, _at(node))

    def _plain(self, node: ast.expr) -> bool:
        if isinstance(node, ast.Starred):
            self._refuse("R206", node, "a star is not part of the language")
        return True

    def _text_of(self, function: Function, number: int, tree: Tree) -> Tree:
        """Read a field of no declared type as displayed where only a text is of use.

        ``upper(value)`` is about what stands in the document, whatever the column looks like.
        """
        if function.mode is not Mode.SPREAD or not isinstance(tree, Operand):
            return tree
        parameter = function.parameters[min(number, len(function.parameters) - 1)]
        if parameter.kind != Kind.TEXT:
            return tree
        reference = self.references[tree.index]
        text: Reference | None = None
        if isinstance(reference, Selected) and tree.kind & Kind.SCALAR == Kind.SCALAR:
            text = SelectedText()
        elif isinstance(reference, FieldValue) and Kind.SCALAR & tree.kind == Kind.SCALAR:
            text = self._names.displayed(reference)
        if text is None:
            return tree
        if text not in self.references:
            self.references.append(text)
        kind = Kind.TEXT | (tree.kind & ~Kind.SCALAR)
        return Operand(self.references.index(text), kind, tree.at)

    # Mistakes.

    def _demand(self, node: ast.expr, tree: Tree, kind: Kind, message: str) -> None:
        if not tree.kind & (kind | Kind.COLUMN):
            name = kind_name(tree.kind)
            self._refuse("R301", node, f"{message}, {ast.unparse(node)} is {name}")

    def _mismatch(self, node: ast.expr, sentence: str, left: Tree, right: Tree) -> NoReturn:
        message = sentence.format(kind_name(left.kind), kind_name(right.kind))
        hint = None
        for tree, other in ((left, right), (right, left)):
            if tree.kind & Kind.TEXT and other.kind & Kind.NUMBER and isinstance(tree, Operand):
                name = self._texts[-1].value[slice(*tree.at)]
                hint = f"{name} is text; declare it as number, or write number({name})"
        self._refuse("R301", node, message, hint)

    def _refuse(self, code: str, node: ast.expr, message: str, hint: str | None = None) -> NoReturn:
        self._refuse_at(code, _at(node), message, hint)

    def _refuse_at(
        self, code: str, at: tuple[int, int], message: str, hint: str | None
    ) -> NoReturn:
        place = self._texts[-1].at(at[0], at[1] - at[0])
        self._report.error(code, message, place, hint=hint, rule=self._scope.rule)
        raise Refused


_ASK_EMPTY: Final = "ask is_empty(x) or is_set(x)"


def _meant(name: str | None) -> str | None:
    return f'did you mean "{name}"?' if name else None


def _at(node: ast.expr) -> tuple[int, int]:
    return node.col_offset, node.end_col_offset or node.col_offset


def _path(node: ast.Attribute) -> tuple[tuple[str, ...], ast.expr]:
    """Split ``a.b.c`` into its keys and the expression it begins with."""
    keys: list[str] = []
    root: ast.expr = node
    while isinstance(root, ast.Attribute):
        keys.append(root.attr)
        root = root.value
    return tuple(reversed(keys)), root
