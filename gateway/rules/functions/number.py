"""Functions of numbers.

Language §4, *Functions*, number. Law: pure; decimals only, under the gateway's context.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import (
    ROUND_CEILING,
    ROUND_DOWN,
    ROUND_FLOOR,
    ROUND_HALF_DOWN,
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    ROUND_UP,
    Decimal,
)
from typing import Final

from gateway.annotation.values import (
    CONTEXT,
    UNREADABLE,
    Kind,
    Value,
    kind_name,
    kind_of,
    parse_date,
    parse_number,
)
from gateway.rules.function import Example, Function, FunctionError, Parameter
from gateway.rules.functions.bounds import calculated, whole

MODES: Final = {
    "half_up": ROUND_HALF_UP,
    "half_even": ROUND_HALF_EVEN,
    "half_down": ROUND_HALF_DOWN,
    "up": ROUND_UP,
    "down": ROUND_DOWN,
    "floor": ROUND_FLOOR,
    "ceil": ROUND_CEILING,
}
_ZERO: Final = Decimal(0)
_ONE: Final = Decimal(1)

#: Thousands are set off by blanks or apostrophes; then a comma can only be the decimal sign.
_SPACED: Final = re.compile(
    "-?[0-9]{1,3}(?P<mark>[ '\u00a0\u2009\u2019\u202f])[0-9]{3}(?:(?P=mark)[0-9]{3}){0,4}"
    "(?:[.,][0-9]{1,18})?"
)
#: Both signs are there, or the sign of thousands twice.
_COMMAS: Final = re.compile(r"-?[0-9]{1,3}(?:(?:,[0-9]{3}){1,5}\.[0-9]{1,18}|(?:,[0-9]{3}){2,5})")
_POINTS: Final = re.compile(r"-?[0-9]{1,3}(?:(?:\.[0-9]{3}){1,5},[0-9]{1,18}|(?:\.[0-9]{3}){2,5})")
#: A comma that cannot set off thousands: not three digits behind it, or no 1 to 3 before it.
_DECIMAL_COMMA: Final = re.compile(r"-?(?![1-9][0-9]{0,2},[0-9]{3}$)[0-9]{1,18},[0-9]{1,18}")
_MARKS: Final = str.maketrans("", "", " '\u00a0\u2009\u2019\u202f")


def number(value: str | Decimal) -> Value:
    """Read a text as a number if there is one way only to read it."""
    if isinstance(value, Decimal):
        return value
    text = value.strip()
    if _SPACED.fullmatch(text) or _DECIMAL_COMMA.fullmatch(text):
        text = text.translate(_MARKS).replace(",", ".")
    elif _COMMAS.fullmatch(text):
        text = text.replace(",", "")
    elif _POINTS.fullmatch(text):
        text = text.replace(".", "").replace(",", ".")
    read = parse_number(text)
    return UNREADABLE if read is None else read


def rounding_mode(mode: str) -> str:
    """Find a rounding mode by its name in the language."""
    if mode not in MODES:
        raise ValueError(f"unknown mode {mode!r}; the modes are {', '.join(MODES)}")
    return MODES[mode]


def rounded(value: Decimal, places: Decimal, mode: str) -> Decimal:
    """Round to *places* decimals, or to tens and hundreds if *places* is negative."""
    unit = unit_of(places)
    result = calculated(value.quantize, unit, mode, CONTEXT)
    if unit > _ONE:
        result = calculated(result.quantize, _ONE, ROUND_DOWN, CONTEXT)
    return CONTEXT.plus(result)  # Without the sign of a negative zero.


def unit_of(places: Decimal) -> Decimal:
    """Give the smallest number with *places* decimals."""
    return _ONE.scaleb(-whole(places, "n", -18, 18), CONTEXT)


def floor(value: Decimal) -> Decimal:
    """Give the largest whole number that is not above."""
    return CONTEXT.plus(value.to_integral_value(ROUND_FLOOR, CONTEXT))


def ceiling(value: Decimal) -> Decimal:
    """Give the smallest whole number that is not below."""
    return CONTEXT.plus(value.to_integral_value(ROUND_CEILING, CONTEXT))


def absolute(value: Decimal) -> Decimal:
    """Give the value without its sign."""
    return value.copy_abs()


def sign(value: Decimal) -> Decimal:
    """Give -1, 0 or 1."""
    return Decimal((value > 0) - (value < 0))


def equal(a: Value, b: Value, within: Decimal | str = _ZERO) -> bool:
    """Compare two values of one kind; numbers within a tolerance."""
    if isinstance(a, Decimal) and isinstance(b, Decimal):
        amount, is_share = tolerance(within)
        if is_share:
            amount = calculated(CONTEXT.multiply, b.copy_abs(), amount)
        return calculated(CONTEXT.subtract, a, b).copy_abs() <= amount
    if within != _ZERO:
        raise FunctionError("'within' goes with numbers only")
    if isinstance(a, date) and isinstance(b, str):
        return a == _as_date(b)
    if isinstance(a, str) and isinstance(b, date):
        return _as_date(a) == b
    kinds = kind_of(a), kind_of(b)
    if kinds[0] is not kinds[1]:
        names = " and ".join(kind_name(kind) for kind in kinds if kind)
        raise FunctionError(f"equal() compares values of one kind, these are {names}")
    return bool(a == b)


def _as_date(text: str) -> date:
    read = parse_date(text)
    if read is None:
        raise FunctionError("equal() compares a date with a date or an ISO text, as 2025-01-31")
    return read


def tolerance(within: Decimal | str) -> tuple[Decimal, bool]:
    """Read a tolerance: an amount, or a share of the second number when it ends with ``%``.

    Raises:
        FunctionError: it is neither.
    """
    is_share = isinstance(within, str) and within.rstrip().endswith("%")
    amount = (
        parse_number(within.rstrip().removesuffix("%").strip())
        if isinstance(within, str)
        else within
    )
    if amount is None or amount < 0:
        raise FunctionError("'within' is a number or a percentage, such as 0.5 or \"1%\"")
    return (calculated(CONTEXT.scaleb, amount, Decimal(-2)) if is_share else amount), is_share


_X: Final = Parameter("x", Kind.NUMBER)

NUMBER: Final = (
    Function(
        "number", "number", (Parameter("x", Kind.TEXT | Kind.NUMBER),), Kind.NUMBER, number,
        "*x* as a number. A point is the decimal sign; thousands may be set off, and a comma may "
        "be the decimal sign, where that is the only way to read it: `1,234` could be both and "
        "is unreadable, as is every other text. At most 18 digits on each side.",
        (
            Example('number(" 12.50 ")', Decimal("12.50")),
            Example('number("1.234,50")', Decimal("1234.50")),
            Example('number("1 234,5")', Decimal("1234.5")),
            Example('is_unreadable(number("1,234"))', True),
        ),
        may_be_unreadable=True,
    ),
    Function(
        "equal", "number",
        (
            Parameter("a", Kind.SCALAR),
            Parameter("b", Kind.SCALAR),
            Parameter("within", Kind.NUMBER | Kind.TEXT, _ZERO, check=tolerance),
        ),
        Kind.BOOLEAN, equal,
        "True if *a* and *b* differ by no more than *within*: an amount, or a percentage of *b*. "
        "Without *within* they must be the same; only then may they be other than numbers.",
        (
            Example("equal(100, 100.4, within=0.5)", True),
            Example('equal(100, 102, within="1%")', False),
            Example("equal(1, 1.00)", True),
        ),
    ),
    Function(
        "round", "number",
        (
            _X,
            Parameter("n", Kind.NUMBER, _ZERO),
            Parameter("mode", Kind.TEXT, "half_up", literal=True),
        ),
        Kind.NUMBER, rounded,
        "*x* with *n* decimals (-18 to 18; negative: tens, hundreds, …). "
        f"Modes: {', '.join(f'`{mode}`' for mode in MODES)}.",
        (
            Example("round(2.345, 2)", Decimal("2.35")),
            Example('round(2.345, 2, mode="half_even")', Decimal("2.34")),
            Example("round(1250, -2)", Decimal(1300)),
        ),
        prepare=rounding_mode,
    ),
    Function(
        "floor", "number", (_X,), Kind.NUMBER, floor,
        "The largest whole number that is not above *x*.",
        (Example("floor(-2.5)", Decimal(-3)),),
    ),
    Function(
        "ceil", "number", (_X,), Kind.NUMBER, ceiling,
        "The smallest whole number that is not below *x*.",
        (Example("ceil(2.1)", Decimal(3)),),
    ),
    Function(
        "abs", "number", (_X,), Kind.NUMBER, absolute,
        "*x* without its sign.",
        (Example("abs(-2.50)", Decimal("2.50")),),
    ),
    Function(
        "sign", "number", (_X,), Kind.NUMBER, sign,
        "-1, 0 or 1: whether *x* is below, at or above zero.",
        (Example("sign(-2.5)", Decimal(-1)),),
    ),
)  # fmt: skip
