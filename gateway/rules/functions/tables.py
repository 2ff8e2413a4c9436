"""The functions that ask tables: what each takes of the answer, and its page.

Language §4, *Functions*, tables. They are no rows of the function table: they are asked for all
runs of a rule at once, before an expression is evaluated. Law: values only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final

from gateway.annotation.values import Kind
from gateway.rules.expressions.references import Take
from gateway.rules.function import Example


@dataclass(frozen=True, slots=True)
class TableFunction:
    """A function whose arguments are the name of a table, and columns with what they must be."""

    take: Take
    result: Kind
    summary: str
    #: Ask `EXAMPLE_TABLE`.
    examples: tuple[Example, ...]

    @property
    def name(self) -> str:
        """What rules call it."""
        return self.take.value

    @property
    def signature(self) -> str:
        """How it is called."""
        return f"{self.name}(table, column=key, …)"


#: The table of the examples.
EXAMPLE_TABLE: Final[tuple[Mapping[str, Any], ...]] = (
    {"id": "V1", "name": "Acme Ltd.", "country": "CZ", "credit": Decimal(5000)},
    {"id": "V2", "name": "Globex", "country": "DE", "credit": Decimal(800)},
    {"id": "V3", "name": "Initech", "country": "DE", "credit": None},
)

TABLE_FUNCTIONS: Final[Mapping[str, TableFunction]] = MappingProxyType(
    {
        function.name: function
        for function in (
            TableFunction(
                Take.ONE,
                Kind.MAPPING,
                "The only record of *table* whose columns have these values; empty if there is "
                "none, or more than one. A column of it is written behind a dot.",
                (
                    Example('lookup("vendors", id="V1").name', "Acme Ltd."),
                    Example('lookup("vendors", country="DE", name="Globex").credit', Decimal(800)),
                    Example('is_empty(lookup("vendors", country="DE"))', True),
                ),
            ),
            TableFunction(
                Take.ALL,
                Kind.COLUMN,
                "All records of *table* whose columns have these values, in the table's order, "
                "as a column; a column of them is written behind a dot. More than 200 fail the "
                "rule: a sum never leaves one out.",
                (
                    Example('count(lookup_all("vendors", country="DE"))', Decimal(2)),
                    Example('sum(lookup_all("vendors", country="DE").credit)', Decimal(800)),
                    Example('first(lookup_all("vendors", country="DE").name)', "Globex"),
                ),
            ),
            TableFunction(
                Take.ANY,
                Kind.BOOLEAN,
                "True if *table* has at least one record whose columns have these values.",
                (
                    Example('exists("vendors", id="V2")', True),
                    Example('exists("vendors", id="V2", country="CZ")', False),
                ),
            ),
        )
    }
)
