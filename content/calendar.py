"""Working days (工作日) in China: weekends, holidays and make-up days, from `chinesecalendar`.

A year that the State Council has not announced yet is reckoned Monday to Friday, and every date that touches it
is provisional; callers say so to the reader.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import chinese_calendar


@dataclass(frozen=True)
class Day:
    """A reckoned day; `provisional` when a year on the way to it is not announced yet."""

    date: dt.date
    provisional: bool


def is_workday(day: dt.date) -> tuple[bool, bool]:
    """`(is a working day, is provisional)`."""
    try:
        return chinese_calendar.is_workday(day), False
    except NotImplementedError:
        return day.weekday() < 5, True


def add_workdays(start: dt.date, count: int) -> Day:
    """The `count`-th working day after `start`; `start` itself is not counted (民法典 Art. 201)."""
    day, provisional = start, False
    while count > 0:
        day += dt.timedelta(days=1)
        working, unknown = is_workday(day)
        provisional |= unknown
        count -= working
    return Day(day, provisional)


def workdays_between(start: dt.date, end: dt.date) -> int:
    """How many working days lie after `start`, up to and with `end`; negative when `end` is earlier."""
    if end < start:
        return -workdays_between(end, start)
    days = (start + dt.timedelta(days=n) for n in range(1, (end - start).days + 1))
    return sum(is_workday(day)[0] for day in days)
