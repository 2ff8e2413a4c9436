"""Dates."""

import contextlib
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.annotation.values import UNREADABLE, Duration, Kind, kind_name, kind_of
from gateway.rules.function import FunctionError
from gateway.rules.functions.bounds import MAX_LIST
from gateway.rules.functions.date import (
    add_duration,
    add_working_days,
    current_time,
    days,
    make_date,
    month_end,
    months,
    read_holidays,
    today,
    weekday,
    working_days_between,
    years,
)
from gateway.rules.functions.dateformat import compile_format, parse_with

D = Decimal
PRAGUE = datetime(2025, 1, 31, 23, 30, 15, 999, tzinfo=timezone(timedelta(hours=1)))
NONE = read_holidays([])


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: make_date(D(2025), D(2), D(29)), "no such day in that month"),
        (lambda: make_date(D(0), D(1), D(1)), "the year must be a whole number between 1 and 9999"),
        (lambda: make_date(D(2025), D(13), D(1)), "the month must be"),
        (lambda: make_date(D(2025), D("1.5"), D(1)), "the month must be"),
        (lambda: make_date(D(2025)), "a year, a month and a day, or one ISO text"),
        (lambda: make_date("2025-01-31", D(1)), "a year, a month and a day, or one ISO text"),
        (lambda: days(D("0.5")), "the days must be a whole number"),
        (lambda: months(D(10) ** 30), "the months must be"),
        (lambda: years(D(-10_001)), "the years must be"),
        (lambda: add_duration(date.max, days(D(1))), "outside the years 1 to 9999"),
        (lambda: add_duration(date.min, days(D(-1))), "outside the years"),
        (lambda: add_duration(date(9999, 12, 1), months(D(1))), "outside the years"),
        (lambda: add_duration(date(1, 1, 31), months(D(-1))), "outside the years"),
        (lambda: add_duration(date(2025, 1, 1), years(D(10_000))), "outside the years"),
        (lambda: add_working_days(date.max, D(1), NONE), "outside the years"),
        (lambda: add_working_days(date.min, D(-1), NONE), "outside the years"),
        (lambda: add_working_days(date.min, D(10) ** 9, NONE), "the number of working days must"),
    ],
)
def test_what_is_no_date_is_a_failure(call, sentence):
    with pytest.raises(FunctionError, match=sentence):
        call()


@pytest.mark.parametrize("text", ["", "31.1.2025", "2025-02-30", "0000-01-01", "2025-1-31"])
def test_a_text_that_is_no_iso_date_is_unreadable(text):
    assert make_date(text) is UNREADABLE


@pytest.mark.parametrize(
    "arguments",
    [
        (D(2025), D(1), D(31)),
        ("2025-01-31",),
        (" 2025-01-31T23:59:59.999Z ",),
        (date(2025, 1, 31),),
    ],
)
def test_a_date_is_made_of_numbers_or_of_a_text(arguments):
    assert make_date(*arguments) == date(2025, 1, 31)


def test_the_clock_is_the_one_given():
    assert today(now=PRAGUE) == date(2025, 1, 31)
    assert current_time(now=PRAGUE) == "2025-01-31T23:30:15+01:00"


@pytest.mark.parametrize(
    ("day", "duration", "result"),
    [
        (date(2025, 1, 31), months(D(1)), date(2025, 2, 28)),
        (date(2024, 1, 31), months(D(1)), date(2024, 2, 29)),
        (date(2024, 3, 31), months(D(-1)), date(2024, 2, 29)),
        (date(2024, 2, 29), years(D(1)), date(2025, 2, 28)),
        (date(2024, 2, 29), years(D(4)), date(2028, 2, 29)),
        (date(2025, 1, 15), months(D(-1)), date(2024, 12, 15)),
        (date(2025, 1, 31), days(D(-31)), date(2024, 12, 31)),
        (date(2025, 1, 31), Duration(1, 1), date(2025, 3, 1)),
        (date(2025, 3, 31), -months(D(1)), date(2025, 2, 28)),
    ],
)
def test_moving_a_date_keeps_the_end_of_a_month(day, duration, result):
    assert add_duration(day, duration) == result


def test_a_duration_is_a_value_of_its_own_kind():
    assert kind_of(days(D(1))) is Kind.DURATION
    assert kind_name(Kind.DURATION) == "a duration"
    assert Kind.DURATION not in Kind.SCALAR


@given(st.dates())
def test_days_of_months_and_weeks(day):
    assert month_end(day) >= day
    assert month_end(day).month == day.month
    assert weekday(day) == day.isoweekday()


@pytest.mark.parametrize(
    ("day", "steps", "holidays", "result"),
    [
        (date(2025, 1, 31), 0, [], date(2025, 1, 31)),
        pytest.param(date(2025, 2, 1), 0, [], date(2025, 2, 1), id="0 stays, on a Saturday too"),
        (date(2025, 1, 31), 1, [], date(2025, 2, 3)),
        (date(2025, 2, 1), 1, [], date(2025, 2, 3)),
        (date(2025, 2, 2), -1, [], date(2025, 1, 31)),
        (date(2025, 2, 3), -1, [], date(2025, 1, 31)),
        (date(2025, 1, 31), 5, [], date(2025, 2, 7)),
        (date(2025, 1, 31), 1, ["2025-02-03", "2025-02-04"], date(2025, 2, 5)),
        (date(2025, 1, 31), 1, ["2025-02-01"], date(2025, 2, 3)),
        (date(2025, 2, 5), -1, ["2025-02-03", "2025-02-04"], date(2025, 1, 31)),
        (date(2025, 1, 31), 1, [date(2025, 2, 3)], date(2025, 2, 4)),
        (date(2024, 12, 24), 2, ["2024-12-25", "2024-12-26", "2025-01-01"], date(2024, 12, 30)),
    ],
)
def test_working_days_leave_weekends_and_holidays_out(day, steps, holidays, result):
    assert add_working_days(day, D(steps), read_holidays(holidays)) == result


