"""Functions of dates.

Language §4, *Functions*, date. Law: pure; the clock is an argument; days are counted by
arithmetic, never by a loop; a date outside the years 1 to 9999 is a failure.
"""

from __future__ import annotations

from bisect import bisect_right
from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Final

from gateway.annotation.values import (
    UNREADABLE,
    Duration,
    Kind,
    Value,
    parse_date,
    parse_timestamp_date,
)
from gateway.rules.function import Example, Function, FunctionError, Parameter
from gateway.rules.functions.bounds import MAX_LIST, whole
from gateway.rules.functions.dateformat import compile_format, parse_with

__all__ = ["DATE", "EXAMPLE_NOW", "Duration", "add_duration"]

#: The clock under which the examples of `today` and `now` hold.
EXAMPLE_NOW: Final = datetime(2025, 1, 31, 12, 0, tzinfo=UTC)

_LAST_DAY: Final = date.max.toordinal()
_OUT_OF_RANGE: Final = "the date would be outside the years 1 to 9999"


def today(*, now: datetime) -> date:
    """Give the date of the evaluation, in the queue's time zone."""
    return now.date()


def current_time(*, now: datetime) -> str:
    """Give the time of the evaluation as an ISO text: the language has no times."""
    return now.isoformat(timespec="seconds")


def make_date(
    year: Decimal | str | date, month: Decimal | None = None, day: Decimal | None = None
) -> Value:
    """Make a date of three numbers, or of an ISO text."""
    if isinstance(year, Decimal) and month is not None and day is not None:
        try:
            return date(
                whole(year, "the year", 1, 9999),
                whole(month, "the month", 1, 12),
                whole(day, "the day", 1, 31),
            )
        except ValueError:
            raise FunctionError("there is no such day in that month") from None
    if month is not None or day is not None or isinstance(year, Decimal):
        raise FunctionError("date() takes a year, a month and a day, or one ISO text")
    if isinstance(year, date):
        return year
    read = parse_timestamp_date(year.strip())
    return UNREADABLE if read is None else read


def days(number: Decimal) -> Duration:
    """Give a duration of days."""
    return Duration(0, whole(number, "the days", -_LAST_DAY, _LAST_DAY))


def months(number: Decimal) -> Duration:
    """Give a duration of months."""
    return Duration(whole(number, "the months", -120_000, 120_000), 0)


def years(number: Decimal) -> Duration:
    """Give a duration of years."""
    return Duration(12 * whole(number, "the years", -10_000, 10_000), 0)


def add_duration(day: date, duration: Duration) -> date:
    """Move a date: first by months, to the month's last day at most, then by days.

    Raises:
        FunctionError: the result is outside the years 1 to 9999.
    """
    if duration.months:
        year, month = divmod(day.year * 12 + day.month - 1 + duration.months, 12)
        if not 1 <= year <= 9999:
            raise FunctionError(_OUT_OF_RANGE)
        day = day.replace(
            year=year, month=month + 1, day=min(day.day, monthrange(year, month + 1)[1])
        )
    return _from_ordinal(day.toordinal() + duration.days) if duration.days else day


def _from_ordinal(ordinal: int) -> date:
    if not 1 <= ordinal <= _LAST_DAY:
        raise FunctionError(_OUT_OF_RANGE)
    return date.fromordinal(ordinal)


def month_end(day: date) -> date:
    """Give the last day of the month."""
    return day.replace(day=monthrange(day.year, day.month)[1])


def weekday(day: date) -> Decimal:
    """Give 1 for Monday to 7 for Sunday."""
    return Decimal(day.isoweekday())


@dataclass(frozen=True, slots=True)
class Holidays:
    """Holidays that fall on weekdays.

    Weekdays are numbered from Monday 0001-01-01 on, so that five numbers are a week.
    """

    numbers: tuple[int, ...]
    #: How many working days are before each of them, and one more.
    reached: tuple[int, ...]


def read_holidays(holidays: Sequence[Value]) -> Holidays:
    """Check the list of holidays and number them."""
    if len(holidays) > MAX_LIST:
        raise ValueError(f"there are more than {MAX_LIST} holidays")
    read = set()
    for holiday in holidays:
        day = holiday if isinstance(holiday, date) else parse_date(str(holiday))
        if day is None:
            raise ValueError(f"{holiday!r} is not an ISO date, such as 2025-12-25")
        if day.isoweekday() <= 5:
            read.add(_weekdays(day.toordinal()))
    numbers = tuple(sorted(read))
    return Holidays(numbers, tuple(number - before for before, number in enumerate(numbers)))


def _weekdays(ordinal: int) -> int:
    """Count the weekdays from 0001-01-01 to this day; it is the number of a weekday itself."""
    return ordinal // 7 * 5 + min(ordinal % 7, 5)


def _working_days(ordinal: int, holidays: Holidays) -> int:
    weekdays = _weekdays(ordinal)
    return weekdays - bisect_right(holidays.numbers, weekdays)


def add_working_days(day: date, number: Decimal, holidays: Holidays) -> date:
    """Go *number* working days on, or back if it is negative."""
    steps = whole(number, "the number of working days", -_LAST_DAY, _LAST_DAY)
    if not steps:
        return day
    if steps > 0:
        nth = _working_days(day.toordinal(), holidays) + steps
    else:
        nth = _working_days(day.toordinal() - 1, holidays) + steps + 1
    if nth < 1:
        raise FunctionError(_OUT_OF_RANGE)
    weekday_number = nth + bisect_right(holidays.reached, nth)
    weeks, rest = divmod(weekday_number - 1, 5)
    return _from_ordinal(weeks * 7 + rest + 1)


