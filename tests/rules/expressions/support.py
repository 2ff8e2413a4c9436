"""What tests of expressions share: scopes without a file, and outcomes that can be compared."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal, DecimalException, setcontext

from gateway.annotation.column import Column
from gateway.annotation.values import CONTEXT, Kind
from gateway.diagnostic import Report, Span
from gateway.rules.context import FieldDeclaration, Param, QueueContext
from gateway.rules.expressions.emit import compile_tree
from gateway.rules.expressions.expression import compile_expression
from gateway.rules.expressions.interpret import interpret
from gateway.rules.expressions.references import Ahead, Clock, FieldText, FieldValue, WholeColumn
from gateway.rules.expressions.scope import Scope, Selects
from gateway.rules.expressions.spreading import Deferred
from gateway.rules.function import FunctionError
from gateway.rules.queue_schema import QueueSchema, SchemaField
from gateway.rules.tables import TableShape
from gateway.rules.yaml.source import Text

NOWHERE = Span("<test>", 1, 1, 1, 1)
NOW = datetime(2025, 1, 31, 12, 0, tzinfo=UTC)
#: Declared types; every other name may be of any type.
KINDS = {
    "n": Kind.NUMBER,
    "m": Kind.NUMBER,
    "t": Kind.TEXT,
    "u": Kind.TEXT,
    "d": Kind.DATE,
    "e": Kind.DATE,
    "p": Kind.BOOLEAN,
    "q": Kind.BOOLEAN,
}
PARAMS = {
    "tolerance": Decimal("0.05"),
    "codes": ["A", "B"],
    "rates": {"cz": Decimal(21), "none": None},
    "word": "ab",
    "pattern": "[A-Z]+",
    "numbers": [Decimal(1), Decimal(2)],
}


#: Tables that may be asked: one whose columns are known, one of which nothing is, a live one.
TABLES = {
    "vendors": TableShape(
        "vendors",
        {"id": Kind.TEXT, "name": Kind.TEXT, "credit": Kind.NUMBER, "since": Kind.DATE,
         "open": Kind.BOOLEAN, "code": None},
    ),
    "anything": TableShape("anything", None),
    "live": TableShape("live", {"amount": Kind.NUMBER}, ("number", "country")),
}  # fmt: skip


def schema_field(schema_id, kind=None, category="datapoint", table=None):
    return SchemaField(schema_id, "", kind, category, table, False, False, (), None, "string")


#: A header, a table of lines and one of taxes, and a simple list.
SCHEMA = QueueSchema(
    {
        found.schema_id: found
        for found in [
            schema_field("info", category="section"),
            schema_field("total", Kind.NUMBER),
            schema_field("currency", Kind.TEXT),
            schema_field("issued", Kind.DATE),
            schema_field("paid", Kind.BOOLEAN),
            schema_field("lines", category="multivalue"),
            schema_field("line", category="tuple", table="lines"),
            schema_field("amount", Kind.NUMBER, table="lines"),
            schema_field("code", Kind.TEXT, table="lines"),
            schema_field("taxes", category="multivalue"),
            schema_field("tax", category="tuple", table="taxes"),
            schema_field("rate", Kind.NUMBER, table="taxes"),
            schema_field("row", Kind.NUMBER),
        ]
    }
)


def context(fields=KINDS, schema=None, locale="en"):
    return QueueContext(
        name="test",
        params={},
        own_params=frozenset(),
        fields={
            name: FieldDeclaration(name, kind, NOWHERE) if isinstance(kind, Kind | None) else kind
            for name, kind in fields.items()
        },
        change=None,
        schema=schema,
        locale=locale,
        timezone="UTC",
        placeholders=(),
        on_failure="warn",
        tables=TABLES,
        ungranted=frozenset(["payroll"]),
    )


def scope(selects=Selects.ANNOTATION, selected=None, lets=None, fields=KINDS, schema=None):
    return Scope(
        context=context(fields, schema),
        params={name: Param(value, NOWHERE) for name, value in PARAMS.items()},
        lets={name: Text.inline(text) for name, text in (lets or {}).items()},
        selects=selects,
        selected=selected,
    )


def compiled(text, within=None):
    """Compile what must be right."""
    report = Report()
    expression = compile_expression(Text.inline(text), within or scope(), report)
    assert expression is not None, [(found.code, found.message) for found in report]
    assert list(report) == []
    return expression


def mistakes(text, within=None, compile_text=compile_expression):
    """Compile what must be wrong; give each mistake with the stretch of the text it is about."""
    report = Report()
    assert compile_text(Text.inline(text), within or scope(), report) is None
    return [
        (found.code, found.message, text[found.span.column - 1 : found.span.end_column - 1])
        for found in report
    ]


def name_of(reference):
    match reference:
        case FieldValue(name) | FieldText(name):
            return name
        case WholeColumn(name):
            return f"column.{name}"
        case _:
            return repr(reference)


def operands(expression, values):
    """Give an expression's operands: *values* by name, the clock, and what is computed ahead."""
    return [
        NOW
        if isinstance(reference, Clock)
        else ahead(reference.expression, values)
        if isinstance(reference, Ahead)
        else values.get(name_of(reference))
        for reference in expression.references
    ]


def ahead(expression, values):
    try:
        return interpret(expression.tree, operands(expression, values))
    except (FunctionError, DecimalException) as error:
        return Deferred(error)


def evaluate(text, within=None, **values):
    """Evaluate by the compiled form; it must agree with the interpreter."""
    setcontext(CONTEXT)
    expression = compiled(text, within)
    given = operands(expression, values)
    run = compile_tree(expression.tree, len(given))
    result = outcome(lambda: run(*given))
    assert result == outcome(lambda: interpret(expression.tree, given))
    kind, value = result[0], result[-1]
    if kind == "failed":
        raise value.error
    return value


class _Error:
    """An error that is equal to one of its type with its sentence."""

    def __init__(self, error):
        self.error = error

    def __eq__(self, other):
        return (type(self.error), str(self.error)) == (type(other.error), str(other.error))

    __hash__ = None

    def __repr__(self):
        return repr(self.error)


def outcome(work):
    """Give what a computation comes to, in a form that tells all values apart."""
    try:
        value = work()
    except (FunctionError, DecimalException) as error:
        return ("failed", _Error(error))
    return ("gave", exact(value), value)


def exact(value):
    """Write a value so that 1, 1.0 and True differ, and columns of different tables."""
    match value:
        case Column():
            return ("column", [exact(one) for one in value.values], id(value.table), value.kind)
        case list() | tuple():
            return [exact(one) for one in value]
        case dict():
            return {key: exact(one) for key, one in value.items()}
        case _:
            return (type(value).__name__, str(value))
