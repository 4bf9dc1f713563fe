"""Working days (工作日) in China: weekends, the days off and the make-up days that the State Council announces.

A `Calendar` is an immutable picture: what `chinesecalendar` knows, and over it the years that the office imported
(`content.holidays`). A year that nobody has announced yet is reckoned Monday to Friday, and every date that touches
it is provisional; callers say so to the reader.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

import chinese_calendar

LONGEST = 4000  # days that a reckoning may go through: more than any limit of law, less than a slip of the keyboard


@dataclass(frozen=True)
class Day:
    """A reckoned day; `provisional` when a year on the way to it is not announced yet."""

    date: dt.date
    provisional: bool


@dataclass(frozen=True)
class Year:
    """What was announced for one year: weekdays off (放假) and weekend days of work (调休上班)."""

    year: int
    off: frozenset[dt.date]
    work: frozenset[dt.date]
    source: str = ""  # the notice, e.g. 国办发明电〔2025〕7号


@dataclass(frozen=True)
class Calendar:
    """Working days of every year; `imported` years stand over those of the library."""

    imported: Mapping[int, Year] = field(default_factory=dict)
    _reckoned: dict[tuple[dt.date, int], Day] = field(default_factory=dict, compare=False, repr=False)

    def year(self, year: int) -> Year | None:
        """What is known of a year; None when it is not announced yet."""
        return self.imported.get(year) or _shipped(year)

    def is_workday(self, day: dt.date) -> tuple[bool, bool]:
        """`(is a working day, is provisional)`."""
        known = self.year(day.year)
        if known is None:
            return day.weekday() < 5, True
        return day in known.work or (day.weekday() < 5 and day not in known.off), False

    def why(self, day: dt.date) -> str:
        """What a day is, in a word, Chinese: 工作日, 调休上班, 周末, 放假."""
        working, _ = self.is_workday(day)
        if day.weekday() < 5:
            return "工作日" if working else "放假"
        return "调休上班" if working else "周末"

    def add_workdays(self, start: dt.date, count: int) -> Day:
        """The `count`-th working day after `start`; `start` itself is not counted (民法典 Art. 201)."""
        if (start, count) not in self._reckoned:
            self._reckoned[start, count] = self._add_workdays(start, count)
        return self._reckoned[start, count]

    def _add_workdays(self, start: dt.date, count: int) -> Day:
        day, provisional = start, False
        for _ in range(LONGEST):
            if count <= 0:
                return Day(day, provisional)
            day += dt.timedelta(days=1)
            working, unknown = self.is_workday(day)
            provisional |= unknown
            count -= working
        raise ValueError(f"more than {LONGEST} days")

    def workdays_back(self, end: dt.date, count: int) -> dt.date:
        """The `count`-th working day before `end`; `end` itself is not counted."""
        day = end
        for _ in range(LONGEST):
            if count <= 0:
                return day
            day -= dt.timedelta(days=1)
            count -= self.is_workday(day)[0]
        raise ValueError(f"more than {LONGEST} days")

    def workdays_between(self, start: dt.date, end: dt.date) -> int:
        """How many working days lie after `start`, up to and with `end`; negative when `end` is earlier."""
        if end < start:
            return -self.workdays_between(end, start)
        return sum(self.is_workday(day)[0] for day in days(start, end))


def days(start: dt.date, end: dt.date) -> Iterator[dt.date]:
    """The days after `start`, up to and with `end`."""
    for number in range(1, (end - start).days + 1):
        yield start + dt.timedelta(days=number)


@lru_cache(maxsize=64)
def _shipped(year: int) -> Year | None:
    """A year of the library, or None."""
    every = [dt.date(year, 1, 1), *days(dt.date(year, 1, 1), dt.date(year, 12, 31))]
    try:
        working = {day: chinese_calendar.is_workday(day) for day in every}
    except NotImplementedError:
        return None
    return Year(year, frozenset(day for day in every if day.weekday() < 5 and not working[day]),
                frozenset(day for day in every if day.weekday() > 4 and working[day]),
                f"chinesecalendar {chinese_calendar.__version__}")


SHIPPED = Calendar()


def is_workday(day: dt.date) -> tuple[bool, bool]:
    """`Calendar.is_workday` of the shipped calendar."""
    return SHIPPED.is_workday(day)


def add_workdays(start: dt.date, count: int) -> Day:
    """`Calendar.add_workdays` of the shipped calendar."""
    return SHIPPED.add_workdays(start, count)


def workdays_between(start: dt.date, end: dt.date) -> int:
    """`Calendar.workdays_between` of the shipped calendar."""
    return SHIPPED.workdays_between(start, end)
