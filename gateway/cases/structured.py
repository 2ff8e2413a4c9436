"""What an answer must be that is more than a text: options, the cells of a row, any JSON.

Language §8. Law: values only; what is answered comes in the form in which ``expect`` has it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from gateway.cases.case import Matcher
from gateway.cases.writing import flow


@dataclass(frozen=True, slots=True)
class Choices:
    """These options in this order: values, each with its label, or None for any."""

    options: tuple[tuple[str, str | None], ...]

    def fits(self, answered: Any) -> bool:
        """Whether *answered* are these options."""
        given = [_option(one) for one in answered]
        return len(given) == len(self.options) and all(
            value == one and label in (None, other)
            for (value, label), (one, other) in zip(self.options, given, strict=True)
        )

    def __str__(self) -> str:
        return flow([option_written(*one) for one in self.options])


@dataclass(frozen=True, slots=True)
class RowOf:
    """A row with these cells and no others, by schema id."""

    cells: Mapping[str, Matcher]

    def fits(self, answered: Any) -> bool:
        """Whether *answered* are such cells."""
        return answered.keys() == self.cells.keys() and all(
            matcher.fits(answered[name]) for name, matcher in self.cells.items()
        )

    def __str__(self) -> str:
        return flow({name: str(matcher) for name, matcher in self.cells.items()})


@dataclass(frozen=True, slots=True)
class FileSaid:
    """This is said of a file: that it is kept out, or these values and no others."""

    said: Mapping[str, Matcher]

    @classmethod
    def of(cls, values: Mapping[str, Matcher] | None, *, is_out: bool) -> FileSaid:
        """Say what values a file has, if that is said, and whether it is kept out."""
        said: dict[str, Matcher] = {"import": Json(False)} if is_out else {}
        return cls(said if values is None else {**said, "values": RowOf(values)})

    def fits(self, answered: Any) -> bool:
        """Whether *answered* is so."""
        return answered.keys() == self.said.keys() and all(
            matcher.fits(answered[key]) for key, matcher in self.said.items()
        )

    def __str__(self) -> str:
        inner = ", ".join(f"{key}: {matcher}" for key, matcher in self.said.items())
        return f"{{{inner}}}"


@dataclass(frozen=True, slots=True)
class Json:
    """This very JSON; numbers are equal by what they are worth."""

    data: Any

    def fits(self, answered: Any) -> bool:
        """Whether *answered* is the same."""
        return _is_same(self.data, answered)

    def __str__(self) -> str:
        return shown(self.data)


def option_written(value: str, label: str | None) -> Any:
    """Write an option as ``expect`` has it: its label only where that is another text."""
    return value if label in (None, value) else {"value": value, "label": label}


def shown(value: Any) -> str:
    """Write a part of an answer on one line."""
    return value if isinstance(value, str) else flow(value)


def _option(written: Any) -> tuple[str, str]:
    if isinstance(written, Mapping):
        return written["value"], written["label"]
    return written, written


def _is_same(wanted: Any, answered: Any) -> bool:
    match wanted:
        case Mapping():
            return (
                isinstance(answered, Mapping)
                and wanted.keys() == answered.keys()
                and all(_is_same(one, answered[key]) for key, one in wanted.items())
            )
        case list():
            return _are_same(wanted, answered)
        case bool() | str() | None:
            return type(wanted) is type(answered) and bool(wanted == answered)
        case _:
            return _is_same_number(wanted, answered)


def _are_same(wanted: Sequence[Any], answered: Any) -> bool:
    return (
        isinstance(answered, list)
        and len(wanted) == len(answered)
        and all(map(_is_same, wanted, answered))
    )


def _is_same_number(wanted: int | Decimal, answered: Any) -> bool:
    if isinstance(answered, bool) or not isinstance(answered, int | float):
        return False
    if isinstance(wanted, Decimal) and isinstance(answered, float):
        # JSON's numbers keep fewer digits than those of YAML here.
        return float(wanted) == answered
    return wanted == answered
