"""What arguments and results of functions may be at most.

Security reference §5, items 3 and 5. Law: pure; each check comes before the work it bounds.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

from gateway.annotation.values import ARITHMETIC_ERRORS, MAX_TEXT, Kind
from gateway.rules.function import FunctionError

MAX_LIST: Final = 20_000
#: Every value but a column: functions of such a parameter are called row by row on columns.
SINGLE: Final = Kind.ANY & ~Kind.COLUMN


def whole(number: Decimal, name: str, low: int, high: int) -> int:
    """Take *number* as a whole one between *low* and *high*; *name* says what it is in sentences.

    Raises:
        FunctionError: it has decimals or is out of bounds.
    """
    if not low <= number <= high or number != int(number):
        raise FunctionError(f"{name} must be a whole number between {low} and {high}")
    return int(number)


def calculated(work: Callable[..., Decimal], *operands: Any) -> Decimal:
    """Compute under the gateway's context.

    Raises:
        FunctionError: the result needs more than 40 digits, or is too large.
    """
    try:
        return work(*operands)
    except ARITHMETIC_ERRORS:
        raise FunctionError("the result has too many digits or is larger than 10^30") from None


def check_length(length: int) -> None:
    """Refuse a text that would be too long.

    Raises:
        FunctionError: it would be longer than `MAX_TEXT`.
    """
    if length > MAX_TEXT:
        raise FunctionError(f"the text would be longer than {MAX_TEXT} characters")


def or_empty(text: str) -> str | None:
    """Give *text*, or empty when nothing is left of it."""
    return text or None