@pytest.mark.parametrize(
    ("holidays", "sentence"),
    [
        (["31.1.2025"], "'31.1.2025' is not an ISO date, such as 2025-12-25"),
        ([D(20250131)], "is not an ISO date"),
        (["2025-01-01"] * (MAX_LIST + 1), "more than 20000 holidays"),
    ],
)
def test_holidays_are_iso_dates(holidays, sentence):
    with pytest.raises(ValueError, match=sentence):
        read_holidays(holidays)


some_days = st.dates(date(2024, 12, 1), date(2025, 2, 28))


def counted(start, end, holidays):
    """Count as nobody should: day by day."""
    step = start
    found = 0
    while step < end:
        step += timedelta(days=1)
        found += step.isoweekday() <= 5 and step not in holidays
    return found


@given(some_days, some_days, st.lists(some_days, max_size=30))
def test_counting_is_what_a_calendar_says(start, end, holidays):
    start, end = sorted((start, end))
    prepared = read_holidays(holidays)

    assert working_days_between(start, end, prepared) == counted(start, end, holidays)


@given(some_days, st.integers(1, 60), st.lists(some_days, max_size=30))
def test_going_and_counting_agree(day, steps, holidays):
    prepared = read_holidays(holidays)
    later, earlier = (add_working_days(day, D(n), prepared) for n in (steps, -steps))

    assert working_days_between(day, later, prepared) == steps
    assert working_days_between(day, earlier, prepared) == -steps
    for reached in (earlier, later):
        assert reached.isoweekday() <= 5
        assert reached not in holidays


@given(st.dates(), st.integers(-(10**7), 10**7).map(D), st.lists(st.dates(), max_size=3))
def test_a_date_far_away_is_a_date_or_a_failure(day, steps, holidays):
    for call in (
        lambda: add_working_days(day, steps, read_holidays(holidays)),
        lambda: add_duration(day, days(steps)),
        lambda: add_duration(day, months(steps)),
        lambda: add_duration(day, years(steps)),
    ):
        with contextlib.suppress(FunctionError):
            assert isinstance(call(), date)


@pytest.mark.parametrize(
    ("pattern", "sentence"),
    [
        ("%d.%b.%Y", "'%b' is not one of %d %m"),
        ("%d.%m.%Y%", "'%' is not one of"),
        ("%d.%m", "needs %d, %m and one of"),
        ("%d.%m.%y %Y", "needs %d, %m and one of"),
        ("%d.%d.%m.%Y", "'%d' is there twice"),
        ("%d%m%Y" + "x" * 100, "at most 100 characters"),
    ],
)
def test_a_format_must_say_which_day(pattern, sentence):
    with pytest.raises(ValueError, match=sentence):
        compile_format(pattern)


@pytest.mark.parametrize(
    ("text", "pattern", "result"),
    [
        ("31.1.2025", "%d.%m.%Y", date(2025, 1, 31)),
        (" 31/01/25 ", "%d/%m/%y", date(2025, 1, 31)),
        ("20250131", "%Y%m%d", date(2025, 1, 31)),
        ("1/31/69", "%m/%d/%y", date(1969, 1, 31)),
        ("1/31/68", "%m/%d/%y", date(2068, 1, 31)),
        ("2025-01-31 23:59:59", "%Y-%m-%d %H:%M:%S", date(2025, 1, 31)),
        ("31 (1) 2025 %", "%d (%m) %Y %%", date(2025, 1, 31)),
        ("31.13.2025", "%d.%m.%Y", UNREADABLE),
        ("30.2.2025", "%d.%m.%Y", UNREADABLE),
        ("1.1.0000", "%d.%m.%Y", UNREADABLE),
        ("31.1.25", "%d.%m.%Y", UNREADABLE),
        ("31.1.2025 x", "%d.%m.%Y", UNREADABLE),
        ("2025-01-31 24:00:00", "%Y-%m-%d %H:%M:%S", UNREADABLE),
        ("٣١.1.2025", "%d.%m.%Y", UNREADABLE),
        ("31x1x2025", "%d.%m.%Y", UNREADABLE),
    ],
)
def test_dates_in_a_written_format(text, pattern, result):
    assert parse_with(text, compile_format(pattern)) == result


@given(st.text("%dmYyHMSb.-( \n", max_size=20), st.text("0123456789.-: ", max_size=20))
def test_any_format_is_refused_or_reads(pattern, text):
    try:
        compiled = compile_format(pattern)
    except ValueError:
        return
    value = parse_with(text, compiled)
    assert value is UNREADABLE or isinstance(value, date)