def working_days_between(start: date, end: date, holidays: Holidays) -> Decimal:
    """Count the working days after *start* up to *end*; negative if *end* is earlier."""
    if end < start:
        first, last = end.toordinal() - 1, start.toordinal() - 1
        return Decimal(_working_days(first, holidays) - _working_days(last, holidays))
    return Decimal(
        _working_days(end.toordinal(), holidays) - _working_days(start.toordinal(), holidays)
    )


_DAY: Final = Parameter("d", Kind.DATE)
_COUNT: Final = Parameter("n", Kind.NUMBER)
_HOLIDAYS: Final = Parameter("holidays", Kind.LIST, (), literal=True)

DATE: Final = (
    Function(
        "today", "date", (), Kind.DATE, today,
        "The date of the evaluation in the queue's `timezone`.",
        (Example("today()", date(2025, 1, 31)),),
        needs_now=True,
    ),
    Function(
        "now", "date", (), Kind.TEXT, current_time,
        "The time of the evaluation in the queue's `timezone`, as an ISO text.",
        (Example("now()", "2025-01-31T12:00:00+00:00"),),
        needs_now=True,
    ),
    Function(
        "date", "date",
        (
            Parameter("year", Kind.NUMBER | Kind.TEXT | Kind.DATE),
            Parameter("month", Kind.NUMBER, None),
            Parameter("day", Kind.NUMBER, None),
        ),
        Kind.DATE, make_date,
        "A date of year, month and day, or of one ISO text: a date or a time stamp, of which the "
        "time is left out. A text that is neither is unreadable.",
        (
            Example("date(2025, 1, 31)", date(2025, 1, 31)),
            Example('date("2025-01-31T12:00:00Z")', date(2025, 1, 31)),
            Example('is_unreadable(date("31.1.2025"))', True),
        ),
        may_be_unreadable=True,
    ),
    Function(
        "days", "date", (_COUNT,), Kind.DURATION, days,
        "A duration of *n* days, to add to a date or to take off. `date + n` is the same.",
        (Example("date(2025, 1, 31) + days(30)", date(2025, 3, 2)),),
    ),
    Function(
        "months", "date", (_COUNT,), Kind.DURATION, months,
        "A duration of *n* months. The day stays, or becomes the last of a shorter month.",
        (
            Example("date(2025, 1, 31) + months(1)", date(2025, 2, 28)),
            Example("date(2025, 3, 31) - months(1)", date(2025, 2, 28)),
        ),
    ),
    Function(
        "years", "date", (_COUNT,), Kind.DURATION, years,
        "A duration of *n* years.",
        (Example("date(2024, 2, 29) + years(1)", date(2025, 2, 28)),),
    ),
    Function(
        "month_end", "date", (_DAY,), Kind.DATE, month_end,
        "The last day of the month of *d*.",
        (Example("month_end(date(2024, 2, 10))", date(2024, 2, 29)),),
    ),
    Function(
        "weekday", "date", (_DAY,), Kind.NUMBER, weekday,
        "The day of the week: 1 for Monday to 7 for Sunday.",
        (Example("weekday(date(2025, 1, 31))", Decimal(5)),),
    ),
    Function(
        "add_working_days", "date", (_DAY, _COUNT, _HOLIDAYS), Kind.DATE, add_working_days,
        "The date *n* working days after *d*, or before it if *n* is negative. Working days are "
        "Monday to Friday without the *holidays*, a list of ISO dates. With 0 it is *d* itself.",
        (
            Example("add_working_days(date(2025, 1, 31), 1)", date(2025, 2, 3)),
            Example(
                'add_working_days(date(2025, 1, 31), 1, ["2025-02-03"])', date(2025, 2, 4)
            ),
        ),
        prepare=read_holidays,
    ),
    Function(
        "working_days_between", "date",
        (Parameter("a", Kind.DATE), Parameter("b", Kind.DATE), _HOLIDAYS),
        Kind.NUMBER, working_days_between,
        "How many working days come after *a* up to and with *b*; negative if *b* is earlier.",
        (
            Example("working_days_between(date(2025, 1, 31), date(2025, 2, 7))", Decimal(5)),
            Example(
                'working_days_between(date(2025, 1, 31), date(2025, 2, 7), ["2025-02-03"])',
                Decimal(4),
            ),
        ),
        prepare=read_holidays,
    ),
    Function(
        "parse_date", "date",
        (Parameter("x", Kind.TEXT), Parameter("format", Kind.TEXT, literal=True)),
        Kind.DATE, parse_with,
        "*x* read as a date by *format*: `%d` day, `%m` month, `%Y` year, `%y` year of two digits "
        "(69 to 99 are of the last century), `%H` `%M` `%S` a time that is left out, `%%`. "
        "Leading zeros may be missing. A text that does not match is unreadable.",
        (
            Example('parse_date("31/1/2025", "%d/%m/%Y")', date(2025, 1, 31)),
            Example('is_unreadable(parse_date("31.13.2025", "%d.%m.%Y"))', True),
        ),
        prepare=compile_format, may_be_unreadable=True,
    ),
)  # fmt: skip
