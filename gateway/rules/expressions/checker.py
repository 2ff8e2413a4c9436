"""What an expression may say: Python's syntax tree in, the checked tree out.

Language §4. A node that is not listed here is not part of the language. Names, functions,
arguments and kinds are settled here, so that evaluation meets only what depends on the document.
Law: pure; reports every mistake it can tell apart, at its place.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any, Final

from gateway.annotation.values import CONTEXT, MAX_TEXT, Kind, kind_of
from gateway.diagnostic import Report
from gateway.rules.expressions import kinds
from gateway.rules.expressions.arguments import bind
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
from gateway.rules.expressions.constants import constant
from gateway.rules.expressions.folding import constant_failures
from gateway.rules.expressions.interpret import BINARY, COMPARE
from gateway.rules.expressions.lookups import (
    check_lookup,
    column_mistake,
    part_kind,
    record_shape,
)
from gateway.rules.expressions.mistakes import (
    ASK_EMPTY,
    Mistakes,
    Refused,
    instead_of_index,
    meant,
    refuse_comment,
    span_of,
)
from gateway.rules.expressions.names import Names, Namespace
from gateway.rules.expressions.parsing import MAX_DEPTH, MAX_NODES, dotted, parse
from gateway.rules.expressions.references import (
    Clock,
    Reference,
)
from gateway.rules.expressions.scope import Scope
from gateway.rules.function import Function, Mode
from gateway.rules.functions import FUNCTIONS
from gateway.rules.functions.tables import TABLE_FUNCTIONS
from gateway.rules.yaml.source import Text
from gateway.spelling import closest

_BINARY: Final = {sign: name for name, sign in BINARY.items()}
_COMPARE: Final = {sign: name for name, sign in COMPARE.items()}
_WORDS: Final = {"true": True, "false": False, "True": True, "False": False}


class Checker:
    """Checks one expression; keeps the references it finds, each once."""

    def __init__(self, scope: Scope, report: Report) -> None:
        """Check against *scope*, telling mistakes to *report*."""
        self.references: list[Reference] = []
        self._scope = scope
        self._mistakes = Mistakes(report, scope.rule)
        self._names = Names(scope)
        self._open_lets: list[str] = []
        self._nodes = 0
        self._depth = 0

    def check_text(self, text: Text, stretch: tuple[int, int] | None = None) -> Tree:
        """Parse and check one text, or a stretch of it.

        Raises:
            Refused: after reporting what is wrong.
        """
        if stretch is None:
            refuse_comment(text, self._mistakes.report, self._scope.rule)
        node = parse(text, stretch or (0, len(text.value)), self._mistakes.report, self._scope.rule)
        if node is None:
            raise Refused
        self._mistakes.texts.append(text)
        tree = self._check(node)
        for at, reason in constant_failures(tree):
            self._mistakes.refuse_at("R430", at, f"this always fails: {reason}", None)
        self._mistakes.texts.pop()
        return tree

    # The tree, node by node.

    def _check(self, node: ast.expr) -> Tree:
        self._nodes += 1
        self._depth += 1
        if self._nodes > 5 * MAX_NODES or self._depth > MAX_DEPTH + 10:
            self._mistakes.refuse("R209", node, "too large once the names of let are written out")
        tree = self._part(node)
        self._depth -= 1
        return tree

    def _part(self, node: ast.expr) -> Tree:
        check = _CHECKS.get(type(node))
        if check is None:
            self._mistakes.foreign(node)
        return check(self, node)

    def _list(self, node: ast.List | ast.Tuple) -> Literal:
        return Literal([self._literal(item) for item in node.elts], Kind.LIST, span_of(node))

    def _literal(self, node: ast.expr) -> Any:
        tree = self._check(node)
        if not isinstance(tree, Literal):
            message = "lists and mappings hold only literals and params here"
            hint = f'write "{node.id}" if the text is meant' if isinstance(node, ast.Name) else None
            self._mistakes.refuse("R206", node, message, hint)
        return tree.value

    def _mapping(self, node: ast.Dict) -> Literal:
        entries: dict[Any, Any] = {}
        for key, value in zip(node.keys, node.values, strict=True):
            if key is None:
                self._mistakes.refuse("R206", node, "a star is not part of the language")
            name = self._literal(key)
            if isinstance(name, list | dict):
                self._mistakes.refuse("R206", key, "a key is a text or a number")
            entries[name] = self._literal(value)
        return Literal(entries, Kind.MAPPING, span_of(node))

    # Names.

    def _name(self, node: ast.Name) -> Tree:
        name = node.id
        if name in _WORDS:
            return Literal(_WORDS[name], Kind.BOOLEAN, span_of(node))
        if name in ("null", "none"):
            self._mistakes.refuse("R303", node, f"nothing is compared with {name}", ASK_EMPTY)
        if name in self._scope.lets:
            return self._let(name, node)
        self._mistakes.doubt(node, self._names.doubt(name))
        return self._resolved(self._names.bare(name), node)

    def _let(self, name: str, node: ast.Name) -> Tree:
        if name in self._open_lets:
            chain = " -> ".join((*self._open_lets[self._open_lets.index(name) :], name))
            self._mistakes.refuse("R212", node, f"let {name!r} is defined by itself: {chain}")
        self._open_lets.append(name)
        text = self._scope.lets[name]
        self._scope.used_lets.add(text)
        tree = self.check_text(text)
        self._open_lets.pop()
        return replace(tree, at=span_of(node))

    def _attribute(self, node: ast.Attribute) -> Tree:
        path, root = dotted(node)
        if any(part.startswith("_") for part in path):
            self._mistakes.refuse("R206", node, "no name begins with _ behind a dot")
        if isinstance(root, ast.Name) and root.id not in self._scope.lets:
            found = self._names.path(root.id, path)
            if found is not None:
                return self._resolved(found, node)
        value = self._check(node.value)
        if not value.kind & (Kind.MAPPING | Kind.LIST | Kind.COLUMN):
            written = ast.unparse(node.value)
            self._mistakes.refuse("R207", node, f"{written} has no parts, so no .{node.attr}")
        return self._part_of(value, node)

    def _part_of(self, value: Tree, node: ast.Attribute) -> Part:
        """Check a key of a mapping; of a table's record, it is the name of a column."""
        shape = record_shape(value, self.references, self._scope)
        if shape is None:
            return Part(value, node.attr, Kind.ANY, span_of(node))
        wrong = column_mistake(node.attr, shape)
        if wrong is not None:
            self._mistakes.refuse(wrong[0], node, wrong[1], wrong[2])
        return Part(value, node.attr, part_kind(value, node.attr, shape), span_of(node))

    def _resolved(self, found: Namespace, node: ast.expr) -> Tree:
        if found.mistake is not None:
            code, message, hint = found.mistake
            self._mistakes.refuse(code, node, message, hint)
        if found.constant is not None:
            kind = kind_of(found.constant.value)
            tree: Tree = Literal(found.constant.value, kind or Kind.ANY, span_of(node))
            given = found.constant.place
            self._mistakes.params.append((self._mistakes.texts[-1], span_of(node), given))
        else:
            assert found.reference is not None  # noqa: S101 - one of the three is given.
            tree = self._operand(found.reference, found.kind, node)
        for key in found.rest:
            if isinstance(tree, Literal):
                tree = self._literal_part(tree, key, node)
            else:
                tree = Part(tree, key, Kind.ANY, span_of(node))
        return tree

    def _literal_part(self, tree: Literal, key: str, node: ast.expr) -> Literal:
        if not isinstance(tree.value, dict) or key not in tree.value:
            keys = tree.value if isinstance(tree.value, dict) else ()
            known = closest(key, keys)
            self._mistakes.refuse("R204", node, f"this param has no key {key!r}", meant(known))
        value = tree.value[key]
        return Literal(value, kind_of(value) or Kind.ANY, span_of(node))

    def _operand(self, reference: Reference, kind: Kind, node: ast.expr) -> Operand:
        if reference not in self.references:
            self.references.append(reference)
        return Operand(self.references.index(reference), kind, span_of(node))

    # Operators.

    def _binary(self, node: ast.BinOp) -> Tree:
        name = _BINARY.get(type(node.op))
        if name is None:
            advice = "write x * x" if isinstance(node.op, ast.Pow) else None
            self._mistakes.refuse("R206", node, "this operator is not part of the language", advice)
        left, right = self._check(node.left), self._check(node.right)
        kind = kinds.of_arithmetic(name, left.kind, right.kind)
        if not kind:
            verb = kinds.VERBS[name]
            self._mistakes.mismatch(node, f"cannot {verb} {{}} and {{}}", left, right)
        return Operation(name, (left, right), kind, span_of(node))

    def _unary(self, node: ast.UnaryOp) -> Tree:
        operand = self._check(node.operand)
        if isinstance(node.op, ast.Not):
            self._mistakes.demand(node.operand, operand, Kind.BOOLEAN, "not needs a condition")
            kind = kinds.spread(Kind.BOOLEAN, operand.kind)
            return Operation("negate", (operand,), kind, span_of(node))
        if isinstance(node.op, ast.Invert):
            self._mistakes.refuse("R206", node, "~ is not part of the language", "write `not`")
        self._mistakes.demand(node.operand, operand, Kind.NUMBER, "a sign needs a number")
        if isinstance(operand, Literal) and operand.kind is Kind.NUMBER:
            value = CONTEXT.minus(operand.value) if isinstance(node.op, ast.USub) else operand.value
            return Literal(value, Kind.NUMBER, span_of(node))
        name = "negative" if isinstance(node.op, ast.USub) else "positive"
        kind = kinds.spread(Kind.NUMBER, operand.kind)
        return Operation(name, (operand,), kind, span_of(node))

    def _comparison(self, node: ast.Compare) -> Tree:
        operands = [node.left, *node.comparators]
        trees = [self._check(operand) for operand in operands]
        pairs: list[Tree] = []
        for position, sign in enumerate(node.ops):
            left, right = trees[position], trees[position + 1]
            name = _COMPARE.get(type(sign))
            if name is None:
                self._mistakes.refuse("R206", node, "`is` is not part of the language", ASK_EMPTY)
            self._refuse_empty_texts(operands[position : position + 2], left, right)
            if not kinds.comparable(name, left, right):
                verb = "look for" if "contains" in name else "compare"
                joint = "in" if "contains" in name else "and"
                self._mistakes.mismatch(node, f"cannot {verb} {{}} {joint} {{}}", left, right)
            spreads = (left.kind,) if "contains" in name else (left.kind, right.kind)
            kind = kinds.spread(Kind.BOOLEAN, *spreads)
            at = (left.at[0], right.at[1])
            pairs.append(Operation(name, (left, right), kind, at))
        if len(pairs) == 1:
            return replace(pairs[0], at=span_of(node))
        kind = kinds.spread(Kind.BOOLEAN, *(pair.kind for pair in pairs))
        return Junction("conjunction", tuple(pairs), kind, span_of(node))

    def _refuse_empty_texts(self, nodes: Sequence[ast.expr], *trees: Tree) -> None:
        for node, tree in zip(nodes, trees, strict=True):
            if isinstance(tree, Literal) and (
                tree.value == "" or (isinstance(tree.value, list) and "" in tree.value)
            ):
                self._mistakes.refuse("R303", node, 'no value is ever ""', ASK_EMPTY)

    def _junction(self, node: ast.BoolOp) -> Junction:
        word = "and" if isinstance(node.op, ast.And) else "or"
        trees = [self._check(operand) for operand in node.values]
        for operand, tree in zip(node.values, trees, strict=True):
            self._mistakes.demand(operand, tree, Kind.BOOLEAN, f"{word} needs conditions")
        kind = kinds.spread(Kind.BOOLEAN, *(tree.kind for tree in trees))
        name = "conjunction" if word == "and" else "disjunction"
        return Junction(name, tuple(trees), kind, span_of(node))

    def _choice(self, node: ast.IfExp) -> Choice:
        condition = self._check(node.test)
        self._mistakes.demand(node.test, condition, Kind.BOOLEAN, "if needs a condition")
        then, otherwise = self._check(node.body), self._check(node.orelse)
        kind = kinds.either(then.kind, otherwise.kind)
        return Choice(condition, then, otherwise, kind, span_of(node))

    def _slice(self, node: ast.Subscript) -> Operation:
        if not isinstance(node.slice, ast.Slice) or node.slice.step is not None:
            message = "only slices of text are part of the language"
            self._mistakes.refuse("R206", node, message, instead_of_index(node))
        text = self._check(node.value)
        self._mistakes.demand(node.value, text, Kind.TEXT, "only text can be sliced")
        start = self._bound(node, node.slice.lower, 0)
        stop = self._bound(node, node.slice.upper, MAX_TEXT)
        kind = kinds.spread(Kind.TEXT, text.kind, start.kind, stop.kind)
        return Operation("cut", (text, start, stop), kind, span_of(node))

    def _bound(self, node: ast.Subscript, bound: ast.expr | None, end: int) -> Tree:
        """Check a bound of a slice; one that is absent is an *end* of every text."""
        if bound is None:
            return Literal(Decimal(end), Kind.NUMBER, span_of(node))
        tree = self._check(bound)
        self._mistakes.demand(bound, tree, Kind.NUMBER, "a slice needs whole numbers")
        return tree

    # Calls.

    def _call(self, node: ast.Call) -> Tree:
        if not isinstance(node.func, ast.Name):
            written = ast.unparse(node.func)
            advice = f"write {written.rpartition('.')[2]}(...)" if "." in written else None
            self._mistakes.refuse("R206", node.func, "values have no methods here", advice)
        if node.func.id in TABLE_FUNCTIONS:
            return self._lookup(node)
        function = FUNCTIONS.get(node.func.id)
        if function is None:
            known = closest(node.func.id, (*FUNCTIONS, *TABLE_FUNCTIONS))
            message = f"unknown function {node.func.id!r}"
            self._mistakes.refuse("R202", node.func, message, meant(known))
        arguments = [self._check(argument) for argument in node.args if self._plain(argument)]
        keywords = {}
        for keyword in node.keywords:
            if keyword.arg is None:
                self._mistakes.refuse("R206", keyword.value, "a star is not part of the language")
            keywords[keyword.arg] = self._check(keyword.value)
        bound = bind(function, arguments, keywords, span_of(node))
        if bound.mistake is not None:
            code, message, at, hint = bound.mistake
            self._mistakes.refuse_at(code, at or span_of(node), message, hint)
        trees = tuple(
            self._text_of(function, number, tree) for number, tree in enumerate(bound.arguments)
        )
        clock = self._operand(Clock(), Kind.ANY, node) if function.needs_now else None
        kind = kinds.of_call(function, trees)
        return Call(function.name, trees, bound.prepared, clock, kind, span_of(node))

    def _lookup(self, node: ast.Call) -> Lookup:
        asked, kind, keys = check_lookup(
            node, self._scope, self._mistakes, self._check, self._as_text
        )
        operand = self._operand(asked, kind, node)
        return Lookup(operand, asked.question.table, keys, kind, span_of(node))

    def _plain(self, node: ast.expr) -> bool:
        if isinstance(node, ast.Starred):
            self._mistakes.refuse("R206", node, "a star is not part of the language")
        return True

    def _text_of(self, function: Function, number: int, tree: Tree) -> Tree:
        if function.mode is not Mode.SPREAD or not isinstance(tree, Operand):
            return tree
        parameter = function.parameters[min(number, len(function.parameters) - 1)]
        return self._as_text(tree) if parameter.kind == Kind.TEXT else tree

    def _as_text(self, tree: Tree) -> Tree:
        """Read a field of no declared type as displayed where only a text is of use.

        ``upper(value)`` is about what stands in the document, whatever the column looks like.
        """
        if not isinstance(tree, Operand):
            return tree
        text = self._names.as_text(self.references[tree.index], tree.kind)
        if text is None:
            return tree
        if text not in self.references:
            self.references.append(text)
        kind = Kind.TEXT | (tree.kind & ~Kind.SCALAR)
        return Operand(self.references.index(text), kind, tree.at)


#: Every kind of node that the language has.
_CHECKS: Final[Mapping[type[ast.expr], Callable[[Checker, Any], Tree]]] = {
    ast.Constant: lambda checker, node: constant(node, checker._mistakes),
    ast.Name: Checker._name,
    ast.Attribute: Checker._attribute,
    ast.Call: Checker._call,
    ast.BinOp: Checker._binary,
    ast.UnaryOp: Checker._unary,
    ast.Compare: Checker._comparison,
    ast.BoolOp: Checker._junction,
    ast.IfExp: Checker._choice,
    ast.Subscript: Checker._slice,
    ast.List: Checker._list,
    ast.Tuple: Checker._list,
    ast.Dict: Checker._mapping,
}
