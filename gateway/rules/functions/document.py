"""The page of the function table: ``python -m gateway.rules.functions.document``.

Law: a pure function of the table; nothing on the page is written anywhere else.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Final

from gateway.annotation.values import Value, kind_name, number_text
from gateway.rules.expressions.references import Take
from gateway.rules.function import REQUIRED, Example, Function, Parameter
from gateway.rules.functions import FUNCTIONS
from gateway.rules.functions.bounds import SINGLE
from gateway.rules.functions.date import EXAMPLE_NOW
from gateway.rules.functions.tables import EXAMPLE_TABLE, TABLE_FUNCTIONS, TableFunction

#: In the order of the language page: a group's title and what holds for all of it.
GROUPS: Final = {
    "empty": ("Empty values", "The ways to speak about empty and unreadable values."),
    "number": ("Numbers", "Numbers are exact decimals of at most 40 digits."),
    "columns": (
        "Columns",
        (
            "These take one column, or several single values, and leave empty ones out. "
            "A list stands for a column in the examples."
        ),
    ),
    "text": (
        "Text",
        (
            "Positions count characters. A text of which nothing is left is empty. "
            "Patterns run in linear time: they have no lookaround and no references to groups. "
            r"`\w`, `\d` and `\s` are those of Unicode, `\b` that of ASCII. "
            'A pattern with a backslash is written `r"…"`.'
        ),
    ),
    "date": (
        "Dates",
        (
            "Dates are of the years 1 to 9999; one that leaves them fails the rule. "
            f"In the examples it is {EXAMPLE_NOW:%Y-%m-%d %H:%M} UTC."
        ),
    ),
    "codes": (
        "Codes",
        (
            "These check form and check digits, and ask nobody whether a code is in use. "
            "Blanks, and marks that are usual in a code, do not count."
        ),
    ),
    "choice": ("Choice", "Values that depend on others."),
}

_HEAD: Final = """\
# Functions

Made from the function table by `python -m gateway.rules.functions.document`; every example is run.

An empty argument makes the result empty, an unreadable one makes it unreadable, and a column is
taken row by row, unless the function says otherwise.
"""


def document(functions: Mapping[str, Function]) -> str:
    """Write the page."""
    return "\n".join((_HEAD, *_sections(functions.values()), *_tables(TABLE_FUNCTIONS.values())))


def signature(function: Function) -> str:
    """Write a function with its parameters and their defaults."""
    parameters = [_parameter(parameter) for parameter in function.parameters]
    if function.variadic:
        parameters.append("…")
    return f"{function.name}({', '.join(parameters)})"


def _parameter(parameter: Parameter) -> str:
    if parameter.default is REQUIRED:
        return parameter.name
    if parameter.default is None:
        return f"{parameter.name}?"
    return f"{parameter.name}={written(parameter.default)}"


def written(value: Value) -> str:
    """Write a value as the language does."""
    match value:
        case None:
            return "empty"
        case bool():
            return str(value)
        case Decimal():
            return number_text(value)
        case date():
            return value.isoformat()
        case list() | tuple():
            return f"[{', '.join(map(written, value))}]"
        case _:
            return json.dumps(value, ensure_ascii=False)


def _sections(functions: Iterable[Function]) -> Iterator[str]:
    rows = list(functions)
    for group, (title, law) in GROUPS.items():
        yield f"## {title}\n\n{law}\n"
        for function in rows:
            if function.group == group:
                yield "\n".join(_entry(function))


def _entry(function: Function) -> Iterator[str]:
    yield f"### `{signature(function)}`\n"
    yield f"{function.summary}\n"
    yield " ".join(_facts(function)) + "\n"
    yield "```python"
    yield from map(_example, function.examples)
    yield "```\n"


_TABLES: Final = """\
## Tables

These ask a table that `gateway.yaml` defines (see [rules.md](rules.md#7-tables)).
The names of the table and of its columns are written out, and are checked when the rules are
loaded; a key is any expression of its column's type.
An empty key finds nothing and makes the answer empty, an unreadable one makes it unreadable.
A table that cannot be asked fails the rule.

The examples ask this table, which is called `vendors`:
"""


def _tables(functions: Iterable[TableFunction]) -> Iterator[str]:
    yield _TABLES
    columns = tuple(EXAMPLE_TABLE[0])
    yield _line(columns)
    yield _line(["---"] * len(columns))
    for row in EXAMPLE_TABLE:
        yield _line([written(row[name]) for name in columns])
    for function in functions:
        yield f"\n### `{function.signature}`\n"
        yield f"{function.summary}\n"
        yield f"Gives {table_gives(function)}.\n"
        yield "```python"
        yield from map(_example, function.examples)
        yield "```"
    yield ""


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def table_gives(function: TableFunction) -> str:
    """Say what a function gives."""
    return "a record, or empty" if function.take is Take.ONE else kind_name(function.result)


def _facts(function: Function) -> Iterator[str]:
    gives = "any value" if SINGLE in function.result else kind_name(function.result)
    yield f"Gives {gives}{', or empty' if function.may_be_empty else ''}."
    literal = [f"*{one.name}*" for one in function.parameters if one.literal]
    if literal:
        written, come = ("are", "come") if len(literal) > 1 else ("is", "comes")
        yield f"{' and '.join(literal)} {written} written in the rule or {come} from `params`."


def _example(example: Example) -> str:
    return f"{example.expression}  # {written(example.result)}"


if __name__ == "__main__":
    sys.stdout.write(document(FUNCTIONS))
