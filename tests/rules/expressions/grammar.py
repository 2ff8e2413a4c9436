"""Expressions as text, and values for their names, for properties."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from hypothesis import strategies as st

from gateway.annotation.column import Column
from gateway.annotation.values import UNREADABLE, Duration, Kind
from gateway.rules.expressions.references import Take
from gateway.rules.expressions.spreading import Deferred
from gateway.rules.function import FunctionError, Mode
from gateway.rules.functions import FUNCTIONS

LETS = {"both": "p and n > 1", "twice": "n * 2"}

_NUMBERS = st.sampled_from(
    ["n", "m", "x", "twice", "0", "1", "2", "-1", "0.5", "100", "params.tolerance", "1e3",
     "999999999999999999", "params.rates.cz", "params.rates.none",
     'lookup("vendors", id=t).credit', 'sum(lookup_all("vendors", credit=n).credit)']
)  # fmt: skip
_TEXTS = st.sampled_from(["t", "u", "x", '"A"', '"ab"', "'č ž'", "params.word", r'r"\d"'])
_DATES = st.sampled_from(["d", "e", "date(2024, 2, 29)", "today()", "x", 'date("2025-01-31")'])
_CONDITIONS = st.sampled_from(
    ["p", "q", "true", "false", "both", "x", "is_empty(n)", 'exists("vendors", id=u)',
     'lookup("vendors", id=lookup("anything", x=x).y).open']
)  # fmt: skip
_COLUMNS = st.sampled_from(
    [
        "c",
        "column.c",
        "column.f",
        "f",
        "where(c, f == 1)",
        "[1, 2, 2]",
        'lookup_all("vendors", id=t).credit',
        'lookup("vendors", credit=c).credit',
    ]
)
_LEAVES = {
    Kind.NUMBER: _NUMBERS,
    Kind.TEXT: _TEXTS,
    Kind.DATE: _DATES,
    Kind.BOOLEAN: _CONDITIONS,
    Kind.COLUMN: _COLUMNS,
    Kind.LIST: st.sampled_from(['["A", "B"]', "[1, 2]", "params.codes", "[]", "x"]),
    Kind.MAPPING: st.sampled_from(["params.rates"]),
    Kind.DURATION: st.sampled_from(["days(1)", "months(n)", "years(2)"]),
}
#: What arguments that are known at load may be.
_LITERALS = {
    "pattern": ['"[A-Z]+"', r'r"\w"', "params.pattern"],
    "by": ['"-"', '"x"'],
    "mode": ['"half_up"', '"half_even"'],
    "mapping": ['{"A": 1, "B": 2}', '{1: "one", 2: "two"}', "params.rates"],
    "format": ['"%d.%m.%Y"', '"%Y-%m-%d"'],
    "holidays": ['["2025-01-01"]'],
    "fill": ['"0"', '"."'],
    "side": ['"left"', '"right"'],
    "group": ["0", "1"],
    "country": ['"CZ"', '"DE"'],
    "ignore_case": ["true", "false"],
}


@st.composite
def expressions(draw, kind=Kind.BOOLEAN, depth=3):
    """Write an expression that is likely to be of *kind*."""
    if depth <= 0 or (kind not in _MAKERS and draw(st.booleans())):
        return draw(_LEAVES[kind])
    makers = [*_MAKERS.get(kind, ()), _call, _choice, None]
    maker = draw(st.sampled_from(makers))
    if maker is None:
        return draw(_LEAVES[kind])
    return maker(draw, kind, depth - 1)


def _infix(signs, *pairs):
    def make(draw, kind, depth):
        left, right = draw(st.sampled_from(pairs or [(kind, kind)]))
        sign = draw(st.sampled_from(signs))
        return f"({draw(expressions(left, depth))} {sign} {draw(expressions(right, depth))})"

    return make


def _unary(sign):
    return lambda draw, kind, depth: f"({sign} {draw(expressions(kind, depth))})"


def _chain(draw, _kind, depth):
    compared = draw(st.sampled_from([Kind.NUMBER, Kind.DATE, Kind.TEXT]))
    one, two, three = (draw(expressions(compared, depth)) for _ in range(3))
    return f"({one} <= {two} < {three})"


def _cut(draw, _kind, depth):
    bound = st.sampled_from(["", "0", "1", "-1", "n"])
    return f"{draw(expressions(Kind.TEXT, depth))}[{draw(bound)}:{draw(bound)}]"


def _choice(draw, kind, depth):
    then, otherwise = draw(expressions(kind, depth)), draw(expressions(kind, depth))
    return f"({then} if {draw(expressions(Kind.BOOLEAN, depth))} else {otherwise})"


def _call(draw, kind, depth):
    names = [name for name, one in FUNCTIONS.items() if one.result & kind]
    return call(draw, draw(st.sampled_from(names)), depth)


def call(draw, name, depth):
    """Write a call of one function."""
    function = FUNCTIONS[name]
    if function.mode is Mode.AGGREGATE and draw(st.booleans()):
        column = draw(expressions(Kind.COLUMN, depth))
        return f"{name}({column})"
    given = []
    for parameter in function.parameters:
        if parameter.literal:
            given.append(draw(st.sampled_from(_LITERALS[parameter.name])))
            continue
        kinds = [one for one in _LEAVES if one in parameter.kind]
        given.append(draw(expressions(draw(st.sampled_from(kinds)), depth)))
        if parameter.name == "within":
            given[-1] = draw(st.sampled_from(["0.5", '"1%"', "n", "t"]))
    required = sum(1 for one in function.parameters if repr(one.default) == "required")
    if not function.variadic:
        given = given[: draw(st.integers(required, len(given)))]
    return f"{name}({', '.join(given)})"


_COMPARE = ["==", "!=", "<", "<=", ">", ">="]
_MAKERS = {
    Kind.NUMBER: [
        _infix(["+", "-", "*", "/", "//", "%"]),
        _infix(["+", "-", "*"]),
        _infix(["-"], (Kind.DATE, Kind.DATE)),
        _unary("-"),
        _unary("+"),
    ],
    Kind.TEXT: [_infix(["+"]), _cut],
    Kind.DATE: [_infix(["+", "-"], (Kind.DATE, Kind.NUMBER), (Kind.DATE, Kind.DURATION))],
    Kind.BOOLEAN: [
        _infix(
            _COMPARE,
            (Kind.NUMBER, Kind.NUMBER), (Kind.TEXT, Kind.TEXT), (Kind.DATE, Kind.DATE),
            (Kind.DATE, Kind.TEXT), (Kind.BOOLEAN, Kind.BOOLEAN),
        ),
        _infix(["and", "or"]),
        _infix(
            ["in", "not in"],
            (Kind.TEXT, Kind.LIST), (Kind.NUMBER, Kind.LIST), (Kind.TEXT, Kind.TEXT),
            (Kind.TEXT, Kind.COLUMN), (Kind.TEXT, Kind.MAPPING),
        ),
        _chain,
        _unary("not"),
    ],
    Kind.COLUMN: [
        _infix(["+", "-", "*", "/", "==", "<"], (Kind.COLUMN, Kind.COLUMN),
        (Kind.COLUMN, Kind.NUMBER)),
    ],
}  # fmt: skip

#: Values of each kind, those at the edges of what is allowed among them.
PLAIN = {
    Kind.NUMBER: st.one_of(
        st.sampled_from(
            [Decimal(0), Decimal(1), Decimal("-1.50"), Decimal("1e30"), Decimal("0.1")]
        ),
        st.decimals(-(10**6), 10**6, places=2),
    ),
    Kind.TEXT: st.sampled_from(
        [
            "A",
            "ab",
            "AB",
            "č ž",
            "12",
            "2025-01-31",
            "2025-01-31T12:00:00Z",
            "1,234",
            " ",
            "ß",
            "x" * 70,
        ]
    ),
    Kind.DATE: st.sampled_from(
        [date(2025, 1, 31), date(2024, 2, 29), date.min, date.max, date(2023, 6, 1)]
    ),
    Kind.BOOLEAN: st.booleans(),
}
ODD = st.one_of(
    st.none(),
    st.just(UNREADABLE),
    st.sampled_from([["A", "B"], {"A": "B"}, [], Duration(1, 0)]),
    *PLAIN.values(),
)
TABLE, OTHER_TABLE = object(), object()


def singles(kind):
    """Draw single values for a name of *kind*: mostly plain, sometimes anything."""
    return st.integers(0, 6).flatmap(lambda chance: PLAIN[kind] if chance else ODD)


_RECORDS = st.fixed_dictionaries(
    {
        "id": PLAIN[Kind.TEXT],
        "name": PLAIN[Kind.TEXT],
        "credit": st.one_of(st.none(), PLAIN[Kind.NUMBER]),
        "open": st.one_of(st.none(), PLAIN[Kind.BOOLEAN]),
        "y": PLAIN[Kind.TEXT],
    }
)


@st.composite
def answers(draw, take):
    """Draw what a table answers: a record, records, yes or no; or that nothing could be asked."""
    odd = draw(st.integers(0, 9))
    if odd == 0:
        return Deferred(FunctionError("the table cannot be asked"))
    if odd < 3:
        return draw(st.sampled_from([None, UNREADABLE]))
    match take:
        case Take.ONE:
            return draw(st.one_of(st.none(), _RECORDS, _RECORDS))
        case Take.ALL:
            return Column(draw(st.lists(_RECORDS, max_size=3)), object())
        case _:
            return draw(st.booleans())


@st.composite
def columns(draw, kind, rows=3):
    """Draw a column: clean with its kind, or with empty, unreadable and foreign cells."""
    table = draw(st.sampled_from([TABLE, TABLE, TABLE, OTHER_TABLE]))
    if draw(st.booleans()):
        values = draw(st.lists(PLAIN[kind], min_size=rows, max_size=rows))
        return Column(values, table, kind if rows else None)
    cells = st.one_of(PLAIN[kind], PLAIN[kind], st.none(), st.just(UNREADABLE), ODD)
    return Column(draw(st.lists(cells, min_size=rows, max_size=rows)), table)
