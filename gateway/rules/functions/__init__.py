"""Every function that an expression may call, but those of tables, which ask and wait.

Language §4, *Functions*. Law: one explicit table; pure functions only.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from gateway.rules.function import Function
from gateway.rules.functions.choice import CHOICE
from gateway.rules.functions.codes import CODES
from gateway.rules.functions.columns import COLUMNS
from gateway.rules.functions.date import DATE
from gateway.rules.functions.empty import EMPTY
from gateway.rules.functions.number import NUMBER
from gateway.rules.functions.patterns import PATTERNS
from gateway.rules.functions.text import TEXT

__all__ = ["FUNCTIONS"]

FUNCTIONS: Final[Mapping[str, Function]] = MappingProxyType(
    {
        function.name: function
        for group in (EMPTY, NUMBER, COLUMNS, TEXT, PATTERNS, DATE, CODES, CHOICE)
        for function in group
    }
)
